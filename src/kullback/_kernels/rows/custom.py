"""f-divergences of a user's own function: the sum of y f(x/y).

f is a function of floats, so terms of near-equal rows cancel and there is no near loop: the
error is about 1e-15 times the sum of |y f(x/y)|. Rows whose sums or ratios come near to the ends of
the floats are UNCERTIFIED: `exact` takes ratios of integers instead.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any

import numba
import numpy as np

from kullback._exact.functions import real
from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.rows.rules import Rule
from kullback._kernels.terms.record import Custom, Exact
from kullback._math.bits import bits
from kullback._math.memory import load, pointer
from kullback._math.sums import add_to

RATIO = 2.0**-51  # relative error of p/q
FAR = 2.0**200  # the fifth power of a ratio is still a number
LEAST, MOST = 2.0**-900, 2.0**900  # of sums, and of ratios of entries
ROUNDINGS = 8.0  # of a term: a sum that is negative by so little is 0


class NoNumberError(TypeError):
    """What f returns is no real number."""


@lru_cache(64)
def compiled(f: Callable[[float], float]) -> Any:
    """`f` for one float64, as Numba compiles it, once; other failures are Numba's exceptions."""
    function = getattr(f, "py_func", f)  # of a function that the user has compiled already
    dispatcher = numba.njit(error_model="numpy")(function)
    dispatcher.compile((numba.types.float64,))
    kind = dispatcher.overloads[numba.types.float64,].signature.return_type
    if not isinstance(kind, numba.types.Float | numba.types.Integer | numba.types.Boolean):
        returned = "nothing" if kind == numba.types.none else str(kind)
        raise NoNumberError(f"f returns {returned}; it must return one real number for one float")
    return dispatcher


def naming_f(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call; what f raises in it is said to come from f."""

    @wraps(call)
    def naming(*given: Any) -> Any:
        try:
            return call(*given)
        except Exception as error:
            raise ValueError(f"f raises {type(error).__name__}: {error}") from error

    return naming


def exact(kernel: Custom) -> Exact:
    """The same with ratios of integers; what f makes of them are floats."""
    f, f_at_zero, slope = kernel
    named = naming_f(f)

    def term(x: int, y: int, whole: int, alpha: float) -> Decimal:
        """y f(x/y), or where that is out of the range of floats its limits."""
        if not y or x > y * 2**1023:
            return real(x) * Decimal(slope)
        t = x / y
        value = Decimal(named(1.0 if abs(t - 1.0) <= RATIO else t)) if t else Decimal(f_at_zero)
        if t > FAR and not value.is_finite():
            return real(x) * Decimal(slope)
        return real(y) * (value if value.is_finite() or t > 1.0 / FAR else Decimal(f_at_zero))

    return Exact(term)


def make_custom(kernel: Custom, rule: Rule) -> Callable[..., Any]:
    """The kernel over row pairs; f is a compiled function."""
    f, f_at_zero, slope = kernel
    values, p_gap, q_gap, shifts, fills, _ = rule

    @inline
    def entries(p, q, at, c):
        return load(p, at[0] + c) + 0.0, load(q, at[1] + c) + 0.0  # -0.0 becomes 0

    @inline
    def sums(p, q, at, k):
        """The sums of the entries that the rule leaves, the gaps, and the bits of all entries."""
        a_sum, b_sum, p_gaps, q_gaps, signs = (0.0, 0.0), (0.0, 0.0), 0.0, 0.0, 0
        for c in range(k):
            a, b = entries(p, q, at, c)
            signs |= bits(a) | bits(b)
            p_gaps += p_gap(a, b)
            q_gaps += q_gap(a, b)
            a, b = values(a, b, 0.0, 0.0)
            a_sum, b_sum = add_to(a_sum, a), add_to(b_sum, b)
        return a_sum[0] + a_sum[1], b_sum[0] + b_sum[1], (p_gaps, q_gaps), signs

    @inline
    def in_range(x):
        return LEAST < x < MOST

    @inline
    def usable(a_sum, b_sum, signs, normalize):
        if normalize:
            good = in_range(a_sum) and in_range(b_sum) and in_range(a_sum / b_sum)
        else:
            good = a_sum + b_sum == 0.0 or in_range(a_sum + b_sum)
        return signs >= 0 and good

    @inline
    def share(x, y, t):
        """y f(t), where t is x/y; so far out that f's own steps may overflow, its limits."""
        value = f(1.0 if abs(t - 1.0) <= RATIO else t)  # t itself is no better known
        if t > 1.0:
            return x * (value / t) if t < FAR or np.isfinite(value / t) else x * slope
        return y * value if t > 1.0 / FAR or np.isfinite(value) else y * f_at_zero

    @inline
    def edge(x, y):
        """Where p or q is 0."""
        if x > 0.0:
            return x * slope
        return y * f_at_zero if y > 0.0 else 0.0

    @inline
    def shares(p, q, at, k, fill, wholes):
        """The sum of the terms, that of their sizes, and whether all ratios were in range."""
        total, size, good = (0.0, 0.0), 0.0, True
        for c in range(k):
            a, b = entries(p, q, at, c)
            a, b = values(a, b, fill[0], fill[1])
            x, y = a / wholes[0], b / wholes[1]
            if a > 0.0 and b > 0.0:
                t = (a / b) * (wholes[1] / wholes[0])
                good &= in_range(a / b) and in_range(t)
                part = share(x, y, t)
            else:
                part = edge(x, y)
            total = add_to(total, part)
            size += abs(part)
        return total[0] if np.isinf(total[0]) else total[0] + total[1], size, good

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
        result, size, good = shares(p, q, at, k, fill, wholes)
        if not good:
            return UNCERTIFIED
        # Of distributions, for a convex f, it is negative by roundings of terms that cancel alone.
        rounded = -ROUNDINGS * 2.0**-53 * (size + 1.0) if normalize and size < np.inf else 0.0
        return 0.0 if 0.0 > result >= rounded else result

    def custom(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are left, or nan."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        left = 0
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            out[r] = pair(p_data, q_data, at, k, amount, normalize)
            left += out[r] == UNCERTIFIED or np.isnan(out[r])
        return left

    return custom
