"""Sections that show examples: reconstructions, samples, and their nearest training rows."""

from typing import Any

import numpy as np

from keras_vae.evaluation import NotApplicable, memorisation
from keras_vae.plots.colors import GREY, PALETTE
from keras_vae.plots.figures import panels, single
from keras_vae.plots.report.page import HEIGHT, WIDTH, Section, figure_url, images_url
from keras_vae.plots.report.study import Study

_SHOWN = 8
_COLUMNS = 9


def reconstructions(study: Study) -> Section:
    """Examples beside the mean of p(x|z) at the mean of q(z|x)."""
    x, text = study.x[study.rows], "Test examples, and what comes back from the means of q(z|x)."
    x_hat = np.asarray(study.model.reconstruct(study.few, verbose=0))
    if study.are_images:
        pairs = np.concatenate([x[:_SHOWN], x_hat[:_SHOWN]])
        caption = "Above: test examples. Below: their reconstructions."
        url = images_url(study.images(pairs), min(_SHOWN, len(x)))
        return Section("Reconstructions", text, pictures=[(url, caption)])
    seen = None if study.holes is None else ~study.holes[study.rows]
    figure = _against(x, x_hat, seen)
    return Section(
        "Reconstructions",
        f"{text} On the line they are exact; a flat cloud says that the latents do not tell.",
        pictures=[(figure_url(figure), "Each value of the test examples and its reconstruction.")],
    )


def _against(x: np.ndarray, x_hat: np.ndarray, seen: np.ndarray | None) -> Any:
    figure, axes = single((WIDTH, HEIGHT))
    keep = np.ones(x.shape, bool) if seen is None else seen
    a, b = x[keep].astype("float64"), x_hat[keep].astype("float64")
    axes.plot(a, b, ".", ms=3, alpha=min(1.0, 60 / max(1.0, len(a) ** 0.5)), color=PALETTE[0])
    ends = [min(a.min(), b.min()), max(a.max(), b.max())]
    axes.plot(ends, ends, color=GREY, lw=1)
    if a.min() >= 0 and a.max() > 50:  # counts
        for scale in (axes.set_xscale, axes.set_yscale):
            scale("symlog")
    axes.set(xlabel="test example", ylabel="reconstruction")
    return figure


def samples(study: Study) -> Section:
    """Draws of the model: images, or the distribution of each element."""
    text = "Drawn from the prior, or from the sampler that the model has, nothing chosen."
    if study.are_images:
        means = study.images(study.generated(sample=False)[: 4 * _SHOWN])
        url = images_url(means, _SHOWN)
        return Section("Samples", text, pictures=[(url, "Means of p(x|z) at draws of the prior.")])
    new = study.generated(sample=True)
    figure = _marginals(study, new)
    caption = f"Up to {_COLUMNS} elements that vary most: test examples and draws of the model."
    return Section("Samples", text, pictures=[(figure_url(figure), caption)])


def _marginals(study: Study, new: np.ndarray) -> Any:
    """Histograms of the elements of x that vary most."""
    x = study.x[study.rows].astype("float64")
    if study.holes is not None:
        x = np.where(study.holes[study.rows], np.nan, x)
    x, new = x.reshape(len(x), -1), new.reshape(len(new), -1)
    spread = np.nan_to_num(np.nanstd(x, axis=0))
    chosen = np.sort(np.argsort(-spread, kind="stable")[:_COLUMNS])
    columns = min(3, len(chosen))
    figure, grid = panels(-(-len(chosen) // columns), columns, (WIDTH, WIDTH))
    for axes in grid.flat[len(chosen) :]:
        axes.remove()
    for axes, column in zip(grid.flat, chosen, strict=False):
        own = x[np.isfinite(x[:, column]), column]
        ends = np.quantile(np.concatenate([own, new[:, column]]), [0.005, 0.995])
        bins = np.linspace(ends[0], ends[1] if ends[1] > ends[0] else ends[0] + 1.0, 16)
        axes.hist(np.clip(own, *ends), bins, density=True, color=GREY, alpha=0.5)
        values = np.clip(new[:, column], *ends)
        axes.hist(values, bins, density=True, histtype="step", color=PALETTE[2], lw=1.5)
        axes.set_title(str(column), size="small", pad=2)
        axes.set_yticks([])
        axes.tick_params(labelsize="x-small")
    grid.flat[0].legend(["test", "model"], fontsize="x-small", framealpha=0.8)
    return figure


def nearest(study: Study) -> Section:
    """Whether samples repeat training examples."""
    if study.holes is not None:
        raise NotApplicable("distances need examples without missing values")
    new = study.generated(sample=study.binary or not study.are_images)
    found = memorisation(new, study.x_train, study.x[study.rows])
    copied = int((found.generated <= 1e-6 * max(1.0, float(np.abs(study.x_train).max()))).sum())
    section = Section(
        "Nearest training rows",
        "Distances of samples to the nearest training row, beside those of test examples. A share "
        "well above one half says that samples lie nearer than new data do: copies, or samples "
        "that are smoother than data.",
        {
            "share of pairs in which the sample is nearer": found.share,
            "in standard deviations from one half": found.z_score,
            "samples equal to a training row": f"{copied} of {len(new)}",
        },
    )
    if study.are_images:
        order = np.argsort(found.generated)[:_SHOWN]
        pairs = np.concatenate([new[order], study.x_train[found.rows[order]]])
        caption = "Above: the samples nearest to a training row. Below: that row."
        section.pictures.append((images_url(study.images(pairs), len(order)), caption))
    figure, axes = single((WIDTH, HEIGHT))
    bins = np.linspace(0, max(found.generated.max(), found.test.max(), 1e-9), 40)
    axes.hist(found.test, bins, density=True, color=GREY, alpha=0.5, label="test examples")
    style = {"histtype": "step", "color": PALETTE[2], "lw": 1.5, "label": "samples"}
    axes.hist(found.generated, bins, density=True, **style)
    axes.set(xlabel="distance to the nearest training row", yticks=[])
    axes.legend(framealpha=0.8)
    section.pictures.append((figure_url(figure), "Distances to the nearest training row."))
    return section
