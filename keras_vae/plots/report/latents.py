"""Sections about the latents: what each carries, where they lie, and what labels they tell."""

from typing import Any

import numpy as np

from keras_vae.distributions import Space
from keras_vae.evaluation import NotApplicable, kl_per_dimension
from keras_vae.plots.codebook_usage import codebook_usage
from keras_vae.plots.colors import GREY, PALETTE
from keras_vae.plots.figures import panels
from keras_vae.plots.kl_bars import kl_bars
from keras_vae.plots.latent_scatter import latent_scatter
from keras_vae.plots.report.page import WIDTH, Section, figure_url
from keras_vae.plots.report.study import Study

_ELEMENTS = 6


def kl_by_latent(study: Study) -> Section:
    """The KL of each latent, and which are active."""
    kl_per_dimension(study.model, study.few, verbose=0)  # says why there is none
    figure = kl_bars(study.model, study.few)
    return Section(
        "KL by latent",
        "How many nats each latent carries, on average over test examples. A latent that carries "
        "none is not used; if none carries any, the posterior has collapsed.",
        pictures=[(figure_url(figure), "KL(q(z|x), p(z)) of each latent, active ones filled.")],
    )


def aggregate(study: Study) -> Section:
    """Whether latents of data lie where the prior draws."""
    text = (
        "Draws of q(z|x) over the test examples, beside draws of p(z). Where the prior draws and "
        "no example lies, samples look like no example."
    )
    if _kinds(study) == {Space.CODES}:
        return _codes(study)
    q, p = study.latents
    chosen = np.sort(np.argsort(-np.abs(q.mean(axis=0)) - q.std(axis=0))[:_ELEMENTS])
    url = figure_url(_histograms(q, p, chosen))
    return Section(
        "Aggregate posterior and prior",
        text,
        pictures=[(url, f"Up to {_ELEMENTS} latent elements: data (grey) and prior (line).")],
    )


def _kinds(study: Study) -> set[Space]:
    return set(study.model.posterior(study.take(study.rows[:1]), verbose=0).traits.space.kinds)


def _codes(study: Study) -> Section:
    model = study.model
    indices = model.encode_indices(study.few, verbose=0)
    counts = int(indices.max()) + 1
    figure = codebook_usage(indices, max(counts, getattr(model, "num_codes", counts)))
    text = "How often each code is used by the test examples."
    return Section("Codes", text, pictures=[(figure_url(figure), "The share of each code.")])


def _histograms(q: np.ndarray, p: np.ndarray, chosen: np.ndarray) -> Any:
    columns = min(3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, grid = panels(rows, columns, (WIDTH, 1.5 * rows + 0.3))
    for axes in grid.flat[len(chosen) :]:
        axes.remove()
    for axes, element in zip(grid.flat, chosen, strict=False):
        both = np.concatenate([q[:, element], p[:, element]])
        ends = np.quantile(both, [0.002, 0.998])
        bins = np.linspace(ends[0], ends[1] if ends[1] > ends[0] else ends[0] + 1.0, 24)
        axes.hist(q[:, element], bins, density=True, color=GREY, alpha=0.5)
        axes.hist(p[:, element], bins, density=True, histtype="step", color=PALETTE[0], lw=1.5)
        axes.set_title(f"z{element}", size="small", pad=2)
        axes.set_yticks([])
        axes.tick_params(labelsize="x-small")
    return figure


def labels(study: Study, y_test: np.ndarray | None) -> Section:
    """Where examples of each label lie among the latents."""
    if y_test is None:
        raise NotApplicable("it needs labels: pass y_test, and y_train for a probe")
    z = study.model.encode(study.few, verbose=0).reshape(len(study.rows), -1)
    if z.shape[1] < 2:
        raise NotApplicable(f"it needs at least 2 latents. Received: {z.shape[1]}")
    figure = latent_scatter(z, np.asarray(y_test)[study.rows])
    return Section(
        "Labels",
        "Means of q(z|x), coloured by labels that the model need not have seen. The probe's "
        "accuracy is among the numbers above, if there are labels of training examples.",
        pictures=[(figure_url(figure), "Test examples in the plane of most variance.")],
    )
