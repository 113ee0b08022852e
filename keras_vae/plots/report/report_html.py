"""A report of any model on any data, in one call: a page of numbers and figures."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vae import atomic
from keras_vae.checks import check_count, check_seed
from keras_vae.evaluation.checks import check_labels
from keras_vae.plots.report import examples, latents, numbers
from keras_vae.plots.report.page import Section, page
from keras_vae.plots.report.study import Study
from keras_vae.version import __version__


def report_html(
    vae: Any,
    path: str | os.PathLike[str],
    x_test: Any,
    x_train: Any = None,
    y_test: Any = None,
    y_train: Any = None,
    outliers: Any = None,
    condition: Any = None,
    num_samples: int = 100,
    title: str | None = None,
    seed: int = 0,
) -> Path:
    """Write one page that criticises a model on data, and asks for nothing from anywhere.

    Its sections: the numbers of `keras_vae.evaluation.evaluate_generative`; reconstructions;
    samples; their nearest training rows; the KL by latent; the aggregate posterior beside the
    prior; the calibration of the likelihood; labels among the latents; and data of another kind.
    What a model or its data do not have is left out, and the page says why.

    Args:
        vae: `keras_vae.VAE`.
        path: str or path of the page.
        x_test: array (n, event), a DataFrame, or a dict of x and its fields: examples that the
            model was not trained on.
        x_train: the like, what it was trained on. Defaults to `None`: no memorisation, no probe.
        y_test: integer array (n,), labels from 0. Defaults to `None`.
        y_train: integer array, labels of `x_train`. Defaults to `None`.
        outliers: like `x_test`, data of another kind. Defaults to `None`: test examples with each
            element from another example at random, as `keras_vae.evaluation.shuffled_elements`.
        condition: array (n, condition) or labels (n,) of the test examples. Defaults to `None`.
        num_samples: int, draws of z for each log-likelihood. Defaults to `100`.
        title: str, the page's heading. Defaults to `None`: the class of the model.
        seed: int. Defaults to `0`.

    Returns:
        The page's `pathlib.Path`.

    Raises:
        ValueError: if an array does not fit the model or the others.
        OSError: if the page cannot be written; an old one is kept.

    Example:

    ```python
    path = keras_vae.plots.report_html(vae, "report.html", x_val, x_train=x)
    ```
    """
    check_count("report_html", num_samples=num_samples)
    check_seed("report_html", seed)
    study = Study(vae, x_test, x_train, condition, num_samples, seed)
    labelled = _labels(study, y_test, y_train)
    if outliers is not None:
        outliers = vae.prepare(outliers, None, "outliers", in_support=True)
    makers: dict[str, Callable[[], Section]] = {
        "Numbers": lambda: numbers.headline(study, labelled),
        "Reconstructions": lambda: examples.reconstructions(study),
        "Samples": lambda: examples.samples(study),
        "Nearest training rows": lambda: examples.nearest(study),
        "KL by latent": lambda: latents.kl_by_latent(study),
        "Aggregate posterior and prior": lambda: latents.aggregate(study),
        "Calibration of the likelihood": lambda: numbers.calibrated(study),
        "Labels": lambda: latents.labels(study, labelled.get("y_test")),
        "Data of another kind": lambda: numbers.outliers(study, outliers),
    }
    sections, left_out = [], {}
    for name, make in makers.items():
        # The arguments have been checked: what is refused from here on, the model does not have.
        try:
            sections.append(make())
        except (ValueError, ImportError) as reason:
            left_out[name] = str(reason)
    heading = title or type(vae).__name__
    return atomic.write_text(path, page(heading, _summary(study), sections, left_out))


def _labels(study: Study, y_test: Any, y_train: Any) -> dict[str, np.ndarray]:
    """The labels that are given, checked."""
    found = {}
    if y_test is not None:
        (found["y_test"],) = check_labels("report_html", len(study.x), y_test=y_test)
    if y_train is not None and study.train_inputs is not None:
        rows = len(keras.tree.flatten(study.train_inputs)[0])
        (found["y_train"],) = check_labels("report_html", rows, y_train=y_train)
    return found


def _summary(study: Study) -> str:
    vae = study.model
    parts = (vae.posterior_layer, vae.prior_layer, vae.likelihood_layer, vae.objective)
    return (
        f"{type(vae).__name__}, {vae.count_params():,} weights, parts "
        f"{', '.join(type(part).__name__ for part in parts)}. "
        f"{len(study.x):,} test examples of shape {study.x.shape[1:]}; seed {study.seed}; "
        f"keras_vae {__version__}, keras {keras.__version__}, {keras.backend.backend()}. "
        f"Figures are of {len(study.rows)} test examples."
    )
