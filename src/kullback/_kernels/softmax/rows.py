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
from kullback._math.bits import smaller
from kullback._math.flow import loop
from kullback._math.memory import pointer
from kullback._math.tracing import traced

PASSES = 3  # at most so many are doubled: each makes the shift good to rounding, if it was not


def make_rows(divergence: Divergence) -> Callable[..., Any]:
    """The kernel."""
    of_fast, step, of_doubled, infinite = divergence
    fast_part, doubled_part = make_part(fast_step), make_part(step)

    @traced
    def row_survey(p, q, at, k):
        def with_part(c, found):
            some = survey(p, q, (at[0] + c, at[1] + c), smaller(PART, k - c))
            return join_surveys(found, some)

        return loop(0, k, PART, no_survey(), with_part)

    def row_sums(part, p, q, at, after, k, frame, heat):
        def with_part(c, state):
            here, there = (at[0] + c, at[1] + c), (after[0] + c, after[1] + c)
            some = part(p, q, here, there, smaller(PART, k - c), frame, heat)
            return add_part(*state, some)

        return whole(*loop(0, k, PART, (no_sums(), no_sums()), with_part))

    @traced
    def fast(p, q, at, after, k, found, heat):
        """Of a row: the result, whether it is certified, and ln P."""
        frame = (found[TOP_P], found[TOP_Q], 0.0)
        sums = row_sums(fast_part, p, q, at, after, k, frame, heat)
        return of_fast(sums, reach_of(found), heat)

    @traced
    def doubled(p, q, at, after, k, found, shift, heat):
        frame = (found[TOP_P], found[TOP_Q], shift)
        return of_doubled(row_sums(doubled_part, p, q, at, after, k, frame, heat))

    @inline
    def value_of(p, q, at, after, k, found, heat):
        value, good, shift = fast(p, q, at, after, k, found, heat)
        for _ in range(PASSES):
            if good:
                break
            value, good, more = doubled(p, q, at, after, k, found, shift, heat)
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
