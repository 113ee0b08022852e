"""The door: whatever a model is given becomes checked arrays or checked batches."""

from typing import Any

import numpy as np

from keras_vae.inputs.adapters import find_adapter
from keras_vae.inputs.fields import Fields
from keras_vae.inputs.kinds import Policy
from keras_vae.inputs.limits import Limits
from keras_vae.inputs.names import WEIGHT
from keras_vae.inputs.prepared import Arrays, Prepared, StreamedBatches
from keras_vae.inputs.streams import BatchCheck


def prepare(
    x: Any,
    fields: Fields,
    y: Any = None,
    argument: str = "x",
    likelihood: Any = None,
    finite_batches: bool = True,
    takes_target: bool = True,
    warn_scale: bool = False,
    **beside: Any,
) -> Prepared:
    """Checked arrays, or checked batches, of what a method of a model was given.

    Every container passes the same checks: arrays whole, but piece by piece, data sets batch by
    batch. Arrays in files stay there. Empty batches are refused.

    Args:
        x: array (n, *event) of NumPy, pandas, polars, xarray, h5py, SciPy (sparse), of any backend,
            or a nested list; a dict `{"x": ..., "condition": ...}` of those; `tf.data.Dataset`,
            torch `DataLoader`, `PyDataset` or iterator of batches of those, `x`, `(x,)` or
            `(x, y)`; or what this function gave.
        fields: `Fields`, what the model takes.
        y: array of x' shape, what x is to become; or labels, which are not used. Defaults to
            `None`. See `keras_vae.inputs.targets`.
        argument: str, the argument's name, for errors. Defaults to `"x"`.
        likelihood: `keras_vae.likelihoods.Likelihood` whose support the values (of y, if that is
            the target) must lie in. Defaults to `None`, no density is asked for.
        finite_batches: bool, whether NaN and infinity are refused in x of data sets too. Defaults
            to `True`.
        takes_target: bool, whether y in batches of a data set may be the target; else it is not
            looked at. Defaults to `True`.
        warn_scale: bool, whether data far from unit scale are warned of. Defaults to `False`.
        **beside: further fields by name, such as `condition`; `None` for those that are not given.

    Returns:
        `Arrays` or `StreamedBatches`.

    Raises:
        ValueError: if the container is unknown, or the shape, dtype or a value is not as it must
            be, or if there is no example.
    """
    if isinstance(x, Prepared):
        return x
    limits = None if likelihood is None else Limits.of(likelihood)
    given = fields.split(x, argument, beside)
    adapter = find_adapter(given[fields.name], argument)
    if not adapter.is_stream:
        sources = fields.read(given, argument, y, Policy(limits, warn_scale=warn_scale))
        return Arrays(sources, fields.name)
    if isinstance(x, dict):
        raise ValueError(
            f"{argument} must hold arrays in a dict, or be a data set of batches that are dicts. "
            f"Received: a dict with a {type(given[fields.name]).__name__}"
        )
    if y is not None:
        raise ValueError(
            f"{argument} as a data set brings its own y: batches of (x, y). Received: y beside it"
        )
    if beside.get(WEIGHT) is not None:
        raise ValueError(
            f"{argument} as a data set brings its own weights: batches of (x, y, sample_weight). "
            "Received: sample_weight beside it"
        )
    _check_for_all(fields, beside, argument)
    check = BatchCheck(fields, Policy(limits, finite=finite_batches), beside, takes_target)
    stream = adapter.read(x, argument)
    stream.check_first(check)
    return StreamedBatches(stream, check)


def _check_for_all(fields, beside, argument):
    """Refuse arrays beside a data set: which of their rows belong to a batch is not known."""
    for name, value in beside.items():
        if value is None or name not in fields or fields[name].holds_for_all(value):
            continue
        raise ValueError(
            f"{argument} as a data set brings its own {name} for each example, in batches "
            f'{{"x": x, "{name}": {name}}}; beside it, one value for all may be given. '
            f"Received: {name} of shape {np.shape(value)}"
        )
