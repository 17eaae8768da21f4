"""The kernels over row pairs of logits, and over parts of a row pair that several threads share.

A row whose numbers leave the usual range (differences that overflow, results beyond 2**120) is
UNCERTIFIED by the plain kernel, and done by the wide one with powers of two that keep numbers from
the ends of the range.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.softmax.exponentials import (
    BAD_P,
    BAD_Q,
    LACKS,
    LARGEST,
    PART,
    TOP_P,
    TOP_Q,
    USUAL,
    Divergence,
    Heat,
    add_lanes,
    add_part,
    join_surveys,
    load_rest,
    no_sums,
    no_survey,
    sums_of_lanes,
    survey,
    whole,
)
from kullback._kernels.softmax.steps import direct_step, exact_step
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import load_lanes, pointer, prefetch

SURVEY, FIRST, NEXT = range(3)  # what is done with a part, and what its numbers are
NUMBERS = 5  # of a part, at most
BLOCK = 128  # columns: equal terms are rounded alike, and few roundings must not add up to 1e-14
PASSES = 3  # at most so many with a shift: each makes it good to rounding, if it was not


def make_part(step: Callable[..., Any], wide: bool) -> Callable[..., Any]:
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
                sums = step(sums, a, b, frame, heat, wide)
            total = add_lanes(total, sums)
        rest = width % WIDTH
        if rest:
            a, b = load_rest(p, q, (at[0] + width - rest, at[1] + width - rest), rest)
            total = step(total, a, b, frame, heat, wide)
        return sums_of_lanes(total)

    return part


def make_judged(divergence: Divergence, wide: bool) -> Callable[..., Any]:
    """A row's result as far as a survey tells, nan, inf or UNCERTIFIED, and whether that is all."""
    infinite = divergence.infinite

    @inline
    def judged(found):
        if found[BAD_P] + found[BAD_Q] > 0.0 or found[TOP_P] == -np.inf or found[TOP_Q] == -np.inf:
            return np.nan, True
        if infinite and wide and found[LACKS] > 0.0:
            return np.inf, True
        return UNCERTIFIED, infinite and not wide and (found[LACKS] > 0.0 or found[TOP_Q] > USUAL)

    return judged


def make_passes(divergence: Divergence, wide: bool) -> tuple[Callable[..., Any], ...]:
    """The first pass over a part and its plan, and those of the next ones."""
    direct_plan, exact_plan, step, plan, _ = divergence
    first = make_part(exact_step if wide else direct_step, wide)
    return first, exact_plan if wide else direct_plan, make_part(step, wide), plan


def make_rows(divergence: Divergence, wide: bool) -> Callable[..., Any]:
    """The kernel over whole rows."""
    first_part, first_plan, next_part, next_plan = make_passes(divergence, wide)
    judged, limit = make_judged(divergence, wide), LARGEST if wide else USUAL

    @inline
    def row_survey(p, q, at, k):
        found = no_survey()
        for c in range(0, k, PART):
            some = survey(p, q, (at[0] + c, at[1] + c), min(PART, k - c), limit)
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
    def value_of(p, q, at, after, k, tops, scale, heat):
        frame = (tops[0], tops[1], 0.0, scale)
        sums = row_sums(first_part, p, q, at, after, k, frame, heat)
        value, good, shift = first_plan(sums)
        for _ in range(PASSES):
            if good:
                break
            frame = (tops[0], tops[1], shift, scale)
            sums = row_sums(next_part, p, q, at, after, k, frame, heat)
            value, good, more = next_plan(sums)
            shift += more
        return value

    def rows(p, p_index, q, q_index, scale, heat, out):
        """Where out[r] is UNCERTIFIED: divergence of p[p_index[r]] from q[q_index[r]].

        How many are UNCERTIFIED again, and how many are nan.
        """
        k = p.shape[1]
        p_data, q_data = pointer(p), pointer(q)
        heat = Heat(*heat)
        left, invalid = 0, 0
        for r in range(out.shape[0]):
            at = (p_index[r] * k, q_index[r] * k)
            ahead = min(r + 1, out.shape[0] - 1)
            after = (p_index[ahead] * k, q_index[ahead] * k)
            if out[r] != UNCERTIFIED:
                continue
            found = row_survey(p_data, q_data, at, k)
            value, known = judged(found)
            invalid += value != value
            if not known:
                tops = (found[TOP_P], found[TOP_Q])
                value = value_of(p_data, q_data, at, after, k, tops, scale, heat)
                value = value if value < np.inf else UNCERTIFIED
            out[r] = value
            left += value == UNCERTIFIED
        return left, invalid

    return rows


def make_parts(divergence: Divergence, wide: bool) -> Callable[..., Any]:
    """The kernel over some parts of one row pair."""
    first_part, _, next_part, _ = make_passes(divergence, wide)
    limit = LARGEST if wide else USUAL

    @inline
    def numbers_of(p, q, at, after, width, stage, frame, heat):
        if stage == SURVEY:
            return survey(p, q, at, width, limit)
        if stage == FIRST:
            return (*first_part(p, q, at, after, width, frame, heat), 0.0)
        return (*next_part(p, q, at, after, width, frame, heat), 0.0)

    def parts(p, q, stage, frame, heat, out):
        """out[i] = the numbers of part i of these columns, which begin with a part."""
        p_data, q_data = pointer(p), pointer(q)
        heat = Heat(*heat)
        for i in range(out.shape[0]):
            c = i * PART
            at, after = (c, c), (c + PART, c + PART)
            numbers = numbers_of(
                p_data, q_data, at, after, min(PART, p.size - c), stage, frame, heat
            )
            for j in range(NUMBERS):
                out[i, j] = numbers[j]

    return parts


def make_settle(divergence: Divergence, wide: bool) -> Callable[..., Any]:
    """What the numbers of all parts of a row tell."""
    _, first_plan, _, next_plan = make_passes(divergence, wide)
    judged = make_judged(divergence, wide)

    @inline
    def joint_survey(parts):
        found = no_survey()
        for part in parts:
            found = join_surveys(found, (part[0], part[1], part[2], part[3], part[4]))
        return found

    @inline
    def joint_sums(parts):
        total, error = no_sums(), no_sums()
        for part in parts:
            total, error = add_part(total, error, (part[0], part[1], part[2], part[3]))
        return whole(total, error)

    def settle(parts, stage):
        """The result, whether that is all, and after a survey A and B, else more of the shift."""
        if stage == SURVEY:
            found = joint_survey(parts)
            value, known = judged(found)
            return value, 1.0 if known else 0.0, found[TOP_P], found[TOP_Q]
        value, good, more = (
            first_plan(joint_sums(parts)) if stage == FIRST else next_plan(joint_sums(parts))
        )
        return value, 1.0 if good else 0.0, more, 0.0

    return settle
