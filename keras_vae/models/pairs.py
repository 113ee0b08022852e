"""An encoder and its mirrored decoder, shaped as posterior and likelihood ask."""

from keras_vae import networks, posteriors
from keras_vae.models.checks import check_shape_argument
from keras_vae.parts import check_count


def mlp_pair(
    data_shape, latent_dim, likelihood, hidden, posterior="normal", corruption=None, **kwargs
):
    """Fully connected encoder with the widths `hidden`, and a decoder with them reversed."""
    encoded, decoded = _shapes(data_shape, latent_dim, posterior, likelihood)
    encoder = networks.mlp(
        data_shape, encoded, hidden=hidden, corruption=corruption, name="encoder", **kwargs
    )
    latent_shape, back = latent_shape_of(latent_dim), tuple(hidden)[::-1]
    return encoder, networks.mlp(latent_shape, decoded, hidden=back, name="decoder", **kwargs)


def gated_pair(data_shape, latent_dim, likelihood, hidden, **kwargs):
    """Gated, fully connected encoder and decoder, as `mlp_pair`; kernels start as in the paper."""
    kwargs = {"kernel_initializer": "he_normal", **kwargs}
    encoded, decoded = _shapes(data_shape, latent_dim, "normal", likelihood)
    latent_shape, back = latent_shape_of(latent_dim), tuple(hidden)[::-1]
    encoder = networks.gated_mlp(data_shape, encoded, hidden=hidden, name="encoder", **kwargs)
    decoder = networks.gated_mlp(latent_shape, decoded, hidden=back, name="decoder", **kwargs)
    return encoder, decoder


def conv_pair(data_shape, latent_dim, likelihood, posterior="normal", **kwargs):
    """Convolutional encoder and the decoder that mirrors it."""
    encoded, decoded = _shapes(data_shape, latent_dim, posterior, likelihood)
    encoder = networks.conv_encoder(data_shape, encoded, name="encoder", **kwargs)
    decoder = networks.conv_decoder(latent_shape_of(latent_dim), decoded, name="decoder", **kwargs)
    return encoder, decoder


def _shapes(data_shape, latent_dim, posterior, likelihood):
    """The shapes of the encoder's and the decoder's outputs, two dicts."""
    check_shape_argument("The model", data_shape=data_shape)
    encoded = posteriors.get(posterior).parameter_shapes(latent_shape_of(latent_dim))
    return encoded, likelihood.parameter_shapes(tuple(data_shape))


def latent_shape_of(latent_dim):
    """The shape of one latent: (latent_dim,), or the tuple that it is already.

    Raises:
        ValueError: if it is neither an integer >= 1 nor a tuple of such.
    """
    if isinstance(latent_dim, (tuple, list)):
        check_shape_argument("The model", latent_shape=latent_dim)
        return tuple(latent_dim)
    check_count("The model", latent_dim=latent_dim)
    return (latent_dim,)
