"""A model card: a page of Markdown, made from a preset's config and its `metadata.json`."""

import json
import math
from typing import Any

#: the name that a card has on the Hugging Face Hub, which shows it as the repository's page
CARD = "README.md"
#: the name of a report that lies beside the card
REPORT = "report.html"
#: characters of an argument that are shown
_LONGEST = 160
#: arguments of parts that say nothing of a model
_NO_VALUES = ("name", "trainable", "dtype")
#: keys of the metadata that the card tells in places of their own, or not at all
_TOLD = (
    "name title reference data protocol licence seed seeds published differs fine_tunes training "
    "results report check format_version class_name num_parameters versions sha256"
).split()


def model_card(
    config: dict[str, Any], metadata: dict[str, Any], source: str, report: str | None = None
) -> str:
    """The model card of a preset: class, arguments, data, protocol, numbers, and a report's link.

    What the metadata do not say is left out. Only the number of seeds is always told, for the
    numbers of one seed say little about another.

    Args:
        config: dict, as `config.json` has it.
        metadata: dict, as `metadata.json` has it.
        source: str, what `from_preset` takes to load the preset.
        report: str, link of a report. Defaults to `None`: the metadata's `"report"`, if it is
            there.

    Returns:
        str, Markdown with the head in YAML that the hub reads.
    """
    name = config["class_name"]
    title = metadata.get("title") or metadata.get("name") or name
    report = report or metadata.get("report")
    parts = [
        _head(name),
        f"# {_line(title)}\n",
        _reference(name, metadata),
        _use(source),
        _section("Model", _table("argument", _model(config, metadata))),
        _section("Data", _table("", _data(metadata))),
        _section("Numbers", _numbers(metadata)),
        _section("Training", _table("", _training(metadata))),
        _section("Report", f"[Figures and numbers]({report})\n" if report else ""),
        _section("More", _table("", _others(metadata))),
    ]
    return "\n".join(part for part in parts if part)


def _head(name: str) -> str:
    tags = ["keras", "keras_vae", "variational-autoencoder", name]
    return f"---\nlibrary_name: keras_vae\ntags: {json.dumps(tags)}\n---\n"


def _reference(name: str, metadata: dict[str, Any]) -> str:
    reference = metadata.get("reference")
    text = f"A `{name}` of [keras_vae](https://pypi.org/project/keras_vae)"
    return f"{text}, after {_line(reference)}.\n" if reference else f"{text}.\n"


def _use(source: str) -> str:
    return (
        f"```python\nimport keras_vae\n\nvae = keras_vae.VAE.from_preset({json.dumps(source)})\n"
        "```\n"
    )


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _table(head: str, rows: dict[str, Any]) -> str:
    told = {name: _cell(value) for name, value in rows.items() if value not in (None, "")}
    if not told:
        return ""
    lines = [f"| {name} | {value} |" for name, value in told.items()]
    return "\n".join([f"| {head} | |", "|---|---|", *lines]) + "\n"


def _model(config: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    arguments = config.get("config", {})
    shown = {f"`{name}`": _argument(v) for name, v in arguments.items() if name != "name"}
    return {**shown, "weights": f"{metadata.get('num_parameters', 0):,}"}


def _argument(value: Any) -> str | None:
    """A value of a config, short: objects as their constructors' calls."""
    if isinstance(value, dict) and "class_name" in value:
        inner = value.get("config")
        inner = inner if isinstance(inner, dict) else {}
        if value["class_name"] == "DTypePolicy":
            return inner.get("name")
        if "base" in inner:  # networks that have been built, of this kind
            return _argument(inner["base"])
        if "layers" in inner:
            return f"{value['class_name']} of {len(inner['layers'])} layers"
        values = {name: _argument(each) for name, each in inner.items() if name not in _NO_VALUES}
        given = [f"{name}={each}" for name, each in values.items() if each is not None]
        return _short(f"{value['class_name']}({', '.join(given)})")
    return None if value is None else _short(json.dumps(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _data(metadata: dict[str, Any]) -> dict[str, Any]:
    names = ("data", "protocol", "licence", "fine_tunes")
    shown = {name.replace("_", "-"): metadata.get(name) for name in names}
    return {{"licence": "licence of the data"}.get(name, name): v for name, v in shown.items()}


def _numbers(metadata: dict[str, Any]) -> str:
    results = _named("result", metadata.get("results"))
    flat = _flat({name: value for name, value in results.items() if name != "command"})
    rows = {name.replace("_", " "): _number(value) for name, value in flat.items()}
    published = _named("value", metadata.get("published"))
    if published:
        where = f"{_number(published.get('value'))}: {published.get('source', '')}"
        rows[f"published {str(published.get('what', '')).replace('_', ' ')}"] = where
    if not rows:
        return ""
    parts = [_seeds(metadata), _table("", rows), _differs(metadata), _command(results)]
    return "\n".join(part for part in parts if part)


def _seeds(metadata: dict[str, Any]) -> str:
    """Of how many trainings the numbers are: of one, unless there are several to compare."""
    seeds = _named("seeds", metadata.get("seeds"))
    if len(seeds) < 2:
        seed = metadata.get("seed")
        return f"One seed{'' if seed is None else f' ({seed})'}: the numbers are of one training.\n"
    lines = [f"The weights are of one of {len(seeds)} trainings, with seeds {', '.join(seeds)}:\n"]
    for name in next(iter(seeds.values())):
        values = [numbers[name] for numbers in seeds.values()]
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
        each = ", ".join(_number(value) for value in values)
        label = name.replace("_", " ")
        lines.append(
            f"- {label}: mean {_number(mean)}, standard deviation {_number(spread)} ({each})\n"
        )
    return "\n".join(lines[:1]) + "\n" + "".join(lines[1:])


def _differs(metadata: dict[str, Any]) -> str:
    text = metadata.get("differs")
    return f"What differs from the published training: {_line(text)}.\n" if text else ""


def _command(results: dict[str, Any]) -> str:
    command = results.get("command")
    return f"Measured by `{_line(command)}`.\n" if command else ""


def _training(metadata: dict[str, Any]) -> dict[str, Any]:
    versions = metadata.get("versions") or {}
    training = _named("training", metadata.get("training"))
    rows = {name.replace("_", " "): value for name, value in training.items()}
    return {**rows, "versions": ", ".join(f"{name} {v}" for name, v in versions.items())}


def _others(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in _flat(metadata).items() if name.split(".")[0] not in _TOLD}


def _named(name: str, value: Any) -> dict[str, Any]:
    """A dict as it is; anything else of the user's under this name."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else {name: value}


def _flat(values: dict[str, Any], start: str = "") -> dict[str, Any]:
    """The values of dicts in dicts, under names with dots between."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{start}{name}."))
        else:
            flat[f"{start}{name}"] = value
    return flat


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1000 else _plain(value)


def _plain(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) and math.isfinite(value) else str(value)


def _cell(value: Any) -> str:
    return _line(value).replace("|", "\\|")


def _line(value: Any) -> str:
    return " ".join(str(value).split())
