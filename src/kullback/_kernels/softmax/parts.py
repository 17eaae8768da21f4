"""The kernels over parts of one row pair, which several threads share: as `rows`, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.softmax.steps import fast_step
from kullback._kernels.softmax.sums import (
    PART,
    Divergence,
    Heat,
    add_part,
    certified,
    make_part,
    no_sums,
    whole,
)
from kullback._kernels.softmax.survey import (
    TOP_P,
    TOP_Q,
    join_surveys,
    judged,
    no_survey,
    reach_of,
    survey,
)
from kullback._math.memory import pointer

SURVEY, FAST, DOUBLED = range(3)  # what is done with a part, and what its numbers are
NUMBERS = 4  # of a part


def make_parts(divergence: Divergence) -> Callable[..., Any]:
    """The kernel over some parts."""
    fast_part, doubled_part = make_part(fast_step), make_part(divergence.step)

    @inline
    def numbers_of(p, q, at, after, width, stage, frame, heat):
        if stage == SURVEY:
            return survey(p, q, at, width)
        if stage == FAST:
            return fast_part(p, q, at, after, width, frame, heat)
        return doubled_part(p, q, at, after, width, frame, heat)

    def parts(p, q, stage, frame, heat, out):
        """out[i] = the numbers of part i of these columns, which begin with a part."""
        p_data, q_data = pointer(p), pointer(q)
        heat = Heat(*heat)
        for i in range(out.shape[0]):
            c = i * PART
            at, after, width = (c, c), (c + PART, c + PART), min(PART, p.size - c)
            numbers = numbers_of(p_data, q_data, at, after, width, stage, frame, heat)
            for j in range(NUMBERS):
                out[i, j] = numbers[j]

    return parts


def make_settle(divergence: Divergence) -> Callable[..., Any]:
    """What the numbers of all parts of a row tell."""
    of_fast, _, of_doubled, infinite = divergence

    @inline
    def joint_survey(parts):
        found = no_survey()
        for part in parts:
            found = join_surveys(found, (part[0], part[1], part[2], part[3]))
        return found

    @inline
    def joint_sums(parts):
        total, error = no_sums(), no_sums()
        for part in parts:
            total, error = add_part(total, error, (part[0], part[1], part[2], part[3]))
        return whole(total, error)

    def settle(parts, stage, reach, heat):
        """The result, whether it is good, and after a survey A, B and reach, else more shift."""
        if stage == SURVEY:
            found = joint_survey(parts)
            value, known = judged(found, infinite)
            return value, 1.0 if known else 0.0, found[TOP_P], found[TOP_Q], reach_of(found)
        sums = joint_sums(parts)
        value, good, more = of_fast(sums, reach, Heat(*heat)) if stage == FAST else of_doubled(sums)
        return certified(value, good), 1.0 if good else 0.0, more, 0.0, 0.0

    return settle
