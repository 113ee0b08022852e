"""Latents of large data in a file: the same as `encode` gives, whatever ends the process."""

import functools
import json

import numpy as np
import pytest
from checks import BACKEND, bits
from kills import kill_points
from toys import grey, small_vae

from keras_vae import datasets
from keras_vae.models.encode_to import write_in_parts
from keras_vae.models.programs import progress_bar

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="`encode` is tested elsewhere")

X = grey(23)


@pytest.fixture(scope="module")
def vae():
    return small_vae()


def batches_of(x, size=5):
    for first in range(0, len(x), size):
        yield x[first : first + size]


def test_an_array_and_a_memory_map(vae, tmp_path):
    np.save(tmp_path / "x.npy", X)
    for x in (X, np.load(tmp_path / "x.npy", mmap_mode="r"), {"x": X}):
        path = vae.encode_to(x, tmp_path / "z.npy", rows=7)
        np.testing.assert_array_equal(np.load(path), vae.encode(X))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.npy", "z.npy"]


def test_a_data_set(vae, tmp_path):
    path = vae.encode_to(batches_of(X), tmp_path / "z.npy", rows=7)
    np.testing.assert_allclose(np.load(path), vae.encode(X), rtol=1e-6)


def test_parquet_is_read_back(vae, tmp_path):
    pytest.importorskip("pyarrow")
    path = vae.encode_to(X, tmp_path / "z.parquet", rows=7)
    z = datasets.ParquetRows(path)
    assert z.shape == (23, 2) and z.chunks == (7, 2)
    np.testing.assert_array_equal(z, vae.encode(X))


def interrupted(vae, monkeypatch, after):
    """A model whose `encode` ends the process in front of a part."""
    calls = []
    encode = type(vae).encode

    def stop(self, x, **kwargs):
        calls.append(len(x))
        if len(calls) > after:
            raise KeyboardInterrupt
        return encode(self, x, **kwargs)

    monkeypatch.setattr(type(vae), "encode", stop)
    return calls


@pytest.mark.parametrize("x", [X, functools.partial(batches_of, X)], ids=["array", "batches"])
def test_the_same_call_goes_on(vae, tmp_path, monkeypatch, x):
    data = x if isinstance(x, np.ndarray) else x()
    with monkeypatch.context() as patched:
        interrupted(vae, patched, after=2)
        with pytest.raises(KeyboardInterrupt):
            vae.encode_to(data, tmp_path / "z.npy", rows=7)
    assert [p.name for p in tmp_path.iterdir()] == ["z.npy.partial"]
    data = x if isinstance(x, np.ndarray) else x()
    with monkeypatch.context() as patched:
        calls = interrupted(vae, patched, after=9)
        vae.encode_to(data, tmp_path / "z.npy", rows=7)
    assert calls == [7, 2]  # of parts 7, 7, 7, 2
    np.testing.assert_allclose(np.load(tmp_path / "z.npy"), vae.encode(X), rtol=1e-6)


def test_parts_of_other_weights_or_examples_are_begun_anew(vae, tmp_path, monkeypatch):
    for x, other in ((X, small_vae(seed=3)), (X[:20], vae)):
        with monkeypatch.context() as patched:
            interrupted(vae, patched, after=2)
            with pytest.raises(KeyboardInterrupt):
                vae.encode_to(X, tmp_path / "z.npy", rows=7)
        path = other.encode_to(x, tmp_path / "z.npy", rows=7)
        np.testing.assert_array_equal(np.load(path), other.encode(x))


def test_killed_at_any_file_operation(tmp_path):
    path, made = tmp_path / "z.npy", tmp_path / "made"
    x = bits(6, (3,))

    def write():
        def encoded(part):
            with open(made, "a") as file:
                file.write(json.dumps(part.tolist()) + "\n")
            return 2 * part

        parts = (functools.partial(x.__getitem__, slice(i, i + 2)) for i in range(0, 6, 2))
        write_in_parts(path, {"of": 1}, parts, encoded, progress_bar(None, 0))

    for _ in kill_points(write):
        if path.exists():
            np.testing.assert_array_equal(np.load(path), 2 * x)
    np.testing.assert_array_equal(np.load(path), 2 * x)
    assert not (tmp_path / "z.npy.partial").exists()


@pytest.mark.parametrize(
    "options, told",
    [({"path": "z.zip"}, "npy"), ({"rows": 0}, "rows"), ({"x": np.zeros((3, 5))}, "shape")],
)
def test_bad_arguments_are_refused(vae, tmp_path, options, told):
    path = tmp_path / options.pop("path", "z.npy")
    with pytest.raises(ValueError, match=told):
        vae.encode_to(**{"x": X, "path": path, **options})
    assert not list(tmp_path.iterdir())
