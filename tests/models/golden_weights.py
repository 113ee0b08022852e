"""The weights files' keys and shapes, which nobody may change by accident.

`PYTHONPATH=.:tests python tests/models/golden_weights.py` writes `golden_weights.json` anew. Run
it at each release, which adds the models and parts that are new. A change of what is in it already
is a change of the file format: published weights then need a conversion.
"""

import json
import tempfile
from pathlib import Path

import h5py

GOLDEN = Path(__file__).with_suffix(".json")


def layout(vae, folder):
    """The shapes in the model's `.weights.h5` by their keys."""
    path = Path(folder) / "model.weights.h5"
    vae.save_weights(path)
    shapes = {}

    def note(key, item):
        if isinstance(item, h5py.Dataset) and not key.startswith("optimizer/"):
            shapes[key] = list(item.shape)

    with h5py.File(path) as file:
        file.visititems(note)
    return dict(sorted(shapes.items()))


def write():
    """Write the layout of every variant."""
    from zoo import VARIANTS

    with tempfile.TemporaryDirectory() as folder:
        layouts = {name: layout(make(seed=0), folder) for name, make in VARIANTS.items()}
    lines = [f"{json.dumps(name)}: {_indented(shapes)}" for name, shapes in layouts.items()]
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _indented(shapes):
    lines = [f"  {json.dumps(key)}: {json.dumps(shape)}" for key, shape in shapes.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    write()
