"""Weights of objectives: exact, found by name, tolerant of files that are older than they are."""

import h5py
import keras
import numpy as np
import pytest
from toys import grey, small_vae

import keras_vae
from keras_vae import models, objectives
from keras_vae.callbacks import Schedule

X = np.round(grey(8))
#: what files of earlier versions number, and what they hold then
NUMBERED = {
    objectives.ELBO: (lambda: objectives.ELBO(), {"kl_weight": 0.3}),
    objectives.GECO: (
        lambda: objectives.GECO(5.0),
        {"log_multiplier": 0.1, "average": 0.2, "average_weight": 0.3},
    ),
    objectives.AnnealedCapacity: (lambda: objectives.AnnealedCapacity(), {"capacity": 3.0}),
    objectives.JointCapacity: (
        lambda: objectives.JointCapacity(),
        {"continuous_capacity": 1.0, "discrete_capacity": 2.0},
    ),
    objectives.BetaTCVAE: (lambda: objectives.BetaTCVAE(), {"num_examples": 70.0}),
}


def stored(file, objective):
    """The group of an objective's own variables in a file of weights."""
    found = []
    file.visit(lambda name: found.append(name) if name.endswith(f"{objective}/vars") else None)
    (name,) = found
    return file[name]


@keras_vae.register
class Weighted(objectives.ELBO):
    """An ELBO that has got two more weights since some files were written."""

    def __init__(self, first=2.1, **kwargs):
        super().__init__(**kwargs)
        self.first = self.moving_weight("first", first)
        self.second = self.moving_weight("second", 16_777_215.0)


def weighted(**kwargs):
    encoder = keras_vae.networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = keras_vae.networks.mlp((2,), {"logits": (6,)}, hidden=(4,))
    vae = keras_vae.VAE(encoder, decoder, objective=Weighted(), seed=0, **kwargs)
    vae.compile("adam")
    return vae


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_no_policy_rounds_a_weight_and_no_gradient_moves_it(dtype):
    vae = weighted(dtype=dtype)
    vae.fit(X, verbose=0)
    assert float(vae.objective.second) == 16_777_215.0
    assert float(vae.objective.first) == np.float32(2.1)


def test_a_schedule_finds_it_by_its_name():
    vae = weighted()
    vae.fit(X, verbose=0, callbacks=[Schedule("first", [0.25])])
    assert float(vae.objective.first) == 0.25


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_files_keep_it_under_its_name(tmp_path, suffix):
    vae = weighted()
    vae.objective.first.assign(7.0)
    path = tmp_path / f"vae{suffix}"
    if suffix == ".keras":
        vae.save(path)
        loaded = keras.saving.load_model(path)
    else:
        vae.save_weights(path)
        loaded = weighted()
        loaded.load_weights(path)
        with h5py.File(path) as file:
            assert set(stored(file, "weighted")) == {"0", "first", "second"}
    assert float(loaded.objective.first) == 7.0


@pytest.mark.parametrize("old", ["numbered", "named"])
def test_a_file_older_than_a_weight_leaves_it_at_the_constructors_value(tmp_path, old):
    vae, path = weighted(), tmp_path / "vae.weights.h5"
    vae.objective.kl_weight.assign(0.125)
    vae.save_weights(path)
    with h5py.File(path, "r+") as file:
        group = stored(file, "weighted")
        del group["first"], group["second"]
        if old == "named":
            group.move("0", "kl_weight")
    loaded = weighted()
    loaded.load_weights(path)
    assert float(loaded.objective.kl_weight) == 0.125
    assert float(loaded.objective.first) == np.float32(2.1)


@pytest.mark.parametrize("cls", NUMBERED, ids=lambda cls: cls.__name__)
def test_numbered_files_are_read_in_their_order(cls):
    make, values = NUMBERED[cls]
    objective = make()
    before = {v.name: float(v) for v in objective.variables}
    objective.load_own_variables({str(i): value for i, value in enumerate(values.values())})
    after = {v.name: float(v) for v in objective.variables}
    assert after == pytest.approx({**before, **values})


def test_a_file_of_another_objective_is_refused():
    with pytest.raises(ValueError, match="a variable '1' that objectives.ELBO does not have"):
        objectives.ELBO().load_own_variables({"0": 1.0, "1": 2.0})
    with pytest.raises(ValueError, match="a variable 'gamma' that objectives.ELBO does not have"):
        objectives.ELBO().load_own_variables({"gamma": 1.0})


@pytest.mark.parametrize(
    ("cls", "objective"),
    [(models.FactorVAE, "factor_vae"), (models.AdversarialAutoencoder, "aae")],
)
def test_files_without_the_weights_of_two_players_load(cls, objective, tmp_path):
    vae, path = small_vae(cls), tmp_path / "vae.weights.h5"
    vae.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file[stored(file, objective).name]
    loaded = small_vae(cls)
    loaded.load_weights(path)
    np.testing.assert_allclose(loaded.encode(X), vae.encode(X), rtol=1e-6)
