"""A DataFrame is read by the schema, however it comes."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from checks import quick_compile

from keras_vae import models

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(170.0, 9.0, 40),
        "income": RNG.lognormal(10.0, 1.0, 40),
        "visits": RNG.poisson(300.0, 40),
    }
)
HOLED = FRAME.assign(visits=FRAME.visits.astype("Int64").mask(FRAME.index < 5))


def made(frame):
    vae = models.TabularVAE.from_dataframe(frame, latent_dim=2, hidden=(8,), warmup=0.0, seed=0)
    return quick_compile(vae)


@pytest.fixture(scope="module")
def vae():
    return made(FRAME)


FORMS = {
    "dict": lambda frame: {"x": frame},
    "batches": lambda frame: iter([frame[:25], frame[25:]]),
    "batches of dicts": lambda frame: iter([{"x": frame[:25]}, {"x": frame[25:]}]),
    "pairs": lambda frame: iter([(frame[:25], frame[:25]), (frame[25:], frame[25:])]),
    "other order": lambda frame: frame[["visits", "income", "size"]],
    "objects": lambda frame: frame.astype(object),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_by_the_schema(vae, form):
    make = FORMS[form]
    np.testing.assert_allclose(vae.encode(make(FRAME)), vae.encode(FRAME), rtol=1e-5, atol=1e-6)
    expected = vae.evaluate(FRAME, return_dict=True, verbose=0)["kl"]
    got = vae.evaluate(make(FRAME), batch_size=25, return_dict=True, verbose=0)["kl"]
    np.testing.assert_allclose(got, expected, rtol=1e-4)


@pytest.mark.parametrize("held_out", [[FRAME], (FRAME, FRAME), {"x": FRAME}], ids=type)
def test_validation_data_and_targets_are_read_too(vae, held_out):
    history = vae.fit(FRAME, FRAME, validation_data=held_out, verbose=0).history
    # In units of their own, the columns would cost millions.
    assert max(*history["loss"], *history["val_loss"]) < 100


def test_fields_and_labels_may_stand_beside_a_table(vae):
    weighted = vae.fit({"x": FRAME, "sample_weight": np.ones(40)}, verbose=0).history
    assert max(weighted["loss"]) < 100
    assert np.isfinite(
        vae.fit(FRAME, pd.DataFrame({"label": range(40)}), verbose=0).history["loss"]
    )


@pytest.mark.parametrize("method", ["fit", "evaluate", "encode", "reconstruct", "score_samples"])
def test_tables_of_polars_are_refused(vae, method):
    with pytest.raises(ValueError, match=r"must be a pandas.DataFrame.*x.to_pandas\(\)"):
        getattr(vae, method)(pl.from_pandas(FRAME))


def test_a_table_in_a_dict_comes_back_as_one(vae):
    for given in (FRAME, {"x": FRAME}):
        pd.testing.assert_frame_equal(vae.reconstruct(given), vae.reconstruct(FRAME))
        np.testing.assert_array_equal(
            vae.score_samples(given, 3, seed=0), vae.score_samples(FRAME, 3, seed=0)
        )
        assert isinstance(vae.predict(given, verbose=0), np.ndarray)


@pytest.mark.parametrize("value", [1e9, -5.0])
def test_given_values_that_no_row_could_have_are_refused(vae, value):
    with pytest.raises(ValueError, match="'size' must have a value between 1.*Received"):
        vae.generate(2, given={"size": value})


def test_intervals_are_in_the_units_of_the_table():
    vae = made(HOLED)
    few = {"num_importance_samples": 50, "seed": 0}
    low, high = vae.impute_intervals(HOLED, **few)
    for end in (low, high, vae.impute(HOLED, **few)):
        assert (end.visits[5:] == FRAME.visits[5:]).all() and not end.isna().any().any()
        np.testing.assert_allclose(end["size"], FRAME["size"])
        assert end.visits[:5].between(0, 10_000).all() and end.visits[:5].max() > 20
    assert (low.visits <= high.visits).all() and (low.visits[:5] < high.visits[:5]).all()


def test_what_a_mask_hides_is_filled():
    vae = made(HOLED)
    mask = np.ones((40, 3), bool)
    mask[7, 0] = False
    filled = vae.impute({"x": HOLED, "mask": mask}, num_importance_samples=20, seed=0)
    assert filled["size"][7] != FRAME["size"][7] and filled["size"][8] == FRAME["size"][8]


def test_intervals_of_categories_are_refused():
    frame = FRAME.assign(kind=np.where(FRAME.index % 2, "a", "b"))
    frame.loc[3, "kind"] = None
    with pytest.raises(ValueError, match=r"columns with an order.*\['kind'\]"):
        made(frame).impute_intervals(frame)


BATCHES = {
    "frames": lambda: iter([HOLED[:25], HOLED[25:]]),
    "dicts": lambda: ({"x": frame} for frame in (HOLED[:25], HOLED[25:])),
    "pairs": lambda: iter([(HOLED[:25], HOLED[:25]), (HOLED[25:], HOLED[25:])]),
}


@pytest.mark.parametrize("form", BATCHES)
def test_batches_of_tables_give_tables(form):
    vae, batches = made(HOLED), BATCHES[form]
    for frame in (vae.impute(batches()), *vae.impute(batches(), num_samples=2, seed=0)):
        pd.testing.assert_index_equal(frame.index, HOLED.index)
        assert list(frame) == list(HOLED) and frame.notna().all(axis=None)
    pd.testing.assert_frame_equal(vae.reconstruct(batches()), vae.reconstruct(HOLED), rtol=1e-4)
    low, high = vae.impute_intervals(batches(), seed=0)
    assert (low <= high).all(axis=None) and vae.score_samples(batches()).shape == (40,)


def test_batches_of_rows_give_rows():
    vae = made(HOLED)
    rows = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    assert vae.impute(iter([rows[:4], rows[4:]])).shape == (8, 3)
