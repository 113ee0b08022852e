"""Binary Fashion-MNIST as published likelihoods have it (Norouzi et al., 2020)."""

from typing import Any

from keras_vae.datasets.binarization import binarize_fixed
from keras_vae.datasets.checks import require_protocol
from keras_vae.datasets.fashion_mnist import fashion_mnist


def binarized_fashion_mnist(protocol: str = "fixed") -> Any:
    """Binary Fashion-MNIST, 50,000 to train, 10,000 to validate and 10,000 to test.

    Args:
        protocol: `"fixed"`, as in the Exemplar-VAE code: the training images stay grey, to be
            drawn anew each epoch (`DynamicBinarization`), while validation (the last 10,000
            training images) and test are drawn once, with NumPy's legacy generator and seed 777,
            which starts anew for this data set. Defaults to `"fixed"`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 28, 28), the training images grey in
        [0, 1], the others zeros and ones; `y` uint8 (samples,).

    Raises:
        ValueError: `protocol` is another name, or the file is damaged.
        FileNotFoundError: `fashion_mnist.npz` is neither in the folder named by the environment
            variable `KERAS_VAE_DATA` nor in Keras' cache, and cannot be downloaded.

    Licence: MIT, copyright Zalando SE.

    References:
        - Xiao, Rasul and Vollgraf, 2017. Fashion-MNIST, arxiv.org/abs/1708.07747.
        - Norouzi, Fleet and Norouzi, 2020. Exemplar VAE, arxiv.org/abs/2004.04795.

    Example:

    >>> train, validation, test = binarized_fashion_mnist()
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((50000, 28, 28), (10000, 28, 28), (10000, 28, 28))
    """
    require_protocol("binarized_fashion_mnist", protocol, ("fixed",))
    return binarize_fixed(fashion_mnist(num_validation=10_000))
