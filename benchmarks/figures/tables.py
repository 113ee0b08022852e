"""The records of `results/` as tables of Markdown, written between the marks of `README.md`.

python benchmarks/figures/tables.py
"""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parent
README = FOLDER / "README.md"
MARK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
#: columns that say nothing on a shared machine
LEFT_OUT = ("seconds",)


def table(name):
    """The rows of one record: mean and deviation over the seeds, and its command."""
    path = FOLDER / "results" / f"{name}.json"
    if not path.exists():
        return "Not recorded yet.\n"
    record = json.loads(path.read_text())
    rows = record["rows"]
    columns = [key for key in next(iter(rows.values())) if key not in LEFT_OUT]
    columns += [key for row in rows.values() for key in row if key not in (*columns, *LEFT_OUT)]
    columns = list(dict.fromkeys(columns))
    ranks = record.get("mean_rank", {})
    head = ["", *(key.replace("_", " ") for key in columns), *(["mean rank"] if ranks else [])]
    lines = [_line(head), "|---" * len(head) + "|"]
    for contender, row in rows.items():
        last = [f"{ranks[contender]:.2f}"] if ranks else []
        lines.append(_line([contender, *(_cell(row.get(key)) for key in columns), *last]))
    versions = ", ".join(f"{package} {number}" for package, number in record["versions"].items())
    seeds = ", ".join(map(str, record["seeds"]))
    lines.append(f"\n`{record['command']}`, seeds {seeds}; {versions}.")
    return "\n".join(lines) + "\n"


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _cell(number):
    if number is None:
        return ""
    mean, deviation = number["mean"], number["deviation"]
    digits = 3 if abs(mean) < 10 else 1
    spread = "" if not deviation else f" ± {deviation:.{digits}f}"
    return f"{mean:.{digits}f}{spread}"


def main():
    text = README.read_text()
    README.write_text(MARK.sub(lambda found: found[1] + table(found[2]) + found[3], text))


if __name__ == "__main__":
    main()
