"""Runs that end before their time."""

import keras
import killed_run
import numpy as np
import pytest
from checks import assert_same_history, assert_same_state, bits, quick_compile, run_script
from zoo import MODELS


def test_killed_run_goes_on_as_if_unbroken(tmp_path):
    killed = run_script(killed_run.__file__, tmp_path)
    assert killed.returncode == 9, killed.stderr
    resumed, history = killed_run.train(tmp_path)
    assert history.epoch == [2, 3]
    unbroken, expected = killed_run.train(tmp_path / "other")
    last = {name: values[2:] for name, values in expected.history.items()}
    assert_same_history(last, history.history)
    assert_same_state(unbroken, resumed)


class Interrupt(keras.callbacks.Callback):
    """Ctrl-C after the first step of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 0):
            raise KeyboardInterrupt


def test_model_can_be_used_and_trained_after_an_interrupt(tmp_path):
    vae = quick_compile(MODELS["BernoulliVAE"](seed=0))
    with pytest.raises(KeyboardInterrupt):
        vae.fit(bits(16), batch_size=8, epochs=3, verbose=0, callbacks=[Interrupt()])
    assert int(vae.optimizer.iterations) == 3
    assert np.isfinite(vae.encode(bits(3))).all()
    vae.save(tmp_path / "vae.keras")
    vae.fit(bits(16), batch_size=8, verbose=0)
    assert int(vae.optimizer.iterations) == 5
