"""What every objective gives."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
from keras import ops

from keras_vae.parts import Part

#: between the seed of a model and those of its objective: with one seed for both, a draw of the
#: posterior and one of the prior would be the same noise
_SEED_GAP = 0x2F0E1D3B


class Player(NamedTuple):
    """A player that learns with an optimizer of its own.

    Args:
        variables: list of its `keras.Variable`s.
        default_optimizer: function that makes the optimizer which `compile` takes for it unless
            told otherwise.
    """

    variables: Sequence[keras.Variable]
    default_optimizer: Callable[[], keras.optimizers.Optimizer]


class Objective(Part):
    """Base of the objectives: `objective(trace=trace)` injects a loss and its named terms.

    A subclass names its terms in `term_names`, lower is better, and calls `inject` once.
    """

    #: the terms that history shows, in the order of `inject`
    term_names = ()
    #: latents drawn for each example; None for one draw without a samples axis
    num_samples = None
    #: the names of the variables in files that number them, in the order there; for objectives that
    #: have got more variables since
    numbered_variables = ()
    #: whether the loss holds the posterior's and the prior's log-densities at single draws
    scores_draws = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    @property
    def num_draws(self):
        """All latents drawn for each example; None for one draw without a samples axis."""
        return self.num_samples

    def call(self, trace):
        raise NotImplementedError

    def inject(self, loss, terms):
        """Hand the loss to Keras, with the terms' values for history.

        Args:
            loss: scalar tensor, what is minimised.
            terms: list of scalar tensors, in the order of `term_names`, reported unweighted.
        """
        # add_loss is the only way from `call` to the trainer that survives JAX' stateless calls
        # and replicas, and Keras minimises the sum of what it was given. So the terms go first,
        # as bare values, and then the loss less their sum: the total and its gradient are the
        # loss', and the terms can be read back one by one.
        terms = [ops.stop_gradient(term) for term in terms]
        for term in terms:
            self.add_loss(term)
        self.add_loss(loss - sum(terms))
        return loss

    def weight(self, name: str, value: float) -> keras.Variable:
        """A scalar variable that no gradient moves and no dtype policy rounds.

        `keras_vae.callbacks.Schedule(name, ...)` moves it while training. It is saved with the
        model's weights; a file that is older than the variable leaves it at `value`.

        Args:
            name: str, by which schedules and files find it.
            value: float, its value until it is moved or loaded.
        """
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            autocast=False,
            trainable=False,
            aggregation="mean",
        )

    constant = weight

    def players(self) -> dict[str, Player]:
        """The players with an optimizer of their own, by name; none by default.

        `compile` takes an argument `<name>_optimizer` for each.
        """
        return {}

    def save_own_variables(self, store):
        """Keras' hook: each variable under its name, so that later versions may add some."""
        for variable in self._own_variables():
            store[variable.name] = variable

    def load_own_variables(self, store):
        """Keras' hook: variables by their names; those that the file does not have stay.

        Files that were written before variables had names there number them from 0, in the order
        of `numbered_variables`.

        Raises:
            ValueError: if the file has a variable that this objective does not have.
        """
        variables = {v.name: v for v in self._own_variables()}
        numbered = self.numbered_variables or tuple(variables)
        names = {str(i): name for i, name in enumerate(numbered)}
        for key in store.keys():
            name = names.get(key, key)
            if name not in variables:
                raise ValueError(
                    f"The file has a variable {key!r} that objectives.{type(self).__name__} does "
                    f"not have. Expected: {list(variables)}"
                )
            variables[name].assign(store[key])

    def _own_variables(self):
        """The variables of this layer alone; those of layers within are saved on their own."""
        numbered = {}
        super().save_own_variables(numbered)
        return list(numbered.values())


class NoisyObjective(Objective):
    """Base of the objectives that draw: of the prior, or the order of a batch.

    Their noise follows the model's seed. As in the model, that of validation is a stream of its
    own, so that validation does not change the noise of training.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()
        self.validation_seed = keras.random.SeedGenerator()

    def join(self, vae):
        start = [(vae.shuffle_seed + _SEED_GAP) % 2**31, 0]
        for generator in (self.seed_generator, self.validation_seed):
            generator.state.assign(ops.cast(start, generator.state.dtype))

    def seed_of(self, trace):
        """The seed generator for a pass."""
        return self.seed_generator if trace.training else self.validation_seed


def example_distributions(vae):
    """The posterior and the prior of one example at the parameters zero, for their families."""
    shapes = vae.posterior_layer.parameter_shapes(vae.latent_shape)
    parameters = {name: ops.zeros((1, *shape)) for name, shape in shapes.items()}
    condition = None if vae.condition_shape is None else ops.zeros((1, *vae.condition_shape))
    return vae.posterior_layer(parameters), vae.prior_of(condition)
