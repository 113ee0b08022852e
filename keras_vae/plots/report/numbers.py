"""Sections of numbers: the headline, the calibration of p(x|z), and data of another kind."""

from typing import Any

import numpy as np

from keras_vae.evaluation import (
    NotApplicable,
    auroc,
    calibration,
    elbo,
    evaluate_generative,
    log_likelihood,
    shuffled_elements,
)
from keras_vae.inputs import TARGET
from keras_vae.plots.colors import GREY, PALETTE
from keras_vae.plots.figures import single
from keras_vae.plots.report.page import HEIGHT, WIDTH, Section, figure_url
from keras_vae.plots.report.study import Study

_LEVELS = (0.5, 0.8, 0.95)


def headline(study: Study, labels: dict[str, Any]) -> Section:
    """Everything that `evaluate_generative` says; of examples with holes, the likelihood alone."""
    if study.holes is not None:
        return _bounds(study)
    found = evaluate_generative(
        study.model,
        study.inputs,
        x_train=study.train_inputs,
        num_samples=study.num_samples,
        num_generated=len(study.rows),
        sample=study.binary or not study.are_images,
        seed=study.seed,
        verbose=0,
        **labels,
    )
    rows = {}
    for name, row in found.rows.items():
        error = "" if row.standard_error is None else f" ± {row.standard_error:.2g}"
        told = [f"{row.value:.4g}{error} {row.unit}".strip(), row.note]
        rows[name.replace("_", " ")] = ": ".join(part for part in told if part)
    rows.update({n.replace("_", " "): f"left out, {why}" for n, why in found.left_out.items()})
    return Section(
        "Numbers",
        "Of the test examples. Bounds and log-likelihoods are higher-is-better, the rest of the "
        "units stand beside the numbers.",
        rows,
    )


def _bounds(study: Study) -> Section:
    """Log-likelihood and bound of what is observed."""
    common = {"seed": study.seed, "verbose": 0}
    bound = elbo(study.model, study.inputs, **common)
    rows = {
        "log likelihood": log_likelihood(study.model, study.inputs, study.num_samples, **common)
    }
    rows.update(zip(bound._fields, bound, strict=True))
    text = (
        "Of the observed values of the test examples. Bounds and log-likelihoods are "
        "higher-is-better. What compares whole examples is left out, for values are missing."
    )
    shown = {n: f"{v.mean:.4g} ± {v.standard_error:.2g} {v.unit}" for n, v in rows.items()}
    return Section("Numbers", text, shown)


def calibrated(study: Study) -> Section:
    """Whether the spread of p(x|z) is that of the data."""
    found = calibration(study.model, study.few, seed=study.seed, verbose=0)
    pit = found.pit[np.isfinite(found.pit)]
    figure, axes = single((WIDTH, HEIGHT))
    axes.hist(pit, np.linspace(0, 1, 21), density=True, color=PALETTE[0])
    axes.axhline(1.0, color="black", ls="--", lw=1)
    axes.set(xlabel="place of x among draws of p(x|z)", ylabel="density", xlim=(0, 1))
    pictures = [
        (figure_url(figure), "Flat if the model is right, at the dashed line."),
        (figure_url(_reliability(found)), "Mean of p(x|z) and mean of x, by tenths of the former."),
    ]
    numbers: dict[str, Any] = {
        f"values within the central {level:.0%} of p(x|z)": f"{found.coverage(level):.1%}"
        for level in _LEVELS
    }
    numbers["greatest distance from uniform places"] = found.distance
    return Section(
        "Calibration of the likelihood",
        "Each value of x is compared with draws of p(x|z), at a draw of z from q(z|x). A hill in "
        "the middle says that p(x|z) is too wide, a valley that it is too narrow, a slope that its "
        "mean is off.",
        numbers,
        pictures,
    )


def _reliability(found: Any) -> Any:
    seen = np.isfinite(found.pit)
    mean, x = found.mean[seen].astype("float64"), found.x[seen].astype("float64")
    order = np.argsort(mean, kind="stable")
    tenths = [part for part in np.array_split(order, 10) if len(part)]
    points = np.array([[mean[part].mean(), x[part].mean()] for part in tenths])
    figure, axes = single((WIDTH, HEIGHT))
    ends = [points.min(), points.max()]
    axes.plot(ends, ends, color=GREY, lw=1)
    axes.plot(*points.T, "o-", color=PALETTE[0])
    axes.set(xlabel="mean of p(x|z)", ylabel="mean of x")
    return figure


def outliers(study: Study, other: Any) -> Section:
    """How well the bound tells data of another kind from test examples."""
    own = elbo(study.model, study.few, seed=study.seed, verbose=0).elbo.values
    if other is None:
        if study.holes is not None:
            raise NotApplicable("it needs other data where values are missing: pass outliers")
        inputs = study.few
        mixed = shuffled_elements(study.x[study.rows], study.seed)
        given = {name: value for name, value in _fields(inputs).items() if name != TARGET}
        other = {**given, "x": mixed} if given else mixed
        what = "test examples with each element from another example at random"
    else:
        what = "the outliers given"
    strange = elbo(study.model, other, seed=study.seed, verbose=0).elbo.values
    figure, axes = single((WIDTH, HEIGHT))
    ends = np.quantile(np.concatenate([own, strange]), [0.01, 0.99])
    bins = np.linspace(ends[0], ends[1] if ends[1] > ends[0] else ends[0] + 1.0, 40)
    axes.hist(np.clip(own, *ends), bins, density=True, color=GREY, alpha=0.5, label="test")
    style = {"histtype": "step", "color": PALETTE[2], "lw": 1.5, "label": "other data"}
    axes.hist(np.clip(strange, *ends), bins, density=True, **style)
    axes.set(xlabel="bound (nats)", yticks=[])
    axes.legend(framealpha=0.8)
    return Section(
        "Data of another kind",
        f"Bounds of test examples and of {what}. AUROC is the chance that the latter have the "
        "lower bound: 1 tells them apart, 0.5 does not, less scores them as better than data.",
        {"AUROC": auroc(-strange, -own)},
        [(figure_url(figure), "Bounds of test examples and of the other data.")],
    )


def _fields(inputs: Any) -> dict[str, Any]:
    return {k: v for k, v in inputs.items() if k != "x"} if isinstance(inputs, dict) else {}
