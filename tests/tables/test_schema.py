"""The kinds of columns: found, corrected, shown, stored."""

import json

import numpy as np
import pandas as pd
import pytest
from tables.frames import table, with_holes

from keras_vae.tables import Schema

KINDS = {
    "weight": "numeric",
    "income": "numeric",
    "visits": "count",
    "share": "bounded",
    "job": "categorical",
    "grade": "ordinal",
    "city": "categorical",
    "stars": "ordinal",
    "member": "categorical",
    "year": "constant",
    "note": "empty",
}


@pytest.mark.parametrize("frame", [table(), with_holes(table())])
def test_kinds_are_found(frame):
    schema = Schema.find(frame)
    assert {column.name: column.kind for column in schema.columns} == KINDS
    assert [column.name for column in schema.modelled] == list(frame)[:9]


def test_a_value_that_returns_again_and_again_is_a_mode_of_its_own():
    modes = Schema.find(table())["income"].facts["modes"]
    assert modes["num_atoms"] == 1 and 0.4 < modes["weights"][0] < 0.6
    frame = table()
    zero = (0.0 - frame.income.mean()) / frame.income.std(ddof=0)
    assert modes["centers"][0] == pytest.approx(zero)


def test_modes_of_a_mixture_are_found():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(-3.0, 0.1, 500), rng.normal(3.0, 0.1, 500)])
    modes = Schema.find(pd.DataFrame({"x": values}))["x"].facts["modes"]
    near = np.abs(np.abs(np.array(modes["centers"])) - 1.0) < 0.15
    assert np.array(modes["weights"])[near].sum() > 0.99
    assert sum(modes["weights"]) == pytest.approx(1.0)


def test_it_is_plain_json_and_shows_itself():
    schema = Schema.find(table())
    again = Schema.from_config(json.loads(json.dumps(schema.get_config())))
    assert again == schema and hash(again) == hash(schema)
    lines = str(schema).splitlines()
    assert lines[0].split() == ["column", "kind", "dtype", "values"] and len(lines) == 12
    assert lines[6].split()[:3] == ["grade", "ordinal", "category"]
    assert "low &lt; middle &lt; high" in schema._repr_html_()


def test_corrections():
    kinds = {
        "visits": "numeric",
        "stars": {"kind": "bounded", "low": 0, "high": 10},
        "job": {"kind": "ordinal", "values": ["clerk", "cook", "nurse", "doctor"]},
    }
    schema = Schema.find(table(), kinds)
    assert [schema[name].kind for name in kinds] == ["numeric", "bounded", "ordinal"]
    assert schema["stars"].facts["high"] == 10.0 and schema["job"].width == 4


@pytest.mark.parametrize(
    "kinds, message",
    [
        ({"visit": "count"}, "visits"),
        ({"visits": "number"}, "must be one of"),
        ({"weight": "count"}, "counts 0, 1, 2"),
        ({"job": "numeric"}, "'job' must hold numbers. Received: '.*' in row 0"),
        ({"weight": {"kind": "bounded", "low": 0, "high": 50}}, r"numbers in \[0, 50\]"),
        ({"job": {"kind": "ordinal", "values": ["clerk", "cook"]}}, "did not have"),
    ],
)
def test_corrections_that_do_not_fit(kinds, message):
    with pytest.raises(ValueError, match=message):
        Schema.find(table(), kinds)


@pytest.mark.parametrize(
    "values, message",
    [
        (pd.date_range("2026-01-01", periods=30), "dates or times"),
        (pd.to_timedelta(np.arange(30), "h"), "durations"),
        ([pd.Timestamp("2026-01-01").date()] * 15 + [None] * 15, "dates or times"),
        ([f"name {i}" for i in range(200)], "names or text"),
        ([1.0, np.inf, 2.5] * 10, "finite"),
        ([1 + 2j, 2.0] * 15, "strings, numbers or bools"),
        ([(1, 2), (3, 4)] * 15, "strings, numbers or bools"),
    ],
)
def test_columns_that_are_refused_with_advice(values, message):
    with pytest.raises(ValueError, match=message):
        Schema.find(pd.DataFrame({"x": values}))


def test_tables_that_are_refused():
    with pytest.raises(ValueError, match="more than one value"):
        Schema.find(pd.DataFrame({"x": [1, 1, 1]}))
    with pytest.raises(ValueError, match="names that come once"):
        Schema.find(pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"]))
    with pytest.raises(ValueError, match="strings or integers as names"):
        Schema.find(pd.DataFrame([[1, 2], [3, 4]], columns=[("a", "b"), ("a", "c")]))
