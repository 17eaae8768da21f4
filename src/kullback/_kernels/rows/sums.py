"""Sums and scales of row pairs, one pair at a time or eight in lanes.

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times one
common number. Where A and B are rounded sums, a relative error t of B/A changes a divergence by
t**2 / 2 (its first derivative vanishes at the exact normalization), so only results below
`trusted_above` need better sums. Divergences of first order get sums in twice the precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.rows.rules import Rule
from kullback._kernels.terms.arithmetic import Terms, no_affinity
from kullback._math.bits import bits, fma, select
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.log_ratio import floored
from kullback._math.sums import add_unsigned, exponent, mantissa, power_of_two, two_product, two_sum

BLOCK = 512  # columns summed in one go
SCALE = 900  # x and y sum to about 2**SCALE, so that subnormal entries become normal ones
RANGE = 380  # the sums of rows may lie between 2**-RANGE and 2**RANGE ...
UNSCALED_RANGE = 40  # ... and below 2**UNSCALED_RANGE where rows are not normalized
BEYOND = 2000  # more than the exponent of any float
TINY = 2.0**-200
LARGEST = 2.0**1000  # sums of terms beyond it are left: they may have overflowed


@inline
def trusted_above(k: int) -> float:
    """Below this, the error of the sums, (BLOCK/8 + k/BLOCK + 4) 2**-53, could cost 5e-16."""
    error = (min(k, BLOCK) / WIDTH + k / BLOCK + 4) * 2.0**-53
    return 1e15 * error * error


@inline
def trusted_to_first_order(k: int) -> float:
    """As `trusted_above`, of sums in twice the precision, whose errors count themselves."""
    return (k + 16) * 2.0**-106 * 1e15


@inline
def common_scale(a_sum: float, b_sum: float) -> tuple[float, float, float]:
    """Powers of two for p's entries and for q's, and the number that takes the sum back."""
    alpha = exponent(a_sum)
    beta = exponent(b_sum)
    least = select(alpha < beta, alpha, beta)
    scale = select(least < 0, least, least - least) + SCALE
    back = power_of_two(0 - scale) / (mantissa(a_sum) * mantissa(b_sum))
    return power_of_two(scale - alpha), power_of_two(scale - beta), back


@inline
def no_sums():
    """Those that `add` of the steps increases."""
    nothing, no_bits = lanes_of(0.0), lanes_of(0)
    return nothing, nothing, nothing, nothing, nothing, no_bits, no_bits


class Steps(NamedTuple):
    """What the loops over row pairs are made of; see `make_steps`."""

    add: Callable[..., Any]
    plan: Callable[..., Any]
    share: Callable[..., Any]
    kept: Callable[..., Any]
    result: Callable[..., Any]


def make_steps(terms: Terms, rule: Rule) -> Steps:
    """For one divergence and one rule. Entries are lanes; sums and plans are lanes or scalars."""
    values, gap, shifts, fills = rule
    against_whole, gaps, exact = terms.against_whole, terms.gaps, terms.first_order
    term, affinity, finish, root = terms.term, terms.affinity, terms.finish, terms.root
    # Roots and powers of tiny entries are not right; they count where all else is smaller still.
    tiny = TINY if terms.rooted or affinity is not no_affinity else -np.inf

    @inline
    def add(sums, a, b, live):
        """The sums with eight entries more.

        They are p's, its error, q's, its error, gaps to be filled, sign bits, and `lacks`, whose
        sign bit is set once an entry has no partner.
        """
        a_sum, a_error, b_sum, b_error, to_fill, signs, lacks = sums
        signs = signs | bits(a) | bits(b)
        if fills:
            to_fill = to_fill + select(live, gap(b), 0.0)
        a, b = values(a, b, 0.0)
        a = select(live, a, 0.0)
        b = select(live, b, 0.0)
        if gaps != "" and not fills and not shifts:
            lacks = lacks | ((bits(b) - 1) & (0 - bits(a)))
        if gaps == "either" and not shifts:
            partner = select(live, 1.0, 0.0) if fills else b  # no gap of q stays one
            lacks = lacks | ((bits(a) - 1) & (0 - bits(partner)))
        if exact:
            a_sum, a_error = add_unsigned((a_sum, a_error), a)
            b_sum, b_error = add_unsigned((b_sum, b_error), b)
        else:
            a_sum = a_sum + a
            b_sum = b_sum + b
        return a_sum, a_error, b_sum, b_error, to_fill, signs, lacks

    @inline
    def add_product(total, count, amount):
        """total + count * amount, all in twice the precision."""
        product, error = two_product(count, amount)
        high, rest = two_sum(total[0], product)
        return two_sum(high, total[1] + (rest + error))

    @inline
    def plan(sums, k, amount, normalize):
        """Whether the row pair can be done here, and what `share` needs to know of it.

        That is p's factor and its low part, q's, the number that takes sums back, q's whole and
        its low part, and what fills a gap.
        """
        a_sum, a_low = sums[0], sums[1]
        b_sum, b_low = sums[2], sums[3]
        if exact:
            a_sum, a_low = two_sum(a_sum, a_low)
            b_sum, b_low = two_sum(b_sum, b_low)
        fill, given = b_sum, b_sum
        if fills:
            fill = amount * b_sum if normalize else amount + b_sum * 0.0
            b_sum, b_low = add_product((b_sum, b_low), sums[4], fill)
        if shifts:
            a_sum, a_low = add_product((a_sum, a_low), float(k), amount)
            b_sum, b_low = add_product((b_sum, b_low), float(k), amount)
        # One sign bit tells of all that may be wrong. What is made of sums that are not usable does
        # not matter, so nothing here waits for the answer. (A tiny amount would be rounded to a
        # multiple of the smallest subnormal number.)
        least = BEYOND if 0.0 < amount < 2.0**-RANGE else -RANGE
        most = (RANGE if normalize else UNSCALED_RANGE) - 1
        alpha, beta = exponent(a_sum), exponent(b_sum)
        outside = (alpha - least) | (beta - least) | (most - alpha) | (most - beta)
        usable = (outside | sums[5]) > -1
        if fills:
            usable = usable & (given > 0.0)
        a_sum = select(normalize, a_sum, 1.0)  # else all wholes are 1
        b_sum = select(normalize, b_sum, 1.0)
        a_power, b_power, back = common_scale(a_sum, b_sum)
        p_low, q_low = b_sum, a_sum
        if exact:
            a_low = select(normalize, a_low, 0.0)
            b_low = select(normalize, b_low, 0.0)
            p_low = b_low * power_of_two(0 - exponent(b_sum)) * a_power
            q_low = a_low * power_of_two(0 - exponent(a_sum)) * b_power
        factors = (mantissa(b_sum) * a_power, p_low, mantissa(a_sum) * b_power, q_low)
        return usable, (*factors, back, b_sum, b_low, fill)

    @inline
    def used(a, b, made, amount):
        return values(a, b, made[7] if fills else amount)

    @inline
    def share(a, b, live, made, amount, alpha):
        """The term of each column."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made[0])
        y = floored(b_used, made[2])
        if against_whole:
            d = ((b_used - made[5]) - made[6]) * made[2]
            rest = lanes_of(made[5] * made[2])
        else:
            d = fma(a_used, made[0], -y) - fma(b_used, made[2], -y)
            rest = fma(a_used, made[0], -x) - fma(b_used, made[2], -y)
            if exact:
                d = fma(-b_used, made[3], fma(a_used, made[1], d))
                rest = fma(-b_used, made[3], fma(a_used, made[1], rest))
        if shifts:  # what the additions a + amount and b + amount lost
            a_lost = two_sum(a, lanes_of(amount))[1]
            b_lost = two_sum(b, lanes_of(amount))[1]
            lost = b_lost * made[2] if against_whole else a_lost * made[0] - b_lost * made[2]
            d = d + lost
            rest = rest if against_whole else rest + lost
        return select(live, term(x, y, d, rest, alpha), 0.0)

    @inline
    def kept(a, b, live, made, amount, alpha):
        """The affinity of each column: the compiler sees what it has in common with `share`."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made[0])
        y = floored(b_used, made[2])
        return select(live, affinity(x, y, alpha), 0.0)

    @inline
    def result(total, affinity, lacks, usable, back, k, normalize, alpha):
        """In nats, or UNCERTIFIED."""
        lacking = lacks < 0
        value = finish(total, affinity, lacking, back, normalize, alpha)
        good = usable & (lacking | ((total < LARGEST) & (value < np.inf)))
        least = trusted_to_first_order(k) if exact else trusted_above(k)
        least = least if normalize else tiny
        return select(good & (value > least), root(value, total, back, alpha), UNCERTIFIED)

    return Steps(add, plan, share, kept, result)
