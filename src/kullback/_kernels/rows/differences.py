"""The steps of the near loops: row pairs by the differences of their entries.

a and b are the entries, A and B the sums, and c is A/B, rounded. With

    g = a - c b,    r = (the sum of g) / B,    d = g - r b

d = a - b A/B exactly, whatever c is: the difference of the two probabilities times A. g has one
rounding, and r is as small as the error of c, so that every error of d is relative to d, or u r b.
Where c is a power of two, as for rows of one sum, g of near-equal entries has no error at all, and
r is as small as g: d keeps its digits, however close the rows are. The price is one pass more over
the entries, for r.

Of entropies, d = b - B of the bin that has most of the whole is minus the sum of all others. Here
-0.0 is 0, rows may have any scale, and rows that are no distributions are told for certain.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.thresholds import (
    LARGEST,
    LEAST,
    LEAST_OF_POWERS,
    LEAST_OF_ROOTS,
    LEAST_OF_WHOLES,
    make_near_threshold,
)
from kullback._math.bits import bits, fma, magnitude, select
from kullback._math.lanes import lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.sums import add_to, two_sum
from kullback._math.tracing import traced


class Differences(NamedTuple):
    """Sums over g, each a number or lanes."""

    g: Any
    g_low: Any  # its error, of linear terms
    moved: Any  # bits that are 0 but for the sign where every g is: where the rows are equal


class Shift(NamedTuple):
    """What the terms need to know of the differences."""

    r: Any  # in two parts, of linear terms; of entropies, what most of the whole is less than it
    r_low: Any
    size: Any  # |r| beside c
    moved: Any


@traced
def no_differences():
    """Those that `apart` of the steps increases."""
    return Differences(lanes_of(0.0), lanes_of(0.0), lanes_of(0))


def make_differences(terms: Terms, rule: Rule) -> tuple[Any, ...]:
    """`apart`, `settle`, `share`, `kept`, `result`, `across`: for one divergence and one rule."""
    values, p_gap, q_gap, shifts, fills, _ = rule
    against_whole, linear = terms.against_whole, terms.linear
    term, affinity, finish, root = terms.term, terms.affinity, terms.finish, terms.root
    threshold = make_near_threshold(terms)
    as_given = not shifts and not fills
    least_of_sums = LEAST_OF_ROOTS if terms.rooted else LEAST_OF_POWERS
    rooted = terms.rooted or affinity is not no_affinity

    @traced
    def used(a, b, made, amount):
        """The entries that the rule leaves, and the same at the common scale; 0 for -0.0."""
        if fills:
            a, b = values(a, b, made.p_fill, made.q_fill)
        else:
            a, b = values(a, b, amount, amount)
        return a, b, fma(a, made.p, 0.0), fma(b, made.q, 0.0)

    @traced
    def lost(a, b, made, amount):
        """What g is more than that of the entries as rounded."""
        if shifts:
            shift = lanes_of(amount)
            p_part, q_part = two_sum(a, shift)[1], two_sum(b, shift)[1]
        else:
            p_part = select(p_gap(a, b) > 0.0, made.p_fill_low, 0.0)
            q_part = select(q_gap(a, b) > 0.0, made.q_fill_low, 0.0)
        return p_part * made.p - made.ratio * (q_part * made.q)

    @traced
    def difference(a, b, scaled, made, amount):
        """g."""
        g = fma(-made.ratio, scaled[1], scaled[0])
        return g if as_given else g + lost(a, b, made, amount)

    @traced
    def apart(found, a, b, live, made, amount):
        """The sums of the differences with eight columns more."""
        g_sum, g_low, moved = found
        _, _, x, y = used(a, b, made, amount)
        if against_whole:  # the sum of all bins but the one that has most of the whole
            g = select(live & (y < made.most), y, 0.0)
        else:
            g = select(live, difference(a, b, (x, y), made, amount), 0.0)
        moved = moved | (bits(a + 0.0) ^ bits(b + 0.0) if shifts else bits(g))
        if linear:
            g_sum, g_low = add_to((g_sum, g_low), g)
        else:
            g_sum = g_sum + g
        return Differences(g_sum, g_low, moved)

    @traced
    def settle(found, made, normalize):
        """What the differences of all columns say."""
        g = select(normalize, found.g, 0.0)
        if against_whole:
            return Shift(g, g, g, found.moved)
        r = g / made.whole
        r_low = r
        if linear:
            more = select(normalize, found.g_low, 0.0)
            r_low = (fma(-r, made.whole, g) + (more - r * made.whole_low)) / made.whole
        return Shift(r, r_low, magnitude(r) / made.ratio, found.moved)

    @traced
    def across(unequal, a, b, made):
        """Bits that are all 0 where all entries are in proportion: a B = b A."""
        _, _, x, y = used(a, b, made, 0.0)  # without gaps, as they are given
        product = y * made.q_cross
        d = fma(x, made.p_cross, -product) - fma(y, made.q_cross, -product)
        return unequal | bits(d) << 1

    @traced
    def numbers(a, b, made, shift, amount):
        """x, y, d and its rest; and a number that is negative where an entry is too small."""
        a_used, b_used, x_exact, y_exact = used(a, b, made, amount)
        x = x_exact + FLOOR
        if against_whole:
            y = y_exact + FLOOR
            most = y_exact < made.most
            d = select(most, y_exact - made.whole, -shift.r)
            y, rest = select(most, y, made.whole + d), lanes_of(made.whole)
        else:
            y = fma(made.ratio, y_exact, FLOOR)
            d = fma(-y_exact, shift.r, difference(a, b, (x_exact, y_exact), made, amount))
            if linear:
                d = fma(-y_exact, shift.r_low, d)
            rest = d - (x - y)
        least = bits(lanes_of(LEAST))  # 0 < a, but x is below it
        p_faint = (0 - (bits(a_used) << 1)) & (bits(x) - least)
        q_faint = (0 - (bits(b_used) << 1)) & (bits(y) - least)
        return x, y, d, rest, p_faint | q_faint

    @traced
    def share(a, b, live, made, shift, amount, alpha):
        """The term of each column, and a number that is negative where an entry is too small."""
        x, y, d, rest, faint = numbers(a, b, made, shift, amount)
        return select(live, term(x, y, d, rest, alpha), 0.0), faint

    @traced
    def kept(a, b, live, made, shift, amount, alpha):
        """The affinity of each column: the compiler sees what it has in common with `share`."""
        x, y, _, _, _ = numbers(a, b, made, shift, amount)
        return select(live, affinity(x, y, alpha), 0.0)

    @traced
    def result(total, common, lacks, flags, ready, k, normalize, alpha):
        """In nats, or UNCERTIFIED, or nan; flags: whether an entry is too small, and the Shift."""
        (usable, made), (faint, shift) = ready, flags
        lacking = lacks < 0
        value = finish(total, common, lacking, made.back, normalize, alpha)
        finite = value < np.inf
        if affinity is not no_affinity:  # of measures it may be infinite, and is nan if in doubt
            finite = finite | ((value > 0.0) & ~normalize)
        certain = lacking | ((total < LARGEST) & finite)
        least = select(normalize, threshold(k, alpha, shift.size, made.rough), -np.inf)
        certain = certain & (value > least)
        if rooted:
            certain = certain & (total > least_of_sums)
        if against_whole:
            certain = certain & (normalize | (total > LEAST_OF_WHOLES))
        value = root(value, total, made.back, alpha)
        certain = certain & (faint > -1)
        if not against_whole:
            even = ((shift.moved << 1) == 0) & (faint > -1)  # else g may have lost a difference
            value = select(even, 0.0, value)
            certain = certain | even
        value = select(usable & certain, value, UNCERTIFIED)
        return select(made.invalid, np.nan, value)

    return apart, settle, share, kept, result, None if shifts or against_whole else across
