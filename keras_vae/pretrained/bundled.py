"""The presets that come inside the package, a folder each."""

from pathlib import Path

BUNDLED = Path(__file__).parents[1] / "presets" / "bundled"


def bundled_names() -> list[str]:
    """The names of the presets inside the package, in alphabetical order."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/config.json"))
