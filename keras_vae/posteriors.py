"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from keras import ops

from keras_vae import distributions
from keras_vae.parts import Part, check_range, lookup, unpack
from keras_vae.serialization import register

__all__ = ["Normal", "Posterior", "get"]


class Posterior(Part):
    """Base of the posteriors: `posterior(encoder_outputs)` is a distribution over z.

    A posterior names its parameters, for an event of shape `latent_shape`, in
    `parameter_shapes(latent_shape)`; the encoder gives them in that order, or as a dict.
    """

    #: the parameters' names, in the order in which an encoder gives them
    parameter_names = ()

    def parameter_shapes(self, latent_shape):
        """The parameters' names and shapes, without batch axis, as a dict."""
        raise NotImplementedError

    def latent_shape(self, shapes):
        """The latent's shape, from the list of the parameters' shapes (no batch axis)."""
        raise NotImplementedError

    def unpack(self, parameters):
        """The encoder's outputs as a list, in the order of `parameter_names`."""
        return unpack(parameters, self.parameter_names, f"The posterior {type(self).__name__}")


@register
class Normal(Posterior):
    """Normal posterior with diagonal covariance, N(mean, exp(log_var)).

    Args:
        log_var_range: pair of float, where the log-variance is clipped to, so that an untrained
            or diverging encoder gives finite losses. Defaults to `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var]`, each (batch, latent), or a dict with these names.

    Returns:
        `keras_vae.distributions.Normal`.

    Raises:
        ValueError: if `log_var_range` is no increasing pair.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)
    """

    parameter_names = ("mean", "log_var")

    def __init__(self, log_var_range=(-30.0, 20.0), **kwargs):
        check_range("posteriors.Normal", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.log_var_range = log_var_range

    def parameter_shapes(self, latent_shape):
        """`mean` and `log_var`, each of the latent's shape."""
        return {"mean": tuple(latent_shape), "log_var": tuple(latent_shape)}

    def latent_shape(self, shapes):
        """The mean's shape.

        Raises:
            ValueError: if the encoder's two outputs differ in shape.
        """
        mean, log_var = (tuple(shape) for shape in shapes)
        if mean != log_var:
            raise ValueError(
                "The posterior Normal needs mean and log_var of one shape. "
                f"Received: encoder outputs of shapes {mean} and {log_var}"
            )
        return mean

    def call(self, parameters):
        mean, log_var = self.unpack(parameters)
        log_var = ops.clip(log_var, *self.log_var_range)
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)


def get(identifier):
    """A posterior from its name or an instance."""
    return lookup(identifier, [Normal], "posterior", Posterior)
