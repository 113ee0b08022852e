"""DataFrame in, DataFrame out."""

import keras
import numpy as np
import pandas as pd
import pytest
from checks import quick_compile, to_numpy
from tables.frames import table, with_holes

from keras_vae import models
from keras_vae.callbacks import LinearKLWarmup
from keras_vae.tables.codec import encode

SMALL = {"latent_dim": 2, "hidden": (16,), "seed": 0}
FRAME = table()


def trained(frame, epochs, **kwargs):
    keras.utils.set_random_seed(0)
    vae = models.TabularVAE.from_dataframe(frame, **SMALL)
    quick_compile(vae, keras.optimizers.Adam(0.01))
    vae.fit(frame, epochs=epochs, batch_size=50, verbose=0, **kwargs)
    return vae


@pytest.fixture(scope="module")
def vae():
    return trained(FRAME, 10, validation_data=FRAME[:50])


@pytest.fixture(scope="module")
def holed():
    return trained(with_holes(FRAME), 2)


def assert_alike(frame, other=FRAME):
    pd.testing.assert_series_equal(frame.dtypes, other.dtypes)
    assert list(frame) == list(other)
    for name in ("grade", "city"):
        pd.testing.assert_index_equal(frame[name].cat.categories, other[name].cat.categories)
    assert not frame.drop(columns="note").isna().any().any() and frame.note.isna().all()


def test_generated_tables_are_like_the_table(vae):
    frame = vae.generate(500, seed=0)
    assert len(frame) == 500
    assert_alike(frame)
    assert set(frame.job) <= set(FRAME.job) and frame.weight.between(50, 95).all()
    assert (frame.income == 0).mean() == pytest.approx(0.5, abs=0.15)
    assert (frame.visits == frame.visits.round()).all()
    pd.testing.assert_frame_equal(vae.generate(20, seed=3), vae.generate(20, seed=3))


def test_reconstruction_keeps_the_index(vae):
    part = FRAME[7:12]
    assert_alike(vae.reconstruct(part))
    assert list(vae.reconstruct(part).index) == list(part.index)


@pytest.fixture(scope="module")
def pair():
    """A kind and a number that follows from it, some of both missing, and a model of them."""
    rng = np.random.default_rng(0)
    kind = rng.choice(["a", "b"], 400)
    frame = pd.DataFrame({"kind": kind, "x": rng.normal(np.where(kind == "a", -2.0, 2.0), 0.3)})
    holes = frame.copy()
    holes.loc[:80, "kind"] = None
    holes.loc[81:160, "x"] = np.nan
    return frame, holes, trained(holes, 40)


def test_given_values_are_kept_and_change_the_others(pair):
    vae = pair[-1]
    of_b = vae.generate(200, given={"kind": "b"}, seed=0)
    assert (of_b.kind == "b").all() and (of_b.x > 0).mean() > 0.8
    low = vae.generate(200, given={"x": -2.0}, seed=0)
    assert np.allclose(low.x, -2.0, atol=1e-4) and (low.kind == "a").mean() > 0.8


def test_categories_are_predicted_better_than_by_the_mode(pair):
    frame, holes, vae = pair
    filled = vae.impute(holes, seed=0)
    assert (filled.kind == frame.kind)[:80].mean() > 0.9
    assert np.abs(filled.x - frame.x)[81:160].mean() < 0.5 * frame.x.std()


@pytest.mark.parametrize(
    "given, message",
    [
        ({"jobs": "nurse"}, "job"),
        ({"job": "pilot"}, "did not have"),
        ({"job": None}, "must hold values"),
        ({"visits": -1}, "counts"),
    ],
)
def test_given_values_that_are_refused(vae, given, message):
    with pytest.raises(ValueError, match=message):
        vae.generate(3, given=given)


def test_scores_are_in_the_units_of_the_table(vae):
    rows = encode(vae.schema, FRAME)
    log_p = vae.log_likelihood(rows[:20], 50, seed=1, verbose=0)
    scores = vae.score_samples(FRAME[:20], 50, seed=1)
    deviations = [FRAME[name].std(ddof=0) for name in ("weight", "income")]
    np.testing.assert_allclose(scores, log_p - np.log(deviations).sum(), rtol=1e-5)
    strange = FRAME[:20].assign(weight=71.0, visits=90)
    assert vae.score_samples(strange, 50, seed=1).mean() < scores.mean() - 5


def test_rows_and_frames_are_encoded_alike(vae):
    rows = encode(vae.schema, FRAME)
    np.testing.assert_array_equal(vae.encode(FRAME), vae.encode(rows))
    assert vae.reconstruct(rows[:3]).shape == (3, 9)
    shuffled = FRAME[list(FRAME)[::-1]]
    np.testing.assert_array_equal(vae.encode(shuffled), vae.encode(rows))
    results = vae.evaluate(FRAME, return_dict=True, verbose=0)
    assert results["loss"] == pytest.approx(results["reconstruction"] + results["kl"], rel=1e-4)


def test_validation_data_may_be_a_frame(vae):
    assert np.isfinite(vae.history.history["val_loss"]).all()


@pytest.mark.parametrize("fixture", ["vae", "holed"])
def test_files_hold_the_schema(fixture, request, tmp_path):
    vae = request.getfixturevalue(fixture)
    vae.save(tmp_path / "table.keras")
    again = keras.saving.load_model(tmp_path / "table.keras")
    assert again.schema == vae.schema and again.missing == vae.missing
    np.testing.assert_allclose(again.encode(FRAME), vae.encode(FRAME), rtol=1e-5, atol=1e-6)
    assert_alike(again.generate(5, seed=0))


def test_the_first_loss_is_that_of_the_columns_alone():
    vae = quick_compile(models.TabularVAE.from_dataframe(FRAME[["job", "city"]], **SMALL))
    shares = [FRAME[name].value_counts(normalize=True) for name in ("job", "city")]
    entropy = sum(-(share[share > 0] * np.log(share[share > 0])).sum() for share in shares)
    rows = encode(vae.schema, FRAME[["job", "city"]])
    p = vae.likelihood(np.zeros((len(rows), 2), "float32"))
    log_prob = to_numpy(p.log_prob(keras.ops.convert_to_tensor(rows)))
    assert -log_prob.mean() == pytest.approx(entropy, abs=0.02)


# ---- holes -----------------------------------------------------------------------------------


def test_missing_values_train_and_are_filled(holed):
    holes = with_holes(FRAME)
    filled = holed.impute(holes, seed=0)
    assert_alike(filled)
    for name in FRAME.columns[:-1]:
        seen = holes[name].notna()
        pd.testing.assert_series_equal(filled[name][seen], holes[name][seen])


def test_draws_of_missing_values(holed):
    holes = with_holes(FRAME)[:30]
    first, second = holed.impute(holes, num_samples=2, seed=0)
    assert_alike(first)
    missing = holes.weight.isna()
    assert (first.weight != second.weight)[missing].any()
    assert (first.weight == second.weight)[~missing].all()


def test_rows_without_any_value_are_draws_of_the_table(holed):
    empty = pd.DataFrame({name: FRAME[name][:4] for name in FRAME})
    for name in ("weight", "income", "share", "job", "grade", "city"):
        empty[name] = None if name == "job" else np.nan
    assert holed.encode(empty).shape == (4, 2)
    assert np.isfinite(holed.score_samples(empty, 10, seed=0)).all()


def test_unseen_categories_are_filled_as_if_missing():
    columns = ["weight", "job", "city", "stars", "member"]
    vae = models.TabularVAE.from_dataframe(FRAME[columns], unseen="missing", **SMALL)
    frame = FRAME[columns][:6].astype({"city": object, "stars": object})
    frame.loc[2, ["job", "city", "stars"]] = ["pilot", "C", 9]
    frame.loc[3, "stars"] = None
    filled = vae.impute(frame, num_importance_samples=20, seed=0)
    pd.testing.assert_frame_equal(filled.drop(index=[2, 3]), FRAME[columns][:6].drop(index=[2, 3]))
    assert filled.job[2] in set(FRAME.job) and filled.weight[2] == FRAME.weight[2]
    assert np.isfinite(vae.score_samples(frame, 10, seed=0)).all()
    with pytest.raises(ValueError, match="given|did not have"):
        vae.generate(2, given={"job": "pilot"})
    with pytest.raises(ValueError, match='`missing` must be True, as unseen="missing"'):
        models.TabularVAE.from_dataframe(FRAME[columns], missing=False, unseen="missing")


def test_a_model_of_whole_tables_refuses_holes(vae):
    with pytest.raises(ValueError, match="missing=True"):
        vae.encode(with_holes(FRAME))
    with pytest.raises(ValueError, match="missing=True"):
        vae.impute(with_holes(FRAME))


# ---- without a schema ------------------------------------------------------------------------


def test_the_shape_is_that_of_the_schema(vae):
    with pytest.raises(ValueError, match=r"must be \(9,\), as schema says"):
        models.TabularVAE((3,), schema=vae.schema)
    with pytest.raises(ValueError, match="reconstruction_weight"):
        models.TabularVAE((3,), reconstruction_weight=0.0)
    with pytest.raises(ValueError, match="kinds="):
        models.TabularVAE.from_dataframe(FRAME, likelihood="normal")


def test_the_first_fit_warms_the_kl_up():
    class Weights(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(float(self.model.objective.kl_weight))

    def weights(vae, *callbacks):
        seen.clear()
        own = [*callbacks, Weights()]
        vae.fit(FRAME, epochs=4, batch_size=200, verbose=0, callbacks=own)
        return seen[0], float(vae.objective.kl_weight)

    seen = []
    vae = quick_compile(models.TabularVAE.from_dataframe(FRAME, reconstruction_weight=2.0, **SMALL))
    assert weights(vae) == (0.0, 0.5)
    assert weights(vae) == (0.5, 0.5)  # trained already
    vae = quick_compile(models.TabularVAE.from_dataframe(FRAME, **SMALL))
    assert weights(vae, LinearKLWarmup(2, start=0.25, stop=0.75)) == (0.25, 0.75)
