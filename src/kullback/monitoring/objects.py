"""Columns of Python objects: which values there are, and what they all are."""

from __future__ import annotations

import datetime
from collections import Counter
from numbers import Real
from typing import Any

import numpy as np

from kullback._process.arrays import Array

MISSING = ("NAType", "NaTType")  # of pandas, which need not be loaded


def tally(given: Array, series: Any = None) -> tuple[dict[Any, int], int]:
    """How often each value that is not missing comes, in one order; how many are missing."""
    if series is not None:
        counted = series.value_counts(sort=False, dropna=True)
        counts = dict(zip(counted.index.to_numpy(object), counted.to_numpy(), strict=True))
        return _ordered(counts), int(given.size - sum(counts.values()))
    counts = Counter(given.tolist())
    missing = {value for value in counts if is_missing(value)}
    return (
        _ordered({value: count for value, count in counts.items() if value not in missing}),
        sum(counts[value] for value in missing),
    )


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, NA."""
    if value is None or type(value).__name__ in MISSING:
        return True
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, Real) and value != value


def _ordered(counts: dict[Any, int]) -> dict[Any, int]:
    try:
        return dict(sorted(counts.items()))
    except TypeError:  # of several types
        return dict(sorted(counts.items(), key=lambda item: str(item[0])))


def dtype_of(values: dict[Any, int]) -> str | None:
    """The dtype in which all values are numbers or times; None where they are categories."""
    kinds = {type(value) for value in values}
    if any(issubclass(kind, (str, bool, np.bool)) for kind in kinds):
        return None
    if all(_is_number(kind) for kind in kinds):
        return "f8"
    if all(issubclass(kind, (datetime.date, np.datetime64)) for kind in kinds):
        return "M8[us]"
    if all(issubclass(kind, (datetime.timedelta, np.timedelta64)) for kind in kinds):
        return "m8[us]"
    return None


def _is_number(kind: type) -> bool:
    from decimal import Decimal

    return issubclass(kind, (Real, Decimal)) and not issubclass(kind, np.timedelta64)


def converted(given: Array, dtype: str) -> Array:
    """Objects as numbers or times; what is missing as NaN or NaT."""
    empty = np.nan if dtype == "f8" else np.datetime64("NaT") if dtype[0] == "M" else None
    values = [empty if is_missing(value) else value for value in given.tolist()]
    if dtype[0] == "M":
        values = [_in_utc(value) for value in values]
    return np.array(values, dtype)


def _in_utc(value: Any) -> Any:
    """A time without its zone: NumPy's have none."""
    if getattr(value, "tzinfo", None) is None:
        return value
    return value.astimezone(datetime.UTC).replace(tzinfo=None)
