"""Eight quantizers at equal bits beside the layers of vector-quantize-pytorch in one network.

    pip install --no-deps vector-quantize-pytorch einops einx loguru torch-einops-utils frozendict
    KERAS_VAE_DATA=<folder of fashion_mnist.npz and noto_emoji_64.npz> KERAS_BACKEND=torch \
        python benchmarks/figures/quantizers.py

Every kind has 256 codes, 8 bits, at each place of the map. Ours train by `fit` of
`models.QuantizedVAE` with the normal likelihood whose deviation is learned. The peer's layers stand
between the same Keras networks, with the same number of steps of Adam on the mean squared error and
the layer's own loss, at the layer's own weight; VectorQuantize and ResidualVQ with k-means and
replaced dead codes, as its README advises. `error` is the mean squared
error of test images, `usage` the share of the 256 codes (of each level) that they use, and
`perplexity` that of their frequencies. `--data emoji` takes the emoji at 32 x 32, the default is
Fashion-MNIST.

The settings were not chosen by results: steps and sizes are such that a run takes a minute.
"""

import argparse
import sys

import keras
import numpy as np
from runs import main

from keras_vae import datasets, models, networks, posteriors

STEPS, BATCH, RATE, FILTERS, TEST = 300, 64, 1e-3, (32, 32), 2_000
CHANNELS = 16
#: which images; `--data` sets it
DATA = "fashion"


def images(data):
    """Training images with channels, test images, both in [0, 1]."""
    if data == "emoji":
        sets = datasets.noto_emoji(size=32)
        return sets.train.x, sets.test.x
    sets = datasets.fashion_mnist()
    return sets.train.x[..., None], sets.test.x[:TEST, ..., None]


def batches(x, seed):
    """Row numbers of every step."""
    rng = np.random.default_rng(seed)
    epochs = -(-STEPS * BATCH // len(x))
    return np.concatenate([rng.permutation(len(x)) for _ in range(epochs)])[: STEPS * BATCH]


def ends(shape, channels, normalize):
    """The encoder to a map of vectors, and the decoder to means of pixels."""
    network = networks.Residual(FILTERS, blocks=1)
    encoder = network.code_encoder(shape, channels, normalize, name="encoder")
    decoder = network.code_decoder(encoder.output.shape[1:], {"mean": shape}, name="decoder")
    return encoder, decoder


def numbers(x, reconstructed, columns):
    """Error, usage and perplexity; columns are the codes of each level, and their number."""
    shares = [np.bincount(codes, minlength=size) / len(codes) for codes, size in columns]
    entropies = [-np.sum(share[share > 0] * np.log(share[share > 0])) for share in shares]
    return {
        "error": float(np.mean((x - reconstructed) ** 2)),
        "usage": float(np.mean([np.mean(share > 0) for share in shares])),
        "perplexity": float(np.mean(np.exp(entropies))),
    }


def ours(make, channels=CHANNELS, normalize=False):
    def contender(seed, validation):
        train, test = images(DATA)
        test = train[-len(test) :] if validation else test
        encoder, decoder = ends(train.shape[1:], channels, normalize)
        vae = models.QuantizedVAE(
            encoder, decoder, posterior=make(), prior="gated_pixel_cnn",
            likelihood="shared_normal", objective="quantized", seed=seed,
        )  # fmt: skip
        vae.compile(keras.optimizers.Adam(RATE))
        # One epoch over the rows of all steps.
        vae.fit(train[batches(train, seed)], batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
        quantizer, codes = vae.posterior_layer, vae.encode_indices(test)
        columns = [(column, quantizer.num_codes) for column in quantizer.columns(codes)]
        return numbers(test, vae.reconstruct(test, verbose=0), columns)

    return contender


def peers(make, channels=CHANNELS, sizes=(256,), normalize=False):
    def contender(seed, validation):
        import torch

        torch.manual_seed(seed)
        train, test = images(DATA)
        test = train[-len(test) :] if validation else test
        encoder, decoder = ends(train.shape[1:], channels, normalize)
        layer = make()
        variables = [v.value for v in (*encoder.trainable_variables, *decoder.trainable_variables)]
        optimizer = torch.optim.Adam([*variables, *layer.parameters()], lr=RATE, eps=1e-7)
        layer.train()
        for rows in batches(train, seed).reshape(STEPS, BATCH):
            x = torch.tensor(train[rows])
            decoded, _, loss = _pass(encoder, decoder, layer, x, training=True)
            optimizer.zero_grad()
            (torch.mean((decoded - x) ** 2) + loss).backward()
            optimizer.step()
        layer.eval()
        with torch.no_grad():
            parts = [
                _pass(encoder, decoder, layer, torch.tensor(test[i : i + 500]), training=False)
                for i in range(0, len(test), 500)
            ]
        codes = np.concatenate([p[1].numpy().reshape(-1, len(sizes)) for p in parts])
        columns = [(codes[:, level].astype(int), size) for level, size in enumerate(sizes)]
        return numbers(test, np.concatenate([p[0].numpy() for p in parts]), columns)

    return contender


def _pass(encoder, decoder, layer, x, training):
    """Decoded images, codes (batch, places[, levels]), and the layer's loss."""
    z = encoder(x, training=training)
    flat = z.reshape(len(x), -1, z.shape[-1])
    codes, indices, *losses = layer(flat)
    loss = losses[0].sum() if losses else 0.0  # FSQ has none
    return decoder(codes.reshape(z.shape), training=training), indices, loss


def layer(name, **options):
    def make():
        import vector_quantize_pytorch

        return getattr(vector_quantize_pytorch, name)(**options)

    return make


KMEANS = {"kmeans_init": True, "threshold_ema_dead_code": 2}
VQ = {"dim": CHANNELS, "codebook_size": 256, **KMEANS}
OURS = {
    "VQ": ours(lambda: posteriors.VectorQuantizer(256)),
    "VQ, cosine": ours(lambda: posteriors.VectorQuantizer(256, cosine=True)),
    "VQ, rotation": ours(lambda: posteriors.VectorQuantizer(256, gradient="rotation")),
    "SimVQ": ours(lambda: posteriors.SimVQ(256)),
    "residual VQ, 2 x 16": ours(lambda: posteriors.ResidualVQ(2, 16)),
    "FSQ, 4 x 4 x 4 x 4": ours(lambda: posteriors.FSQ((4, 4, 4, 4)), 4, True),
    "LFQ, 8 bits": ours(lambda: posteriors.LFQ(8), 8, True),
    "BSQ, 8 bits": ours(lambda: posteriors.BSQ(8), 8, True),
}
PEERS = {
    "VQ, peer": peers(layer("VectorQuantize", rotation_trick=False, **VQ)),
    "VQ, cosine, peer": peers(
        layer("VectorQuantize", rotation_trick=False, use_cosine_sim=True, **VQ)
    ),
    "VQ, rotation, peer": peers(layer("VectorQuantize", rotation_trick=True, **VQ)),
    "SimVQ, peer": peers(layer("SimVQ", dim=CHANNELS, codebook_size=256)),
    "residual VQ, 2 x 16, peer": peers(
        layer("ResidualVQ", dim=CHANNELS, num_quantizers=2, codebook_size=16, **KMEANS),
        sizes=(16, 16),
    ),
    "FSQ, 4 x 4 x 4 x 4, peer": peers(layer("FSQ", levels=[4, 4, 4, 4]), 4, normalize=True),
    "LFQ, 8 bits, peer": peers(layer("LFQ", codebook_size=256, dim=8), 8, normalize=True),
    "BSQ, 8 bits, peer": peers(
        layer("LFQ", codebook_size=256, dim=8, spherical=True), 8, normalize=True
    ),
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--data", choices=["fashion", "emoji"], default="fashion")
    options, rest = parser.parse_known_args()
    DATA = options.data
    sys.argv[1:] = rest
    contenders = {
        name: made for pair in zip(OURS.items(), PEERS.items(), strict=True) for name, made in pair
    }
    main("quantizers" if DATA == "fashion" else "quantizers_emoji", contenders)
