"""Semi-supervised VAE, "M2" (Kingma et al., 2014), arxiv.org/abs/1406.5298."""

from typing import Any, Unpack

from keras import ops

from keras_vae import networks
from keras_vae.inputs import Fields, prepare
from keras_vae.models.conditioning import LatentClass
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.objectives import SemiSupervised
from keras_vae.parts import check_count


class SemiSupervisedVAE(Paper, family="conditional"):
    """VAE of p(x|y, z) with a class y that is known for some examples and inferred for the others.

    `fit({"x": x, "condition": labels})` takes both kinds in one array, the label -1 for those
    without. The sum over the classes of an unlabelled example is exact: encoder and decoder see
    each example with every class, so a step costs `num_classes` times that of a VAE.

    `classify(x)` gives q(y|x), by a network of the encoder's kind. Methods that need a class and
    get no `condition` take the likeliest.

    Args:
        num_classes: int >= 2.
        alpha: float >= 0, weight of the classifier's cross-entropy on labelled examples, in nats.
            The paper takes a tenth of the number of examples, over the number of labelled ones in
            a batch. Defaults to `10.0`.

    Reference: [Kingma et al., 2014](https://arxiv.org/abs/1406.5298)

    >>> train = keras_vae.datasets.digits().train
    >>> labels = train.y.astype("int32")
    >>> labels[100:] = -1
    >>> vae = keras_vae.models.SemiSupervisedVAE((8, 8), 10, latent_dim=4, hidden=(32,))
    >>> history = vae.fit({"x": train.x, "condition": labels}, epochs=1, verbose=0)
    >>> vae.classify(train.x[:3]).shape
    (3, 10)
    """

    defaults = {"network": networks.MLP((500,), activation="softplus")}
    fixes = {"objective": "it sums over the classes"}

    def __init__(
        self,
        data_shape: Shape,
        num_classes: int,
        latent_dim: int = 50,
        alpha: float = 10.0,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_count("SemiSupervisedVAE", num_classes=num_classes)
        if num_classes < 2:
            raise ValueError(
                f"SemiSupervisedVAE needs num_classes >= 2. Received: num_classes={num_classes}"
            )
        classifier = self.take_network({**kwargs}).kind.encoder(
            data_shape, {"logits": (num_classes,)}, dtype=kwargs.get("dtype"), name="classifier"
        )
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": SemiSupervised(alpha)},
            condition_shape=(num_classes,),
            conditioning=LatentClass(classifier, num_classes),
            **kwargs,
        )
        self.num_classes = num_classes
        self.classifier = classifier

    def classify(self, x: Any, batch_size: int | None = None, verbose: Any = "auto") -> Any:
        """q(y|x), the probabilities of the classes, (n, classes).

        Args:
            x: array (n, event).
            batch_size: int. Defaults to `None`, at most 1,024.
            verbose: see `encode`.
        """
        x = prepare(x, Fields("x", self.data_shape)).inputs
        return self.conditioning.probabilities(ops.convert_to_numpy(x), batch_size, verbose)
