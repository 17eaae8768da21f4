"""Arithmetic of the references: fractions, and logarithms of more digits than can cancel."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp, mpf

from fuzzing.arrays import REFUSED
from fuzzing.check import Call, Value, Wrong

MOST_DIGITS = 2000  # 5e-324 beside 1.8e308, squared
LARGEST = mpf(np.finfo(float).max)  # of a size: a sum of terms that cancel may be beyond all floats
Result = tuple[mpf, mpf]  # and its size


def number(x: Fraction) -> mpf:
    return mpf(x.numerator) / x.denominator


def fraction(x: Any) -> Fraction:
    return Fraction(x.item() if isinstance(x, np.generic) else x)


def digits(values: Iterable[float]) -> int:
    """Enough for a squared difference of products, of the smallest beside the largest, and 1."""
    sizes = [1.0, *(abs(float(x)) for x in values if x and math.isfinite(x))]
    decades = math.log10(max(sizes)) - math.log10(min(sizes))
    return min(MOST_DIGITS, 80 + int(4 * decades))


def total(terms: list[mpf]) -> Result:
    """A sum whose terms may cancel, with the sum of their sizes."""
    return mp.fsum(terms), mp.fsum(abs(term) for term in terms)


def result_dtype(arrays: list[np.ndarray]) -> np.dtype:
    return np.dtype("f4" if all(a.dtype.str[1:] in ("f2", "f4") for a in arrays) else "f8")


def refused(array: np.ndarray) -> bool:
    return array.dtype.kind in REFUSED or array.dtype.itemsize > 8


def with_dtypes(expected: Callable[[Call], Wrong | Value]) -> Callable[[Call], Wrong | Value]:
    """A reference that knows of dtypes, from one that does not."""

    def found(call: Call) -> Wrong | Value:
        if not any(array is not None and refused(array) for array in call.arrays):
            return expected(call)
        plain = [a if a is None or not refused(a) else np.ones(a.shape) for a in call.arrays]
        rest = expected(call._replace(arrays=plain))
        return Wrong((TypeError, *rest.kinds)) if isinstance(rest, Wrong) else Wrong((TypeError,))

    return found


def value_of(found: list[Result | None], shape: tuple[int, ...], dtype: np.dtype) -> Value:
    """Results in their shape; None is NaN."""
    values = [one or (mpf("nan"), mpf(0)) for one in found]
    results = np.array([to_float(value, dtype) for value, _ in values]).reshape(shape)
    sizes = [float(min(size, LARGEST) if mp.isfinite(size) else size) for _, size in values]
    return Value(results, np.array(sizes).reshape(shape), dtype)


def to_float(value: mpf, dtype: np.dtype) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(float(value)) if dtype == "f4" else float(value))


def is_wrong(options: dict[str, Any]) -> bool:
    """Whether one of the options that every function has is out of its range."""
    base, threads = options.get("base"), options.get("threads")
    return (
        (base is not None and not 1 < base < math.inf)
        or (threads is not None and threads < 1)
        or options.get("invalid", "raise") not in ("raise", "nan")
    )


def raises(options: dict[str, Any]) -> bool:
    """What is no distribution is an error, which is the default."""
    return bool(options.get("invalid", "raise") == "raise")


def unit(base: float | None) -> mpf:
    return mpf(1) if base is None else mp.log(mpf(base))
