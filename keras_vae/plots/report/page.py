"""One page of HTML without anything from elsewhere: sections of text, numbers and pictures."""

import base64
import dataclasses
import html
import importlib.resources
import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from keras_vae.plots.images import tile

#: inches of a figure, so that its letters can be read on a phone
WIDTH, HEIGHT = 4.4, 3.1
_DPI = 160


@dataclasses.dataclass
class Section:
    """A part of the page.

    Args:
        title: str.
        text: str, what it shows and how it is read.
        numbers: dict of names and values that stand in a table. Defaults to none.
        pictures: list of pairs of a data URL of a picture and its caption. Defaults to none.
    """

    title: str
    text: str
    numbers: dict[str, Any] = dataclasses.field(default_factory=dict)
    pictures: list[tuple[str, str]] = dataclasses.field(default_factory=list)


def figure_url(figure: Figure) -> str:
    """A Matplotlib figure as a PNG in a data URL, of the size of the page's pictures."""
    width, height = figure.get_size_inches()
    figure.set_size_inches(WIDTH, WIDTH * min(height / width, 1.0))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI)
    return _url(buffer.getvalue())


def images_url(images: np.ndarray, columns: int) -> str:
    """Images in [0, 1], (count, height, width[, 3]), side by side, as a PNG in a data URL."""
    from PIL import Image

    picture = (255 * tile(images, columns) + 0.5).astype("uint8")
    # Small pictures in whole multiples of their pixels, which stay sharp.
    times = max(1, 640 // picture.shape[1])
    picture = picture.repeat(times, axis=0).repeat(times, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", optimize=True)
    return _url(buffer.getvalue())


def page(title: str, summary: str, sections: list[Section], left_out: dict[str, str]) -> str:
    """The page's text.

    Args:
        title: str.
        summary: str, the line below it.
        sections: list of `Section`.
        left_out: dict of the titles of sections that there are not, and the reasons.
    """
    parts = [_section(section) for section in sections]
    if left_out:
        items = "".join(
            f"<dt>{_text(name)}</dt><dd>{_text(why)}</dd>" for name, why in left_out.items()
        )
        parts.append(f"<section><h2>Left out</h2><dl>{items}</dl></section>")
    template = importlib.resources.files("keras_vae.plots") / "report.html"
    text = template.read_text(encoding="utf-8")
    values = {"title": _text(title), "summary": _text(summary), "sections": "\n".join(parts)}
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def _section(section: Section) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{_text(name)}</th><td>{_text(_number(value))}</td></tr>"
        for name, value in section.numbers.items()
    )
    table = f"<div class='table'><table>{rows}</table></div>" if rows else ""
    figures = "".join(
        f"<figure><img src='{url}' alt='{_text(caption)}'><figcaption>{_text(caption)}"
        "</figcaption></figure>"
        for url, caption in section.pictures
    )
    pictures = f"<div class='pictures'>{figures}</div>" if figures else ""
    return (
        f"<section><h2>{_text(section.title)}</h2><p>{_text(section.text)}</p>"
        f"{table}{pictures}</section>"
    )


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _text(value: str) -> str:
    return html.escape(str(value))


def _url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()
