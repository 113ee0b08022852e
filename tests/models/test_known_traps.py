"""Mistakes that train without an error, and are told once."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers

from keras_vae import VAE, likelihoods, models, networks


def said(function):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in caught if issubclass(one.category, UserWarning)]


def decoder(*last):
    z = h = keras.Input((2,))
    for layer in last:
        h = layer(h)
    return keras.Model(z, h)


def joined(decoder, likelihood):
    encoder = networks.mlp((2, 4), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    return VAE(encoder, decoder, likelihood=likelihood)


def ends(activation):
    dense, reshape = layers.Dense(8, activation=activation), layers.Reshape((2, 4))
    flat = layers.Dense(8)
    return {
        "in the layer": decoder(dense, reshape),
        "alone": decoder(flat, layers.Activation(activation), reshape),
        "an operation": decoder(flat, reshape, keras.activations.get(activation)),
        "sequential": keras.Sequential([keras.Input((2,)), layers.Dense(8, activation), reshape]),
        "a model inside": decoder(decoder(layers.Dense(8, activation)), layers.Reshape((2, 4))),
    }


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_bounded_logits_are_told(activation):
    for how, network in ends(activation).items():
        told = said(lambda network=network: joined(network, "bernoulli"))
        assert len(told) == 1 and f"ends in {activation}" in told[0], how


def test_softmax_under_logits_of_levels_is_told():
    softmax = decoder(layers.Dense(32), layers.Reshape((2, 4, 4)), layers.Softmax())
    told = said(lambda: joined(softmax, likelihoods.Categorical(num_levels=4)))
    assert len(told) == 1 and "ends in softmax" in told[0]


@pytest.mark.parametrize(
    "likelihood", [likelihoods.Bernoulli(from_logits=False), likelihoods.Normal()]
)
def test_a_sigmoid_that_belongs_there_is_not(likelihood):
    assert not said(lambda: joined(ends("sigmoid")["in the layer"], likelihood))


def test_other_decoders_are_not():
    assert not said(lambda: joined(ends("linear")["in the layer"], "bernoulli"))
    assert not said(lambda: models.BernoulliVAE((2, 4), 2, hidden=(4,)))


CONV = {"filters": (2,), "strides": (2,), "dense": (4,)}


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: models.ConvVAE((3, 16, 16), 2, **CONV), "channels come first"),
        (lambda: models.ConvVAE((1, 28, 28), 2, **CONV), "channels come first"),
        (lambda: models.ConvVAE((100, 3), 2, **CONV), r"a grey image of 100 x 3 .*a series"),
        (lambda: models.GaussianVAE((100, 3), 2, network="conv"), "a series"),
    ],
)
def test_shapes_that_are_hardly_images_are_told(make, message):
    with pytest.warns(UserWarning, match=message) as told:
        make()
    assert len([one for one in told if "Convolutions take" in str(one.message)]) == 1


@pytest.mark.parametrize(
    "shape", [(8, 8), (28, 20), (16, 16, 3), (32, 32, 64), (4, 3), (100, 3, 1)]
)
def test_images_are_not(shape):
    assert not said(lambda: models.ConvVAE(shape, 2, **CONV))


def test_latents_that_are_not_finite_are_told():
    x = np.ones((3, 6))
    x[2] = -5.0  # which `encode` takes, and no logarithm
    vae = models.TopicVAE((6,), 2, hidden=(4,), log_counts=True)
    with pytest.warns(RuntimeWarning, match=r"not finite for 1 of 3 examples, the first for x\[2"):
        vae.encode(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        vae.encode(x[:2])
