"""Codes of Fashion-MNIST: reconstruction against bits for VQ-VAE and FSQ.

    KERAS_VAE_DATA=<folder of fashion_mnist.npz> KERAS_BACKEND=tensorflow \
        python examples/fashion_mnist_codes.py

VQ-VAE with running averages (van den Oord et al., 2017, arxiv.org/abs/1711.00937) and finite scalar
quantization (Mentzer et al., 2023, arxiv.org/abs/2309.15505): one encoder and decoder for both,
maps of 7 x 7 codes, with codebooks of about 2^6, 2^8 and 2^10. FSQ's grids are the paper's, of 240
and 1,000 codes, and (8, 8).

The encoder ends in a batch normalization without scale and shift. Without it, FSQ's vectors run to
the flat ends of its tanh in the first steps and stay there: 34 to 37 % of the codes of (8, 8) were
used after an epoch, in the form of an L.

Usage is the share of the codes that the test images use, and that the training images, six times as
many, use. (Popular code gives the share that a batch
uses, which depends on the batch size, or that of an epoch, which counts codes that have long died.)
Reconstruction is the squared error a pixel of the mean of p(x|z).

A masked convolution then learns the codes of FSQ's middle grid, so that new images can be drawn.
"""

import math

import keras
import numpy as np
from keras import layers
from recipe import Recipe

import keras_vae
from keras_vae.models.quantized_vae import QuantizedVAE
from keras_vae.networks import map_decoder, map_encoder
from keras_vae.posteriors import FSQ, VectorQuantizer

recipe = Recipe(__file__, epochs=1)
data = recipe.cut(keras_vae.datasets.fashion_mnist())
network = {"filters": (16, 32), "blocks": 1}


def make(posterior, channels):
    """A model whose latents are 7 x 7 codes of vectors with so many channels."""
    vectors = map_encoder((28, 28), channels, **network)
    normalized = layers.BatchNormalization(center=False, scale=False)(vectors.output)
    encoder = keras.Model(vectors.input, normalized)
    decoder = map_decoder(encoder.output.shape[1:], {"logits": (28, 28)}, **network)
    parts = {"posterior": posterior, "prior": "pixel_cnn", "objective": "quantized"}
    return QuantizedVAE(encoder, decoder, **parts, seed=recipe.seed)


models = {
    "fsq_64": make(FSQ((8, 8)), 2),
    "vq_64": make(VectorQuantizer(64), 16),
    "fsq_240": make(FSQ((8, 6, 5)), 3),
    "vq_256": make(VectorQuantizer(256), 16),
    "fsq_1000": make(FSQ((8, 5, 5, 5)), 4),
    "vq_1024": make(VectorQuantizer(1024), 16),
}
fsq = models["fsq_240"]
if recipe.images:  # two of them will do to try the script
    models = {name: models[name] for name in ("vq_64", "fsq_240")}

numbers = {}
for name, vae in models.items():
    steps = recipe.epochs * math.ceil(len(data.train.x) / 50)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.002, steps)))
    recipe.fit(vae, data, resume=True, run=name, batch_size=50)
    found = {
        "bits": math.log2(vae.posterior_layer.num_codes),
        "squared_error": np.square(vae.reconstruct(data.test.x, verbose=0) - data.test.x).mean(),
        **vae.code_usage(data.test.x),
        "usage_by_training_images": vae.code_usage(data.train.x)["usage"],
    }
    print(name, found, flush=True)
    numbers.update({f"{name}_{quantity}": value for quantity, value in found.items()})

fsq.fit_prior(data.train.x, epochs=recipe.epochs, batch_size=100, verbose=2)
codes = fsq.encode_indices(data.test.x[: recipe.images or 2000])
numbers["prior_bits_a_code"] = -fsq.prior_layer.log_prob(codes).mean() / math.log(2) / 49
new = fsq.generate(10 if recipe.images else 100, seed=recipe.seed)
recipe.save(keras_vae.plots.samples(new, columns=10), "samples")
recipe.record(
    numbers,
    "Fashion-MNIST, 60,000 / 10,000 test",
    "squared error a pixel in [0, 1]; bits, usage and perplexity of each of 49 codes an image",
)
