"""Vector quantizer (van den Oord et al., 2017), arxiv.org/abs/1711.00937."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.backend import of_first_replica, sum_over_replicas
from keras_vae.context import Context
from keras_vae.parts import check_count, check_non_negative
from keras_vae.posteriors.kmeans import kmeans
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.serialization import register
from keras_vae.typing import Array, ArrayLike, Shape, Tensor

#: the least share that anything is divided by
_LEAST_SHARE = 1e-30
#: encoder vectors for each code that k-means starts from
_VECTORS_A_CODE = 16
#: `started` behind the start: 1 where the decay is at its end, else this and the steps since
_FIRST_STEP = 2.0
#: vectors for each code that the running averages are of at least, as long as the decay rises
_LEAST_VECTORS = 2.0


@register
class VectorQuantizer(Quantizer):
    """Each vector becomes the nearest one of a learned codebook.

    The codebook starts from k-means over the encoder's vectors, where `fit` is given arrays, else
    from vectors of the first batch. Codes that are hardly used any more are replaced by random
    vectors of the batch. All running averages are of a batch's *shares*, so that they, like the
    commitment, do not depend on the batch size.

    Args:
        num_codes: int. Defaults to `512`.
        ema: bool, whether the codebook is a running average of the vectors it stands for; else it
            learns by the gradient of its squared distance to them. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        restart_below: float >= 0, codes with less than this part of the average share are replaced;
            0 replaces none. Defaults to `0.1`.
        kmeans: bool, whether the codebook starts from k-means. Defaults to `True`.
        cosine: bool, whether vectors and codes are divided by their lengths, so that the nearest
            code is that of the greatest cosine (Yu et al., 2021, arXiv:2110.04627). Defaults to
            `False`.
        decay_warmup: bool, whether the decay rises to its end value as (1 + t) / (10 + t) with the
            steps t since the start, so that the codebook follows an encoder that is still fast, and
            finds its dead codes, within a few steps. It starts higher where a batch has few vectors
            for each code. Codebooks of files without the count of steps are at the end value.
            Defaults to `True`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).
        training: bool, whether the codebook moves. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Quantized`.

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
        - [Yu et al., 2021](https://arxiv.org/abs/2110.04627), the cosine
    """

    needs_equal_weights = "its codebook follows the batch as a whole"
    takes_free_sizes = True

    def __init__(
        self,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        restart_below: float = 0.1,
        kmeans: bool = True,
        cosine: bool = False,
        decay_warmup: bool = True,
        **kwargs: Any,
    ) -> None:
        owner = f"posteriors.{type(self).__name__}"
        check_count(owner, num_codes=num_codes)
        check_non_negative(owner, decay=decay, restart_below=restart_below)
        if decay >= 1 or restart_below >= 1:
            raise ValueError(
                f"{owner} needs decay < 1 and restart_below < 1. "
                f"Received: decay={decay}, restart_below={restart_below}"
            )
        super().__init__(**kwargs)
        self.num_codes = num_codes
        self.ema = ema
        self.decay = decay
        self.restart_below = restart_below
        self.kmeans = kmeans
        self.cosine = cosine
        self.decay_warmup = decay_warmup
        # For use without a model, whose own generator is saved with it.
        self.seed_generator = keras.random.SeedGenerator()
        self.context: Any = None

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        size = (self.num_codes, event_shape[-1])
        spread = keras.initializers.RandomUniform(-1 / self.num_codes, 1 / self.num_codes)
        self.codebook = self._weight("codebook", size, spread, trainable=not self.ema)
        # A step cannot assign to a weight that it trains: what is replaced moves by this.
        self.offsets = self._weight("offsets", size, "zeros")
        self.shares = self._weight("shares", (self.num_codes,), "zeros")
        self.started = self._weight("started", (), "zeros")

    def _weight(self, name, shape, initializer, trainable=False):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            dtype="float32",
            autocast=False,
            trainable=trainable,
            aggregation="mean",
        )

    def bind(self, context: Context) -> None:
        """Draw with the model's seeds."""
        self.context = context

    def vectors(self) -> Tensor:
        """The codes' vectors, (codes, channels)."""
        vectors = self.codebook + self.offsets
        return ops.normalize(vectors, axis=-1) if self.cosine else vectors

    def straight(self, z: Tensor) -> Tensor:
        """See `Quantizer.straight`."""
        return ops.normalize(z, axis=-1) if self.cosine else z

    def embed(self, indices: Tensor) -> Tensor:
        """Vectors of codes, integers (...) -> (..., channels)."""
        return ops.take(self.vectors(), ops.cast(indices, "int32"), axis=0)

    def indices_of(self, latents: Tensor) -> Tensor:
        """Codes of latents that `embed` gave, (..., channels) -> int32 (...)."""
        flat = ops.reshape(latents, (-1, latents.shape[-1]))
        return ops.reshape(nearest(flat, self.vectors()), ops.shape(latents)[:-1])

    def to_codes(self, z: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """See `Quantizer.to_codes`."""
        z = self.straight(z)
        vectors = self.vectors()
        if training:
            picks = self._picks(z)
            is_new = ops.convert_to_tensor(self.started) < 0.5
            moved = ops.where(is_new, ops.stop_gradient(picks - vectors), 0.0)
            vectors = vectors + moved
        indices = nearest(z, vectors)
        codes = ops.take(vectors, indices, axis=0)
        if training:
            self._learn(ops.stop_gradient(z), indices, vectors, moved, picks, is_new)
        commitment = ops.sum(ops.square(z - ops.stop_gradient(codes)), axis=-1)
        if self.ema:
            return codes, indices, commitment, ops.zeros_like(commitment)
        codebook_loss = ops.sum(ops.square(ops.stop_gradient(z) - codes), axis=-1)
        return codes, indices, commitment, codebook_loss

    def _picks(self, z):
        """A random vector of the batch for each code, (codes, channels)."""
        z = ops.stop_gradient(z)
        count = ops.shape(z)[0]
        seed = self.context.seed_generator if self.context else self.seed_generator
        uniform = backend.uniform((self.num_codes,), seed=seed)
        rows = ops.cast(ops.floor(uniform * ops.cast(count, "float32")), "int32")
        return of_first_replica(ops.take(z, ops.minimum(rows, count - 1), axis=0))

    def _learn(self, z, indices, vectors, moved, picks, is_new):
        """Move the running averages, with them an EMA codebook, and replace dead codes."""
        vectors = ops.stop_gradient(vectors)
        # Sums of what each vector is away from its code: those of vectors far from the origin
        # would round more than they move.
        away = ops.concatenate([ops.ones_like(z[:, :1]), z - ops.take(vectors, indices, 0)], -1)
        totals = ops.segment_sum(away, indices, num_segments=self.num_codes)
        counts, sums = totals[:, 0], totals[:, 1:]
        # Over the whole batch: the mean over replicas of what follows would be another number.
        counts, sums = sum_over_replicas([counts, sums])
        count = ops.sum(counts)
        share = counts / count
        mean_share = 1 / self.num_codes
        decay = self._decay(count)
        old = ops.where(is_new, mean_share, ops.convert_to_tensor(self.shares))
        shares = old + (1 - decay) * (share - old)
        new = vectors
        if self.ema:
            # The paper's m = decay m + (1 - decay) sum, over N = decay N + (1 - decay) count, is
            # the old vector plus this step towards the mean: no third state. Nothing smooths N,
            # which many codes do: a vector that was divided by a smoothed N, taken for m / N a
            # step later, shrinks to the origin. No N is zero where the sum is not.
            step = (1 - decay) * sums / count
            new = vectors + step / ops.maximum(shares, _LEAST_SHARE)[:, None]
        is_dead = shares < self.restart_below * mean_share
        new = ops.where(is_dead[:, None], picks, new)
        self.shares.assign(ops.where(is_dead, mean_share, shares))
        if self.cosine:
            # Divided by its length again: else lengths, and with them steps, would drift.
            stays = ops.logical_not(ops.logical_or(is_dead, is_new))[:, None]
            raw = ops.stop_gradient(self.codebook + self.offsets)
            kept = ops.logical_and(stays, not self.ema)
            new = ops.where(kept, raw, ops.normalize(new, axis=-1))
            self.offsets.assign(new - ops.stop_gradient(self.codebook + 0.0))
        else:
            self.offsets.assign(self.offsets + moved + (new - vectors))
        self.started.assign(self._next_started(is_new))

    def _decay(self, count):
        """The decay of this step, a scalar, from the number of vectors in the batch."""
        started = ops.convert_to_tensor(self.started)
        steps = ops.maximum(started - _FIRST_STEP, 0.0)
        rising = (1 + steps) / (10 + steps)
        # Over fewer vectors a code that is as common as others would often count as dead.
        least = 1 - count / (_LEAST_VECTORS * self.num_codes)
        rising = ops.minimum(ops.maximum(rising, least), self.decay)
        at_end = ops.logical_and(started > 0.5, started < _FIRST_STEP)
        return ops.where(at_end, self.decay, rising) if self.decay_warmup else self.decay

    def _next_started(self, is_new):
        started = ops.convert_to_tensor(self.started)
        later = ops.where(started < _FIRST_STEP, started, started + 1)
        return ops.where(is_new, _FIRST_STEP if self.decay_warmup else 1.0, later)

    def restore(self, vectors: ArrayLike) -> None:
        """Take the vectors of a trained codebook, (codes, channels); it does not start any more."""
        self.codebook.assign(vectors)
        self.offsets.assign(np.zeros(self.offsets.shape, "float32"))
        # Nothing is known of their shares, and none is to be taken for dead.
        self.shares.assign(np.full(self.shares.shape, 1 / self.num_codes, "float32"))
        self.started.assign(1.0)

    @property
    def has_started(self) -> bool:
        """Whether the codebook has started from data."""
        return bool(ops.convert_to_numpy(self.started))

    @property
    def num_starting_vectors(self) -> int:
        """How many of the encoder's vectors k-means starts from; 0 if it is not to start."""
        return _VECTORS_A_CODE * self.num_codes if self.kmeans and not self.has_started else 0

    def start(self, vectors: ArrayLike, seed: int = 0) -> Array:
        """Start the codebook by k-means.

        Args:
            vectors: array (vectors, channels).
            seed: int, of the first centres. Defaults to `0`.

        Returns:
            What the codes leave of the vectors, (vectors, channels).
        """
        vectors = ops.convert_to_numpy(self.straight(ops.convert_to_tensor(vectors)))
        centers, indices = kmeans(vectors, self.num_codes, seed)
        if self.cosine:
            centers = ops.convert_to_numpy(ops.normalize(ops.convert_to_tensor(centers), axis=-1))
        self.codebook.assign(centers)
        self.offsets.assign(np.zeros_like(centers))
        shares = np.bincount(indices, minlength=self.num_codes) / len(vectors)
        self.shares.assign(shares.astype("float32"))
        self.started.assign(_FIRST_STEP if self.decay_warmup else 1.0)
        return vectors - centers[indices]


def nearest(z: Tensor, vectors: Tensor) -> Tensor:
    """The index of the vector nearest to each z, (vectors,)."""
    z, vectors = ops.stop_gradient(z), ops.stop_gradient(vectors)
    # Around the codes' mean: far from the origin the terms below would cancel.
    center = ops.mean(vectors, axis=0)
    z, vectors = z - center, vectors - center
    # The squared distance less |z|^2, which is the same for all codes.
    products = ops.matmul(z, ops.transpose(vectors))
    distances = ops.sum(ops.square(vectors), axis=-1) - 2 * products
    return ops.cast(ops.argmin(distances, axis=-1), "int32")
