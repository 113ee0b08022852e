"""PixelCNNs over levels of codes (Razavi et al., 2019), arxiv.org/abs/1906.00446."""

from typing import Any

import keras

from keras_vae.context import Context
from keras_vae.networks.code_levels import code_levels_pixel_cnn
from keras_vae.parts import check_count
from keras_vae.posteriors.hierarchical_vq import HierarchicalVQ
from keras_vae.priors.codes import CodePrior
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class HierarchicalPixelCNN(CodePrior):
    """A gated PixelCNN over each level of codes, given the levels above.

    Codes of the levels above shift the gates at each place. `fit` trains the networks of all levels
    at once, which share no weights; `sample` draws level by level from the top. In the paper the
    top level's network has self-attention too, and dropout.

    Args:
        filters: int, hidden channels. Defaults to `64`.
        blocks: int, gated blocks behind the first one. Defaults to `None`: as many as see every
            earlier code of the level, 4 at least.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer; in a model, if its posterior has no
            levels of codes.

    References:
        - [Razavi et al., 2019](https://arxiv.org/abs/1906.00446)
        - [van den Oord et al., 2016](https://arxiv.org/abs/1606.05328), the gated PixelCNN
    """

    def __init__(self, filters: int = 64, blocks: int | None = None, **kwargs: Any) -> None:
        check_count("priors.HierarchicalPixelCNN", filters=filters)
        if blocks is not None:
            check_count("priors.HierarchicalPixelCNN", blocks=blocks)
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks

    def bind(self, context: Context) -> None:
        """Learn what the levels are.

        Raises:
            ValueError: if the posterior is not a `posteriors.HierarchicalVQ`.
        """
        super().bind(context)
        if not isinstance(context.posterior, HierarchicalVQ):
            raise ValueError(
                "The prior HierarchicalPixelCNN needs posteriors.HierarchicalVQ as posterior. Use "
                f"priors.GatedPixelCNN. Received: posterior={context.posterior!r}"
            )

    @property
    def size(self) -> Shape:
        """The codes as the network takes them: (codes of all levels,)."""
        return self.quantizer.code_shape

    def make_network(
        self, size: Shape, num_codes: int, condition_shape: Shape | None = None
    ) -> keras.Model:
        """See `CodePrior`."""
        sizes = [shape[:-1] for shape in self.context.posterior.map_shapes]
        settings = (self.filters, self.blocks, condition_shape, "hierarchical_pixel_cnn")
        return code_levels_pixel_cnn(sizes, num_codes, *settings)
