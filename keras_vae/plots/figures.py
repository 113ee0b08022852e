"""The figure that every plot returns, and what is done with a finished one."""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PAGE = 6.5  # inches: the width of a printed page


class PlotFigure(Figure):
    """A Matplotlib figure that pyplot does not keep, and that notebooks show all the same.

    pyplot holds on to its figures until they are closed, and warns after twenty of them.
    """

    def _repr_png_(self):
        """Jupyter's hook, for notebooks that have not loaded pyplot."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def panels(
    rows: Any = 1,
    columns: Any = 1,
    size: Any = (PAGE, 4.0),
    layout: str = "constrained",
    **kwargs: Any,
) -> Any:
    """A figure of `size` inches and its axes, an array (rows, columns) of them."""
    figure = PlotFigure(figsize=size, layout=layout)
    return figure, figure.subplots(rows, columns, squeeze=False, **kwargs)


def single(size: Any, layout: str = "constrained") -> Any:
    """A figure of `size` inches and its only axes."""
    figure, axes = panels(size=size, layout=layout)
    return figure, axes[0, 0]


def pixels(figure: Any, dpi: Any) -> Any:
    """A figure as bytes of red, green and blue, (height, width, 3)."""
    dpi_before, canvas_before = figure.dpi, figure.canvas
    canvas = FigureCanvasAgg(figure)
    try:
        figure.dpi = dpi
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()
    finally:
        figure.dpi = dpi_before
        figure.set_canvas(canvas_before)


def write_whole(path: Any, data: Any) -> Any:
    """Write bytes to `path`, all of them or none; its folder is made if it is missing.

    Returns:
        The `pathlib.Path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # `mkstemp` lets nobody else read; the finished file is like any other.
        os.chmod(unfinished, 0o666 & ~_umask())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
    return path


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
