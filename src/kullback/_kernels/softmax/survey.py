"""What a row pair of logits holds, before anything is computed: a first, cheap pass.

The largest logits A and B, whether a row is invalid (NaN, inf, or nothing but -inf), and the least
b of all bins where a > b. It is -inf just where p > 0 = q, and it bounds B - b, on which KL may
hang: where a <= b, B - b is at most (A - a) + (B - A).
"""

from __future__ import annotations

import numpy as np

from kullback._kernels import UNCERTIFIED
from kullback._kernels.softmax.sums import load_rest
from kullback._math.bits import larger, mask_byte, select, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_lanes
from kullback._math.shuffles import largest_of_lanes
from kullback._math.tracing import traced

TOP_P, TOP_Q, BAD, LEAST_Q = range(4)  # what a survey finds, as numbers


@traced
def no_survey():
    """What the survey of no column finds."""
    return -np.inf, -np.inf, 0.0, np.inf


@traced
def survey_step(found, a, b):
    """A survey in lanes, with eight columns more."""
    top_a, top_b, bad, least = found
    return (
        larger(a, top_a),
        larger(b, top_b),
        bad | ~((a < np.inf) & (b < np.inf)),
        smaller(select(a > b, b, np.inf), least),
    )


@traced
def _with_columns(found, p, q, at, c):
    return survey_step(found, load_lanes(p, at[0] + c), load_lanes(q, at[1] + c))


@traced
def _with_rest(found, p, q, at, c, rest):
    return survey_step(found, *load_rest(p, q, (at[0] + c, at[1] + c), rest))


@traced
def _numbers_of(found):
    """What the lanes have found together."""
    return (
        largest_of_lanes(found[0]),
        largest_of_lanes(found[1]),
        select(mask_byte(found[2]) != 0, 1.0, 0.0),
        -largest_of_lanes(-found[3]),
    )


@traced
def survey(p, q, at, width):
    """What a part of a row pair holds."""
    nothing = (lanes_of(-np.inf), lanes_of(-np.inf), lane_numbers() < 0, lanes_of(np.inf))
    whole, rest = width & -WIDTH, width & (WIDTH - 1)
    found = loop(0, whole, WIDTH, nothing, lambda c, found: _with_columns(found, p, q, at, c))
    return _numbers_of(
        branch(rest > 0, lambda: _with_rest(found, p, q, at, whole, rest), lambda: found)
    )


@traced
def join_surveys(one, other):
    """What two parts hold together."""
    return (
        larger(one[0], other[0]),
        larger(one[1], other[1]),
        larger(one[2], other[2]),
        smaller(one[3], other[3]),
    )


@traced
def judged(found, infinite):
    """A row's result as far as a survey tells, nan, inf or UNCERTIFIED, and whether that is all.

    `infinite` tells whether the divergence is, where p > 0 = q.
    """
    invalid = (found[BAD] > 0.0) | (found[TOP_P] == -np.inf) | (found[TOP_Q] == -np.inf)
    lacking = (found[LEAST_Q] == -np.inf) & infinite
    value = select(lacking, np.inf, UNCERTIFIED)
    return select(invalid, np.nan, value), invalid | lacking


@traced
def reach_of(found):
    """A bound of B - b for every bin, but for A - a where a <= b."""
    return larger(found[TOP_Q] - found[LEAST_Q], found[TOP_Q] - found[TOP_P])
