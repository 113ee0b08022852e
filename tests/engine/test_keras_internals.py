"""What Keras' private parts must do. Where a test fails, its message says what breaks."""

import keras
import numpy as np
import pytest
from checks import to_numpy
from toys import grey, small_vae

from keras_vae.engine import keras_internals as internals
from keras_vae.models.passes import passes_aside

BACKEND = keras.backend.backend()
X = grey(8)


class Spy(keras.callbacks.Callback):
    """Runs a function of the model at the end of each epoch."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.function(self.model))


def dense_model():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_models_say_whether_they_were_compiled():
    with pytest.raises(ValueError, match="compile"):
        internals.require_compiled(keras.Sequential([keras.Input((6,))]), "fit")
    assert internals.require_compiled(dense_model(), "fit") is None, (
        "Keras calls a compiled model uncompiled: `fit` of every model breaks."
    )


def test_keras_loop_asks_for_its_functions_and_calls_them_once_a_batch():
    calls, made = [], []

    class Model(keras.Sequential):
        def make_train_function(self, force=False):
            made.append(1)
            super().make_train_function(force)
            function = self.train_function

            def counted(*arguments):
                calls.append(1)
                return function(*arguments)

            self.train_function = counted

    model = Model([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", steps_per_execution=1)
    marker = model.train_function = model.test_function = object()
    with internals.replaced_step_functions(model):
        assert model.train_function is None and model.steps_per_execution == 1
        model.fit(X, X[:, :1], batch_size=2, verbose=0)
    assert made and len(calls) == 4, (
        "Keras' fit does not call make_train_function, or not its function once a batch: the "
        "compiled loop does not run, or trains on the wrong number of steps."
    )
    assert model.train_function is marker


def test_steps_of_a_subclass_are_seen():
    class Own(keras.Model):
        def test_step(self, *arguments):
            return super().test_step(*arguments)

    assert internals.has_own_step(Own())
    assert not internals.has_own_step(small_vae()), (
        "Keras' own steps look like a user's: on torch every step runs untraced, and slowly."
    )


def test_fit_calls_evaluate_with_its_callback_list():
    seen = []

    class Model(keras.Sequential):
        def evaluate(self, *arguments, callbacks=None, **kwargs):
            seen.append(internals.is_called_by_fit(callbacks))
            return super().evaluate(*arguments, callbacks=callbacks, **kwargs)

    model = Model([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, X[:, :1], validation_data=(X, X[:, :1]), verbose=0)
    assert seen == [True], (
        "Keras' fit does not hand its CallbackList to evaluate: validation data are checked and "
        "copied to the device again in each epoch."
    )
    assert not internals.is_called_by_fit([]) and not internals.is_called_by_fit(None)


def test_the_loss_is_the_first_metric():
    vae = small_vae()
    vae.fit(X, verbose=0)
    assert internals.loss_tracker(vae) is vae.metrics[0], (
        "Keras lists another metric first: on torch history shows the loss under a wrong name."
    )
    with pytest.raises(RuntimeError, match="list the loss first"):
        internals.loss_tracker(type("Fake", (), {"metrics": [keras.metrics.Mean(name="kl")]})())


@pytest.mark.parametrize("fast", [True, False])
def test_weights_are_current_in_the_middle_of_a_fit(fast):
    vae = small_vae(optimizer=keras.optimizers.SGD(0.1))
    vae.use_compiled_loop = fast

    def kernel(model):
        internals.sync_state(vae)
        return to_numpy(vae.encoder.trainable_variables[0])

    spy = Spy(kernel)
    vae.fit(X, epochs=2, verbose=0, callbacks=[spy])
    assert not np.array_equal(*spy.seen), (
        "jax_state_sync does not write the weights back: callbacks that call encode or save see "
        "stale weights."
    )
    np.testing.assert_array_equal(spy.seen[-1], to_numpy(vae.encoder.trainable_variables[0]))


@pytest.mark.skipif(BACKEND != "jax", reason="JAX' state")
def test_the_state_is_in_the_order_of_the_models_lists():
    vae, seen = small_vae(), []
    step = vae.train_step

    def spy(state, data):
        seen.append([[tuple(v.shape) for v in values] for values in state])
        return step(state, data)

    vae.train_step = spy
    vae.use_compiled_loop = False
    vae.fit(X, verbose=0)
    lists = (
        vae.trainable_variables,
        vae.non_trainable_variables,
        vae.optimizer.variables,
        vae.metrics_variables,
    )
    expected = [[tuple(v.shape) for v in variables] for variables in lists]
    assert seen[0] == expected, (
        "Keras orders JAX' state otherwise: schedules write their values into other variables."
    )

    weight = vae.objective.kl_weight
    values = [[v.value for v in variables] for variables in lists]
    state = internals.JaxState.of(values).with_values(vae, {id(weight): 0.25})
    place = [v is weight for v in vae.non_trainable_variables].index(True)
    assert state.state[1][place] == 0.25
    assert [v for v, _ in state.metrics(vae)] == vae.metrics_variables


def test_a_failing_step_leaves_the_variables_their_values():
    vae = small_vae()
    before = vae.get_weights()

    class Fail(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        vae.fit(X, verbose=0, callbacks=[Fail()])
    assert all(weight is not None for weight in vae.get_weights()), (
        "Keras keeps a variable's value elsewhere than in _value: after an error in the first "
        "step on JAX the model is lost."
    )
    assert len(vae.get_weights()) == len(before)


def test_all_layers_are_found_once_in_a_fixed_order():
    class Inside(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.noise = keras.layers.Dropout(0.5, seed=1)

    inside = Inside()
    model = keras.Sequential([keras.Input((6,)), inside])
    layers = internals.all_layers(model)
    assert layers[0] is model and [*layers].count(inside) == 1
    assert any(layer is inside.noise for layer in layers), (
        "_flatten_layers does not look into layers: their noise is not saved, and on torch it is "
        "not traced."
    )
    assert [id(one) for one in internals.all_layers(model)] == [id(one) for one in layers]
    assert internals.seed_generators(model)[-1] is inside.noise.seed_generator


def test_plain_adam_is_told_from_its_subclasses():
    assert internals.is_plain_adam(keras.optimizers.Adam()), (
        "Adam is not recognised: on torch every update takes Keras' slower way."
    )
    assert not internals.is_plain_adam(keras.optimizers.AdamW())
    assert not internals.is_plain_adam(keras.optimizers.SGD())


def test_adam_keeps_its_means_where_the_fused_kernel_looks():
    first, second = keras.Variable([1.0, 2.0]), keras.Variable([3.0])
    adam = keras.optimizers.Adam(beta_1=0.75, beta_2=0.5)
    adam.build([first, second])
    gradients = [keras.ops.array([4.0, 8.0]), keras.ops.array([2.0])]
    adam.apply(gradients, [first, second])
    means, squares = internals.adam_slots(adam, [second, first])
    message = "Adam keeps its means elsewhere: on torch the fused update would train on other ones."
    assert to_numpy(means[0]) == pytest.approx([0.5]), message
    assert to_numpy(means[1]) == pytest.approx([1.0, 2.0]), message
    assert to_numpy(squares[1]) == pytest.approx([8.0, 32.0]), message


def test_seed_generators_count_their_draws():
    generator = keras.random.SeedGenerator(7)
    before = to_numpy(generator.state)
    keras.random.normal((2,), seed=generator)
    np.testing.assert_array_equal(to_numpy(generator.state) - before, [0, 1])


@pytest.mark.skipif(BACKEND != "torch", reason="Only torch's loop numbers its seeds.")
def test_draws_ask_their_seed_generator_for_the_next_seed():
    generator = keras.random.SeedGenerator(7)
    before = to_numpy(generator.state)
    with internals.numbered_seeds([keras.random.SeedGenerator(1), generator]) as seeds:
        keras.random.normal((2,), seed=generator)
        seed = generator.next()
        assert internals.read_numbered_seed(sum(int(s) for s in seed)) == (1, 1), (
            "Keras does not draw by SeedGenerator.next: on torch a trace would repeat its noise."
        )
        assert seeds[1][1] == 2
    assert to_numpy(generator.state)[1] == before[1]


@pytest.mark.skipif(BACKEND != "torch", reason="torch's generators")
def test_a_seed_is_the_sum_of_its_two_numbers():
    import torch

    generator = keras.random.SeedGenerator(7)
    seed = sum(to_numpy(generator.state).astype(int).tolist())
    drawn = to_numpy(keras.random.normal((3,), seed=generator))
    own = torch.randn(3, generator=torch.Generator().manual_seed(seed))
    np.testing.assert_allclose(
        drawn, own.numpy(), rtol=1e-6, err_msg="A replayed step draws other noise than Keras' step."
    )


def test_seeds_are_recorded_and_repeated():
    generator, other = keras.random.SeedGenerator(7), keras.random.SeedGenerator(7)
    with internals.recorded_seeds([generator]) as tapes:
        first = [to_numpy(keras.random.normal((2,), seed=generator)) for _ in "ab"]
    state = to_numpy(generator.state)
    with internals.repeated_seeds([generator], tapes):
        again = [to_numpy(keras.random.normal((2,), seed=generator)) for _ in "ab"]
    message = "Keras does not draw by SeedGenerator.next: DReG and PIWAE mix two dropout masks."
    np.testing.assert_array_equal(first, again, err_msg=message)
    np.testing.assert_array_equal(to_numpy(generator.state), state, err_msg=message)
    assert not np.array_equal(*first)
    expected = to_numpy(keras.random.normal((2,), seed=other))
    np.testing.assert_array_equal(first[0], expected)
    assert "next" not in vars(generator)


def test_passes_aside_leave_nothing_behind():
    regularizer = keras.regularizers.L2(1.0)
    dense = keras.layers.Dense(6, activity_regularizer=regularizer)
    network = keras.Sequential([keras.Input((6,)), dense, keras.layers.BatchNormalization()])
    before = [to_numpy(v) for v in network.variables]
    with passes_aside([network]):
        aside = to_numpy(network(X, training=True))
    message = "Keras' StatelessScope lets go of losses or values: passes aside count twice."
    assert not network.losses, message
    for old, new in zip(before, network.variables, strict=True):
        np.testing.assert_array_equal(old, to_numpy(new), err_msg=message)
    np.testing.assert_allclose(aside, to_numpy(network(X, training=True)), rtol=1e-5, atol=1e-6)
    assert len(network.losses) == 1


def test_the_last_operation_of_a_model_is_known():
    dense = keras.layers.Dense(4, "sigmoid")
    z = keras.Input((2,))
    inner = keras.Model(z, keras.layers.Reshape((2, 2))(dense(z)))
    model = keras.Model(z, keras.layers.Flatten()(inner(z)))
    assert internals.last_operation(model.output) is dense, (
        "Keras keeps what made a tensor elsewhere: no warning of a sigmoid under logits."
    )


def test_optimizers_keep_the_variables_that_they_were_built_for():
    model = dense_model()
    model.optimizer.build(model.trainable_variables)
    assert model.optimizer._trainable_variables == model.trainable_variables, (
        "Keras keeps them elsewhere: on JAX a frozen layer gets Keras' error."
    )
    internals.require_known_variables(model)
    model.layers[0].trainable = False
    internals.require_known_variables(model)
    kept = len(model.optimizer._trainable_variables)
    with internals.optimizer_of_trained_variables(model):
        known = model.optimizer._trainable_variables
        assert len(known) == (len(model.trainable_variables) if BACKEND == "jax" else kept)
    assert len(model.optimizer._trainable_variables) == kept
