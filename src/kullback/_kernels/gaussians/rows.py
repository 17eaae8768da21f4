"""Diagonal Gaussians in batches: the sum over the dimensions of each pair, or every dimension.

A pair is four rows: mean and spread of p, and of q. Against N(0, I) the latter two are not read.
A row is done once more, one dimension after the other, where one is of unusual size, p is a point
(has no width) or one of the two is no Gaussian; of short rows and of single dimensions, just that
dimension: what a row gives does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels.gaussians.spreads import difference
from kullback._kernels.gaussians.terms import Width
from kullback._math.bits import select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load, load_first_lanes, load_lanes, pointer, prefetch, store_lanes
from kullback._math.shuffles import any_sign_of_lanes, first_lane, sum_of_lanes
from kullback._math.sums import two_sum

BLOCK = 512  # dimensions that are summed in one go
PREFETCH = 512  # dimensions ahead: see `rows`
SHORT = 16  # rows below this length are done as one long row, and summed after that
LARGEST = 2.0**1023


class _Steps:
    """The functions that both loops are made of."""

    def __init__(self, width: Width, standard: bool) -> None:
        term, marks, unit = width.term, width.marks, width.unit
        compare, half_square = width.exact.compare, width.exact.half_square
        is_point, is_spread = width.is_point, width.is_spread

        @inline
        def eight(given, at, c):
            """2 KL of eight dimensions, and the marks."""
            m0 = load_lanes(given[0], at[0] + c)
            s0 = load_lanes(given[1], at[1] + c)
            if standard:
                m1, s1 = lanes_of(0.0), lanes_of(unit)
            else:
                m1 = load_lanes(given[2], at[2] + c)
                s1 = load_lanes(given[3], at[3] + c)
            return term(m0, s0, m1, s1), marks(s0, s1)

        @inline
        def first(given, at, c, count):
            """The same of fewer; 0 in the lanes beyond."""
            m0 = load_first_lanes(given[0], at[0] + c, count)
            s0 = load_first_lanes(given[1], at[1] + c, count)
            if standard:
                m1, s1 = lanes_of(0.0), lanes_of(unit)
            else:
                m1 = load_first_lanes(given[2], at[2] + c, count)
                s1 = load_first_lanes(given[3], at[3] + c, count)
            live = lane_numbers() < count
            s0 = select(live, s0, unit)
            s1 = select(live, s1, unit)
            return select(live, term(m0, s0, m1, s1), 0.0), marks(s0, s1)

        @inline
        def careful(given, at, c):
            """KL of one dimension; nan where one of the two is no Gaussian."""
            m0, s0 = load(given[0], at[0] + c), load(given[1], at[1] + c)
            m1, s1 = 0.0, unit
            if not standard:
                m1, s1 = load(given[2], at[2] + c), load(given[3], at[3] + c)
            if not (abs(m0) < np.inf and abs(m1) < np.inf and is_spread(s0) and is_spread(s1)):
                return np.nan
            if is_point(s1):
                return np.nan
            x1 = lanes_of(s1)
            apart = difference(lanes_of(m0), lanes_of(m1))
            return first_lane(compare(lanes_of(s0), x1)[2] + half_square(apart, x1))

        @inline
        def is_odd(given, at, c):
            """Whether the marks of one dimension say that `eight` may be wrong there."""
            s1 = unit if standard else load(given[3], at[3] + c)
            return marks(load(given[1], at[1] + c), s1) < 0

        self.eight, self.first, self.careful, self.is_odd = eight, first, careful, is_odd


def make_rows(width: Width, standard: bool) -> Callable[..., Any]:
    """The kernel over pairs of rows."""
    steps = _Steps(width, standard)
    eight, first, careful = steps.eight, steps.first, steps.careful

    @inline
    def ask_for(given, at, c):
        for i in range(2 if standard else 4):
            prefetch(given[i], at[i] + c + PREFETCH)

    @inline
    def block_sum(given, at, start, width):
        total, marked = lanes_of(0.0), lanes_of(0)
        rest = width % WIDTH
        for c in range(start, start + width - rest, WIDTH):
            ask_for(given, at, c)
            part, marks = eight(given, at, c)
            total = total + part
            marked = marked | marks
        if rest:
            part, marks = first(given, at, start + width - rest, rest)
            total = total + part
            marked = marked | marks
        return sum_of_lanes(total), any_sign_of_lanes(marked)

    @inline
    def careful_sum(given, at, d):
        total, lost = 0.0, 0.0
        for c in range(d):
            total, rest = two_sum(total, careful(given, at, c))
            lost += rest
        return total + lost if total < np.inf else total

    def rows(m0, m0_index, s0, s0_index, m1, m1_index, s1, s1_index, out):
        """out[r] = KL of the pair r; how many are of no Gaussians (nan)."""
        d = m0.shape[1]
        given = (pointer(m0), pointer(s0), pointer(m1), pointer(s1))
        invalid = 0
        for r in range(out.shape[0]):
            at = (m0_index[r] * d, s0_index[r] * d, m1_index[r] * d, s1_index[r] * d)
            total, lost, marked = 0.0, 0.0, 0
            for start in range(0, d, BLOCK):
                part, marks = block_sum(given, at, start, min(BLOCK, d - start))
                total, rest = two_sum(total, part)
                lost += rest
                marked |= marks
            value = 0.5 * (total + lost)
            if marked < 0 or not value < LARGEST:
                value = careful_sum(given, at, d)
                invalid += np.isnan(value)
            out[r] = value
        return invalid

    return rows


def make_entries(width: Width, standard: bool) -> Callable[..., Any]:
    """The kernel over single dimensions, and over rows that are too short for `rows`."""
    steps = _Steps(width, standard)
    eight, first, careful, is_odd = steps.eight, steps.first, steps.careful, steps.is_odd

    @inline
    def fill(given, start, count, buffer):
        """buffer[i] = KL of dimension start + i; how many are nan."""
        target = pointer(buffer)
        at = (start, start, start, start)
        total, marked = lanes_of(0.0), lanes_of(0)
        for c in range(0, count, WIDTH):
            if c + WIDTH <= count:
                part, marks = eight(given, at, c)
            else:
                part, marks = first(given, at, c, count - c)
            store_lanes(target, c, 0.5 * part)
            total = total + part
            marked = marked | marks
        odd = any_sign_of_lanes(marked) < 0 or not sum_of_lanes(total) < LARGEST
        invalid = 0
        if odd:
            for c in range(count):
                if is_odd(given, at, c) or not buffer[c] < 0.5 * LARGEST:
                    buffer[c] = careful(given, at, c)
                    invalid += np.isnan(buffer[c])
        return invalid

    def entries(m0, s0, m1, s1, d, out):
        """out[r] = KL of the dimensions r d ... r d + d - 1 together; how many are nan."""
        given = (pointer(m0), pointer(s0), pointer(m1), pointer(s1))
        step = BLOCK // d
        buffer = np.empty((BLOCK,))
        invalid = 0
        for r in range(0, out.shape[0], step):
            count = min(step, out.shape[0] - r)
            invalid += fill(given, r * d, count * d, buffer)
            for i in range(count):
                total = 0.0
                for c in range(i * d, i * d + d):
                    total += buffer[c]
                out[r + i] = total
        return invalid

    return entries
