"""Images of any size: what is compiled for them, batches, sizes of new images, and filling up."""

import types

import numpy as np
import pytest
from checks import BACKEND, levels, quick_compile

from keras_vae import models, networks
from keras_vae.engine import recent
from keras_vae.models.programs import rows_at_once

NETWORK = networks.TAESD(4, blocks=(1, 1))


@pytest.fixture(scope="module")
def free():
    return models.TinyAutoencoder((None, None, 3), network=NETWORK, seed=0)


def test_programs_of_the_sizes_that_came_last_are_kept(monkeypatch):
    monkeypatch.setattr(recent, "MOST", 2)
    vae = quick_compile(models.TinyAutoencoder((None, None, 3), network=NETWORK, seed=0))
    program = vae.program("encode_mean")
    function, traced = program.function, []
    program.function = lambda inputs: traced.append(inputs.shape) or function(inputs)
    for side in (4, 6, 8, 8, 6, 4, 6):
        assert vae.encode(levels(1, (side, 4, 3))).shape == (1, side // 2, 2, 4)
    # At the fourth size that is new or was dropped, the one asked for longest ago goes.
    kept = {"torch": [4, 6, 8, 8, 6, 4, 6]}.get(BACKEND, [4, 6, 8, 4])
    assert [shape[1] for shape in traced] == kept
    for side in (4, 6, 8):
        vae.fit(levels(4, (side, 4, 3)), batch_size=4, verbose=0)
    assert len(vae._loops) == 2


@pytest.mark.parametrize(
    ("shape", "filters", "expected"),
    [
        ((28, 28), 0, 1024),
        ((32, 32, 3), 64, 1024),
        ((64, 64, 3), 64, 256),
        ((256, 256, 3), 512, 2),
        ((4096, 4096, 3), 512, 1),
        ((10_000_000,), 0, 4),
        ((None, None, 3), 128, 8),
    ],
    ids=str,
)
def test_the_rows_of_a_batch_follow_from_the_largest_map(shape, filters, expected):
    kernels = [np.zeros((3, 3, 2, filters)), np.zeros((5, 7)), np.zeros(7)]
    network = types.SimpleNamespace(variables=kernels if filters else [])
    vae = types.SimpleNamespace(data_shape=shape, encoder=network, decoder=network)
    images = np.zeros((1, 256, 256, 3), "float32")
    assert rows_at_once(vae, images) == expected
    latents = {"x": np.zeros((1, 32, 32, 4), "float32"), "condition": np.zeros((1, 2))}
    assert rows_at_once(vae, latents, scale=8) == expected
