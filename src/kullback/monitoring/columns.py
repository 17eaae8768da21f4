"""A column of any library and dtype as what is counted: numbers, or categories with their counts.

numbers     floats and integers; NaN, NA and null are missing
times       dates and times, durations: as integers of a unit
categories  text, categoricals, booleans: each by its text
nothing     a column of missing values alone, which could be any of these
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.ma import MaskedArray

from kullback._drivers import columns as driver
from kullback._process.arrays import Array
from kullback.monitoring import arrow, objects
from kullback.monitoring.tables import library

NUMBER, TIME, DURATION, CATEGORY, NOTHING = "number", "time", "duration", "category", "nothing"
KINDS = {"M": TIME, "m": DURATION}


@dataclass(frozen=True)
class Numbers:
    """Numbers, or times as int64 in `unit` (as NumPy writes it: "ns", "D", ...)."""

    kind: str
    column: driver.Column
    unit: str = ""

    @property
    def size(self) -> int:
        return self.column.size

    def in_unit(self, unit: str) -> driver.Column:
        """The column, its times in another unit: rounded down, so on the same side of an edge."""
        if unit == self.unit:
            return self.column
        code = "M8" if self.kind == TIME else "m8"
        given = (piece.view(f"{code}[{self.unit}]") for piece in self.column.pieces)
        pieces = [piece.astype(f"{code}[{unit}]").view(np.int64) for piece in given]
        return driver.Column(pieces, times=True)


@dataclass(frozen=True)
class Tally:
    """How often each category comes, in one order, and how many values are missing."""

    kind: str
    counts: dict[str, int]
    missing: int

    @property
    def size(self) -> int:
        return sum(self.counts.values()) + self.missing


def read(given: Any, name: Hashable, threads: int) -> Numbers | Tally:
    """A column of a table; TypeError or ValueError naming it."""
    if library(given) == "pandas" and hasattr(given, "dtype"):
        return _of_pandas(given, name, threads)
    if library(given) == "pyarrow" and hasattr(given, "type"):
        return _of_arrow(given, name, threads)
    if isinstance(given, MaskedArray):
        kind = np.float64 if given.dtype.kind in "fiub" else object
        return _of_array(np.ma.filled(given.astype(kind), np.nan), name, threads)
    if isinstance(given, np.ndarray):
        return _of_array(given, name, threads)
    if isinstance(given, (str, bytes)):
        raise TypeError(f"column {name!r} is text, not a column of it; write [{given!r}]")
    if isinstance(given, (list, tuple)):  # not as an array: that makes text of numbers beside text
        values = np.empty(len(given), object)
        values[:] = given
        return _of_array(values, name, threads)
    return _of_array(np.asarray(given), name, threads)


def _of_pandas(series: Any, name: Hashable, threads: int) -> Numbers | Tally:
    if series.ndim != 1:
        raise ValueError(f"column {name!r} is a table of its own; name its columns apart")
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return _of_array(series.to_numpy(), name, threads, series)
    if hasattr(dtype, "categories") and hasattr(dtype, "ordered"):
        shown = series if hasattr(series, "codes") else series.cat
        return _of_codes(np.asarray(shown.codes), list(dtype.categories), name, threads)
    if hasattr(dtype, "tz"):  # to UTC, whatever clock it is shown by
        return _of_array(series.to_numpy(f"datetime64[{dtype.unit}]"), name, threads)
    if hasattr(dtype, "pyarrow_dtype") or getattr(dtype, "storage", "") == "pyarrow":
        import pyarrow

        return _of_arrow(pyarrow.array(series), name, threads)
    if getattr(dtype, "kind", "O") in "fiu":
        return _of_array(series.to_numpy(np.float64, na_value=np.nan), name, threads)
    return _of_array(series.to_numpy(object), name, threads, series)


def _of_arrow(given: Any, name: Hashable, threads: int) -> Numbers | Tally:
    found = arrow.read(given, name, threads)
    if isinstance(found, arrow.Codes):
        coded = _of_codes(found.codes, found.categories, name, threads)
        if given.type.ordered:
            return coded
        # Its order is that in which the values came: another one on the other side.
        return Tally(coded.kind, dict(sorted(coded.counts.items())), coded.missing)
    if isinstance(found, dict):
        return _tally(found, given.null_count, name)
    kind = KINDS.get(found[0].dtype.kind, NUMBER) if found else NUMBER
    return _of_times(found, kind) if kind != NUMBER else Numbers(NUMBER, driver.Column(found))


def _of_array(given: Array, name: Hashable, threads: int, series: Any = None) -> Numbers | Tally:
    if given.ndim != 1:
        raise ValueError(f"column {name!r} has shape {given.shape}; a column has one axis")
    kind = given.dtype.kind
    if kind in "fiu":
        return Numbers(NUMBER, driver.Column([given]))
    if kind == "b":
        return _of_codes(given.view(np.int8), [False, True], name, threads)
    if kind in KINDS:
        return _of_times([given], KINDS[kind])
    if kind in "OUT":
        return _of_objects(given, name, threads, series)
    raise TypeError(
        f"column {name!r} has dtype {given.dtype}; it must hold numbers, text, categories, "
        "booleans or times: make it one of these, or leave it out"
    )


def _of_objects(given: Array, name: Hashable, threads: int, series: Any) -> Numbers | Tally:
    """What the values turn out to be, once it is known which there are."""
    try:
        own = series if hasattr(series, "to_frame") else None  # a Series; not an array of pandas
        counts, missing = objects.tally(given, own)
    except TypeError as error:
        raise TypeError(f"column {name!r} holds what cannot be counted: {error}") from None
    if not counts:
        return Tally(NOTHING, {}, missing)
    dtype = objects.dtype_of(counts)
    if dtype is None:
        return _tally(counts, missing, name)
    return _of_array(objects.converted(given, dtype), name, threads)


def _of_times(pieces: list[Array], kind: str) -> Numbers:
    """Times as they are counted: integers in one unit."""
    unit = np.datetime_data(pieces[0].dtype)[0]
    if unit == "generic":  # nothing but NaT
        unit = "s"
    same = [piece.astype(f"{piece.dtype.kind}8[{unit}]", copy=False) for piece in pieces]
    return Numbers(kind, driver.Column([piece.view(np.int64) for piece in same], True), unit)


def _of_codes(codes: Array, categories: list[Any], name: Hashable, threads: int) -> Tally:
    native = codes.astype(codes.dtype.newbyteorder("="), copy=False)
    missing, *found = driver.count_codes(native, len(categories), threads).tolist()
    counts: dict[Any, int] = {}
    for category, count in zip(categories, found, strict=True):
        if category is None:  # Arrow's dictionaries may hold it, and a category twice
            missing += count
        else:
            counts[category] = counts.get(category, 0) + count
    return _tally(counts, missing, name)


def _tally(counts: dict[Any, int], missing: int, name: Hashable) -> Tally:
    """Categories by their text, which must tell them apart."""
    named: dict[str, int] = {}
    for value, count in counts.items():
        text = value if type(value) is str else str(value)
        if text in named:
            raise TypeError(
                f"column {name!r} holds values of different types that read {text!r}; make it one "
                f"type, for example by .astype(str)"
            )
        named[text] = int(count)
    return Tally(CATEGORY, named, missing)
