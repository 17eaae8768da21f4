"""f-divergences of a user's own function: the sum of y f(x/y).

f is a function of floats, so terms of near-equal rows cancel and there is no doubled form: the
error is about 1e-15 times the sum of |y f(x/y)|. Rows far from 1 in scale are UNCERTIFIED, and come
back scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.rows.rules import Rule
from kullback._math.bits import bits
from kullback._math.memory import load, pointer
from kullback._math.sums import add_to

RATIO = 2.0**-51  # relative error of p/q
FAR = 2.0**200  # the fifth power of a ratio is still a number
SCALE = 2.0**64  # sums of rows lie between its inverse and it: no ratio of entries overflows alone
LEAST_MEASURE, LARGEST_MEASURE = 2.0**-900, 2.0**1000  # whose ratios are those of the entries
ROUNDINGS = 8.0  # of a term: a sum that is negative by so little is 0


@lru_cache(64)
def compiled(f: Callable[[float], float]) -> Any:
    """`f` for one float64, as Numba compiles it, once; any failure is Numba's own exception."""
    function = getattr(f, "py_func", f)  # of a function that the user has compiled already
    dispatcher = numba.njit(error_model="numpy")(function)
    dispatcher.compile((numba.types.float64,))
    return dispatcher


def make_custom(f: Any, f_at_zero: float, slope: float, rule: Rule) -> Callable[..., Any]:
    """The kernel over row pairs; f is a compiled function."""
    values, p_gap, q_gap, shifts, fills, _ = rule

    @inline
    def sums(p, q, at, k):
        """The sums of the entries that the rule leaves, the gaps, and the bits of all entries."""
        a_sum, b_sum, p_gaps, q_gaps, signs = (0.0, 0.0), (0.0, 0.0), 0.0, 0.0, 0
        for c in range(k):
            a, b = load(p, at[0] + c), load(q, at[1] + c)
            signs |= bits(a) | bits(b)
            p_gaps += p_gap(a, b)
            q_gaps += q_gap(a, b)
            a, b = values(a, b, 0.0, 0.0)
            a_sum, b_sum = add_to(a_sum, a), add_to(b_sum, b)
        return a_sum[0] + a_sum[1], b_sum[0] + b_sum[1], (p_gaps, q_gaps), signs

    @inline
    def usable(a_sum, b_sum, signs, normalize):
        least, most = min(a_sum, b_sum), max(a_sum, b_sum)
        in_range = least > 1.0 / SCALE and most < SCALE
        if not normalize:
            in_range = most == 0.0 or LEAST_MEASURE < most < LARGEST_MEASURE
        return signs >= 0 and in_range

    @inline
    def share(x, y, t):
        """y f(t), where t is x/y; so far out that f's own steps may overflow, its limits."""
        value = f(1.0 if abs(t - 1.0) <= RATIO else t)  # t itself is no better known
        if t > 1.0:
            return x * (value / t) if t < FAR or np.isfinite(value / t) else x * slope
        return y * value if t > 1.0 / FAR or (np.isfinite(value) and t > 0.0) else y * f_at_zero

    @inline
    def edge(x, y):
        """Where p or q is 0."""
        if x > 0.0:
            return x * slope
        return y * f_at_zero if y > 0.0 else 0.0

    @inline
    def shares(p, q, at, k, fill, wholes):
        """The sum of the terms, and of their sizes."""
        total, size = (0.0, 0.0), 0.0
        for c in range(k):
            a, b = values(load(p, at[0] + c), load(q, at[1] + c), fill[0], fill[1])
            x, y = a / wholes[0], b / wholes[1]
            both = a > 0.0 and b > 0.0
            part = share(x, y, (a / b) * (wholes[1] / wholes[0])) if both else edge(x, y)
            total = add_to(total, part)
            size += abs(part)
        return total[0] if np.isinf(total[0]) else total[0] + total[1], size

    @inline
    def pair(p, q, at, k, amount, normalize):
        a_sum, b_sum, gaps, signs = sums(p, q, at, k)
        if not usable(a_sum, b_sum, signs, normalize):
            return UNCERTIFIED
        fill = (amount, amount)
        if fills and normalize:
            fill = (amount * a_sum, amount * b_sum)
        wholes = (1.0, 1.0)
        if normalize:
            more = float(k) if shifts else 0.0
            wholes = (
                a_sum + fill[0] * (gaps[0] + more),
                b_sum + fill[1] * (gaps[1] + more),
            )
        result, size = shares(p, q, at, k, fill, wholes)
        # Of a convex f it is not negative, but for the roundings of terms that cancel.
        if size < np.inf and 0.0 > result >= -ROUNDINGS * 2.0**-53 * (size + 1.0):
            result = 0.0
        return result

    def custom(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        left = 0
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            out[r] = pair(p_data, q_data, at, k, amount, normalize)
            left += out[r] == UNCERTIFIED
        return left

    return custom
