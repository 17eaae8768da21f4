"""Diagonal Gaussians in batches: the sum over the dimensions of each pair, or every dimension.

A pair is four rows: mean and spread of p, and of q. Against N(0, I) the latter two are not read.
A result is vouched for where every spread is in the domain of the terms and their sum lies between
LEAST and MOST, or is 0 because the two Gaussians are equal; elsewhere it is UNCERTIFIED. That
depends on the pair alone, not on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels import UNCERTIFIED
from kullback._kernels.gaussians.terms import LEAST, MOST, Term, outside
from kullback._math.bits import mask_byte, select
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import (
    load,
    load_first_lanes,
    load_lanes,
    pointer,
    prefetch,
    scratch,
    store_lanes,
)
from kullback._math.shuffles import any_sign_of_lanes, sum_of_lanes
from kullback._math.sums import two_sum
from kullback._math.tracing import traced

BLOCK = 512  # dimensions that are summed in one go
PREFETCH = 512  # dimensions ahead: see `rows`
SHORT = 16  # rows below this length are done as one long row, and summed after that


def _make_loads(unit: float, standard: bool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Functions that load means and spreads of eight dimensions, and of fewer."""

    @traced
    def eight(given, at, c):
        """m0, s0, m1, s1."""
        m0, s0 = load_lanes(given[0], at[0] + c), load_lanes(given[1], at[1] + c)
        if standard:
            return m0, s0, lanes_of(0.0), lanes_of(unit)
        return m0, s0, load_lanes(given[2], at[2] + c), load_lanes(given[3], at[3] + c)

    @traced
    def first(given, at, c, count):
        """The same of the first `count`, and N(0, 1) on both sides beyond: its terms are 0."""
        live = lane_numbers() < count
        m0 = load_first_lanes(given[0], at[0] + c, count)
        s0 = select(live, load_first_lanes(given[1], at[1] + c, count), unit)
        if standard:
            return m0, s0, lanes_of(0.0), lanes_of(unit)
        m1 = load_first_lanes(given[2], at[2] + c, count)
        return m0, s0, m1, select(live, load_first_lanes(given[3], at[3] + c, count), unit)

    return eight, first


@traced
def _differ(m0, s0, m1, s1):
    return (m0 != m1) | (s0 != s1)


def make_rows(term: Term, unit: float, standard: bool) -> Callable[..., Any]:
    """The kernel over pairs of rows."""
    eight, first = _make_loads(unit, standard)
    term_of, marks_of, finish = term

    @traced
    def with_terms(state, columns):
        """The sum of the terms, and the marks, with eight dimensions more."""
        m0, s0, m1, s1 = columns
        return state[0] + term_of(m0, s0, m1, s1), state[1] | marks_of(s0, s1)

    @traced
    def with_eight(state, given, at, c):
        for i in range(2 if standard else 4):
            prefetch(given[i], at[i] + c + PREFETCH)
        return with_terms(state, eight(given, at, c))

    @traced
    def with_rest(state, given, at, c, rest):
        return with_terms(state, first(given, at, c, rest))

    @traced
    def block_sum(given, at, start, width):
        """The sum of the terms of some dimensions, and whether any is marked."""
        rest = width & (WIDTH - 1)
        stop = start + width - rest
        nothing = lanes_of(0.0), lanes_of(0)
        state = loop(start, stop, WIDTH, nothing, lambda c, state: with_eight(state, given, at, c))
        total, marked = branch(
            rest > 0, lambda: with_rest(state, given, at, stop, rest), lambda: state
        )
        return sum_of_lanes(total), any_sign_of_lanes(marked)

    @traced
    def are_equal(given, at, d):
        """Whether both Gaussians have the same bits."""

        def eight_differ(c, unlike):
            return unlike | _differ(*eight(given, at, c))

        rest = d & (WIDTH - 1)
        unlike = _differ(*first(given, at, d - rest, rest))
        return mask_byte(loop(0, d - rest, WIDTH, unlike, eight_differ)) == 0

    def rows(m0, m0_index, s0, s0_index, m1, m1_index, s1, s1_index, out):
        """out[r] = KL of the pair r in nats, or UNCERTIFIED; how many are that."""
        d = m0.shape[1]
        given = (pointer(m0), pointer(s0), pointer(m1), pointer(s1))
        left = 0
        for r in range(out.shape[0]):
            at = (m0_index[r] * d, s0_index[r] * d, m1_index[r] * d, s1_index[r] * d)
            total, lost, marked = 0.0, 0.0, 0
            for start in range(0, d, BLOCK):
                part, marks = block_sum(given, at, start, min(BLOCK, d - start))
                total, rest = two_sum(total, part)
                lost += rest
                marked |= marks
            total += lost
            sure = marked >= 0 and total < MOST
            sure = sure and (total > LEAST or are_equal(given, at, d))
            out[r] = finish(total) if sure else UNCERTIFIED
            left += not sure
        return left

    return rows


def make_entries(term: Term, unit: float, standard: bool) -> Callable[..., Any]:
    """The kernel over single dimensions, and over rows that are too short for `rows`: KL."""
    eight, first = _make_loads(unit, standard)
    term_of, marks_of, finish = term

    @traced
    def buffer():
        return scratch(BLOCK)

    @traced
    def load_some(given, at, c, count):
        return branch(
            c + WIDTH <= count,
            lambda: eight(given, at, c),
            lambda: first(given, at, c, count - c),
        )

    @traced
    def store_terms(marked, given, at, c, count, target):
        """Write eight terms; the marks, with theirs."""
        m0, s0, m1, s1 = load_some(given, at, c, count)
        total = term_of(m0, s0, m1, s1)
        store_lanes(target, c, total)
        return marked | marks_of(s0, s1) | outside(total)

    @traced
    def certify_terms(unsure, given, at, c, count, target):
        """Write UNCERTIFIED where a term is that; how many are, in each lane, with these."""
        m0, s0, m1, s1 = load_some(given, at, c, count)
        total, marks = load_lanes(target, c), marks_of(s0, s1)
        zero = (total == 0.0) & ~_differ(m0, s0, m1, s1) & (marks > -1)
        sure = zero | ((marks | outside(total)) > -1)
        store_lanes(target, c, select(sure, total, UNCERTIFIED))
        return unsure + select(sure, 0.0, 1.0)

    @traced
    def fill(given, start, count, target):
        """target[i] = the term of dimension start + i, or UNCERTIFIED; how many are that."""
        at = (start, start, start, start)
        marked = loop(
            0,
            count,
            WIDTH,
            lanes_of(0),
            lambda c, marked: store_terms(marked, given, at, c, count, target),
        )

        def certify_all():
            none = lanes_of(0.0)
            unsure = loop(
                0,
                count,
                WIDTH,
                none,
                lambda c, unsure: certify_terms(unsure, given, at, c, count, target),
            )
            return sum_of_lanes(unsure)

        return branch(any_sign_of_lanes(marked) < 0, certify_all, lambda: 0.0)

    def entries(m0, s0, m1, s1, d, out):
        """out[r] = KL of the dimensions r d ... r d + d - 1 together, or UNCERTIFIED.

        Returns how many dimensions are that.
        """
        given = (pointer(m0), pointer(s0), pointer(m1), pointer(s1))
        step = BLOCK // d
        target = buffer()
        left = 0.0
        for r in range(0, out.shape[0], step):
            count = min(step, out.shape[0] - r)
            left += fill(given, r * d, count * d, target)
            for i in range(count):
                total = 0.0
                for c in range(i * d, i * d + d):
                    total += load(target, c)
                out[r + i] = finish(total)
        return left

    return entries
