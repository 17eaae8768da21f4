"""Divergences of softmax(a / T) from softmax(b / T), with neither of them ever formed.

A row pair is surveyed (its largest entries A and B, and whether it is valid), then there are passes
over it, each of which takes four sums. They are taken from 0 on in parts of PART columns, in each
by eight lanes, wherever and by however many threads, so that a result has the same bits.

    survey ──► direct ──► good enough? ──► result              2 exps an element and pass
                  │ no: ln P
                  └────► exact, ln P known ──► good enough? ──► result
                             ▲      no: ln P better      │
                             └───────────────────────────┘

P is the quotient of the sums of e**((b - B)/T) and of e**((a - A)/T). `softmax_steps` has the
passes, `softmax_kl` and `softmax_js` say what the sums tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._math.bits import larger, mask_byte, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes
from kullback._math.shuffles import largest_of_lanes, sum_of_lanes
from kullback._math.sums import two_sum

PART = 1024  # columns whose sums are one number each

# What a survey finds, as numbers: the largest logits of either side, whether a row is invalid, and
# whether b is below a and below a limit somewhere: below -LARGEST, p > 0 = q.
TOP_P, TOP_Q, BAD_P, BAD_Q, LACKS = range(5)
LARGEST = float(np.finfo(np.float64).max)
USUAL = 2.0**800  # logits of q beyond it need the wide kernel: u may be e**700 and more


class Heat(NamedTuple):
    """A temperature as the kernels take it, and powers of two for numbers beyond the usual range.

    Logits are multiplied by `before`, their differences by `first` and `second`, and these by the
    inverse of `temperature`, which is given in two parts.
    """

    temperature: float
    inverse: float
    inverse_low: float
    before: float
    first: float
    second: float


class Divergence(NamedTuple):
    """What is done with the sums.

    A plan tells the result in nats, whether it is good, and, if not, how much is to be added to the
    shift for another pass.
    """

    direct_plan: Callable[..., Any]  # (sums of `direct_step`)
    exact_plan: Callable[..., Any]  # (sums of `exact_step` without a shift)
    step: Callable[..., Any]  # (sums, a, b, frame, heat, wide): of the passes with a shift
    plan: Callable[..., Any]  # (their sums)
    infinite: bool  # where p > 0 = q


@inline
def no_survey():
    """What the survey of no column finds."""
    return -np.inf, -np.inf, 0.0, 0.0, 0.0


@inline
def survey_step(found, a, b, limit):
    """A survey in lanes, with eight columns more."""
    top_a, top_b, bad_a, bad_b, lacks = found
    return (
        larger(a, top_a),
        larger(b, top_b),
        bad_a | ~(a < np.inf),
        bad_b | ~(b < np.inf),
        lacks | ((b < -limit) & (a > b)),
    )


@inline
def survey(p, q, at, width, limit):
    """What a part of a row pair holds."""
    none = lane_numbers() < 0
    found = (lanes_of(-np.inf), lanes_of(-np.inf), none, none, none)
    for c in range(0, width - WIDTH + 1, WIDTH):
        found = survey_step(found, load_lanes(p, at[0] + c), load_lanes(q, at[1] + c), limit)
    rest = width % WIDTH
    if rest:
        a, b = load_rest(p, q, (at[0] + width - rest, at[1] + width - rest), rest)
        found = survey_step(found, a, b, limit)
    return (
        largest_of_lanes(found[0]),
        largest_of_lanes(found[1]),
        select(mask_byte(found[2]) != 0, 1.0, 0.0),
        select(mask_byte(found[3]) != 0, 1.0, 0.0),
        select(mask_byte(found[4]) != 0, 1.0, 0.0),
    )


@inline
def join_surveys(one, other):
    """What two parts hold together."""
    return (
        larger(one[0], other[0]),
        larger(one[1], other[1]),
        larger(one[2], other[2]),
        larger(one[3], other[3]),
        larger(one[4], other[4]),
    )


@inline
def load_rest(p, q, at, count):
    """The last columns of a row pair; -inf in the other lanes, which adds nothing to any sum."""
    live = lane_numbers() < count
    a = load_first_lanes(p, at[0], count)
    b = load_first_lanes(q, at[1], count)
    return select(live, a, -np.inf), select(live, b, -np.inf)


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
