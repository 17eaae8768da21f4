"""The steps of the loops over row pairs: sums, terms and results, of a pair or of eight in lanes.

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times one
common number. Fast kernels have A and B rounded: a relative error t of B/A changes a divergence by
t**2 / 2 (its first derivative vanishes at the exact normalization), so only smaller results need
more. Doubled kernels have them in two parts, and d = a B - b A with them: nearly equal rows keep
their digits. They also take -0.0 for 0, rows of any scale, and tell rows that are no distributions.
`plans` has what is done once a row, `thresholds` what either certifies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.plans import make_plan
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.thresholds import (
    LARGEST,
    LEAST,
    LEAST_OF_ROOTS,
    make_threshold,
)
from kullback._math.bits import bits, fma, select
from kullback._math.lanes import lanes_of
from kullback._math.log_ratio import floored
from kullback._math.sums import (
    add_unsigned,
    two_sum,
)
from kullback._math.tracing import traced


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


class Steps(NamedTuple):
    """What the loops over row pairs are made of; see `make_steps`."""

    add: Callable[..., Any]
    plan: Callable[..., Any]
    share: Callable[..., Any]
    unequal: Callable[..., Any]
    kept: Callable[..., Any]
    result: Callable[..., Any]


@traced
def no_sums():
    """Those that `add` of the steps increases."""
    nothing, no_bits = lanes_of(0.0), lanes_of(0)
    return Sums(nothing, nothing, nothing, nothing, nothing, nothing, no_bits, no_bits)


def make_steps(terms: Terms, rule: Rule, doubled: bool) -> Steps:
    """For one divergence and one rule. Entries are lanes; sums and plans are lanes or scalars."""
    values, p_gap, q_gap, shifts, fills, marks = rule
    against_whole, gaps = terms.against_whole, terms.gaps
    term, affinity, finish, root = terms.term, terms.affinity, terms.finish, terms.root
    plan, threshold = make_plan(terms, rule, doubled), make_threshold(terms, doubled)
    in_two = doubled or terms.first_order  # whether sums are in two parts
    # Roots and powers of tiny entries are not right; they count where all else is smaller still.
    rooted = terms.rooted or affinity is not no_affinity

    @traced
    def clean(a):
        return a + 0.0 if doubled else a  # -0.0 becomes 0

    @traced
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

    @traced
    def used(a, b, made, amount):
        a, b = clean(a), clean(b)
        if doubled and not fills and not shifts:
            a, b = a * made.p_raise, b * made.q_raise
        if fills:
            return values(a, b, made.p_fill, made.q_fill)
        return values(a, b, amount, amount)

    @traced
    def lost(a, b, made, amount):
        """What the entries that are used are more than the rounded ones: x's, and y's."""
        if shifts:
            shift = lanes_of(amount)
            return two_sum(a, shift)[1] * made.p, two_sum(b, shift)[1] * made.q
        p_part = select(p_gap(a, b) > 0.0, made.p_fill_low * made.p, 0.0)
        return p_part, select(q_gap(a, b) > 0.0, made.q_fill_low * made.q, 0.0)

    @traced
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

    @traced
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

    @traced
    def kept(a, b, live, made, amount, alpha):
        """The affinity of each column: the compiler sees what it has in common with `share`."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made.p)
        y = floored(b_used, made.q)
        return select(live, affinity(x, y, alpha), 0.0)

    @traced
    def result(total, affinity, lacks, flags, ready, k, normalize, alpha):
        """In nats, or UNCERTIFIED; flags: bits of `unequal`, of all d, of what is too small."""
        usable, made = ready
        lacking = lacks < 0
        value = finish(total, affinity, lacking, made.back, normalize, alpha)
        good = lacking | ((total < LARGEST) & (value < np.inf))
        certain = good & (value > select(normalize, threshold(k, alpha), -np.inf))
        if rooted:
            certain = certain & (normalize | (total > LEAST_OF_ROOTS))
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
