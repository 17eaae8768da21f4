"""The steps of the loops over row pairs: sums, terms and results, of a pair or of eight in lanes.

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times one
common number. Fast kernels have A and B rounded: a relative error t of B/A changes a divergence by
t**2 / 2 (its first derivative vanishes at the exact normalization), so only smaller results need
more: the near ones take `differences`. `plans` has what is done once a row, `thresholds` what
either certifies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.differences import make_differences
from kullback._kernels.rows.plans import make_plan
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.scales import make_scales
from kullback._kernels.rows.thresholds import (
    BLOCK,
    LARGEST,
    LEAST_OF_POWERS,
    LEAST_OF_ROOTS,
    make_threshold,
)
from kullback._math.bits import bits, fma, select, smaller
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
    a_low: Any  # the error of `a`, where sums are in two parts
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
    kept: Callable[..., Any]
    result: Callable[..., Any]
    apart: Callable[..., Any] | None = None  # of near kernels: see `differences`
    settle: Callable[..., Any] | None = None
    across: Callable[..., Any] | None = None  # where rows in proportion are equal


@traced
def no_sums():
    """Those that `add` of the steps increases."""
    nothing, no_bits = lanes_of(0.0), lanes_of(0)
    return Sums(nothing, nothing, nothing, nothing, nothing, nothing, no_bits, no_bits)


def make_steps(terms: Terms, rule: Rule, near: bool) -> Steps:
    """For one divergence and one rule. Entries are lanes; sums and plans are lanes or scalars."""
    add = make_add(terms, rule, near)
    if near:
        apart, settle, share, kept, result, across = make_differences(terms, rule)
        return Steps(add, make_scales(rule), share, kept, result, apart, settle, across)
    share, kept, result = make_fast(terms, rule)
    return Steps(add, make_plan(terms, rule), share, kept, result)


def make_add(terms: Terms, rule: Rule, near: bool) -> Callable[..., Any]:
    """The function (sums, a, b, live) -> the sums with eight entries more."""
    values, p_gap, q_gap, _, fills, marks = rule
    gaps, in_two = terms.gaps, terms.first_order

    @traced
    def clean(a):
        return a + 0.0 if near else a  # -0.0 becomes 0

    @traced
    def add(sums, a, b, live):
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

    return add


def make_fast(terms: Terms, rule: Rule) -> tuple[Callable[..., Any], ...]:
    """`share`, `kept` and `result`, with x = a B and y = b A."""
    values, p_gap, q_gap, shifts, fills, _ = rule
    against_whole, in_two = terms.against_whole, terms.first_order
    term, affinity, finish, root = terms.term, terms.affinity, terms.finish, terms.root
    threshold = make_threshold(terms)
    # Roots and powers of tiny entries are not right; they count where all else is smaller still.
    least_of_sums = LEAST_OF_ROOTS if terms.rooted else LEAST_OF_POWERS
    rooted = terms.rooted or affinity is not no_affinity

    @traced
    def used(a, b, made, amount):
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
        """The term of each column."""
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
        return select(live, term(x, y, d, rest, alpha), 0.0)

    @traced
    def kept(a, b, live, made, amount, alpha):
        """The affinity of each column: the compiler sees what it has in common with `share`."""
        a_used, b_used = used(a, b, made, amount)
        x = floored(a_used, made.p)
        y = floored(b_used, made.q)
        return select(live, affinity(x, y, alpha), 0.0)

    @traced
    def result(total, common, lacks, ready, k, normalize, alpha):
        """In nats, or UNCERTIFIED."""
        usable, made = ready
        lacking = lacks < 0
        value = finish(total, common, lacking, made.back, normalize, alpha)
        finite = value < np.inf
        if affinity is not no_affinity:  # of measures it may be infinite, and is nan if in doubt
            finite = finite | ((value > 0.0) & ~normalize)
        good = lacking | ((total < LARGEST) & finite)
        least = threshold(k, smaller(k, BLOCK), alpha)
        certain = good & (value > select(normalize, least, -np.inf))
        if rooted:
            certain = certain & (normalize | (total > least_of_sums))
        value = root(value, total, made.back, alpha)
        return select(usable & certain, value, UNCERTIFIED)

    return share, kept, result
