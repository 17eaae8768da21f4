"""What a call of the functions of logits must return or raise, by the oracle."""

from __future__ import annotations

import math

import numpy as np
from mpmath import mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.expected import is_wrong, result_dtype, value_of, with_dtypes
from fuzzing.expected_calls import fit
from oracle.logits import exact
from oracle.sums import per_unit


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    options = call.options
    axis, degree = options.get("axis", -1), float(options.get("temperature", 1.0))
    if is_wrong(options) or not 0 < degree < math.inf:
        return Wrong((ValueError,))
    if any(not a.ndim or not -a.ndim <= axis < a.ndim for a in call.arrays):
        return Wrong((ValueError,))
    p, q = (np.moveaxis(array, axis, -1) for array in call.arrays)
    if not fit(p.shape[:-1], q.shape[:-1]) or p.shape[-1] != q.shape[-1] or not p.shape[-1]:
        return Wrong((ValueError,))
    p, q = np.broadcast_arrays(p, q)
    base = options.get("base")
    found = [_pair(call.word, p[at], q[at], degree, base) for at in np.ndindex(p.shape[:-1])]
    return value_of(call, found, p.shape[:-1], result_dtype(call.arrays))


def _pair(word: str, p: np.ndarray, q: np.ndarray, degree: float, base: float | None) -> mpf | None:
    value = exact(word, p, q, degree)
    return None if math.isnan(value) else per_unit(value, base)
