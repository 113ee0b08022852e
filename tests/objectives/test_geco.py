"""GECO: the constraint's average and multiplier by hand, and that they meet the target."""

import keras
import numpy as np
import pytest
from toys import grey, small_vae

from keras_vae.objectives import GECO


def test_average_and_multiplier_by_hand():
    objective = GECO(target=3.0, momentum=0.9, rate=0.5, multiplier=2.0)
    vae = small_vae(optimizer=keras.optimizers.SGD(0.0), objective=objective)
    x = grey(48)
    history = vae.fit(x, batch_size=16, shuffle=False, verbose=0).history
    # Batch by batch again: the noise goes on, so other draws than in the epoch above.
    average = weight = log_multiplier = 0.0
    objective.average.assign(0.0)
    objective.average_weight.assign(0.0)
    objective.log_multiplier.assign(np.log(2.0))
    log_multiplier = np.log(2.0)
    for i in range(3):
        history = vae.fit(x[16 * i : 16 * i + 16], batch_size=16, verbose=0).history
        constraint = history["reconstruction"][0] - 3.0
        average = 0.9 * average + 0.1 * constraint
        weight = 0.9 * weight + 0.1
        loss = history["kl"][0] + np.exp(log_multiplier) * average / weight
        np.testing.assert_allclose(history["loss"][0], loss, rtol=1e-4)
        log_multiplier += 0.5 * np.clip(average / weight / 6, -1, 1)
        np.testing.assert_allclose(float(objective.log_multiplier), log_multiplier, rtol=1e-4)


def test_evaluation_leaves_the_multiplier_alone():
    vae = small_vae(objective=GECO(target=3.0))
    before = [float(v) for v in vae.objective.non_trainable_variables]
    result = vae.evaluate(grey(8), verbose=0, return_dict=True)
    assert [float(v) for v in vae.objective.non_trainable_variables] == before
    expected = result["kl"] + result["reconstruction"] - 3.0
    np.testing.assert_allclose(result["loss"], expected, rtol=1e-5)


def test_reconstruction_meets_its_target():
    x = np.repeat(np.eye(6, dtype="float32"), 32, axis=0)
    results = {}
    for target in (1.5, 2.0):
        vae = small_vae(
            optimizer=keras.optimizers.Adam(0.02),
            hidden=(16,),
            objective=GECO(target, momentum=0.9, rate=0.3),
        )
        vae.fit(x, epochs=120, verbose=0)
        results[target] = vae.evaluate(x, verbose=0, return_dict=True)
    for target, result in results.items():
        assert abs(result["reconstruction"] - target) < 0.3
    assert results[1.5]["kl"] > results[2.0]["kl"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"target": "x"}, "`target` must be a finite"),
        ({"target": 1.0, "momentum": 1.0}, r"in \(0, 1\)"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        GECO(**arguments)
