"""Latents of data larger than memory, into a file: in parts, which a later call goes on with."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_vae import atomic
from keras_vae.checks import check_count, refuse
from keras_vae.inputs import prepare
from keras_vae.inputs.prepared import Arrays, Prepared
from keras_vae.models.programs import progress_bar

#: the column of latents in a Parquet file
COLUMN = "z"
_ABOUT = "about.json"


def encode_to(vae: Any, x: Any, path: Any, rows: int, verbose: Any) -> Path:
    """See `VAE.encode_to`."""
    check_count("encode_to", rows=rows)
    path = Path(path)
    if path.suffix not in _JOIN:
        refuse("encode_to", f"a path that ends in one of {list(_JOIN)}", path=str(path))
    if path.suffix == ".parquet":
        _arrow()  # before the long work
    data = prepare(x, vae.input_fields, takes_target=False)
    about = {
        "weights": _fingerprint(vae),
        "rows": rows,
        "examples": len(data) if isinstance(data, Arrays) else None,
    }

    def encoded(given: dict[str, np.ndarray]) -> np.ndarray:
        return np.asarray(vae.encode(given if len(given) > 1 else given["x"], verbose=0))

    total = -(-len(data) // rows) if isinstance(data, Arrays) else None
    return write_in_parts(
        path, about, _batches(data, rows), encoded, progress_bar(total, verbose if total else 0)
    )


def _batches(data: Prepared, rows: int) -> Iterator[Callable[[], dict[str, np.ndarray]]]:
    """Functions that give the examples of each part, so that those of finished ones are not read.

    Those of a data set are read all the same, for it has no other way to its later batches.
    """
    if not isinstance(data, Arrays):
        for batch in data.batches(rows):
            yield lambda batch=batch: batch
        return
    for first in range(0, len(data), rows):
        yield lambda first=first: _named(data, first, min(first + rows, len(data)))


def _named(data: Arrays, first: int, last: int) -> dict[str, np.ndarray]:
    given = data.read(first, last)
    return given if isinstance(given, dict) else {"x": given}


def write_in_parts(
    path: Path,
    about: dict[str, Any],
    batches: Iterator[Callable[[], Any]],
    encoded: Callable[[Any], np.ndarray],
    bar: Any,
) -> Path:
    """Write the parts that are missing, then all of them as one file.

    Args:
        path: `pathlib.Path` of the file.
        about: dict of what the parts depend on; parts of another are begun anew.
        batches: functions that give the examples of each part.
        encoded: function of these that gives an array (rows, latent).
        bar: Keras' progress bar.

    Returns:
        The path.

    Raises:
        ValueError: if there is no example.
        OSError: if a file cannot be written; what is finished stays for the next call.
    """
    folder = path.with_name(path.name + ".partial")
    if _read(folder / _ABOUT) != about:
        atomic.remove_folder(folder)
        atomic.write_text(folder / _ABOUT, json.dumps(about))
    parts = []
    for index, batch in enumerate(batches):
        parts.append(folder / f"{index:06d}.npy")
        if not parts[-1].exists():
            z = encoded(batch())
            with atomic.atomic_path(parts[-1]) as scratch:
                np.save(scratch, z)
        bar.add(1)
    if not parts:
        refuse("encode_to", "data of at least one example", x="none")
    with atomic.atomic_path(path) as scratch:
        _JOIN[path.suffix](parts, scratch)
    atomic.remove_folder(folder)
    return path


def _join_npy(parts: list[Path], path: Path) -> None:
    shapes = [np.load(part, mmap_mode="r").shape for part in parts]
    first = np.load(parts[0], mmap_mode="r")
    shape = (sum(shape[0] for shape in shapes), *shapes[0][1:])
    whole = np.lib.format.open_memmap(path, "w+", first.dtype, shape)
    row = 0
    for part in parts:
        z = np.load(part)
        whole[row : row + len(z)] = z
        row += len(z)
    whole.flush()


def _join_parquet(parts: list[Path], path: Path) -> None:
    """A list of numbers for each example in one column; the metadata have the latents' shape."""
    arrow, parquet = _arrow()
    first = np.load(parts[0], mmap_mode="r")
    size = int(np.prod(first.shape[1:]))
    kind = arrow.list_(arrow.from_numpy_dtype(first.dtype), size)
    told = {"shape": json.dumps(first.shape[1:])}
    schema = arrow.schema([arrow.field(COLUMN, kind)], metadata=told)
    with parquet.ParquetWriter(path, schema) as writer:
        for part in parts:
            values = arrow.array(np.load(part).reshape(-1))
            column = arrow.FixedSizeListArray.from_arrays(values, size)
            writer.write_table(arrow.Table.from_arrays([column], schema=schema))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ImportError("Parquet files need pyarrow: pip install keras_vae[parquet]") from error
    return pyarrow, parquet


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _fingerprint(vae: Any) -> str:
    """A number of the model's class and weights, which the latents follow from."""
    digest = hashlib.sha256(type(vae).__name__.encode())
    for weights in vae.get_weights():
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()


_JOIN: dict[str, Callable[[list[Path], Path], None]] = {
    ".npy": _join_npy,
    ".parquet": _join_parquet,
}
