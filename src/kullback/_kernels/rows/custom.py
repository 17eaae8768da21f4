"""f-divergences of a user's own function: the sum of y f(x/y)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from kullback._jit import inline
from kullback._kernels.rows.careful import FAINT, scales_of
from kullback._kernels.rows.careful_pair import TOP
from kullback._kernels.rows.rules import Rule
from kullback._math.memory import load, pointer
from kullback._math.sums import add_to, exponent, exponent_of_any, times_power_of_two

RATIO = 2.0**-51  # relative error of p/q
SMALL = 2.0**-900
FAR = 2.0**200  # the fifth power of a ratio is still a number
ALMOST_AS_GIVEN = -2  # a scale in which neither a pseudocount nor the sum of two terms overflows
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
    values, gap, shifts, fills = rule

    @inline
    def survey(source, at, k, amount):
        """The largest entry; -1 if one is negative, infinite or NaN."""
        most = amount if shifts else 0.0
        for c in range(k):
            a = load(source, at + c)
            if not 0.0 <= a < np.inf:
                return -1.0
            most = max(most, a)
        return most

    @inline
    def entries(p, q, at, scales, shift, fill):
        """A pair of scaled entries as the rule has it, and whether each of them is above 0."""
        a, b = values(load(p, at[0]), load(q, at[1]), 0.0)
        x = times_power_of_two(a, scales[0])
        y = times_power_of_two(b, scales[1])
        if shifts:
            return x + shift[0], y + shift[1], True, True
        if fills and b == 0.0:
            return x, fill, a > 0.0, True
        return x, y, a > 0.0, b > 0.0

    @inline
    def sums(p, q, at, k, scales, shift):
        a_sum, b_sum, gaps = (0.0, 0.0), (0.0, 0.0), 0.0
        has_p, has_q = False, False
        for c in range(k):
            a, b, has_a, has_b = entries(p, q, (at[0] + c, at[1] + c), scales, shift, 0.0)
            has_p |= has_a
            has_q |= has_b
            gaps += gap(load(q, at[1] + c))
            a_sum = add_to(a_sum, a)
            b_sum = add_to(b_sum, b)
        return a_sum[0] + a_sum[1], b_sum[0] + b_sum[1], gaps, has_p and has_q

    @inline
    def ratio(x, y, a, b, octaves):
        """x / y, also where one of them is too small beside the rest to be a number."""
        if x > SMALL and y > SMALL:
            return x / y
        a_power, b_power = exponent_of_any(a), exponent_of_any(b)
        mantissas = times_power_of_two(a, -a_power) / times_power_of_two(b, -b_power)
        return times_power_of_two(mantissas, a_power - b_power + octaves)

    @inline
    def share(x, y, t):
        """y f(t), where t is x/y; so far out that f's own steps may overflow, its limits."""
        value = f(1.0 if abs(t - 1.0) <= RATIO else t)  # t itself is no better known
        if t > 1.0:
            return x * (value / t) if t < FAR or np.isfinite(value / t) else x * slope
        return y * value if t > 1.0 / FAR or (np.isfinite(value) and t > 0.0) else y * f_at_zero

    @inline
    def edge(x, y, has_x, has_y):
        """Where p or q is 0."""
        if has_x:
            return x * slope if np.isfinite(slope) else slope
        return y * f_at_zero if has_y and y > 0.0 else 0.0

    @inline
    def shares(p, q, at, k, amount, scales, shift, fill, ups, octaves):
        """The sum of the terms, and of their sizes; fill: what a gap takes, scaled and as given.

        As given it is 0 where it hangs on a sum: then it is never too small.
        """
        total, size = (0.0, 0.0), 0.0
        for c in range(k):
            x, y, has_x, has_y = entries(p, q, (at[0] + c, at[1] + c), scales, shift, fill[0])
            x, y = x * ups[0], y * ups[1]
            if has_x and has_y:
                a, b = load(p, at[0] + c), load(q, at[1] + c)
                if shifts:
                    a, b = a + amount, b + amount
                elif fills and b == 0.0:
                    b = fill[1]
                part = share(x, y, ratio(x, y, a, b, octaves) if b > 0.0 else x / y)
            else:
                part = edge(x, y, has_x, has_y)
            total = add_to(total, part)
            size += abs(part)
        return total[0] if np.isinf(total[0]) else total[0] + total[1], size

    @inline
    def unscaled(p, q, at, k, amount, scale):
        """Of rows as they are."""
        result = 0.0
        for power in (scale, ALMOST_AS_GIVEN):
            scale = power
            scales = (scale, scale)
            shift = times_power_of_two(amount, scale)
            fill = (shift, amount)
            result, size = shares(p, q, at, k, amount, scales, (shift, shift), fill, (1.0, 1.0), 0)
            if size >= FAINT or scale >= ALMOST_AS_GIVEN:
                break
        return times_power_of_two(result, -scale)

    @inline
    def pair(p, q, at, k, amount, normalize):
        a_most, b_most = survey(p, at[0], k, amount), survey(q, at[1], k, amount)
        if a_most < 0.0 or b_most < 0.0 or (a_most == 0.0 or b_most == 0.0):
            return np.nan
        if fills and not normalize:
            b_most = max(b_most, amount)
        a_scale, b_scale = scales_of(a_most, b_most, amount if fills and normalize else 0.0)
        scales = (a_scale, b_scale)
        shift = (times_power_of_two(amount, a_scale), times_power_of_two(amount, b_scale))
        a_sum, b_sum, gaps, have_mass = sums(p, q, at, k, scales, shift)
        if not have_mass:
            return np.nan
        if not normalize:
            return unscaled(p, q, at, k, amount, min(a_scale, b_scale))
        fill = amount * b_sum
        if fills:
            b_sum += gaps * fill
        ups = (2.0**TOP / a_sum, 2.0**TOP / b_sum)  # p and q sum to 2**TOP
        octaves = a_scale - b_scale + exponent(b_sum) - exponent(a_sum)
        result, size = shares(p, q, at, k, amount, scales, shift, (fill, 0.0), ups, octaves)
        # Of a convex f it is not negative, but for the roundings of terms that cancel.
        if size < np.inf and 0.0 > result >= -ROUNDINGS * 2.0**-53 * (size + 2.0**TOP):
            result = 0.0
        return times_power_of_two(result, -TOP)

    def custom(p, p_index, q, q_index, amount, alpha, normalize, out):
        """Fill in all results; how many of them are of rows that are no distributions."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        invalid = 0
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            out[r] = pair(p_data, q_data, at, k, amount, normalize)
            invalid += np.isnan(out[r])
        return invalid

    return custom
