"""Rows of numbers as rows of integers: no float is rounded, whatever an option makes of it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

UNIT = 1074  # every float64 is a multiple of 2**-UNIT


class NoDistributionError(ValueError):
    """A row has a negative, NaN or infinite entry, or no mass where it is to be normalized."""


class Row(NamedTuple):
    """A measure whose bins are units / one."""

    units: tuple[int, ...]
    one: int


def units(x: Any) -> int:
    """x * 2**UNIT, exactly."""
    if isinstance(x, int):
        return x << UNIT
    numerator, denominator = float(x).as_integer_ratio()
    return numerator * (2**UNIT // denominator)


def entries(row: np.ndarray, normalize: bool = True, pseudocount: float = 0.0) -> list[int]:
    """Those of one row, with the pseudocount, which makes no row of zeros a distribution."""
    if not np.isfinite(row).all() or np.any(row < 0):
        raise NoDistributionError(f"an entry that is no mass in {row}")
    if normalize and not np.any(row):
        raise NoDistributionError("a row without mass")
    more = units(pseudocount)
    return [units(x) + more for x in row.tolist()]


def measure(row: list[int], normalize: bool) -> Row:
    """The row in the largest unit that it has: short integers are three times as fast."""
    one = sum(row) if normalize else 1 << UNIT
    if not one:
        raise NoDistributionError("nothing is left of a row")
    common = math.gcd(one, *row)
    return Row(tuple(x // common for x in row), one // common)


def pair_of_rows(
    p: np.ndarray,
    q: np.ndarray,
    gaps: str,
    *,
    normalize: bool = True,
    pseudocount: float = 0.0,
    zeros: float | str = "inf",
) -> tuple[Row, Row]:
    """Both rows with all options applied; `gaps` names the sides that must not be 0 alone."""
    a, b = (entries(row, normalize, pseudocount) for row in (p, q))
    alone = [
        (x > 0 == y and "q" in gaps) or (x == 0 < y and "p" in gaps)
        for x, y in zip(a, b, strict=True)
    ]
    if zeros == "skip":
        a, b = ([x for x, gap in zip(row, alone, strict=True) if not gap] for row in (a, b))
    elif zeros != "inf":
        a, b = (_filled(row, alone, units(float(zeros)), normalize) for row in (a, b))
    return measure(a, normalize), measure(b, normalize)


def without(p: np.ndarray, q: np.ndarray, gaps: str) -> np.ndarray:
    """Which bins are left out where gaps are: those that alone make a divergence infinite."""
    return ((p > 0) & (q == 0) & ("q" in gaps)) | ((p == 0) & (q > 0) & ("p" in gaps))


def _filled(row: list[int], alone: list[bool], epsilon: int, normalize: bool) -> list[int]:
    """The row with epsilon in its gaps: of a row that is normalized, times its sum."""
    mine = [gap and not x for x, gap in zip(row, alone, strict=True)]
    if not any(mine):
        return row
    if not normalize:
        return [epsilon if gap else x for x, gap in zip(row, mine, strict=True)]
    fill = epsilon * sum(row)
    return [fill if gap else x << UNIT for x, gap in zip(row, mine, strict=True)]
