"""What every objective gives."""

from keras import ops

from keras_vae.parts import Part


class Objective(Part):
    """Base of the objectives: `objective(trace=trace)` injects a loss and its named terms.

    A subclass names its terms in `term_names`, lower is better, and calls `inject` once.
    """

    #: the terms that history shows, in the order of `inject`
    term_names = ()
    #: latents drawn for each example; None for one draw without a samples axis
    num_samples = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

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
