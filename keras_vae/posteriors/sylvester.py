"""Sylvester flow posterior (van den Berg et al., 2018), arxiv.org/abs/1803.05649."""

from typing import Any

from keras import ops

from keras_vae import flows
from keras_vae.parts import check_count
from keras_vae.posteriors.flow import FlowPosterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor

KINDS = ("orthogonal", "householder", "triangular")


@register
class Sylvester(FlowPosterior):
    """Normal posterior bent by Sylvester steps, all of whose parameters the encoder gives.

    The kind says where a step's matrix Q with orthonormal columns comes from:

    - `"orthogonal"`: `num_vectors` columns, made orthonormal. The paper iterates towards the
      nearest such matrix; here it is a QR decomposition, exact at any encoder outputs, for the
      log-density is wrong where Q is not orthonormal.
    - `"householder"`: a square matrix, the product of `num_vectors` reflections.
    - `"triangular"`: the identity, and the reversal of the latents in every second step.

    Args:
        kind: `"orthogonal"`, `"householder"` or `"triangular"`. Defaults to `"orthogonal"`.
        num_flows: int, K, number of steps. Defaults to `4`.
        num_vectors: int, columns of Q, at most the number of latents, or its reflections. Defaults
            to `8`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, triangles, diagonals, b, vectors]`, or a dict with these names,
            shaped (batch, ...) as `parameter_shapes` says; no `vectors` in the triangular kind.

    Returns:
        `keras_vae.distributions.Transformed`.

    Raises:
        ValueError: if `kind` is unknown, or a number is not a positive integer.

    Reference:
        - [van den Berg et al., 2018](https://arxiv.org/abs/1803.05649)
    """

    def __init__(
        self,
        kind: str = "orthogonal",
        num_flows: int = 4,
        num_vectors: int = 8,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(
                f"posteriors.Sylvester needs a kind of {KINDS}. Received: kind={kind!r}"
            )
        check_count("posteriors.Sylvester", num_vectors=num_vectors)
        super().__init__(num_flows, log_var_range, **kwargs)
        self.kind = kind
        self.num_vectors = num_vectors

    def step_shapes(self, latent_dim: int) -> dict[str, Shape]:
        """`triangles`, `diagonals` and `b` of every step, and the `vectors` that Q is made of."""
        columns = self._num_columns(latent_dim)
        shapes = {"triangles": (columns, columns), "diagonals": (2, columns), "b": (columns,)}
        if self.kind == "orthogonal":
            shapes["vectors"] = (latent_dim, columns)
        if self.kind == "householder":
            shapes["vectors"] = (self.num_vectors, latent_dim)
        return {name: (self.num_flows, *shape) for name, shape in shapes.items()}

    def _num_columns(self, latent_dim):
        return min(self.num_vectors, latent_dim) if self.kind == "orthogonal" else latent_dim

    def flow(
        self, triangles: Tensor, diagonals: Tensor, b: Tensor, vectors: Tensor | None = None
    ) -> Any:
        """`keras_vae.flows.Chain` of Sylvester steps."""
        steps = []
        matrices = self._matrices(vectors)
        for k in range(self.num_flows):
            step = (triangles[..., k, :, :], diagonals[..., k, :, :], b[..., k, :])
            steps.append(flows.Sylvester(matrices[k], *step))
        return flows.Chain(tuple(steps))

    def _matrices(self, vectors):
        """Q of every step, a list of tensors (..., latent, columns)."""
        if self.kind == "triangular":
            identity = ops.eye(self.event_shape[0], dtype="float32")
            turned = ops.flip(identity, axis=0)
            return [turned if k % 2 else identity for k in range(self.num_flows)]
        make = flows.reflections if self.kind == "householder" else flows.orthonormal_columns
        # All steps' at once: many small matrices take no longer than one.
        matrices = make(vectors)
        return [matrices[..., k, :, :] for k in range(self.num_flows)]
