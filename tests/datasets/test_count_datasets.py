"""Data sets of counts, and a table: sizes, splits, and the error where there is no file."""

import os

import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets import files

needs_data = pytest.mark.skipif(not os.environ.get(files.DATA_FOLDER), reason="needs real data")
LOADERS = [datasets.blood_cells, datasets.newsgroups, datasets.films]


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
def test_a_missing_or_damaged_file_is_named(load, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
    monkeypatch.setenv(files.DATA_FOLDER, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"\.npz is not in .* It is made of"):
        load()
    for name in ("pbmc68k_700", "20newsgroups_2000", "movielens_100k_ratings"):
        np.savez(tmp_path / f"{name}.npz", other=np.zeros(1))
    with pytest.raises(ValueError, match="needs the arrays .* Received: no"):
        load()


def test_penguins_that_are_missing_or_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
    monkeypatch.setenv(files.DATA_FOLDER, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"palmer_penguins\.csv is not in .* of palmerp"):
        datasets.penguins()
    path = tmp_path / "palmer_penguins.csv"
    path.write_text("species,island\nAdelie,Dream\n")
    with pytest.raises(ValueError, match="needs the columns .* Received: no .'bill_length_mm'"):
        datasets.penguins()
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="cannot be read"):
        datasets.penguins()


@needs_data
def test_penguins():
    frame = datasets.penguins()
    assert frame.shape == (344, 8)
    assert frame["sex"].isna().sum() == 11 and frame["body_mass_g"].isna().sum() == 2


@needs_data
def test_blood_cells():
    train, validation, test = datasets.blood_cells(num_validation=100)
    assert (train.x.shape, validation.x.shape, test.x.shape) == ((450, 765), (100, 765), (150, 765))
    assert train.x.dtype == "int32" and train.x.min() == 0
    names = datasets.cell_names()
    assert len(names.genes) == 765 and len(names.cell_types) == 10 > train.y.max()


@needs_data
def test_newsgroups():
    train, validation, test = datasets.newsgroups(num_validation=1000)
    assert [len(part.x) for part in (train, validation, test)] == [10268, 1000, 7505]
    assert train.x.sum(dtype="int64") + validation.x.sum(dtype="int64") > 700_000
    assert len(datasets.newsgroup_words()) == 2000


@needs_data
def test_films():
    data, hidden_validation, hidden, titles = datasets.films()
    assert data.train.x.shape == (459, 1669) and len(titles) == 1669
    for known, rest in ((data.validation.x, hidden_validation), (data.test.x, hidden)):
        assert known.shape == rest.shape == (100, 1669)
        assert not (known & rest).any() and set(np.unique(known | rest)) == {0, 1}
        share = rest.sum() / (known | rest).sum()
        assert 0.17 < share <= 0.21
    assert data.train.x.sum(axis=0).min() >= 5
