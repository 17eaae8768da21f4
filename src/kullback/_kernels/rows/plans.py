"""What is made of the sums of a row pair before its terms: scales, fills, and what is out of range.

Everything here is done once a row, for a pair or for eight in lanes. What is made of sums that are
not usable does not matter, so that no arithmetic waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._kernels.arithmetic import Terms
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.thresholds import (
    BEYOND,
    RANGE,
    SCALE,
    UNSCALED_RANGE,
)
from kullback._math.bits import select, to_float
from kullback._math.sums import exponent, mantissa, power_of_two, two_product, two_sum
from kullback._math.tracing import traced


class Plan(NamedTuple):
    """What the terms of a row pair need to know of its sums."""

    p: Any  # x = a p, in two parts where sums are
    p_low: Any
    q: Any
    q_low: Any
    back: Any  # takes the sum of the terms to probabilities
    whole: Any  # q's sum; 1 where rows are not normalized
    whole_low: Any
    p_fill: Any  # what stands for a gap of p, in two parts
    p_fill_low: Any
    q_fill: Any
    q_fill_low: Any


@traced
def common_scale(a_sum: float, b_sum: float) -> tuple[float, float, float]:
    """Powers of two for p's entries and for q's, and the number that takes the sum back."""
    alpha = exponent(a_sum)
    beta = exponent(b_sum)
    least = select(alpha < beta, alpha, beta)
    scale = select(least < 0, least, least - least) + SCALE
    back = power_of_two(0 - scale) / (mantissa(a_sum) * mantissa(b_sum))
    return power_of_two(scale - alpha), power_of_two(scale - beta), back


@traced
def add_product(total, count, amount):
    """total + count * amount, all in twice the precision."""
    product, error = two_product(count, amount[0])
    high, rest = two_sum(total[0], product)
    return two_sum(high, total[1] + (rest + (error + count * amount[1])))


@traced
def fill_of(total, low, amount, normalize):
    """What stands for a gap of a row: `amount` of its sum."""
    fill, error = two_product(total, amount)
    given = amount + total * 0.0
    none = total * 0.0
    return select(normalize, fill, given), select(normalize, error + low * amount, none)


def make_plan(terms: Terms, rule: Rule) -> Callable[..., Any]:
    """The function (sums, k, amount, normalize) -> (whether they are usable, their Plan)."""
    shifts, fills = rule.shifts, rule.fills
    in_two = terms.first_order  # whether sums are in two parts
    smallest = 2.0**-RANGE if fills else 2.0**-1022

    @traced
    def outside(alpha, beta, amount, normalize):
        """Negative where a sum has an exponent that is out of range.

        Of a smaller amount what stands for a gap, or its error, would be a subnormal number.
        """
        least = select((amount > 0.0) & (amount < smallest), BEYOND, -RANGE)
        most = select(normalize, RANGE, UNSCALED_RANGE) - 1
        return (alpha - least) | (beta - least) | (most - alpha) | (most - beta)

    @traced
    def plan(sums, k, amount, normalize):
        """Whether the row pair can be done here, and what its terms need to know."""
        a, b = (sums.a, sums.a_low), (sums.b, sums.b_low)
        if in_two:
            a, b = two_sum(a[0], a[1]), two_sum(b[0], b[1])
        given = select(a[0] < b[0], a[0], b[0])
        p_fill, q_fill = (a[0], a[1]), (b[0], b[1])
        if fills:
            p_fill = fill_of(a[0], a[1], amount, normalize)
            q_fill = fill_of(b[0], b[1], amount, normalize)
            a = add_product(a, sums.p_gaps, p_fill)
            b = add_product(b, sums.q_gaps, q_fill)
        if shifts:
            a = add_product(a, to_float(k), (amount, 0.0))
            b = add_product(b, to_float(k), (amount, 0.0))
        # One sign bit tells of all that may be wrong. What is made of sums that are not usable does
        # not matter, so nothing here waits for the answer. Measures may be as small as they like.
        small = select(normalize, 0.0, 2.0**-RANGE)
        alpha = exponent(select(a[0] < small, small, a[0]))  # that of NaN is too large
        beta = exponent(select(b[0] < small, small, b[0]))
        usable = (outside(alpha, beta, amount, normalize) | sums.signs) > -1
        mass = select(normalize, given, 1.0)
        if shifts:  # no observation is no distribution
            usable = usable & (mass > 0.0)
        a_sum = select(normalize, a[0], 1.0)  # else all wholes are 1
        b_sum = select(normalize, b[0], 1.0)
        a_power, b_power, back = common_scale(a_sum, b_sum)
        power, power_back = 2.0**SCALE, 2.0**-SCALE
        a_power, b_power = select(normalize, a_power, power), select(normalize, b_power, power)
        back = select(normalize, back, power_back)
        a_low, b_low = a[1], b[1]
        p_low, q_low = b_sum, a_sum
        if in_two:
            a_low = select(normalize, a_low, 0.0)
            b_low = select(normalize, b_low, 0.0)
            p_low = b_low * power_of_two(0 - exponent(b_sum)) * a_power
            q_low = a_low * power_of_two(0 - exponent(a_sum)) * b_power
        made = Plan(
            mantissa(b_sum) * a_power,
            p_low,
            mantissa(a_sum) * b_power,
            q_low,
            back,
            b_sum,
            b_low,
            p_fill[0],
            p_fill[1],
            q_fill[0],
            q_fill[1],
        )
        return usable, made

    return plan
