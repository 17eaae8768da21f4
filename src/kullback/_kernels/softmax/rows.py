"""The kernel over whole row pairs of logits."""

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

PASSES = 3  # at most so many are doubled: each makes the shift good to rounding, if it was not


def make_rows(divergence: Divergence) -> Callable[..., Any]:
    """The kernel."""
    of_fast, step, of_doubled, infinite = divergence
    fast_part, doubled_part = make_part(fast_step), make_part(step)

    @inline
    def row_survey(p, q, at, k):
        found = no_survey()
        for c in range(0, k, PART):
            some = survey(p, q, (at[0] + c, at[1] + c), min(PART, k - c))
            found = join_surveys(found, some)
        return found

    @inline
    def row_sums(part, p, q, at, after, k, frame, heat):
        total, error = no_sums(), no_sums()
        for c in range(0, k, PART):
            here, there = (at[0] + c, at[1] + c), (after[0] + c, after[1] + c)
            some = part(p, q, here, there, min(PART, k - c), frame, heat)
            total, error = add_part(total, error, some)
        return whole(total, error)

    @inline
    def value_of(p, q, at, after, k, found, heat):
        tops = (found[TOP_P], found[TOP_Q])
        sums = row_sums(fast_part, p, q, at, after, k, (*tops, 0.0), heat)
        value, good, shift = of_fast(sums, reach_of(found), heat)
        for _ in range(PASSES):
            if good:
                break
            sums = row_sums(doubled_part, p, q, at, after, k, (*tops, shift), heat)
            value, good, more = of_doubled(sums)
            shift += more
        return certified(value, good)

    def rows(p, p_index, q, q_index, heat, out):
        """out[r] = divergence of p[p_index[r]] from q[q_index[r]]; nan where one is invalid."""
        k = p.shape[1]
        p_data, q_data = pointer(p), pointer(q)
        heat = Heat(*heat)
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            ahead = min(r + 1, out.shape[0] - 1)
            after = (p_index[ahead] * k, q_index[ahead] * k)
            found = row_survey(p_data, q_data, at, k)
            value, known = judged(found, infinite)
            out[r] = value if known else value_of(p_data, q_data, at, after, k, found, heat)

    return rows
