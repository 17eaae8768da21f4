"""Rows of numbers as rows of integers: no float is rounded, whatever an option makes of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

UNIT = 1074  # every float64 is a multiple of 2**-UNIT


class NoDistributionError(ValueError):
    """A row has a negative, NaN or infinite entry, or no mass."""


def _units(x: Any) -> int:
    """x * 2**UNIT, exactly."""
    if not np.isfinite(x):
        raise NoDistributionError(f"{x} is not finite")
    numerator, denominator = x.as_integer_ratio()
    return numerator * (2**UNIT // denominator)


def exact_rows(
    p: np.ndarray, q: np.ndarray, pseudocount: float, zeros: float | str, normalize: bool
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """The two rows as integers, all options but `normalize` applied, and the integer that is 1."""
    a, b = ([_units(x) for x in row.tolist()] for row in (p, q))
    if min(*a, *b) < 0:
        raise NoDistributionError("a negative entry")
    shift = _units(float(pseudocount))
    a, b = ([x + shift for x in row] for row in (a, b))
    if zeros == "skip":
        a = [x if y else 0 for x, y in zip(a, b, strict=True)]
    if not any(a) or not any(b):
        raise NoDistributionError("a row without mass")
    one = 1 << UNIT
    if zeros not in ("inf", "skip") and 0 in b:
        fill = _units(float(zeros)) * (sum(b) if normalize else one)
        a, b, one = [x << UNIT for x in a], [y << UNIT or fill for y in b], one << UNIT
    common = math.gcd(one, *a, *b)  # short integers make it three times as fast
    return tuple(x // common for x in a), tuple(y // common for y in b), one // common
