"""Sums of the passes: over eight lanes, blocks, parts and rows, always in the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._math.bits import select, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes, prefetch
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import two_sum
from kullback._math.tracing import traced

PART = 1024  # columns whose sums are one number each
BLOCK = 128  # columns: equal terms are rounded alike, and few roundings must not add up to 1e-14


class Heat(NamedTuple):
    """A temperature as the kernels take it, its inverse in two parts, and the weight of p."""

    temperature: float
    inverse: float
    inverse_low: float
    weight: float  # of skewed JS


class Divergence(NamedTuple):
    """What is done with the sums.

    Both verdicts tell the result in nats, whether it is certified, and, if not, how much is to be
    added to the shift for another pass.
    """

    of_fast: Callable[..., Any]  # (sums of `fast_step`, reach, heat)
    step: Callable[..., Any]  # (sums, a, b, frame, heat): of the doubled passes
    of_doubled: Callable[..., Any]  # (their sums)
    infinite: bool  # where p > 0 = q


@traced
def load_rest(p, q, at, count):
    """The last columns of a row pair; -inf in the other lanes, which adds nothing to any sum."""
    live = lane_numbers() < count
    a = load_first_lanes(p, at[0], count)
    b = load_first_lanes(q, at[1], count)
    return select(live, a, -np.inf), select(live, b, -np.inf)


def make_part(step: Callable[..., Any]) -> Callable[..., Any]:
    """The sums of a part of a row pair, whose steps in lanes are `step`."""

    @traced
    def nothing():
        return lanes_of(0.0), lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)

    @traced
    def with_columns(sums, p, q, at, after, c, frame, heat):
        prefetch(p, after[0] + c)
        prefetch(q, after[1] + c)
        a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
        return step(sums, a, b, frame, heat)

    @traced
    def with_rest(sums, p, q, at, c, rest, frame, heat):
        a, b = load_rest(p, q, (at[0] + c, at[1] + c), rest)
        return step(sums, a, b, frame, heat)

    @traced
    def part(p, q, at, after, width, frame, heat):
        whole = width & -WIDTH

        def with_block(start, total):
            stop = smaller(start + BLOCK, whole)
            sums = loop(
                start,
                stop,
                WIDTH,
                nothing(),
                lambda c, sums: with_columns(sums, p, q, at, after, c, frame, heat),
            )
            return add_lanes(total, sums)

        total = loop(0, whole, BLOCK, nothing(), with_block)
        rest = width & (WIDTH - 1)
        return sums_of_lanes(
            branch(
                rest > 0,
                lambda: with_rest(total, p, q, at, whole, rest, frame, heat),
                lambda: total,
            )
        )

    return part


@traced
def no_sums():
    """The sums of no column."""
    return 0.0, 0.0, 0.0, 0.0


@traced
def add_lanes(sums, more):
    """Sums in lanes, with those of another block."""
    return tuple(x + y for x, y in zip(sums, more, strict=True))


@traced
def sums_of_lanes(sums):
    """The sums over all lanes."""
    return tuple(map(sum_of_lanes, sums))


@traced
def add_part(total, error, part):
    """Sums and what they have lost so far, with those of one part more."""
    x, x_error = two_sum(total[0], part[0])
    y, y_error = two_sum(total[1], part[1])
    m, m_error = two_sum(total[2], part[2])
    e, e_error = two_sum(total[3], part[3])
    more = (error[0] + x_error, error[1] + y_error, error[2] + m_error, error[3] + e_error)
    return (x, y, m, e), more


@traced
def whole(total, error):
    """The sums of all parts."""
    return total[0] + error[0], total[1] + error[1], total[2] + error[2], total[3] + error[3]


@traced
def certified(value, good):
    """A result that a verdict calls good, else UNCERTIFIED."""
    return select(good, value, UNCERTIFIED)
