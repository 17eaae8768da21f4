"""What a call of the functions of logits must return or raise: slow and plain.

Logits are fractions, divided by the temperature exactly; a bin's probability may be as small as it
likes, for these numbers have exponents of any size.
"""

from __future__ import annotations

import math
from fractions import Fraction
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


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    options = call.options
    axis, degree = options.get("axis", -1), options.get("temperature", 1.0)
    if is_wrong(options) or not 0 < degree < math.inf:
        return Wrong((ValueError,))
    if any(not a.ndim or not -a.ndim <= axis < a.ndim for a in call.arrays):
        return Wrong((ValueError,))
    p, q = (np.moveaxis(array, axis, -1) for array in call.arrays)
    try:
        lead = np.broadcast_shapes(p.shape[:-1], q.shape[:-1])
    except ValueError:
        return Wrong((ValueError,))
    if p.shape[-1] != q.shape[-1] or not p.shape[-1]:
        return Wrong((ValueError,))
    pairs = (np.broadcast_to(a, (*lead, a.shape[-1])).reshape(-1, a.shape[-1]) for a in (p, q))
    found = [_pair(call.word, *pair, options) for pair in zip(*pairs, strict=True)]
    if raises(options) and None in found:
        return Wrong((ValueError,))
    return value_of(found, lead, result_dtype(call.arrays))


def _has_no_softmax(row: np.ndarray) -> bool:
    entries = [float(x) for x in row]
    return not any(map(math.isfinite, entries)) or any(not x < math.inf for x in entries)


Logits = list[Fraction | None]  # None for a bin of probability 0
NOWHERE = -5000  # exp of which is nothing beside the smallest float64, whatever it is multiplied by


def _pair(word: str, p: np.ndarray, q: np.ndarray, options: dict[str, Any]) -> Result | None:
    if _has_no_softmax(p) or _has_no_softmax(q):
        return None
    degree = Fraction(options.get("temperature", 1.0))
    rows = [_shifted([fraction(x) / degree if x > -math.inf else None for x in r]) for r in (p, q)]
    with mp.workdps(_digits(*rows)):
        value = (_kl if word == "kl" else _js)(*map(_log_softmax, rows))
        value = max(mpf(0), value) / unit(options.get("base"))
    return value, value


def _shifted(row: Logits) -> Logits:
    """Rows that differ by a constant come out the same."""
    most = max(x for x in row if x is not None)
    return [None if x is None else x - most for x in row]


def _digits(p: Logits, q: Logits) -> int:
    """Enough for the smallest difference, squared, in the smallest bin that is a number."""
    pairs = [(x, y) for x, y in zip(p, q, strict=True) if x is not None and y is not None]
    near = [x for x in [*p, *q, *(x - y for x, y in pairs)] if x and abs(x) < -NOWHERE]
    smallest = max(1e-200, min([1.0, *(abs(float(x)) for x in near)]))
    farthest = min(1000.0, max([0.0, *(abs(float(x)) for x in near)]))
    return 80 + int(farthest - 3 * math.log10(smallest))


def _log_softmax(row: Logits) -> list[mpf]:
    logits = [-mp.inf if x is None else number(x) for x in row]
    whole = mp.log(mp.fsum(_exp(x) for x in logits))
    return [x - whole for x in logits]


def _exp(x: mpf) -> mpf:
    return mp.exp(x) if x > NOWHERE else mpf(0)


def _kl(p: list[mpf], q: list[mpf]) -> mpf:
    if any(a > -mp.inf == b for a, b in zip(p, q, strict=True)):
        return mpf("inf")
    pairs = zip(p, q, strict=True)
    return mp.fsum(_exp(a) * (a - b) for a, b in pairs if a > NOWHERE and a != b)


def _js(p: list[mpf], q: list[mpf]) -> mpf:
    rows = [[_exp(x) for x in row] for row in (p, q)]
    if rows[0] == rows[1]:  # the logarithms of their mean are rounded
        return mpf(0)
    mean = [mp.log((x + y) / 2) if x or y else mpf(NOWHERE) for x, y in zip(*rows, strict=True)]
    return (_kl(p, mean) + _kl(q, mean)) / 2
