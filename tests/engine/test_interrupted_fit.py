"""A `fit` that an error or the user ends: the model stays usable, with the weights it had."""

import keras
import numpy as np
import pytest
from toys import grey, small_vae

X = grey(20)


class Interrupt(keras.callbacks.Callback):
    """Raises where it is told to, in the second epoch."""

    def __init__(self, where, error):
        super().__init__()
        self.where, self.error = where, error
        setattr(self, f"on_{where}", self._raise)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def _raise(self, *args, **kwargs):
        if self.epoch == 1:
            raise self.error


def bad_batches():
    yield from [(X[:4],)] * 8  # more than Keras looks ahead
    yield (X[:4, :5],)


@pytest.mark.parametrize("fast_loop", [True, False], ids=["compiled loop", "Keras' loop"])
@pytest.mark.parametrize("where", ["train_batch_end", "test_batch_end", "epoch_end"])
def test_interrupted_from_the_keyboard(where, fast_loop):
    vae = small_vae()
    vae.use_compiled_loop = fast_loop
    callback = Interrupt(where, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        vae.fit(X, batch_size=4, epochs=3, validation_data=X, callbacks=[callback], verbose=0)
    assert_usable(vae)


def test_bad_batch_in_the_middle():
    vae = small_vae()
    # TensorFlow wraps an error in a generator into one of its own, message and all.
    with pytest.raises(Exception, match=r"x must have the shape \(n, 6\)"):
        vae.fit(bad_batches(), verbose=0)
    assert_usable(vae)


class Weighted(keras.utils.PyDataset):
    """Batches with weights, which the first step refuses."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X[:4], X[:4], -np.ones(4)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_bad_first_batch_leaves_a_trained_model_as_it_was(method):
    vae = small_vae()
    vae.fit(X, verbose=0)
    before = vae.get_weights()
    # On JAX Keras has taken the weights out of the model by then.
    with pytest.raises(ValueError, match="sample_weight must hold numbers >= 0"):
        getattr(vae, method)(Weighted(), verbose=0)
    for weight, kept in zip(vae.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)
    assert_usable(vae)


def assert_usable(vae):
    weights = vae.get_weights()
    assert all(np.all(np.isfinite(weight)) for weight in weights)
    assert int(vae.optimizer.iterations) >= 1
    assert vae.encode(X).shape == (20, 2)
    history = vae.fit(X, epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0] * 1.5
