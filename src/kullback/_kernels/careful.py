"""The row pairs that `rows` leaves: nearly equal, of extreme scale, or no distributions.

Each row is scaled by a power of two so that its largest entry is about 2**TOP: no sum overflows
and almost no entry is subnormal. The sums have three times the precision, so that d = a B - b A has
all digits even for rows that are less than a unit in the last place apart.
A bin where y is too small even so is scaled once more: with x, or alone where x is far larger, and
then the divergence's `tail` accounts for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.rows import LEFT
from kullback._kernels.rules import Rule
from kullback._math.bits import address, load, pointer
from kullback._math.log_ratio import FLOOR
from kullback._math.sums import (
    add_to,
    add_to_three,
    cross_difference,
    difference_of_products,
    exponent,
    mantissa,
    power_of_two,
    renormalized,
    times_power_of_two,
    two_product,
    two_sum,
)

TOP = 900
TINY = 2.0**-800  # a scaled entry below this is more than 2**1600 times smaller than the largest
MORE = 300  # by which power of two such an entry is scaled once more
MODERATE = 2.0**-100  # an entry of p above this is far larger, even so


@inline
def exponent_of_any(x: float) -> int:
    """floor(log2 x) of a positive number, subnormal or not."""
    return exponent(x * 2.0**60) - 60 if x < 1.0 else exponent(x)


def make_careful(
    term: Callable[[float, float, float], float],
    tail: Callable[[float, int], float],
    finish: Callable[[float, bool], float],
    rule: Rule,
) -> Callable[..., Any]:
    """The kernel for the pairs that are marked LEFT, for one divergence and one rule."""
    values, gap, shifts, fills = rule

    @inline
    def largest(p, q, at, amount, normalize):
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
        if shifts or (fills and not normalize):
            b_most = max(b_most, amount)
        return a_most, b_most

    @inline
    def exact_sums(p, q, at, scales):
        """The sums of the scaled rows, in twice the precision, and the number of gaps."""
        a_sum = (0.0, 0.0, 0.0)
        b_sum = (0.0, 0.0, 0.0)
        gaps = 0.0
        for c in range(at[2]):
            a, b = values(load(p, at[0] + c), load(q, at[1] + c), 0.0)
            gaps += gap(b)
            a_sum = add_to_three(a_sum, times_power_of_two(a, scales[0]))
            b_sum = add_to_three(b_sum, times_power_of_two(b, scales[1]))
        return renormalized(a_sum), renormalized(b_sum), gaps

    @inline
    def shifted_cross_difference(a, a_rest, b, b_rest, a_sum, b_sum):
        """(a + a_rest) B - (b + b_rest) A; in this order equal products leave exactly 0."""
        d = difference_of_products(a, b_sum[0], b, a_sum[0])
        return d + ((a_rest * b_sum[0] - b * a_sum[1]) + (a * b_sum[1] - b_rest * a_sum[0]))

    @inline
    def shifted_difference(a, b, plan, k):
        """(a + c) B - (b + c) A, where c, the pseudocount, may make rows nearly equal.

        Either from a + c and b + c in twice the precision; or, with B' and A' the sums without
        the pseudocounts, as a B' - b A' + k (a c - b c) + c B' - c A', which is better where c
        hides a and b. Whichever has the smaller error; each side has its own scale.
        """
        whole_a, whole_b, a_sum, b_sum, (a_shift, b_shift, unit, between) = plan
        a_high, a_low = two_sum(a, a_shift)
        b_high, b_low = two_sum(b, b_shift)
        error = (k + 16) * 2.0**-105 * (a_high * whole_b[0])
        first = cross_difference(a, b, a_sum, b_sum)
        second = k * difference_of_products(a * unit, b_shift, b * unit, a_shift)
        if (abs(first) + abs(second) + abs(between)) * 2.0**-51 < error:
            return first + second + between
        d = shifted_cross_difference(a_high, a_low, b_high, b_low, whole_a, whole_b)
        return 0.0 if abs(d) <= error else d

    @inline
    def term_sum(p, q, at, scales, plan, amount, fill):
        total = (0.0, 0.0)
        for column in range(at[2]):
            a, b = values(load(p, at[0] + column), load(q, at[1] + column), 0.0)
            a_scaled = times_power_of_two(a, scales[0])
            b_scaled = times_power_of_two(b, scales[1])
            if fills and b == 0.0:
                b = amount
                b_scaled = fill
            if shifts:
                d = shifted_difference(a_scaled, b_scaled, plan, at[2])
                a += amount
                b += amount
                a_scaled += plan[4][0]
                b_scaled += plan[4][1]
            else:
                d = cross_difference(a_scaled, b_scaled, plan[0], plan[1])
            x = a_scaled * plan[1][0]
            y = b_scaled * plan[0][0]
            if y < TINY and b > 0.0:
                y = times_power_of_two(b, scales[1] + MORE) * plan[0][0]
                if x < MODERATE:  # a term is homogeneous: both sides are scaled
                    a = times_power_of_two(a, scales[0] + MORE)
                    b = times_power_of_two(b, scales[1] + MORE)
                    x = max(a * plan[1][0] + FLOOR, 2.0 * FLOOR) if a > 0.0 else FLOOR
                    d = cross_difference(a, b, plan[0], plan[1])
                    total = add_to(total, power_of_two(-MORE) * term(x, y + FLOOR, d))
                else:
                    total = add_to(total, term(x + FLOOR, y + FLOOR, x - y) + tail(x, MORE))
            else:
                x = max(x + FLOOR, 2.0 * FLOOR) if a > 0.0 else FLOOR
                total = add_to(total, term(x, y + FLOOR, d))
        return total[0] if total[0] == np.inf else total[0] + total[1]

    @inline
    def unscaled(p, q, at, scale, amount):
        """The divergence of rows as they are; both have the same scale."""
        fill = times_power_of_two(amount, scale) if fills else 0.0
        one = (1.0, 0.0, 0.0)
        shift = times_power_of_two(amount, scale) if shifts else 0.0
        plan = (one, one, one, one, (shift, shift, 1.0, 0.0))
        total = term_sum(p, q, at, (scale, scale), plan, amount, fill)
        return times_power_of_two(finish(total, False), -scale)

    @inline
    def pair(p, q, at, amount, normalize):
        """The divergence, or nan for rows that are no distributions."""
        a_most, b_most = largest(p, q, at, amount, normalize)
        if a_most <= 0.0 or b_most <= 0.0:
            return np.nan
        if not fills and address(p, at[0]) == address(q, at[1]):
            return 0.0  # one row, as on the diagonal of a matrix
        a_scale = TOP - exponent_of_any(a_most)
        b_scale = TOP - exponent_of_any(b_most)
        if not normalize:
            a_scale = min(a_scale, b_scale)
            b_scale = a_scale
        if not normalize:
            return unscaled(p, q, at, a_scale, amount)
        a_sum, b_sum, gaps = exact_sums(p, q, at, (a_scale, b_scale))
        fill = 0.0
        if fills:
            fill = amount * b_sum[0]
            filled, error = two_product(gaps, fill)
            b_sum = renormalized(add_to_three(add_to_three(b_sum, filled), error))
        a_whole, b_whole = a_sum, b_sum
        a_shift, b_shift = 0.0, 0.0
        if shifts:
            a_shift = times_power_of_two(amount, a_scale)
            b_shift = times_power_of_two(amount, b_scale)
            added, error = two_product(float(at[2]), a_shift)
            a_whole = renormalized(add_to_three(add_to_three(a_sum, added), error))
            added, error = two_product(float(at[2]), b_shift)
            b_whole = renormalized(add_to_three(add_to_three(b_sum, added), error))
        a_unit = power_of_two(-exponent(a_whole[0]))
        b_unit = power_of_two(-exponent(b_whole[0]))
        unit = a_unit * 2.0**TOP * b_unit
        plan = (
            (a_whole[0] * unit, a_whole[1] * unit, a_whole[2] * unit),
            (b_whole[0] * unit, b_whole[1] * unit, b_whole[2] * unit),
            (a_sum[0] * unit, a_sum[1] * unit, a_sum[2] * unit),
            (b_sum[0] * unit, b_sum[1] * unit, b_sum[2] * unit),
            (a_shift, b_shift, unit, 0.0),
        )
        if shifts:
            between = cross_difference(a_shift, b_shift, plan[2], plan[3])
            plan = (plan[0], plan[1], plan[2], plan[3], (a_shift, b_shift, unit, between))
        total = term_sum(p, q, at, (a_scale, b_scale), plan, amount, fill)
        back = 2.0**-TOP / (mantissa(a_whole[0]) * mantissa(b_whole[0]))
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
