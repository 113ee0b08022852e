"""Penguins of the Palmer Archipelago, a table with holes (Gorman et al., 2014)."""

from pathlib import Path
from typing import TYPE_CHECKING

from keras_vae.datasets import files

if TYPE_CHECKING:
    import pandas

NAME = "palmer_penguins.csv"
ORIGIN = "palmerpenguins (Horst, Hill and Gorman, 2020), allisonhorst.github.io/palmerpenguins"
COLUMNS = (
    "species",
    "island",
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
    "sex",
    "year",
)


def penguins() -> "pandas.DataFrame":
    """A table of 344 penguins with real holes, as a DataFrame.

    The columns are `species`, `island`, `bill_length_mm`, `bill_depth_mm`, `flipper_length_mm`,
    `body_mass_g`, `sex` and `year`. The sex of 11 penguins is missing, and the measurements of 2.
    There is no split. The rows come in the order of the file, sorted by species: shuffle them. The
    file `palmer_penguins.csv` is looked for in the folder named by the environment variable
    `KERAS_VAE_DATA`, then in Keras' cache.

    Returns:
        `pandas.DataFrame` (344, 8), NaN where a value is missing.

    Raises:
        ValueError: the file cannot be read, or lacks a column.
        FileNotFoundError: the data is nowhere.
        ImportError: pandas is missing.

    Licence: CC0.

    References:
        - [Gorman et al., 2014](https://doi.org/10.1371/journal.pone.0090081)
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("penguins needs pandas: pip install keras_vae[tables]") from error
    path = _find()
    try:
        frame = pandas.read_csv(path)
    except ValueError as error:  # a parser's error, or bytes that are not text
        raise ValueError(
            f"{path} cannot be read: a corrupt or foreign file? Replace it, or delete it. ({error})"
        ) from error
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(f"{path} needs the columns {list(COLUMNS)}. Received: no {missing}")
    return frame[list(COLUMNS)]


def _find() -> Path:
    folders = files.search_folders()
    for folder in folders:
        if (folder / NAME).is_file():
            return folder / NAME
    raise FileNotFoundError(
        f"{NAME} is not in {' nor in '.join(map(str, folders))}. It is the table of {ORIGIN}. Save "
        f"it in a folder that the environment variable {files.DATA_FOLDER} names"
    )
