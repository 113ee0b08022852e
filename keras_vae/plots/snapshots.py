"""Pictures of a model while it learns, as a contact sheet or as a film."""

import io
import math
from typing import Any

import keras
import numpy as np
from matplotlib.figure import Figure

from keras_vae.parts import check_count, check_positive
from keras_vae.plots.figures import PAGE, panels, pixels, write_whole
from keras_vae.plots.images import as_images, draw, tile

_DPI = 80  # of frames that are figures
_SIDE = 320  # pixels: images in a film are enlarged to about this width


class Snapshots(keras.callbacks.Callback):
    """Callback that draws a picture before training and at the end of epochs.

    Args:
        picture: function of the model that returns images (count, height, width[, channels]), tiled
            into one picture, or a figure, such as `lambda vae: plots.latent_scatter(vae.encode(x),
            y)`. The same latents each time show what the decoder learns. Defaults to `None`:
            `vae.generate(36, seed=0)`, of unconditional models.
        every: int >= 1, epochs between pictures; the last epoch has one in any case. Defaults to
            `1`.
        path: str or path of a GIF that is written when training ends. Defaults to `None`: none.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Raises:
        ValueError: if `every` is not a positive integer, or `picture` is not a function.

    Example:

    ```python
    snapshots = keras_vae.plots.Snapshots(every=5)
    vae.fit(x, epochs=50, callbacks=[snapshots])
    figure = snapshots.contact_sheet()
    snapshots.save("training.gif")
    ```
    """

    def __init__(
        self,
        picture: Any = None,
        every: int = 1,
        path: Any = None,
        vmin: float = 0.0,
        vmax: float = 1.0,
    ) -> None:
        check_count("plots.Snapshots", every=every)
        if picture is not None and not callable(picture):
            raise ValueError(
                "plots.Snapshots needs a function of the model as picture. "
                f"Received: picture={picture!r}"
            )
        super().__init__()
        self.picture = picture
        self.every = every
        self.path = path
        self.vmin = vmin
        self.vmax = vmax
        #: the pictures so far, each (height, width[, 3]) in [0, 1]
        self.frames: list[np.ndarray] = []
        #: after how many epochs each was drawn
        self.epochs: list[int] = []
        self._are_images = True

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.frames, self.epochs = [], []
        self._epoch = 0
        self._snap()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch + 1
        if self._epoch % self.every == 0:
            self._snap()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self.epochs[-1] != self._epoch:
            self._snap()
        if self.path is not None:
            self.save(self.path)

    def _snap(self):
        drawn = _draws(self.model) if self.picture is None else self.picture(self.model)
        self._are_images = not isinstance(drawn, Figure)
        if self._are_images:
            images = as_images("picture(model)", drawn, self.vmin, self.vmax)
            frame = tile(images, math.ceil(math.sqrt(len(images))))
        else:
            frame = pixels(drawn, _DPI) / 255
        if self.frames and frame.shape != self.frames[0].shape:
            raise ValueError(
                "plots.Snapshots needs pictures of one size. Received: a picture of "
                f"{frame.shape} after one of {self.frames[0].shape}"
            )
        self.frames.append(frame)
        self.epochs.append(self._epoch)

    def contact_sheet(self, columns: int | None = None, num: int = 12) -> Any:
        """Figure of the pictures beside each other, each under its epoch.

        Args:
            columns: int, the pictures in a row. Defaults to `None`: 4, or 2 if they are figures.
            num: int, the most pictures; of more, some that are evenly spaced are shown, first and
                last included. Defaults to `12`.

        Raises:
            ValueError: if there is no picture yet, or `columns` or `num` is not a positive integer.
        """
        self._require_frames()
        columns = (4 if self._are_images else 2) if columns is None else columns
        check_count("contact_sheet", columns=columns, num=num)
        shown = np.linspace(0, len(self.frames) - 1, min(num, len(self.frames))).round().astype(int)
        columns = min(columns, len(shown))
        rows = math.ceil(len(shown) / columns)
        height, width = self.frames[0].shape[:2]
        side = PAGE / max(columns, 2)
        figure, grid = panels(rows, columns, (side * columns, rows * (side * height / width + 0.2)))
        for axes, i in zip(grid.flat, shown, strict=False):
            # Pictures may have more pixels than there is room for.
            draw(axes, self.frames[i], interpolation="antialiased")
            count = self.epochs[i]
            axes.set_title(f"{count} epoch{'' if count == 1 else 's'}", size="small")
        for axes in grid.flat[len(shown) :]:
            axes.remove()
        return figure

    def save(self, path: Any, seconds: float = 0.2, hold: float = 2.0) -> Any:
        """Write the pictures as a GIF that repeats.

        Args:
            path: str or path of the file.
            seconds: float > 0, how long each picture stands. Defaults to `0.2`.
            hold: float > 0, how long the last one stands. Defaults to `2.0`.

        Returns:
            The `pathlib.Path`.

        Raises:
            ValueError: if there is no picture yet, or a time is not positive.
        """
        from PIL import Image

        check_positive("Snapshots.save", seconds=seconds, hold=hold)
        self._require_frames()
        factor = max(1, round(_SIDE / self.frames[0].shape[1])) if self._are_images else 1
        enlarged = [frame.repeat(factor, axis=0).repeat(factor, axis=1) for frame in self.frames]
        first, *others = [Image.fromarray(np.uint8(255 * frame + 0.5)) for frame in enlarged]
        times = [int(1000 * seconds)] * len(others) + [int(1000 * hold)]
        buffer = io.BytesIO()
        options = {"save_all": True, "append_images": others, "duration": times, "loop": 0}
        first.save(buffer, format="GIF", **options)
        return write_whole(path, buffer.getvalue())

    def _require_frames(self):
        if not self.frames:
            raise ValueError(
                "plots.Snapshots has no pictures before `fit(..., callbacks=[snapshots])`. "
                "Received: 0 pictures"
            )


def _draws(vae):
    """What the model makes of the same 36 draws of the prior."""
    if getattr(vae, "condition_shape", None) is not None:
        raise ValueError(
            "plots.Snapshots of a conditional model needs a picture that brings the condition, "
            "such as lambda vae: vae.generate(condition=labels, seed=0). Received: picture=None"
        )
    return vae.generate(36, seed=0, verbose=0)
