"""Sums of the passes: over eight lanes, blocks, parts and rows, always in the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._math.bits import select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes, prefetch
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import two_sum

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


@inline
def load_rest(p, q, at, count):
    """The last columns of a row pair; -inf in the other lanes, which adds nothing to any sum."""
    live = lane_numbers() < count
    a = load_first_lanes(p, at[0], count)
    b = load_first_lanes(q, at[1], count)
    return select(live, a, -np.inf), select(live, b, -np.inf)


def make_part(step: Callable[..., Any]) -> Callable[..., Any]:
    """The sums of a part of a row pair, whose steps in lanes are `step`."""

    @inline
    def nothing():
        return lanes_of(0.0), lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)

    @inline
    def part(p, q, at, after, width, frame, heat):
        total = nothing()
        for start in range(0, width - WIDTH + 1, BLOCK):
            sums = nothing()
            for c in range(start, min(start + BLOCK, width - WIDTH + 1), WIDTH):
                prefetch(p, after[0] + c)
                prefetch(q, after[1] + c)
                a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
                sums = step(sums, a, b, frame, heat)
            total = add_lanes(total, sums)
        rest = width % WIDTH
        if rest:
            a, b = load_rest(p, q, (at[0] + width - rest, at[1] + width - rest), rest)
            total = step(total, a, b, frame, heat)
        return sums_of_lanes(total)

    return part


@inline
def no_sums():
    """The sums of no column."""
    return 0.0, 0.0, 0.0, 0.0


@inline
def add_lanes(sums, more):
    """Sums in lanes, with those of another block."""
    return sums[0] + more[0], sums[1] + more[1], sums[2] + more[2], sums[3] + more[3]


@inline
def sums_of_lanes(sums):
    """The sums over all lanes."""
    return (
        sum_of_lanes(sums[0]),
        sum_of_lanes(sums[1]),
        sum_of_lanes(sums[2]),
        sum_of_lanes(sums[3]),
    )


@inline
def add_part(total, error, part):
    """Sums and what they have lost so far, with those of one part more."""
    x, x_error = two_sum(total[0], part[0])
    y, y_error = two_sum(total[1], part[1])
    m, m_error = two_sum(total[2], part[2])
    e, e_error = two_sum(total[3], part[3])
    more = (error[0] + x_error, error[1] + y_error, error[2] + m_error, error[3] + e_error)
    return (x, y, m, e), more


@inline
def whole(total, error):
    """The sums of all parts."""
    return total[0] + error[0], total[1] + error[1], total[2] + error[2], total[3] + error[3]


@inline
def certified(value, good):
    """A result that a verdict calls good, else UNCERTIFIED."""
    return value if good else UNCERTIFIED
