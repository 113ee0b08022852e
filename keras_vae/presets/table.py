"""The presets' results as a table of Markdown, made from their cards."""

import os
from pathlib import Path
from typing import Any

from keras_vae import atomic, pretrained
from keras_vae.presets.catalogue import describe

_HEAD = """\
| preset | model and data | published | ours (test) | active units | fine-tunes | trained | size |
|---|---|---|---|---|---|---|---|
"""


def table() -> str:
    """One row for each preset inside the package; numbers in nats an example."""
    return _HEAD + "".join(_row(name) for name in pretrained.bundled_names())


#: lines of a page between which the table stands
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->"


def write_table(page: str | os.PathLike[str]) -> None:
    """Put the table into a page of Markdown, between its marks.

    Raises:
        ValueError: if the page has no such marks.
        OSError: if the page cannot be written; the old one is kept.
    """
    page = Path(page)
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{page} needs the lines {BEGIN!r} and {END!r}. Received: neither or one")
    before, rest = text.split(BEGIN, 1)
    atomic.write_text(page, before + BEGIN + table() + END + rest.split(END, 1)[1])


def _row(name: str) -> str:
    card = describe(name)
    results, training = card["results"], card["training"]
    folder = pretrained.BUNDLED / name
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    cells = [
        f"`{name}`",
        card["title"],
        _published(card["published"]),
        _ours(results),
        str(results.get("active_units", "")),
        card.get("fine_tunes", ""),
        f"{training['best_epoch']} of {training['epochs']} epochs, {training['seconds']} s on a "
        f"{training['device']}; {len(card.get('seeds', ())) or 'one'} "
        f"{'seeds' if 'seeds' in card else 'seed'}",
        f"{size:.1f} MB",
    ]
    return f"| {' | '.join(cells)} |\n"


def _published(published: dict[str, Any] | None) -> str:
    if published is None:
        return "none"
    return f"{published['value']:.2f}{_draws(published)} ({_NAMES[published['what']]})"


def _ours(results: dict[str, Any]) -> str:
    parts = [f"MIG {results['mig']:.2f}"] if "mig" in results else []
    if "negative_log_likelihood" in results:
        log_p = f"{results['negative_log_likelihood']:.2f}{_draws(results)}"
        parts.append(f"{_NAMES['negative_log_likelihood']} {log_p}")
    parts.append(f"{_NAMES['negative_elbo']} {results['negative_elbo']:.2f}")
    if "usage" in results:
        parts.append(f"usage of codes {results['usage']:.0%}")
    if "classifier_fid" in results:
        parts.append(f"classifier-FID of samples {results['classifier_fid']['samples']:.2f}")
    if "topic_coherence" in results:
        parts.append(f"perplexity {results['perplexity']:.0f}")
        parts.append(f"NPMI {results['topic_coherence']:.3f}")
    if "auc_of_new_rows" in results:
        of_new, of_real = results["auc_of_new_rows"], results["auc_of_real_rows"]
        parts.append(f"AUC by its rows {of_new:.3f} (by real ones {of_real:.3f})")
    if "recall_at_20" in results:
        parts.append(f"recall@20 {results['recall_at_20']:.3f}")
    return ", ".join(parts)


def _draws(numbers: dict[str, Any]) -> str:
    return f" (IS-{numbers['num_samples']})" if "num_samples" in numbers else ""


_NAMES = {"negative_log_likelihood": "NLL", "negative_elbo": "-ELBO"}
