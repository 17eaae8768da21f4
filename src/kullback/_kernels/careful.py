"""The row pairs that `rows` leaves: nearly equal, of extreme scale, or no distributions.

Each row is scaled by a power of two so that its largest entry is about 2**TOP: no sum overflows
and almost no entry is subnormal. The sums have twice the precision, and so has d = a B - b A.
A bin where y is too small even so is scaled once more, and the divergence's `tail` accounts for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.rows import LEFT
from kullback._kernels.rules import Rule
from kullback._math.bits import load, pointer
from kullback._math.log_ratio import FLOOR
from kullback._math.sums import (
    difference_of_products,
    exponent,
    mantissa,
    power_of_two,
    times_power_of_two,
    two_product,
    two_sum,
)

TOP = 900
TINY = 2.0**-800  # a scaled entry below this is more than 2**1600 times smaller than the largest
MORE = 1000  # by which power of two such an entry of q is scaled once more


@inline
def exponent_of_any(x: float) -> int:
    """floor(log2 x) of a positive number, subnormal or not."""
    return exponent(x * 2.0**60) - 60 if x < 1.0 else exponent(x)


@inline
def add_to(total: tuple[float, float], x: float) -> tuple[float, float]:
    """A sum in twice the precision, increased by x."""
    high, error = two_sum(total[0], x)
    return high, total[1] + error


def make_careful(
    term: Callable[[float, float, float], float],
    tail: Callable[[float, int], float],
    finish: Callable[[float, bool], float],
    rule: Rule,
) -> Callable[..., Any]:
    """The kernel for the pairs that are marked LEFT, for one divergence and one rule."""
    values, gap, shifts, fills = rule

    @inline
    def largest(p, q, at, amount):
        """The largest entries that the rule leaves; -1 for a row that is no distribution."""
        a_most = 0.0
        b_most = 0.0
        for c in range(at[2]):
            a = load(p, at[0] + c)
            b = load(q, at[1] + c)
            if not 0.0 <= a < np.inf or not 0.0 <= b < np.inf:
                return -1.0, -1.0
            a, b = values(a, b, 0.0)
            a_most = max(a_most, a)
            b_most = max(b_most, b)
        if shifts:
            a_most = max(a_most, amount)
            b_most = max(b_most, amount)
        return a_most, b_most

    @inline
    def exact_sums(p, q, at, a_scale, b_scale, amount):
        a_sum = (0.0, 0.0)
        b_sum = (0.0, 0.0)
        gaps = 0.0
        for c in range(at[2]):
            a, b = values(load(p, at[0] + c), load(q, at[1] + c), 0.0)
            gaps += gap(b)
            a_sum = add_to(a_sum, times_power_of_two(a, a_scale))
            b_sum = add_to(b_sum, times_power_of_two(b, b_scale))
            if shifts:
                a_sum = add_to(a_sum, times_power_of_two(amount, a_scale))
                b_sum = add_to(b_sum, times_power_of_two(amount, b_scale))
        return a_sum, b_sum, gaps

    @inline
    def term_sum(p, q, at, scales, factors, amount, fill):
        a_scale, b_scale = scales
        a_factor, a_low, b_factor, b_low = factors
        total = (0.0, 0.0)
        for c in range(at[2]):
            a, b = values(load(p, at[0] + c), load(q, at[1] + c), 0.0)
            a = times_power_of_two(a, a_scale)
            b_scaled = times_power_of_two(b, b_scale)
            if fills and b == 0.0:
                b_scaled = fill
            d = difference_of_products(a, a_factor, b_scaled, b_factor)
            d += a * a_low - b_scaled * b_low
            x = a * a_factor
            y = b_scaled * b_factor
            if shifts:
                a = times_power_of_two(amount, a_scale)
                b_scaled = times_power_of_two(amount, b_scale)
                d += difference_of_products(a, a_factor, b_scaled, b_factor)
                d += a * a_low - b_scaled * b_low
                x += a * a_factor
                y += b_scaled * b_factor
            if y >= TINY or b + amount * shifts == 0.0:
                total = add_to(total, term(x + FLOOR, y + FLOOR, d))
            elif x > TINY:
                y = times_power_of_two(b + amount * shifts, b_scale + MORE) * b_factor
                total = add_to(total, term(x + FLOOR, y + FLOOR, x - y) + tail(x, MORE))
        return total[0] if total[0] == np.inf else total[0] + total[1]

    @inline
    def pair(p, q, at, amount, normalize):
        """The divergence, or nan for rows that are no distributions."""
        a_most, b_most = largest(p, q, at, amount)
        if a_most <= 0.0 or b_most <= 0.0:
            return np.nan
        a_scale = TOP - exponent_of_any(a_most)
        b_scale = TOP - exponent_of_any(b_most)
        if not normalize:
            a_scale = min(a_scale, b_scale)
            b_scale = a_scale
        a_sum, b_sum, gaps = exact_sums(p, q, at, a_scale, b_scale, amount)
        fill = 0.0
        if fills:
            fill = amount * b_sum[0] if normalize else times_power_of_two(amount, b_scale)
            filled, error = two_product(gaps, fill)
            b_sum = add_to(add_to(b_sum, filled), error)
        if not normalize:
            factors = (1.0, 0.0, 1.0, 0.0)
            total = term_sum(p, q, at, (a_scale, b_scale), factors, amount, fill)
            return times_power_of_two(finish(total, normalize), -a_scale)
        a_unit = power_of_two(-exponent(a_sum[0]))
        b_unit = power_of_two(-exponent(b_sum[0]))
        a_back = a_unit * 2.0**TOP
        b_back = b_unit * 2.0**TOP
        factors = (
            b_sum[0] * b_unit * a_back,
            b_sum[1] * b_unit * a_back,
            a_sum[0] * a_unit * b_back,
            a_sum[1] * a_unit * b_back,
        )
        total = term_sum(p, q, at, (a_scale, b_scale), factors, amount, fill)
        back = 2.0**-TOP / (mantissa(a_sum[0]) * mantissa(b_sum[0]))
        return finish(total * back, normalize)

    def careful(p, p_index, q, q_index, amount, normalize, out):
        """Fill in the results marked LEFT; how many of them are nan: no distributions."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        invalid = 0
        for r in range(out.shape[0]):
            if out[r] == LEFT:
                out[r] = pair(
                    p_data, q_data, (p_index[r] * k, q_index[r] * k, k), amount, normalize
                )
                invalid += np.isnan(out[r])
        return invalid

    return careful
