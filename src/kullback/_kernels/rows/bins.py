"""What each bin of a row pair adds to a divergence that is a sum: its term, brought to its scale.

A bin is a smaller thing than a row: what sums to a divergence to 1e-14 may be off in single bins,
whose terms feel an error of a row's sum to first order. So sums are in two parts, and a bin is
certified where its d is far above what they and d itself may be off by, or where no addition of
the row was rounded: d is then right to its last digits, and 0 just where the two shares are equal.

    |error of d| <= (2 (k + 16) + 6) u**2 y,   a term's is twice that part of d   (u = 2**-53)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.plans import make_plan
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.sums import Sums, make_add, make_fast, no_sums
from kullback._kernels.rows.thresholds import LARGEST, LEAST
from kullback._math.bits import bits, larger, magnitude, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load, load_first_lanes, load_lanes, pointer, store_lanes
from kullback._math.shuffles import (
    any_sign_of_lanes,
    bits_of_lanes,
    exchange_1,
    exchange_2,
    exchange_4,
    sum_of_lanes,
)
from kullback._math.sums import sum_of_lanes_in_two, two_sum
from kullback._math.tracing import traced

ALLOWED = 5e-15  # relative error of a bin that sums and d may cause


@traced
def margin(k: int) -> float:
    """How many times y, at least, d is where it is certified."""
    return 2.0 * (2.0 * (k + 16) + 6.0) * 2.0**-106 / ALLOWED


@traced
def rounded(lanes):
    """Bits that are all 0 only where the lanes can be added without rounding."""
    high, first = two_sum(lanes, exchange_4(lanes))
    high, second = two_sum(high, exchange_2(high))
    third = two_sum(high, exchange_1(high))[1]
    return bits(first) | bits(second) | bits(third)


@traced
def no_rest(made):
    """Whether the sums of the rows are numbers, without a second part."""
    return (made.p_low == 0.0) & (made.q_low == 0.0)


@traced
def _difference(x, y, d, rest, alpha):
    """In place of a term: d itself."""
    return d


def make_bins(terms: Terms, rule: Rule) -> Callable[..., Any]:
    """The kernel over row pairs for one divergence and one rule."""
    values, shifts, fills, marks = rule.values, rule.shifts, rule.fills, rule.marks
    finish, gaps, has_affinity = terms.finish, terms.gaps, terms.affinity is not no_affinity
    in_two = terms._replace(first_order=True)
    add, plan = make_add(in_two, rule, True), make_plan(in_two, rule)
    share, kept, _ = make_fast(in_two, rule)
    difference = make_fast(in_two._replace(term=_difference), rule)[0]

    @inline
    def row_sums(p, q, at, k):
        """The sums of a row pair, scalars; whether no addition was rounded, and rows are equal."""
        sums, lost, differ = no_sums(), lanes_of(0), lanes_of(0)
        whole, every = k - k % WIDTH, lane_numbers() < WIDTH
        for c in range(0, whole, WIDTH):
            a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
            sums = add(sums, a, b, every)
            lost = lost | bits(sums.a_low) | bits(sums.b_low)
            differ = differ | (bits(a + 0.0) ^ bits(b + 0.0))
        if whole < k:
            a = load_first_lanes(p, at[0] + whole, k - whole)
            b = load_first_lanes(q, at[1] + whole, k - whole)
            sums = add(sums, a, b, lane_numbers() < k - whole)
            lost = lost | bits(sums.a_low) | bits(sums.b_low)
            differ = differ | (bits(a + 0.0) ^ bits(b + 0.0))
        lost = lost | rounded(sums.a) | rounded(sums.b)
        a, a_low = sum_of_lanes_in_two((sums.a, sums.a_low))
        b, b_low = sum_of_lanes_in_two((sums.b, sums.b_low))
        p_gaps, q_gaps = sum_of_lanes(sums.p_gaps), sum_of_lanes(sums.q_gaps)
        signs, lacks = bits_of_lanes(sums.signs), any_sign_of_lanes(sums.lacks)
        row = Sums(a, a_low, b, b_low, p_gaps, q_gaps, signs, lacks)
        return row, (bits_of_lanes(lost) << 1) == 0, bits_of_lanes(differ) == 0

    @traced
    def is_gap(a, b):
        """Whether the bin alone makes the divergence infinite."""
        gap = (b == 0.0) & (a > 0.0)
        if gaps == "either":
            gap = gap | ((a == 0.0) & (b > 0.0))
        return gap

    @traced
    def used(a, b, made, amount):
        """The entries that the terms are made of, and where one of them had to be rounded."""
        if fills:
            return (*values(a, b, made.p_fill, made.q_fill), lanes_of(0))
        if shifts:
            p, p_rest = two_sum(a, lanes_of(amount))
            q, q_rest = two_sum(b, lanes_of(amount))
            return p, q, (bits(p_rest) | bits(q_rest)) << 1
        return (*values(a, b, 0.0, 0.0), lanes_of(0))

    @traced
    def shares(a, b, live, made, options, least):
        """What eight bins add, or UNCERTIFIED.

        `least`: how many times y d must be, where no entry is rounded and where one is.
        """
        amount, alpha, normalize = options
        a, b = a + 0.0, b + 0.0  # 0 for -0.0
        term = share(a, b, live, made, amount, alpha)
        d = difference(a, b, live, made, amount, alpha)
        affinity = kept(a, b, live, made, amount, alpha) if has_affinity else term
        gap = is_gap(a, b) if marks else lane_numbers() < 0
        value = finish(term, affinity, gap, made.back, normalize, alpha)
        p_used, q_used, rests = used(a, b, made, amount)
        x, y = p_used * made.p, q_used * made.q
        far = magnitude(d) > larger(x, y) * select(
            rests == 0, lanes_of(least[0]), lanes_of(least[1])
        )
        faint = ((p_used > 0.0) & (x < LEAST)) | ((q_used > 0.0) & (y < LEAST))
        good = gap | (far & ~faint & (term < LARGEST) & (value < np.inf))
        value = select(good | ~live, value, UNCERTIFIED)
        return select((p_used == 0.0) & (q_used == 0.0), 0.0, value)

    @inline
    def write_row(p, q, at, k, made, options, least, out, spare):
        """The shares of a row pair; whether all are certified.

        `out`: where in an array, `spare`: room for eight numbers.
        """
        target, to = out
        wrong = lanes_of(0)
        whole = k - k % WIDTH
        for c in range(0, whole, WIDTH):
            a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
            value = shares(a, b, lane_numbers() < WIDTH, made, options, least)
            store_lanes(target, to + c, value)
            wrong = wrong | bits(value)
        if whole < k:
            live = lane_numbers() < k - whole
            a = load_first_lanes(p, at[0] + whole, k - whole)
            b = load_first_lanes(q, at[1] + whole, k - whole)
            value = shares(a, b, live, made, options, least)
            store_lanes(spare, 0, value)
            for c in range(whole, k):
                target[to + c] = load(spare, c - whole)
            wrong = wrong | bits(value)
        return any_sign_of_lanes(wrong) == 0

    def bins(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: what the bins of p[p_index[r]] and q[q_index[r]] add; rows with UNCERTIFIED."""
        k = p.shape[1]
        p_data, q_data, target = pointer(p), pointer(q), pointer(out)
        memory = np.empty((WIDTH,))
        spare, options = pointer(memory), (amount, alpha, normalize)
        left = 0
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            sums, exact, same = row_sums(p_data, q_data, at, k)
            usable, made = plan(sums, k, amount, normalize)
            sure = (not normalize) | ((not fills) & exact & no_rest(made))
            least = select(sure, -1.0, margin(k)), margin(k)
            certain = usable
            if usable & (not same):
                place = (target, r * k)
                certain = write_row(p_data, q_data, at, k, made, options, least, place, spare)
            else:
                value = 0.0 if usable else UNCERTIFIED
                for c in range(k):
                    target[r * k + c] = value
            left += not certain
        return left

    return bins
