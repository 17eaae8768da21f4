"""Sums and scales of row pairs, one pair at a time or eight in lanes.

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times one
common number. Fast kernels have A and B rounded: a relative error t of B/A changes a divergence by
t**2 / 2 (its first derivative vanishes at the exact normalization), so only smaller results need
more. Doubled kernels have them in two parts, and d = a B - b A with them: nearly equal rows keep
their digits. They also take -0.0 for 0, rows of any scale, and tell rows that are no distributions.
`thresholds` says what either certifies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.thresholds import (
    BLOCK,
    LARGEST,
    LEAST,
    LEAST_OF_ROOTS,
    RANGE,
    SCALE,
    SHORT,
    UNSCALED_RANGE,
    WIDE,
    WIDE_APART,
    make_threshold,
)
from kullback._math.bits import bits, fma, select
from kullback._math.lanes import lanes_of
from kullback._math.log_ratio import floored
from kullback._math.sums import (
    add_unsigned,
    exponent,
    mantissa,
    power_of_two,
    two_product,
    two_sum,
)

BEYOND = 2000  # more than the exponent of any float
MOST_RAISED = 1000

__all__ = ["BLOCK", "Plan", "Steps", "Sums", "make_steps", "no_sums"]


class Sums(NamedTuple):
    """Sums over the entries of a row pair, each a number or lanes."""

    a: Any
    a_low: Any  # the error of `a`, in doubled kernels
    b: Any
    b_low: Any
    p_gaps: Any  # how many entries are to be filled
    q_gaps: Any
    signs: Any  # the bits of all entries
    lacks: Any  # negative once an entry has no partner


class Plan(NamedTuple):
    """What the terms of a row pair need to know of its sums."""

    p: Any  # x = a p, in doubled kernels in two parts
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
    p_raise: Any  # powers of two that rows of tiny sums are raised by, exactly, before all else
    q_raise: Any
    p_even: Any  # powers of two, one of which is 1: equal rows of other scale agree times them
    q_even: Any
    short: Any  # whether every entry has so few digits that no two ratios nearly agree
    invalid: Any  # whether a row is no distribution, for certain


class Steps(NamedTuple):
    """What the loops over row pairs are made of; see `make_steps`."""

    add: Callable[..., Any]
    plan: Callable[..., Any]
    share: Callable[..., Any]
    unequal: Callable[..., Any]
    kept: Callable[..., Any]
    result: Callable[..., Any]


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
    return Sums(nothing, nothing, nothing, nothing, nothing, nothing, no_bits, no_bits)


@inline
def add_product(total, count, amount):
    """total + count * amount, all in twice the precision."""
    product, error = two_product(count, amount[0])
    high, rest = two_sum(total[0], product)
    return two_sum(high, total[1] + (rest + (error + count * amount[1])))


@inline
def raised(total, low, exponent_of_total):
    """A sum below 2**-RANGE in two parts, raised to about 1, with the power of two that does it."""
    most = select(exponent_of_total < -MOST_RAISED, MOST_RAISED, 0 - exponent_of_total)
    power = power_of_two(select(exponent_of_total < -RANGE, most, most - most))
    return total * power, low * power, power


@inline
def even_powers(alpha, beta):
    """What makes two exponents equal, by raising the lower one: exact for any float."""
    apart = select(alpha < beta, beta - alpha, alpha - beta)
    apart = select(apart < MOST_RAISED, apart, apart - apart)  # else they are not equal anyway
    power, one = power_of_two(apart), power_of_two(apart - apart)
    return select(alpha < beta, power, one), select(alpha < beta, one, power)


def make_steps(terms: Terms, rule: Rule, doubled: bool) -> Steps:
    """For one divergence and one rule. Entries are lanes; sums and plans are lanes or scalars."""
    values, p_gap, q_gap, shifts, fills, marks = rule
    against_whole, gaps = terms.against_whole, terms.gaps
    term, affinity, finish, root = terms.term, terms.affinity, terms.finish, terms.root
    threshold = make_threshold(terms, doubled)
    smallest = 2.0**-RANGE if fills else 2.0**-1022
    in_two = doubled or terms.first_order  # whether sums are in two parts
    # Roots and powers of tiny entries are not right; they count where all else is smaller still.
    rooted = terms.rooted or affinity is not no_affinity

    @inline
    def clean(a):
        return a + 0.0 if doubled else a  # -0.0 becomes 0

    @inline
    def add(sums, a, b, live):
        """The sums with eight entries more."""
        a_sum, a_low, b_sum, b_low, p_gaps, q_gaps, signs, lacks = sums
        a, b = clean(a), clean(b)
        signs = signs | bits(a) | bits(b)
        if fills:
            p_gaps = p_gaps + select(live, p_gap(a, b), 0.0)
            q_gaps = q_gaps + select(live, q_gap(a, b), 0.0)
        a, b = values(a, b, 0.0, 0.0)
        a = select(live, a, 0.0)
        b = select(live, b, 0.0)
        if marks:
            lacks = lacks | ((bits(b) - 1) & (0 - bits(a)))
        if marks and gaps == "either":
            lacks = lacks | ((bits(a) - 1) & (0 - bits(b)))
        if in_two:
            a_sum, a_low = add_unsigned((a_sum, a_low), a)
            b_sum, b_low = add_unsigned((b_sum, b_low), b)
        else:
            a_sum = a_sum + a
            b_sum = b_sum + b
        return Sums(a_sum, a_low, b_sum, b_low, p_gaps, q_gaps, signs, lacks)

    @inline
    def fill_of(total, low, amount, normalize):
        """What stands for a gap of a row: `amount` of its sum."""
        fill, error = two_product(total, amount)
        given = amount + total * 0.0
        none = total * 0.0
        return select(normalize, fill, given), select(normalize, error + low * amount, none)

    @inline
    def outside(alpha, beta, amount, normalize):
        """Negative where a sum has an exponent that is out of range.

        Of a smaller amount what stands for a gap, or its error, would be a subnormal number.
        """
        if doubled and not fills and not shifts:
            apart = (WIDE_APART - (alpha - beta)) | (WIDE_APART - (beta - alpha))
            least, most = -WIDE, WIDE
        else:
            apart = alpha - alpha
            least = BEYOND if 0.0 < amount < smallest else -RANGE
            most = (RANGE if normalize or doubled else UNSCALED_RANGE) - 1
        return apart | (alpha - least) | (beta - least) | (most - alpha) | (most - beta)

    @inline
    def measures_scale(alpha, beta):
        """A power of two for both rows as they are, and the number that takes the sum back."""
        scale = alpha - alpha + SCALE
        if doubled:
            largest = select(alpha < beta, beta, alpha)
            scale = select(largest < 0, scale, scale - largest)
        return power_of_two(scale), power_of_two(0 - scale)

    @inline
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
            a = add_product(a, float(k), (amount, 0.0))
            b = add_product(b, float(k), (amount, 0.0))
        # One sign bit tells of all that may be wrong. What is made of sums that are not usable does
        # not matter, so nothing here waits for the answer. Measures may be as small as they like.
        small = 0.0 if normalize else 2.0**-RANGE
        alpha = exponent(select(a[0] < small, small, a[0]))  # that of NaN is too large
        beta = exponent(select(b[0] < small, small, b[0]))
        usable = (outside(alpha, beta, amount, normalize) | sums.signs) > -1
        mass = select(normalize, given, 1.0)
        if shifts:  # no observation is no distribution
            usable = usable & (mass > 0.0)
        invalid = usable
        if doubled:
            unknown = (sums.a != sums.a) | (sums.b != sums.b)  # an overflow is none
            invalid = (sums.signs < 0) | unknown | (mass == 0.0)
        p_raise, q_raise = a[0], b[0]
        if doubled and not fills and not shifts:
            p_scale = select(normalize, alpha, alpha - alpha)
            q_scale = select(normalize, beta, beta - beta)
            a_high, a_rest, p_raise = raised(a[0], a[1], p_scale)
            b_high, b_rest, q_raise = raised(b[0], b[1], q_scale)
            a, b = (a_high, a_rest), (b_high, b_rest)
        a_sum = select(normalize, a[0], 1.0)  # else all wholes are 1
        b_sum = select(normalize, b[0], 1.0)
        a_power, b_power, back = common_scale(a_sum, b_sum)
        if not normalize:
            a_power, back = measures_scale(alpha, beta)
            b_power = a_power
        a_low, b_low = a[1], b[1]
        p_low, q_low, p_even, q_even = b_sum, a_sum, b_sum, a_sum
        short = usable
        if in_two:
            a_low = select(normalize, a_low, 0.0)
            b_low = select(normalize, b_low, 0.0)
            p_low = b_low * power_of_two(0 - exponent(b_sum)) * a_power
            q_low = a_low * power_of_two(0 - exponent(a_sum)) * b_power
        if doubled:
            p_even, q_even = even_powers(exponent(a_sum), exponent(b_sum))
            short = (sums.signs & SHORT) == 0
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
            p_raise,
            q_raise,
            p_even,
            q_even,
            short,
            invalid,
        )
        return usable, made

    @inline
    def used(a, b, made, amount):
        a, b = clean(a), clean(b)
        if doubled and not fills and not shifts:
            a, b = a * made.p_raise, b * made.q_raise
        if fills:
            return values(a, b, made.p_fill, made.q_fill)
        return values(a, b, amount, amount)

    @inline
    def lost(a, b, made, amount):
        """What the entries that are used are more than the rounded ones: x's, and y's."""
        if shifts:
            shift = lanes_of(amount)
            return two_sum(a, shift)[1] * made.p, two_sum(b, shift)[1] * made.q
        p_part = select(p_gap(a, b) > 0.0, made.p_fill_low * made.p, 0.0)
        return p_part, select(q_gap(a, b) > 0.0, made.q_fill_low * made.q, 0.0)

    @inline
    def share(a, b, live, made, amount, alpha):
        """The term of each column, d, and a number that is negative where an entry is too small."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made.p)
        y = floored(b_used, made.q)
        if against_whole:
            d = ((b_used - made.whole) - made.whole_low) * made.q
            rest = lanes_of(made.whole * made.q)
        else:
            d = fma(a_used, made.p, -y) - fma(b_used, made.q, -y)
            rest = fma(a_used, made.p, -x) - fma(b_used, made.q, -y)
            if in_two:
                d = fma(-b_used, made.q_low, fma(a_used, made.p_low, d))
                rest = fma(-b_used, made.q_low, fma(a_used, made.p_low, rest))
        if shifts or fills:
            a_lost, b_lost = lost(a, b, made, amount)
            more = b_lost if against_whole else a_lost - b_lost
            d = d + more
            rest = rest if against_whole else rest + more
        faint = bits(x)
        if doubled:  # 0 < a, but x is below LEAST
            least = bits(lanes_of(LEAST))
            faint = (0 - bits(a_used)) & (bits(x) - least) | (0 - bits(b_used)) & (bits(y) - least)
        return select(live, term(x, y, d, rest, alpha), 0.0), select(live, d, 0.0), faint

    @inline
    def unequal(a, b, live, made, amount):
        """Bits that are all 0 only where the divergence of the two rows is 0 for certain."""
        if against_whole:  # the whole is in one bin
            a_used, b_used = used(a, b, made, amount)
            there = bits(b_used) ^ bits(lanes_of(made.whole)) | bits(lanes_of(made.whole_low))
            return select(live & (a_used > 0.0), there, lanes_of(0))
        if shifts:
            return bits(clean(a)) ^ bits(clean(b))
        a, b = used(a, b, made, amount)
        return select(live, bits(a * made.p_even) ^ bits(b * made.q_even), lanes_of(0))

    @inline
    def kept(a, b, live, made, amount, alpha):
        """The affinity of each column: the compiler sees what it has in common with `share`."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made.p)
        y = floored(b_used, made.q)
        return select(live, affinity(x, y, alpha), 0.0)

    @inline
    def result(total, affinity, lacks, flags, ready, k, normalize, alpha):
        """In nats, or UNCERTIFIED; flags: bits of `unequal`, of all d, of what is too small."""
        usable, made = ready
        lacking = lacks < 0
        value = finish(total, affinity, lacking, made.back, normalize, alpha)
        good = lacking | ((total < LARGEST) & (value < np.inf))
        certain = good & (value > (threshold(k, alpha) if normalize else -np.inf))
        if rooted and not normalize:
            certain = certain & (total > LEAST_OF_ROOTS)
        value = root(value, total, made.back, alpha)
        if doubled:
            even = flags[0] == 0
            if not shifts and not fills and not against_whole:
                even = even | (((flags[1] << 1) == 0) & made.short)
            value = select(even, 0.0, value)
            certain = (certain & (flags[2] > -1)) | even
        value = select(usable & certain, value, UNCERTIFIED)
        return select(made.invalid, np.nan, value) if doubled else value

    return Steps(add, plan, share, unequal, kept, result)
