"""DataFrames become rows of numbers and come back as they were."""

import numpy as np
import pandas as pd
import pytest
from tables.frames import table, with_holes

from keras_vae.tables import Schema
from keras_vae.tables.codec import decode, encode

FRAME = table()
SCHEMA = Schema.find(FRAME)


def test_what_is_encoded_comes_back():
    rows = encode(SCHEMA, FRAME)
    assert rows.shape == (200, 9) and rows.dtype == "float32"
    again = decode(SCHEMA, rows, FRAME.index)
    exact = [name for name in FRAME if name not in ("income", "share")]
    pd.testing.assert_frame_equal(again[exact], FRAME[exact])
    pd.testing.assert_frame_equal(again, FRAME, rtol=1e-4)


@pytest.mark.parametrize(
    "dtype", ["Int64", "Float64", "boolean", "string", "object", "int16", "uint8", "float32"]
)
def test_dtypes_come_back(dtype):
    values = pd.Series([0, 1, 1, 0, 1, 0], dtype="int64")
    if dtype in ("string", "object"):
        values = values.map({0: "no", 1: "yes"})
    frame = pd.DataFrame({"x": values.astype(dtype), 3: range(6)})
    schema = Schema.find(frame)
    pd.testing.assert_frame_equal(decode(schema, encode(schema, frame)), frame)


def test_missing_values_are_nan():
    frame = with_holes(FRAME)
    schema = Schema.find(frame)
    names = [column.name for column in schema.modelled]
    np.testing.assert_array_equal(np.isnan(encode(schema, frame)), frame[names].isna())


def test_columns_are_found_by_name():
    shuffled = FRAME[list(FRAME)[::-1]]
    np.testing.assert_array_equal(encode(SCHEMA, shuffled), encode(SCHEMA, FRAME))
    with pytest.raises(ValueError, match=r"without \['weight'\]"):
        encode(SCHEMA, FRAME.drop(columns="weight"))
    with pytest.raises(ValueError, match=r"with the others \['more'\]"):
        encode(SCHEMA, FRAME.assign(more=1))


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("job", "pilot", r"Received: \['pilot'\] in 1 rows, the first in row 3"),
        ("city", "C", r"Received: \['C'\]"),
        ("stars", 9, "did not have"),
        ("weight", np.inf, "finite numbers. Received: inf in row 3"),
        ("weight", "heavy", "must hold numbers. Received: 'heavy' in row 3"),
        ("weight", "61.0", "must hold numbers. Received: '61.0' in row 3"),
        ("visits", -1, "counts 0, 1, 2, .... Received: -1 in row 3"),
        ("visits", 1.5, "counts 0, 1, 2, .... Received: 1.5 in row 3"),
        ("share", 1.5, r"numbers in \[0, 1\]. Received: 1.5 in row 3"),
        ("year", 2027, r"Received: \[2027\]"),
    ],
)
def test_values_that_no_row_had(name, value, message):
    frame = FRAME.astype({name: object})
    frame.loc[3, name] = value
    with pytest.raises(ValueError, match=f"column '{name}'.*{message}"):
        encode(SCHEMA, frame)


def test_unseen_categories_may_count_as_missing():
    frame = FRAME.astype({"city": object, "year": object})
    frame.loc[3, ["job", "city", "stars", "year"]] = ["pilot", "C", 9, 2027]
    schema = Schema.find(FRAME, unseen="missing")
    assert schema != SCHEMA and Schema.from_config(schema.get_config()) == schema
    rows, names = encode(schema, frame), [column.name for column in schema.modelled]
    missing = {names[i] for i in np.flatnonzero(np.isnan(rows[3]))}
    assert missing == {"job", "city", "stars"}
    np.testing.assert_array_equal(np.delete(rows, 3, 0), encode(SCHEMA, FRAME.drop(index=3)))
    with pytest.raises(ValueError, match="finite numbers"):
        encode(schema, FRAME.assign(weight=np.inf))
    with pytest.raises(ValueError, match="unseen.*'error', 'missing'.*'skip'"):
        Schema.find(FRAME, unseen="skip")
    assert Schema(SCHEMA.get_config()["columns"]) == SCHEMA  # of files older than the argument


def test_values_between_and_beyond_are_brought_to_the_table():
    rows = np.full((1, 9), 50.0, "float32")
    frame = decode(SCHEMA, rows)
    assert frame.weight[0] == FRAME.weight.max()
    assert frame.share[0] == 1.0 and frame.grade[0] == "high" and frame.stars[0] == 5
    zero = encode(SCHEMA, FRAME[FRAME.income == 0][:1])
    zero[0, 1] += 2e-3  # a draw of the normal around the zero
    assert decode(SCHEMA, zero).income[0] == pytest.approx(0.0, abs=1e-9)
