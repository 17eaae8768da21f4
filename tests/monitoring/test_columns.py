"""A column is the same in every library and dtype that can hold it."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest

import kullback as kl
from support.tolerances import assert_same_bits

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

RNG = np.random.default_rng(7)
NUMBERS = RNG.integers(0, 50, 400)
GAPS = [None if i % 7 == 0 else int(x) for i, x in enumerate(NUMBERS)]
WORDS = RNG.choice(["red", "green", "blue"], 400).tolist()
HOLES = [None if i % 5 == 0 else word for i, word in enumerate(WORDS)]
FLAGS = [bool(x > 20) for x in NUMBERS]
MAYBE = [None if i % 5 == 0 else flag for i, flag in enumerate(FLAGS)]
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(int(x)) for x in NUMBERS]
TIMES = np.datetime64("2024-01-01T00:00:00") + NUMBERS * np.timedelta64(3600, "s")
SPANS = NUMBERS * np.timedelta64(60, "s")


def chunked(values, kind=None):
    return pa.chunked_array([pa.array(values[:150], kind), pa.array(values[150:], kind)])


SAME = {
    "numbers": [
        NUMBERS,
        NUMBERS.astype(np.uint8),
        NUMBERS.astype(np.float32),
        NUMBERS.astype(">i4"),
        NUMBERS.tolist(),
        [Decimal(int(x)) for x in NUMBERS],
        NUMBERS.astype(object),
        pd.Series(NUMBERS),
        pd.Series(NUMBERS, dtype="Int64"),
        pd.Series(NUMBERS, dtype="Float32"),
        pd.Series(NUMBERS, dtype="int16[pyarrow]"),
        pa.array(NUMBERS),
        chunked(NUMBERS),
        chunked([Decimal(int(x)) for x in NUMBERS]),
    ],
    "numbers with gaps": [
        GAPS,
        [np.nan if x is None else float(x) for x in GAPS],
        np.array([np.nan if x is None else x for x in GAPS]),
        np.ma.masked_invalid([np.nan if x is None else x for x in GAPS]),
        pd.Series(GAPS, dtype="Int64"),
        pd.Series(GAPS, dtype="Float64"),
        pd.Series(GAPS, dtype=object),
        pd.Series(GAPS, dtype="int64[pyarrow]"),
        pd.Series(GAPS, dtype="double[pyarrow]"),
        chunked(GAPS),
        [pd.NA if x is None else x for x in GAPS],
    ],
    "words": [
        WORDS,
        np.array(WORDS),
        np.array(WORDS, object),
        pd.Series(WORDS),
        pd.Series(WORDS, dtype=object),
        pd.Series(WORDS, dtype="category"),
        pd.Series(WORDS, dtype="string[python]"),
        pd.Series(WORDS, dtype="string[pyarrow]"),
        pd.Categorical(WORDS),
        pa.array(WORDS),
        chunked(WORDS),
        chunked(WORDS).dictionary_encode(),
        pa.array(WORDS).dictionary_encode(),
        chunked(WORDS, pa.large_string()),
    ],
    "words with gaps": [
        HOLES,
        [np.nan if x is None else x for x in HOLES],
        np.array(HOLES, object),
        np.ma.array(WORDS, mask=[x is None for x in HOLES]),
        pd.Series(HOLES),
        pd.Series(HOLES, dtype=object),
        pd.Series(HOLES, dtype="category"),
        pd.Series(HOLES, dtype="string[python]"),
        pd.Series(HOLES, dtype="string[pyarrow]"),
        chunked(HOLES),
        chunked(HOLES).dictionary_encode(),
    ],
    "flags": [
        FLAGS,
        np.array(FLAGS),
        pd.Series(FLAGS),
        pd.Series(FLAGS, dtype="boolean"),
        pd.Series(FLAGS, dtype="bool[pyarrow]"),
        chunked(FLAGS),
        [str(flag) for flag in FLAGS],
    ],
    "flags with gaps": [
        MAYBE,
        pd.Series(MAYBE, dtype=object),
        pd.Series(MAYBE, dtype="boolean"),
        pd.Series(MAYBE, dtype="bool[pyarrow]"),
        chunked(MAYBE),
    ],
    "days": [
        DAYS,
        np.array(DAYS, "M8[D]"),
        pd.Series(DAYS, dtype="datetime64[ns]"),
        pd.Series(np.array(DAYS, "M8[D]")),
        pd.Series(DAYS, dtype="date32[pyarrow]"),
        chunked(DAYS),
    ],
    "times": [
        TIMES,
        TIMES.astype("M8[ns]"),
        pd.Series(TIMES),
        pd.Series(TIMES).dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"),
        TIMES.tolist(),
        pa.array(TIMES),
        pd.Series(TIMES, dtype="timestamp[us][pyarrow]"),
    ],
    "spans": [SPANS, SPANS.astype("m8[ns]"), pd.Series(SPANS), SPANS.tolist(), chunked(SPANS)],
}


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, i) for kind, given in SAME.items() for i in range(len(given))]
)
def test_a_column_is_the_same_in_every_dtype(kind, number):
    plain, other = SAME[kind][0], SAME[kind][number]
    want = kl.drift({"x": plain}, {"x": plain[:100]})["x"]
    for row in (
        kl.drift({"x": other}, {"x": other[:100]})["x"],
        kl.drift({"x": plain}, {"x": other[:100]})["x"],
    ):
        assert row.kind == want.kind
        assert (row.n_current, row.missing_current) == (want.n_current, want.missing_current)
        assert_same_bits(row.current, want.current)
        assert (row.js_distance, row.noise) == (want.js_distance, want.noise)


def test_tables_of_every_library_are_the_same():
    columns = {"a": NUMBERS, "b": np.array(WORDS, object)}
    want = str(kl.drift(columns, {"a": NUMBERS[:50], "b": WORDS[:50]}))
    frame = pd.DataFrame(columns)
    for table in (frame, frame.convert_dtypes(dtype_backend="pyarrow"), pa.table(columns)):
        assert str(kl.drift(table, table[:50] if table is not None else None)) == want


def test_times_are_compared_in_units_of_the_reference():
    finer = (TIMES + np.timedelta64(1, "s")).astype("M8[ns]") - np.timedelta64(1, "ns")
    assert kl.drift({"x": TIMES}, {"x": finer})["x"].js_distance == 0
    assert kl.drift({"x": TIMES}, {"x": np.full(9, "NaT", "M8[s]")})["x"].missing_current == 1
    later = kl.drift({"x": TIMES}, {"x": TIMES + np.timedelta64(400, "D")})["x"]
    assert later.drifted
    assert later.outside_current == 1


def test_identifiers_that_all_differ_are_no_drift_and_no_hang():
    before, now = [f"a{i}" for i in range(5000)], [f"b{i}" for i in range(4000)]
    row = kl.drift({"id": before}, {"id": now})["id"]
    assert row.js_distance == 1
    assert not row.drifted  # every division of 9,000 different values is as far
    assert len(row.new_categories) == 4000
