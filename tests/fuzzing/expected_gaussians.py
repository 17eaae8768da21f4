"""What a call of the functions of diagonal Gaussians must return or raise: slow and plain.

Variances are fractions, or logarithms of variances that are; a term is computed with more digits
than the difference of the smallest and the largest number in it takes away.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import mp, mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.exact import (
    Result,
    fraction,
    is_wrong,
    number,
    raises,
    result_dtype,
    unit,
    value_of,
    with_dtypes,
)

SPREADS = ("var", "std", "log_var")
BASELESS = ("hellinger", "wasserstein2")
SYMMETRIC = ("jeffreys", "bhattacharyya", *BASELESS)
INFINITE = mpf("inf")
ENOUGH = 120  # digits, where variances differ by 1e-16 of themselves at least
FAR = 5000


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    """`form` is "rows", "standard" or "pairwise"."""
    arrays = [array for array in call.arrays if array is not None]
    options = call.options
    usual = "log_var" if call.form == "standard" else "var"
    spread = options.get("spread", usual)
    has_base = options.get("base") is not None
    if spread not in SPREADS or is_wrong(options) or (has_base and call.word in BASELESS):
        return Wrong((ValueError,))
    return (_pairwise if call.form == "pairwise" else _rows)(call, spread, arrays)


def _rows(call: Call, spread: str, arrays: list[np.ndarray]) -> Wrong | Value:
    """All four arrays, of which N(0, 1) may be two, in one shape and with their sum last."""
    axis = call.options.get("axis", -1)
    try:
        whole = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        return Wrong((ValueError,))
    own = whole or (1,)
    place = -1 if axis is None else axis
    if not -len(own) <= place < len(own) or not own[place]:
        return Wrong((ValueError,))
    if call.form == "standard":
        arrays = [*arrays, np.array(0.0), np.array(0.0 if spread == "log_var" else 1.0)]
    last = [np.moveaxis(np.broadcast_to(array, own), place, -1) for array in arrays]
    lead = whole if axis is None else last[0].shape[:-1]
    d = 1 if axis is None else own[place]
    rows = list(zip(*(array.reshape(-1, d) for array in last), strict=True))
    found = [_row(row, spread, call.options) for row in rows]
    if raises(call.options) and None in found:
        return Wrong((ValueError,))
    return value_of(found, lead, result_dtype(arrays[: len(call.arrays)]))


def _row(row: tuple[np.ndarray, ...], spread: str, options: dict[str, Any]) -> Result | None:
    p, q = row[:2], row[2:]
    if not (is_gaussian(p, spread, zero=True) and is_gaussian(q, spread, zero=False)):
        return None
    return divergence("kl", p, q, spread, options.get("base"))


def _pairwise(call: Call, spread: str, arrays: list[np.ndarray]) -> Wrong | Value:
    if len(arrays) == 3:
        return Wrong((ValueError,))
    sides = [arrays[:2], arrays[-2:]]
    try:
        shapes = [np.broadcast_shapes(*(array.shape for array in side)) for side in sides]
    except ValueError:
        return Wrong((ValueError,))
    if any(len(s) != 2 or not s[1] or s[1] != shapes[0][1] for s in shapes):
        return Wrong((ValueError,))
    x, y = (
        list(zip(*(np.broadcast_to(array, shape) for array in side), strict=True))
        for side, shape in zip(sides, shapes, strict=True)
    )
    anywhere, two = call.word == "wasserstein2", len(arrays) == 4
    zero_x = anywhere or (two and call.word != "reverse_kl")
    zero_y = anywhere or (two and call.word == "reverse_kl")
    right_x = [is_gaussian(row, spread, zero_x) for row in x]
    right_y = [is_gaussian(row, spread, zero_y) for row in y]
    if raises(call.options) and x and y and not all(right_x + right_y):
        return Wrong((ValueError,))
    found = [
        divergence(call.word, p, q, spread, call.options.get("base")) if fine_p and fine_q else None
        for (p, fine_p), (q, fine_q) in itertools.product(
            zip(x, right_x, strict=True), zip(y, right_y, strict=True)
        )
    ]
    return value_of(found, (len(x), len(y)), result_dtype(arrays))


Side = tuple[np.ndarray, ...]


def is_gaussian(side: Side, spread: str, zero: bool) -> bool:
    """Finite means, and spreads that are finite and above 0; 0 may be allowed."""
    mean, width = ([float(x) for x in array] for array in side)
    if not all(math.isfinite(x) for x in mean):
        return False
    if spread == "log_var":
        return all(math.isfinite(x) or (zero and x == -math.inf) for x in width)
    return all(0 < x < math.inf or (zero and x == 0) for x in width)


def divergence(word: str, p: Side, q: Side, spread: str, base: float | None) -> Result:
    """Of two Gaussians; every term is at least 0, and the value its own size."""
    if word == "reverse_kl":
        word, p, q = "kl", q, p
    with mp.workdps(_digits(p[1], q[1]) if spread == "log_var" else ENOUGH):
        terms = [METRICS[word](*entries) for entries in dimensions(p, q, spread)]
        value = mp.fsum(terms)
        if word == "wasserstein2":
            value = mp.sqrt(value)
        elif word == "hellinger":
            value = mp.sqrt(-mp.expm1(-value))
        value /= unit(base)
        return value, value


def _digits(l0: np.ndarray, l1: np.ndarray) -> int:
    """The square of the smallest difference is a result; below 1e-200 it is none."""
    apart = [abs(float(x) - float(y)) for x, y in zip(l0, l1, strict=True)]
    smallest = max(1e-200, min([1.0, *(x for x in apart if x > 0)]))
    return ENOUGH - int(3 * math.log10(smallest))


def dimensions(p: Side, q: Side, spread: str) -> Iterator[tuple[mpf, mpf, mpf]]:
    """Of each dimension the distance of the means and the logarithms of both variances."""
    for m0, s0, m1, s1 in zip(*p, *q, strict=True):
        apart = mpf(m0.item()) - mpf(m1.item())
        yield apart, log_variance(s0, spread), log_variance(s1, spread)


def log_variance(s: Any, spread: str) -> mpf:
    return _log_variance(s, spread, mp.prec)


@lru_cache(1 << 12)
def _log_variance(s: Any, spread: str, precision: int) -> mpf:
    if spread == "log_var":
        return number(fraction(s)) if math.isfinite(s) else -INFINITE
    log = mp.log(number(fraction(s))) if s else -INFINITE
    return 2 * log if spread == "std" else log


def _exp(x: mpf) -> mpf:
    """Beyond what float64 can make up for by any other factor."""
    return mpf(0) if x < -FAR else mp.exp(x) if x < FAR else INFINITE


def _kl(apart: mpf, l0: mpf, l1: mpf) -> mpf:
    if l0 == -INFINITE:
        return INFINITE
    away = l0 - l1
    shape = _exp(away) - 1 - away if away else mpf(0)
    return (shape + (apart**2 * _exp(-l1) if apart else 0)) / 2


def _jeffreys(apart: mpf, l0: mpf, l1: mpf) -> mpf:
    return INFINITE if -INFINITE in (l0, l1) else _kl(apart, l0, l1) + _kl(apart, l1, l0)


def _bhattacharyya(apart: mpf, l0: mpf, l1: mpf) -> mpf:
    if -INFINITE in (l0, l1):
        return INFINITE
    half = abs(l0 - l1) / 2  # ln cosh, without a difference of large numbers
    shape = half + mp.log((1 + _exp(-2 * half)) / 2) if half else mpf(0)
    if not apart:
        return shape / 2
    sum_of_both = _exp(l0) + _exp(l1)
    return apart**2 / sum_of_both / 4 + shape / 2 if sum_of_both else INFINITE


def _wasserstein(apart: mpf, l0: mpf, l1: mpf) -> mpf:
    return apart**2 + (
        (_exp(l0 / 2) - _exp(l1 / 2)) ** 2 if max(l0, l1) < FAR else INFINITE if l0 != l1 else 0
    )


METRICS: dict[str, Callable[[mpf, mpf, mpf], mpf]] = {
    "kl": _kl,
    "jeffreys": _jeffreys,
    "bhattacharyya": _bhattacharyya,
    "hellinger": _bhattacharyya,
    "wasserstein2": _wasserstein,
}
ALL_METRICS = (*METRICS, "reverse_kl")
