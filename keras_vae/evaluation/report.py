"""All that there is to say of a generative model, in one call."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from keras_vae.evaluation.checks import NotApplicable, check_labels
from keras_vae.evaluation.disentanglement import disentanglement_scores
from keras_vae.evaluation.disentanglement.arrays import check_arrays
from keras_vae.evaluation.latents import active_units, rate_decomposition
from keras_vae.evaluation.likelihood import (
    annealed_log_likelihood,
    bits_per_dimension,
    elbo,
    log_likelihood,
)
from keras_vae.evaluation.likelihood.bits import check_meaning, scores_grey_values
from keras_vae.evaluation.representation import (
    cluster,
    clustering_scores,
    knn_accuracy,
    linear_probe,
)
from keras_vae.evaluation.samples import (
    extract_features,
    frechet_distance,
    mmd,
    precision_recall,
    reconstruction_quality,
    train_classifier,
)
from keras_vae.inputs import MASK
from keras_vae.models.inputs import split_inputs
from keras_vae.parts import check_count

MEANS = "of posterior means"


class Row(NamedTuple):
    """A line of a `Report`.

    Args:
        value: float.
        unit: str. Defaults to `""`.
        standard_error: float, of the mean over examples; None where it is not known. Defaults to
            `None`.
        note: str, how it was measured. Defaults to `""`.
    """

    value: float
    unit: str = ""
    standard_error: float | None = None
    note: str = ""


class Report:
    """What `evaluate_generative` gives: numbers by name, which print as a table.

    Args:
        rows: dict of `Row` by name.
        left_out: dict of str, what the model has not, and why.
    """

    def __init__(self, rows: dict[str, Row], left_out: dict[str, str]) -> None:
        self.rows = rows
        self.left_out = left_out

    def __getitem__(self, name: str) -> float:
        return self.rows[name].value

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def to_dict(self) -> dict[str, float]:
        """The numbers by name, for a file."""
        return {name: row.value for name, row in self.rows.items()}

    def __str__(self) -> str:
        cells = [(name, *_cells(row)) for name, row in self.rows.items()]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for name, number, unit, note in cells:
            line = f"{name:<{widths[0]}}  {number:>{widths[1]}} {unit:<{widths[2]}}  {note}"
            lines.append(line.rstrip())
        lines += [f"{name}: left out, {reason}" for name, reason in self.left_out.items()]
        return "\n".join(lines)

    __repr__ = __str__


def _cells(row):
    number = f"{row.value:.4f}" if isinstance(row.value, float) else str(row.value)
    if row.standard_error is not None:
        number += f" +- {row.standard_error:.4f}"
    return number, row.unit, row.note


def evaluate_generative(
    model: Any,
    x_test: Any,
    y_test: Any = None,
    x_train: Any = None,
    y_train: Any = None,
    factors: Any = None,
    classifier: Any = None,
    num_samples: int = 1000,
    num_generated: int | None = None,
    sample: bool = False,
    ais_steps: int | None = None,
    bin_width: float | None = None,
    data_range: float = 1.0,
    condition: Any = None,
    seed: int = 0,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Report:
    """Likelihood, latents, reconstructions, samples, and where labels or factors are given, more.

    Always: log-likelihood and bits per dimension, the bound and its parts, mutual information and
    distance of the aggregate, active units, reconstruction, and MMD between test and generated
    examples. With `classifier`, or labelled training examples to train one: classifier FID,
    precision and recall. With labels of both sets: probes and clusters of posterior means. With
    factors: disentanglement. What a model has not (a bound of an autoencoder, the mutual
    information of a flow) is named as left out, with the reason.

    `print` shows the table; `report["rate"]` and `report.to_dict()` give the numbers.

    Args:
        model: `keras_vae.VAE`.
        x_test: array (n, event), or a dict of it and its condition.
        y_test: integer array (n,), labels from 0. Defaults to `None`.
        x_train: array (m, event), or a dict of it and its condition. Defaults to `None`.
        y_train: integer array (m,), labels from 0. Defaults to `None`.
        factors: integer array (n, factors), of the test examples. Defaults to `None`.
        classifier: `keras.Model`, as `train_classifier` gives. Defaults to `None`: one trained on
            `x_train` and `y_train`, if there are such.
        num_samples: int, draws of z for each log-likelihood. Defaults to `1000`.
        num_generated: int. Defaults to `None`: as many as there are test examples; conditional
            models always generate one for each of their conditions.
        sample: bool, whether to draw generated examples from p(x|z) too, as is right where the data
            are bits; means otherwise. Defaults to `False`.
        ais_steps: int, temperatures of annealed importance sampling, which takes long. Defaults to
            `None`, without.
        bin_width: float > 0, see `bits_per_dimension`. Defaults to `None`.
        data_range: float > 0, of the data, for PSNR and SSIM. Defaults to `1.0`.
        condition: array (n, condition) or labels (n,) of the test examples. Defaults to `None`.
        seed: int. Defaults to `0`.
        batch_size: int, examples or latents at once. Defaults to `None`, sizes that fit.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `Report`.

    Raises:
        ValueError: if an array does not fit the model or the others.
        ImportError: if labels or factors are given and scikit-learn is missing.

    Example:

    >>> report = keras_vae.evaluation.evaluate_generative(vae, x, num_samples=10)
    >>> report["active_units"], report["rate"] > 0
    (2, True)
    """
    check_count("evaluate_generative", num_samples=num_samples, num_generated=num_generated or 1)
    inputs = model.prepare(x_test, condition, "x_test", in_support=True, complete=False)
    common = {"batch_size": batch_size, "verbose": verbose}
    x, condition = split_inputs(inputs, known=model.field_shapes)
    _check_complete(model, inputs)
    _check(x, y_test, x_train, y_train, factors)
    found = _Measurements(model, inputs, x, seed, common)
    found.likelihoods(num_samples, ais_steps, bin_width)
    found.latents(verbose)
    found.rows.update(_reconstructions(reconstruction_quality(model, inputs, data_range, **common)))
    count = len(x) if condition is not None else num_generated or len(x)
    generated = found.generated(count, sample, condition)
    if generated is not None:
        if classifier is None and y_train is not None and x_train is not None:
            classifier = train_classifier(split_inputs(x_train)[0], y_train, seed=seed)
        if classifier is not None:
            found.rows.update(_samples(x, generated, classifier))
    if y_test is not None or factors is not None:
        z = model.encode(inputs, **common).reshape(len(x), -1)
        if y_test is not None:
            found.rows.update(_labelled(model, z, y_test, x_train, y_train, seed, common))
        if factors is not None:
            scores = disentanglement_scores(z, factors, seed=seed)
            found.rows.update({name: Row(s, note=MEANS) for name, s in scores.items()})
    return Report(found.rows, found.left_out)


class _Measurements:
    """The numbers that any model is asked for, and what it does not have.

    Args:
        model: `keras_vae.VAE`.
        inputs: the checked test examples with their fields.
        x: array (n, event), the examples alone.
        seed: int.
        common: dict of `batch_size` and `verbose`.
    """

    def __init__(
        self, model: Any, inputs: Any, x: np.ndarray, seed: int, common: dict[str, Any]
    ) -> None:
        self.model, self.inputs, self.x = model, inputs, x
        self.seed, self.common = seed, common
        self.rows: dict[str, Row] = {}
        self.left_out: dict[str, str] = {}

    def measure(self, name: str, function: Callable[[], dict[str, Row]]) -> None:
        """Take up the rows of a function, or the reason why the model has none."""
        # Only numbers that the model does not have are left out; all other errors reach the caller.
        try:
            self.rows.update(function())
        except NotApplicable as error:
            self.left_out[name] = str(error)

    def likelihoods(self, num_samples: int, ais_steps: int | None, bin_width: float | None) -> None:
        """log p(x) by importance sampling, its bits, and annealed."""
        model, inputs = self.model, self.inputs
        settings = {"seed": self.seed, **self.common}
        estimates = []

        def sampled() -> dict[str, Row]:
            estimates.append(log_likelihood(model, inputs, num_samples, **settings))
            note = f"importance sampling, S = {num_samples}, {len(self.x)} examples"
            return {"log_likelihood": _row(estimates[0], note)}

        def annealed() -> dict[str, Row]:
            estimate = annealed_log_likelihood(model, inputs, num_steps=ais_steps, **settings)
            note = f"annealed, {ais_steps} temperatures, {estimate.num_samples} chains"
            return {"log_likelihood_ais": _row(estimate, note)}

        self.measure("log_likelihood", sampled)
        if estimates:
            self.measure(
                "bits_per_dimension", lambda: _bits(estimates[0], model, inputs, bin_width)
            )
        if ais_steps is not None:
            self.measure("log_likelihood_ais", annealed)

    def latents(self, verbose: Any) -> None:
        """The bound, its parts, and the active units."""
        model, inputs, seed = self.model, self.inputs, self.seed
        self.measure("elbo", lambda: _bound(elbo(model, inputs, seed=seed, **self.common)))
        self.measure(
            "mutual_information",
            lambda: _parts(rate_decomposition(model, inputs, seed=seed, verbose=verbose)),
        )
        self.measure("active_units", lambda: _active(active_units(model, inputs, **self.common)))

    def generated(self, count: int, sample: bool, condition: Any) -> np.ndarray | None:
        """New examples, and their MMD to the test examples; None if the model cannot generate."""
        model = self.model
        if model.sampler is None and not model.prior_layer.can_sample:
            self.left_out["samples"] = (
                "generate needs a prior that is fitted: call vae.fit_prior(x). Received: "
                f"prior={type(model.prior_layer).__name__}, which has not been fitted"
            )
            return None
        new = model.generate(
            count, seed=self.seed, sample=sample, condition=condition, **self.common
        )
        # Of a table with a schema it is a DataFrame; means of counts are no counts.
        given = model.prepare(new, condition, in_support=False, complete=False)
        new, _ = split_inputs(given, known=model.field_shapes)
        self.rows["mmd"] = Row(mmd(self.x, new), note=f"rbf on data, {len(new)} generated")
        return new


def _check_complete(model, inputs):
    if model.missing and not inputs[MASK].all():
        raise ValueError(
            "evaluate_generative compares whole examples with generated ones: give it examples "
            "without missing values, or impute them first by model.impute. Received: x_test with "
            f"{int((~inputs[MASK]).sum())} missing values"
        )


def _check(x, y_test, x_train, y_train, factors):
    """Before the long work, what would fail after it."""
    owner = "evaluate_generative"
    if y_test is not None:
        check_labels(owner, len(x), y_test=y_test)
    if x_train is not None and y_train is not None:
        check_labels(owner, len(split_inputs(x_train)[0]), y_train=y_train)
    if factors is not None:
        check_arrays(owner, x, factors)


def _row(estimate, note=""):
    return Row(estimate.mean, estimate.unit, estimate.standard_error, note)


def _bits(estimate, model, inputs, bin_width):
    note = "of levels" if bin_width is None else f"bin_width = {bin_width:g}"
    if bin_width is None and scores_grey_values(model, inputs):
        note = "score of grey values under a likelihood of levels, no probability"
    else:
        check_meaning(model, inputs, bin_width)
    bits = bits_per_dimension(estimate, model.data_shape, bin_width)
    return {"bits_per_dimension": Row(bits.mean, "bits", bits.standard_error, note)}


def _bound(bound):
    notes = {"elbo": "one draw", "distortion": "-E log p(x|z)", "rate": "KL(q(z|x) || p(z))"}
    return {name: _row(getattr(bound, name), note) for name, note in notes.items()}


def _parts(parts):
    n = parts.rate.num_examples
    return {
        "mutual_information": _row(
            parts.mutual_information, f"I(x; z) under q, at most log {n} = {np.log(n):.2f}"
        ),
        "marginal_kl": _row(parts.marginal_kl, "KL(q(z) || p(z))"),
    }


def _active(units):
    note = f"of {units.active.size}, variance of the mean > 0.01"
    return {"active_units": Row(units.count, note=note)}


def _reconstructions(quality):
    rows = {"mse": Row(quality.mse), "psnr": Row(quality.psnr, "dB")}
    if quality.ssim is not None:
        rows["ssim"] = Row(quality.ssim)
    return {name: row._replace(note="of reconstructions") for name, row in rows.items()}


def _samples(x, generated, classifier):
    real, new = (extract_features(classifier, part) for part in (x, generated))
    note = f"a small classifier's features, {len(generated)} generated"
    covered = precision_recall(real, new)
    return {
        "classifier_fid": Row(frechet_distance(real, new), note=note + "; no paper's FID"),
        "precision": Row(covered.precision, note=note),
        "recall": Row(covered.recall, note=note),
    }


def _labelled(model, z, y_test, x_train, y_train, seed, common):
    num_classes = len(np.unique(y_test))
    scores = clustering_scores(y_test, cluster(z, num_classes, seed))
    note = f"{num_classes} clusters of posterior means"
    rows = {f"clustering_{name}": Row(score, note=note) for name, score in scores._asdict().items()}
    if x_train is not None and y_train is not None:
        z_train = model.encode(x_train, **common).reshape(-1, z.shape[1])
        sets = (z_train, y_train, z, y_test)
        rows["linear_probe"] = Row(linear_probe(*sets), note="accuracy, posterior means")
        rows["knn_accuracy"] = Row(knn_accuracy(*sets), note="5 neighbours, posterior means")
    return rows
