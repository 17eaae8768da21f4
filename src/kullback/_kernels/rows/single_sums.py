"""The sums of row pairs of float32: added up in float64, and what the entries' bits tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._math.bits import bits, smaller
from kullback._math.flow import loop
from kullback._math.lanes import SINGLE_WIDTH, lanes_of
from kullback._math.memory import load_first_singles, load_singles
from kullback._math.shuffles import widened
from kullback._math.tracing import traced

GROUP = 4 * SINGLE_WIDTH  # columns of one turn of the loop
NO_BITS = np.int32(0)


class SingleSums(NamedTuple):
    """Functions of one divergence; sums are of p and of q, and three sets of bits."""

    add_whole: Callable[..., Any]  # (sums, p, q, at, c): with the columns of one turn more
    add_rest: Callable[..., Any]  # (sums, p, q, at, start, k): with those from `start` on
    of_row: Callable[..., Any]  # (p, q, at, k)


@traced
def four(source, at):
    """Four sets of lanes, one after the other."""
    return tuple(load_singles(source, at + i * SINGLE_WIDTH) for i in range(4))


@traced
def add_wide(total, singles):
    """Lanes of float64, increased by twice as many of float32."""
    low, high = widened(singles)
    return total + (low + high)


@traced
def no_sums():
    """Those of no column."""
    none = lanes_of(NO_BITS)
    return lanes_of(0.0), lanes_of(0.0), none, none, none


def make_single_sums(gaps: str, exact: bool) -> SingleSums:
    """Those of a divergence with such gaps; `exact` to the digits of float64."""

    @traced
    def marks(a, b, signs, lacks, unequal):
        """Sign bits of the entries, and of those without a partner; bits in which two differ."""
        a_bits, b_bits = bits(a), bits(b)
        if gaps != "":
            lacks = lacks | ((b_bits - 1) & (NO_BITS - a_bits))
        if gaps == "either":
            lacks = lacks | ((a_bits - 1) & (NO_BITS - b_bits))
        return signs | a_bits | b_bits, lacks, unequal | (a_bits ^ b_bits)

    @traced
    def add_four_wide(total, singles):
        if exact:
            for i in range(4):
                total = add_wide(total, singles[i])
            return total
        return add_wide(total, (singles[0] + singles[1]) + (singles[2] + singles[3]))

    @traced
    def add_four(sums, a, b):
        a_sum, b_sum, flags = sums[0], sums[1], sums[2:]
        a_sum = add_four_wide(a_sum, a)
        b_sum = add_four_wide(b_sum, b)
        for i in range(4):
            flags = marks(a[i], b[i], *flags)
        return a_sum, b_sum, flags[0], flags[1], flags[2]

    @traced
    def add_whole(sums, p, q, at, c):
        """The columns of one turn of the loop."""
        return add_four(sums, four(p, at[0] + c), four(q, at[1] + c))

    @traced
    def add_rest(sums, p, q, at, c, count):
        """The first columns of one set of lanes."""
        a_sum, b_sum, flags = sums[0], sums[1], sums[2:]
        a = load_first_singles(p, at[0] + c, count)
        b = load_first_singles(q, at[1] + c, count)
        a_sum = add_wide(a_sum, a)
        b_sum = add_wide(b_sum, b)
        flags = marks(a, b, *flags)
        return a_sum, b_sum, flags[0], flags[1], flags[2]

    @traced
    def rest_sums(sums, p, q, at, start, k):
        """The columns from `start` on, in steps of one set of lanes."""

        def with_columns(c, sums):
            return add_rest(sums, p, q, at, c, smaller(SINGLE_WIDTH, k - c))

        return loop(start, k, SINGLE_WIDTH, sums, with_columns)

    @traced
    def row_sums(p, q, at, k):
        grouped = k & -GROUP
        sums = loop(0, grouped, GROUP, no_sums(), lambda c, sums: add_whole(sums, p, q, at, c))
        return rest_sums(sums, p, q, at, grouped, k)

    return SingleSums(add_whole, rest_sums, row_sums)
