"""What is made of the sums of a row pair before its differences: scales, fills, what is invalid.

Everything here is done once a row, for a pair or for eight in lanes, as in `plans`. Powers of two
take the entries of either row to one scale, without a rounding; `differences` has what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._kernels.rows.plans import add_product, fill_of
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.thresholds import BEYOND, MOST_RAISED, RANGE, SCALE, SHORT, WIDE
from kullback._math.bits import bits, from_bits, select, to_float
from kullback._math.sums import FRACTION, exponent, mantissa, power_of_two, two_sum
from kullback._math.tracing import traced

ROUNDED = 4  # the ratio of two sums is a power of two if it is but for half as many last units
MOST_OF_WHOLE = 0.75  # at most one bin has more


class Scales(NamedTuple):
    """What the terms of a row pair need to know of its sums; see `Shift` for the rest."""

    p: Any  # powers of two that take the entries to about 2**SCALE
    q: Any
    ratio: Any  # c
    rough: Any  # 0 where c is a power of two, else 1
    back: Any  # takes the sum of the terms to probabilities
    whole: Any  # q's sum, in two parts; its power where rows are not normalized
    whole_low: Any
    most: Any  # of the whole: a bin with more is told from the others
    p_fill: Any  # what stands for a gap of p, in two parts
    p_fill_low: Any
    q_fill: Any
    q_fill_low: Any
    p_cross: Any  # entries in proportion agree times them
    q_cross: Any
    short: Any  # whether no gap is filled, and no two ratios of entries can nearly agree: SHORT
    invalid: Any  # whether a row is no distribution, for certain


@traced
def raising(alpha):
    """The power of two that takes a sum of exponent alpha to about 2**SCALE, if there is one."""
    up = SCALE - alpha
    return power_of_two(select(up < MOST_RAISED, up, alpha - alpha + MOST_RAISED))


@traced
def nearest_power(ratio, rounded_to):
    """The power of two that a ratio is but for the roundings of its sums, else the ratio itself."""
    rounded = (bits(ratio) + rounded_to // 2) & -rounded_to
    is_power = (rounded & FRACTION) == 0
    return select(is_power, from_bits(rounded), ratio), select(is_power, 0.0, 1.0)


def make_scales(rule: Rule) -> Callable[..., Any]:
    """The function (sums, k, amount, normalize) -> (whether they are usable, their Scales)."""
    shifts, fills = rule.shifts, rule.fills
    as_given = not shifts and not fills
    smallest = 2.0**-RANGE if fills else 2.0**-1022

    @traced
    def outside(alpha, beta, amount):
        """Negative where a sum has an exponent that is out of range."""
        least, most = (-WIDE, WIDE) if as_given else (-RANGE, RANGE - 1)
        if not as_given:
            least = select((amount > 0.0) & (amount < smallest), BEYOND, least)
        return (alpha - least) | (beta - least) | (most - alpha) | (most - beta)

    @traced
    def wholes(a, b, alpha, beta, normalize):
        """Powers of two for either row, and the two sums times them; without normalization, 1."""
        both = raising(select(alpha < beta, beta, alpha))
        p = select(normalize, raising(alpha), both)
        q = select(normalize, raising(beta), both)
        a = select(normalize, a[0] * p, p), select(normalize, a[1] * p, 0.0)
        b = select(normalize, b[0] * q, q), select(normalize, b[1] * q, 0.0)
        return p, q, a, b

    @traced
    def scales(sums, k, amount, normalize):
        """Whether the row pair can be done here, and what its terms need to know."""
        a, b = two_sum(sums.a, sums.a_low), two_sum(sums.b, sums.b_low)
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
        # What is made of sums that are not usable does not matter. Measures may be small.
        small = select(normalize, 0.0, 2.0**-RANGE)
        alpha = exponent(select(a[0] < small, small, a[0]))  # that of NaN is too large
        beta = exponent(select(b[0] < small, small, b[0]))
        usable = (outside(alpha, beta, amount) | sums.signs) > -1
        mass = select(normalize, given, 1.0)
        if shifts:  # no observation is no distribution
            usable = usable & (mass > 0.0)
        unknown = (sums.a != sums.a) | (sums.b != sums.b)  # an overflow is none
        short = (sums.signs & SHORT) == 0
        if fills:
            short = short & (sums.p_gaps + sums.q_gaps == 0.0)
        p, q, a, b = wholes(a, b, alpha, beta, normalize)
        ratio, rough = nearest_power(a[0] / b[0], ROUNDED)
        made = Scales(
            p,
            q,
            ratio,
            rough,
            1.0 / a[0],
            b[0],
            b[1],
            select(normalize, MOST_OF_WHOLE * b[0], np.inf),
            p_fill[0],
            p_fill[1],
            q_fill[0],
            q_fill[1],
            mantissa(b[0]),
            mantissa(a[0]) * power_of_two(exponent(a[0]) - exponent(b[0])),
            short,
            (sums.signs < 0) | unknown | (mass == 0.0),
        )
        return usable, made

    return scales
