"""Sprites: where they stand, how large they are, and that the sets share none."""

import math

import numpy as np
import pytest

from keras_vae.datasets import draw_sprites, sprite_factors, sprites

SQUARE, ELLIPSE, HEART = range(3)


def picture(shape=SQUARE, scale=5, rotation=0, x=16, y=16, antialias=True):
    return draw_sprites(np.array([[shape, scale, rotation, x, y]]), antialias)[0]


def test_parts_are_disjoint_and_repeat():
    parts = sprites(num_train=60, num_validation=20, num_test=40)
    again = sprites(num_train=60, num_validation=20, num_test=40)
    rows = {tuple(row) for part in parts for row in part.y}
    assert len(rows) == 120
    for part, same in zip(parts, again, strict=True):
        np.testing.assert_array_equal(part.x, same.x)
        np.testing.assert_array_equal(part.x, draw_sprites(part.y))
    other = sprites(num_train=60, num_test=40, seed=1)
    assert other.validation is None and np.any(other.train.y != parts.train.y)


def test_whole_grid_has_every_combination_once():
    factors = sprite_factors()
    places = np.ravel_multi_index(factors.T, (3, 6, 40, 32, 32))
    np.testing.assert_array_equal(places, np.arange(737_280))
    assert factors.max(axis=0).tolist() == [2, 5, 39, 31, 31]


@pytest.mark.parametrize("scale", range(6))
def test_areas(scale):
    radius = 15 * (0.5 + 0.1 * scale)
    assert picture(SQUARE, scale, rotation=3).sum() == pytest.approx(2 * radius**2, rel=0.02)
    assert picture(ELLIPSE, scale).sum() == pytest.approx(math.pi / 2 * radius**2, rel=0.02)


@pytest.mark.parametrize("shape", range(3))
def test_positions_move_a_sprite_by_whole_pixels_and_cut_nothing_off(shape):
    first = picture(shape, rotation=7, x=0, y=0)
    last = picture(shape, rotation=7, x=31, y=31)
    np.testing.assert_array_equal(first[:-31, :-31], last[31:, 31:])
    assert first.sum() == last.sum()


def test_rotations_turn_against_the_clock():
    for shape in range(3):
        turned = picture(shape, rotation=13)
        quarter = picture(shape, rotation=23)
        # The patch's middle is pixel 32 of 0 to 63.
        np.testing.assert_allclose(np.rot90(turned[1:, 1:]), quarter[1:, 1:], atol=0.05)
    heart = picture(HEART)
    rows = np.flatnonzero(heart.sum(axis=1))
    assert heart[rows[-2]].sum() < heart[rows[1]].sum()  # its tip points down


def test_without_grey_unless_asked_for():
    assert set(np.unique(picture(antialias=False))) == {0.0, 1.0}
    assert len(np.unique(picture(ELLIPSE))) > 2


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: sprites(num_train=800_000), "737280 sprites in all. Received: {'num_train'"),
        (
            lambda: sprites(num_train=0),
            "`num_train` must be an integer >= 1. Received: num_train=0",
        ),
        (lambda: sprite_factors([737_280]), "0 to 737279. Received: indices from 737280"),
        (lambda: sprite_factors([0.5]), "integers"),
        (lambda: draw_sprites(np.zeros((2, 4), int)), r"\(n, 5\). Received: .*\(2, 4\)"),
        (lambda: draw_sprites(np.array([[3, 0, 0, 0, 0]])), r"Received: factors from .*3"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
