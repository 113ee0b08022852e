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
    decoder = networks.mlp(
        (latent_dim,), decoded, hidden=tuple(hidden)[::-1], name="decoder", **kwargs
    )
    return encoder, decoder


def conv_pair(data_shape, latent_dim, likelihood, posterior="normal", **kwargs):
    """Convolutional encoder and the decoder that mirrors it."""
    encoded, decoded = _shapes(data_shape, latent_dim, posterior, likelihood)
    encoder = networks.conv_encoder(data_shape, encoded, name="encoder", **kwargs)
    decoder = networks.conv_decoder((latent_dim,), decoded, name="decoder", **kwargs)
    return encoder, decoder


def _shapes(data_shape, latent_dim, posterior, likelihood):
    """The shapes of the encoder's and the decoder's outputs, two dicts."""
    check_shape_argument("The model", data_shape=data_shape)
    check_count("The model", latent_dim=latent_dim)
    encoded = posteriors.get(posterior).parameter_shapes((latent_dim,))
    return encoded, likelihood.parameter_shapes(tuple(data_shape))
