"""What every objective gives."""

import keras
from keras import ops

from keras_vae.parts import Part

#: between the seed of a model and those of its objective: with one seed for both, a draw of the
#: posterior and one of the prior would be the same noise
_SEED_GAP = 0x2F0E1D3B


class Objective(Part):
    """Base of the objectives: `objective(trace=trace)` injects a loss and its named terms.

    A subclass names its terms in `term_names`, lower is better, and calls `inject` once.
    """

    #: the terms that history shows, in the order of `inject`
    term_names = ()
    #: latents drawn for each example; None for one draw without a samples axis
    num_samples = None
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

    def constant(self, name, value):
        """A scalar variable that no gradient moves and no mixed-precision policy rounds."""
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            autocast=False,
            trainable=False,
            aggregation="mean",
        )


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
