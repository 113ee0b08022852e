"""Student's t likelihood with one learned scale."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.one_scale import OneScale
from keras_vae.parts import check_positive
from keras_vae.serialization import register


@register
class StudentT(OneScale):
    """Student's t likelihood whose one scale, for all elements, is learned: heavy tails.

    Args:
        df: float > 0, degrees of freedom: the fewer, the less an outlier counts. Fixed, not
            learned. Defaults to `5.0`.
        initial_scale: float, scale at the start. Defaults to `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not positive.
    """

    def __init__(
        self, df: float = 5.0, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any
    ) -> None:
        check_positive("likelihoods.StudentT", df=df)
        super().__init__(initial_scale, min_scale, **kwargs)
        self.df = df

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        mean, log_scale = self.mean_and_log_scale(parameters)
        return distributions.StudentT(mean, log_scale, self.df, event_ndim=self.event_ndim)
