"""Images of any size: what is compiled for them, batches, sizes of new images, and filling up."""

import types

import keras
import numpy as np
import pytest
from checks import BACKEND, levels, quick_compile

from keras_vae import models, networks, samplers
from keras_vae.engine import recent
from keras_vae.models import tiles
from keras_vae.models.programs import rows_at_once

NETWORK = networks.TAESD(4, blocks=(1, 1))


@pytest.fixture(scope="module")
def free():
    return models.TinyAutoencoder((None, None, 3), network=NETWORK, seed=0)


@pytest.fixture(scope="module")
def kl():
    network = networks.LatentDiffusion((4, 4), groups=2)
    return models.AutoencoderKL((None, None, 3), network=network, seed=0)


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


# ---- sizes -------------------------------------------------------------------------------------


def test_new_images_of_any_size(free):
    x = free.generate(2, seed=3, size=(8, 4))
    assert x.shape == (2, 8, 4, 3)
    np.testing.assert_array_equal(free.generate(2, seed=3, size=(7, 3)), x[:, :7, :3])
    np.testing.assert_allclose(
        free.generate(2, seed=3, size=(8, 4), temperature=0.0)[0],
        free.decode(np.zeros((1, 4, 2, 4)))[0],
        atol=1e-6,
    )
    with pytest.raises(ValueError, match=r"generate\(n, size=\(height, width\)\)"):
        free.generate(2)
    for size in (8, (8,), (8, 0), "88"):
        with pytest.raises(ValueError, match=r"`size` must be a pair \(height, width\)"):
            free.generate(2, size=size)


def test_a_condition_goes_with_a_size():
    vae = models.TinyAutoencoder((None, None, 3), network=NETWORK, condition_shape=(2,), seed=0)
    x = vae.generate(condition=[0, 1, 1], size=(6, 8), seed=0)
    assert x.shape == (3, 6, 8, 3)
    images, tiled = levels(3, (12, 16, 3)), {"tile": 8, "overlap": 4}
    again = vae.reconstruct(images, condition=[0, 1, 1], **tiled)
    for row, condition in ((0, 0), (1, 1)):
        alone = vae.reconstruct(images[row : row + 1], condition=[condition], **tiled)
        np.testing.assert_allclose(again[row : row + 1], alone, atol=1e-5)


def test_a_sampler_draws_the_size_that_it_was_fitted_to(kl, tmp_path):
    vae = models.TinyAutoencoder((None, None, 3), network=NETWORK, seed=0)
    vae.sampler = samplers.GaussianMixture(1).fit(vae, levels(8, (8, 4, 3)), seed=0)
    x = vae.generate(2, seed=0)
    assert x.shape == (2, 8, 4, 3)
    np.testing.assert_array_equal(vae.generate(2, seed=0, size=(7, 4)), x[:, :7])
    with pytest.raises(ValueError, match=r"8 x 8 places. Received: latents of shape \(4, 2, 4\)"):
        vae.generate(2, size=(16, 16))
    assert vae.generate(2, size=(16, 16), sampler="prior").shape == (2, 16, 16, 3)
    aggregate = samplers.AggregatePosterior().fit(kl, levels(8, (8, 4, 3)))
    assert kl.generate(2, sampler=aggregate).shape == (2, 8, 4, 3)
    with pytest.raises(ValueError, match="samplers.Prior needs latents of one size"):
        samplers.Prior().fit(vae)
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(again.generate(2, seed=0), x)


# ---- filling up --------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["edge", "reflect"])
def test_sides_that_do_not_divide_are_filled_up_and_cut_off(free, padding):
    x = levels(3, (7, 5, 3))
    filled = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), padding)
    z = free.encode(x, padding=padding)
    np.testing.assert_array_equal(z, free.encode(filled))
    np.testing.assert_array_equal(z, free.encode(filled, padding=padding))
    again = free.reconstruct(x, padding=padding)
    np.testing.assert_array_equal(again, free.reconstruct(filled)[:, :7, :5])
    np.testing.assert_array_equal(free.decode(z, size=(7, 5)), again)
    assert free.reconstruct(x, 2, padding=padding).shape == (2, 3, 7, 5, 3)
    for size in ((9, 5), (6, 5)):
        with pytest.raises(ValueError, match="decode: images of size="):
            free.decode(z, size=size)


def test_what_cannot_be_filled_up_says_so(free):
    x = levels(2, (7, 5, 3))
    vae = quick_compile(models.TinyAutoencoder((None, None, 3), network=NETWORK))
    for call in (free.encode, free.reconstruct, free.log_likelihood, vae.fit):
        with pytest.raises(ValueError, match=r"divide by 2.*padding='edge'.*\(7, 5, 3\)"):
            call(x)
    with pytest.raises(ValueError, match="`padding` must be one of .'edge', 'reflect'."):
        free.encode(x, padding="zeros")
    fixed = models.TinyAutoencoder((8, 8, 3), network=NETWORK)
    for call in (
        lambda: fixed.encode(levels(2, (8, 8, 3)), padding="edge"),
        lambda: fixed.decode(np.zeros((2, 4, 4, 4)), size=(8, 8)),
        lambda: fixed.encode(levels(2, (8, 8, 3)), tile=4, overlap=2),
        lambda: fixed.generate(2, size=(8, 8)),
    ):
        with pytest.raises(ValueError, match="where height and width are free"):
            call()


# ---- tiles -------------------------------------------------------------------------------------


def seen(vae, side=48):
    """How many pixels beyond a pixel count for it, in the encoder and in the decoder."""
    point = np.zeros((1, side, side, 3), "float32")
    point[:, side // 2, side // 2] = 1
    reach = []
    for run, x in ((vae.encode, point), (vae.decode, point[:, ::2, ::2, [0, 1, 2, 0]])):
        moved = np.abs(run(x) - run(np.zeros_like(x))).max(axis=(0, 3))
        rows = np.flatnonzero(moved.max(axis=1) > 0)
        reach.append(max(len(moved) // 2 - rows[0], rows[-1] - len(moved) // 2))
    return reach[0] * 2 + 2, reach[1] + 1


def interior(side, tile, overlap, reach, scale):
    """Places along a side that lie farther than `reach` from the cut edges of all tiles there."""
    inside = np.ones(side * scale, bool)
    for start, weight in tiles.ramps(side, tile, overlap, scale):
        places = np.arange(len(weight))
        near = np.zeros(len(weight), bool)
        near |= (places < reach) if start else False
        near |= (places >= len(weight) - reach) if start + tile < side else False
        inside[start * scale : start * scale + len(weight)] &= ~near
    return inside


def test_tiles_are_exact_where_the_networks_see_no_cut_edge(free):
    x = levels(2, (96, 64, 3), seed=1)
    z = free.encode(x)
    by_encoder, by_decoder = seen(free)
    tiled = free.encode(x, tile=48, overlap=16)
    rows, columns = (interior(side, 24, 8, by_encoder // 2, 1) for side in (48, 32))
    exact = rows[:, None] & columns
    assert 0.2 < exact.mean() < 1
    np.testing.assert_allclose(tiled[:, exact], z[:, exact], atol=1e-6)
    assert np.max(np.abs(tiled - z)) > 1e-4
    again, tiled = free.decode(z), free.decode(z, tile=48, overlap=16)
    rows, columns = (interior(side, 24, 8, by_decoder, 2) for side in (48, 32))
    exact = rows[:, None] & columns
    assert 0.2 < exact.mean() < 1
    np.testing.assert_allclose(tiled[:, exact], again[:, exact], atol=1e-6)
    whole = free.reconstruct(x, tile=48, overlap=16)
    np.testing.assert_array_equal(
        whole, free.decode(free.encode(x, tile=48, overlap=16), tile=48, overlap=16)
    )
    np.testing.assert_allclose(free.encode(x, tile=96), z, atol=1e-6)


def test_tiles_are_blended_linearly_elsewhere(free):
    x = levels(1, (56, 8, 3), seed=2)
    upper, lower = free.encode(x[:, :32]), free.encode(x[:, 24:])
    # Four cells overlap; the weight of the lower tile rises by a quarter from one to the next.
    share = np.clip((np.arange(28) - 11.5) / 4, 0, 1)[:, None, None]
    expected = np.zeros((1, 28, 4, 4))
    expected[:, :16] += upper * (1 - share[:16])
    expected[:, 12:] += lower * share[12:]
    np.testing.assert_allclose(free.encode(x, tile=32, overlap=8), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("side", "tile", "overlap"), [(5, 8, 0), (8, 8, 3), (9, 8, 0), (50, 8, 3), (50, 8, 7)]
)
def test_the_weights_of_tiles_sum_to_one(side, tile, overlap):
    for scale in (1, 4):
        total = np.zeros(side * scale)
        placed = tiles.ramps(side, tile, overlap, scale)
        for start, weight in placed:
            assert len(weight) == scale * min(side, tile) and np.all(weight > 0)
            total[start * scale : start * scale + len(weight)] += weight
        np.testing.assert_allclose(total, 1, atol=1e-6)
        starts = [start for start, _ in placed]
        assert all(b - a <= tile - overlap for a, b in zip(starts, starts[1:], strict=False))
        assert starts[-1] + tile >= side


def test_draws_and_padding_go_with_tiles(kl):
    x = levels(2, (31, 18, 3))
    options = {"tile": 16, "overlap": 4, "padding": "edge"}
    draws = kl.encode(x, 3, seed=0, **options)
    assert draws.shape == (3, 2, 16, 9, 4)
    again = kl.reconstruct(x, 3, seed=0, **options)
    np.testing.assert_array_equal(again, kl.decode(draws, tile=16, overlap=4, size=(31, 18)))
    scaled = kl.encode(x, scaled=True, **options)
    mean = kl.decode(scaled, scaled=True, tile=16, overlap=4, size=(31, 18), sample=True, seed=0)
    assert mean.shape == x.shape and np.isfinite(mean).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tile": 7}, "`tile` must be a multiple of 2"),
        ({"tile": 8, "overlap": 3}, "`overlap` must be a multiple of 2"),
        ({"tile": 8}, "`overlap` must be less than tile=8"),
        ({"tile": 0}, "`tile` must be a positive integer"),
        ({"tile": 8, "overlap": -2}, "`overlap` must be an integer >= 0"),
    ],
    ids=str,
)
def test_tiles_that_do_not_fit(free, options, message):
    with pytest.raises(ValueError, match=message):
        free.encode(levels(1, (16, 16, 3)), **options)


def test_data_sets_pass_every_argument_on(free):
    x = levels(4, (7, 6, 3))
    batches = [x[:2], x[2:]]
    z = free.encode(iter(batches), padding="edge", batch_size=1, scaled=True)
    np.testing.assert_allclose(z, free.encode(x, padding="edge", scaled=True), atol=1e-6)
    with pytest.raises(ValueError, match="examples of one size"):
        free.encode(iter([x[:, :6], x[:, :4]]))


# ---- codes -------------------------------------------------------------------------------------


def test_maps_of_codes_of_any_size():
    vae = models.VQModel((None, None, 3), num_codes=5, network=NETWORK, seed=0)
    quick_compile(vae).fit(levels(4, (4, 4, 3)), batch_size=4, verbose=0)
    x = levels(2, (6, 8, 3))
    indices = vae.encode_indices(x)
    assert indices.shape == (2, 3, 4)
    np.testing.assert_allclose(vae.decode_indices(indices), vae.reconstruct(x), atol=1e-6)
    # One of five codes at each of twelve places, under a prior that is uniform.
    rest = vae.log_likelihood(x, 1) + 12 * np.log(5)
    p = vae.likelihood(vae.encode(x)).log_prob(keras.ops.convert_to_tensor(x))
    np.testing.assert_allclose(rest, keras.ops.convert_to_numpy(p), rtol=1e-5)
    with pytest.raises(ValueError, match="has not been fitted"):
        vae.generate(2, size=(4, 4))
    for call in (lambda: vae.fit_prior(x), lambda: vae.decode_indices(indices[..., :0])):
        with pytest.raises(ValueError, match="codes of one size|integers from 0 to 4"):
            call()
