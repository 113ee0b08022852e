"""The model inside of an estimator: by name, by a function that makes it, or by a config."""

import contextlib
import inspect
import random
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from keras_vae import models, networks
from keras_vae.checks import refuse
from keras_vae.parts import nearest_name, snake_case
from keras_vae.serialization import deserialize_value
from keras_vae.tables import Schema

EXPECTED = (
    "the name of a model, a paper's class, a function of data_shape that makes a "
    "keras_vae.VAE, or its config by keras.saving.serialize_keras_object"
)


def make_model(
    owner: str,
    model: Any,
    num_features: int,
    seed: int,
    defaults: Mapping[str, Any],
    options: Mapping[str, Any],
) -> models.VAE:
    """A new model for rows (num_features,), with the same weights for the same seed.

    Args:
        owner: str, the estimator's name, for errors.
        model: what `EXPECTED` says; or `None`, `GaussianVAE`.
        num_features: int.
        seed: int, of weights and draws.
        defaults: dict of `latent_dim`, `hidden` and `likelihood` of a paper. Those are left out
            that are `None`, or that the paper has no place for.
        options: dict of further arguments of a paper.

    Raises:
        ValueError: if `model` is of another kind, or makes something else than a `VAE` for such
            rows.
    """
    with _python_seed(seed):
        made = _make(owner, model, (num_features,), seed, defaults, options)
    if not isinstance(made, models.VAE):
        raise ValueError(
            f"{owner}: `model` must make a keras_vae.VAE. Received: model={model!r}, which made "
            f"a {type(made).__name__}"
        )
    if made.data_shape != (num_features,):
        raise ValueError(
            f"{owner}: `model` must take rows of shape ({num_features},). Received: a model of "
            f"data of shape {made.data_shape}"
        )
    return made


def make_table_model(
    owner: str,
    model: Any,
    schema: Schema,
    seed: int,
    defaults: Mapping[str, Any],
    options: Mapping[str, Any],
) -> models.VAE:
    """A new model for the rows of a table, of which values may be missing.

    Args:
        owner: str, the estimator's name, for errors.
        model: name or class of a paper with an argument `schema`, such as `"TabularVAE"`; or
            `None` for that one.
        schema: `keras_vae.tables.Schema`.
        seed, defaults, options: see `make_model`.

    Raises:
        ValueError: if `model` is of another kind.
    """
    paper = models.TabularVAE if model is None else model
    paper = _paper_by_name(owner, paper) if isinstance(paper, str) else paper
    is_paper = isinstance(paper, type) and issubclass(paper, models.Paper)
    if not is_paper or "schema" not in inspect.signature(paper).parameters:
        raise ValueError(
            f'{owner}: `model` must be a paper of tables, such as "TabularVAE", for a DataFrame '
            f"with mixed columns or missing values. Received: model={model!r}"
        )
    given = {**_suited(paper, {**defaults, "likelihood": None}, options), "schema": schema}
    with _python_seed(seed):
        return paper((len(schema.modelled),), **{"seed": seed, "missing": True, **given})


def _make(owner, model, data_shape, seed, defaults, options):
    if model is None:
        model = models.GaussianVAE
    if isinstance(model, keras.Model):
        expected = f"{EXPECTED}; a model that is there already cannot be fitted anew"
        refuse(owner, expected, model=model)
    if isinstance(model, str):
        model = _paper_by_name(owner, model)
    if isinstance(model, type) and issubclass(model, models.Paper):
        return model(data_shape, **{"seed": seed, **_suited(model, defaults, options)})
    if callable(model):
        return model(data_shape)
    if isinstance(model, Mapping) and "class_name" in model:
        return deserialize_value(dict(model))
    return refuse(owner, EXPECTED, model=model)


def _paper_by_name(owner, name):
    papers = {paper.__name__: paper for paper in models.all_papers()}
    by_name = {**papers, **{snake_case(key): paper for key, paper in papers.items()}}
    if name not in by_name:
        raise ValueError(
            f"{owner}: `model` must be one of {sorted(papers)}. Received: model={name!r}."
            f"{nearest_name(name, by_name)}"
        )
    return by_name[name]


def _suited(paper, defaults, options):
    """The options, and those defaults that the paper has a place for."""
    network = networks.get(options.get("network") or paper.default("network"))
    has_place = {
        "latent_dim": "latent_dim" in inspect.signature(paper).parameters,
        "hidden": "hidden" in network.option_names(),
        "likelihood": "likelihood" not in paper.fixes,
    }
    kept = {k: value for k, value in defaults.items() if value is not None and has_place[k]}
    return {**kept, **options}


@contextlib.contextmanager
def _python_seed(seed: int) -> Iterator[None]:
    """Python's global generator at a seed: from it Keras takes the seeds of first weights."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
