"""The kernels over groups of rows, and over blocks of a group, in a way given by its `Steps`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.mixtures.common import (
    CHUNK,
    CLEAR,
    LEFT,
    MEANS,
    ROW,
    SETTLE,
    SUMS,
    Steps,
    nothing,
    part_width,
    plan,
)
from kullback._math.lanes import WIDTH
from kullback._math.memory import load_lanes, pointer, store_lanes
from kullback._math.shuffles import sum_of_lanes


def make_groups(steps: Steps) -> Callable[..., Any]:
    """The kernel over whole groups."""
    add_sums, add_means, add_terms, clear, settle, trusted_above = steps

    @inline
    def sums_of_group(p, at, step, m, k, amount, rows):
        for j in range(ROW * m):
            rows[j] = 0.0
        for start in range(0, k, part_width(m)):
            width = min(part_width(m), k - start)
            add_sums(p, at + start, step, m, width, amount, rows)

    @inline
    def terms_of_part(p, at, step, m, width, amount, rows, room):
        total = nothing()
        mean = (room, 0, CHUNK)
        for start in range(0, width, CHUNK):
            columns = min(CHUNK, width - start)
            clear(mean, columns)
            add_means(p, at + start, step, m, columns, amount, rows, mean)
            settle(mean, columns)
            total = add_terms(p, at + start, step, m, columns, amount, rows, mean, total)
        return sum_of_lanes(total[0]) + sum_of_lanes(total[1])

    def groups(ps, weights, choice, amount, normalize, space, out):
        """Where out[g] is LEFT: the divergence of ps[g] with weights[choice[g]]; how many stay."""
        m, k = ps.shape[1], ps.shape[2]
        p, every = pointer(ps), pointer(weights)
        room, rows = pointer(space), pointer(space[2 * CHUNK :])
        group_step, step = ps.strides[0] // ps.itemsize, ps.strides[1] // ps.itemsize
        left = 0
        for g in range(out.shape[0]):
            if out[g] != LEFT:
                continue
            at = g * group_step
            sums_of_group(p, at, step, m, k, amount, rows)
            usable, mass, back = plan(rows, every, choice[g] * m, m, normalize)
            value = 0.0
            for start in range(0, k if usable else 0, part_width(m)):
                width = min(part_width(m), k - start)
                value += terms_of_part(p, at + start, step, m, width, amount, rows, room)
            value *= back
            out[g] = value if usable and value > trusted_above(m) * mass else LEFT
            left += out[g] == LEFT
        return left

    return groups


def make_blocks(steps: Steps) -> Callable[..., Any]:
    """The kernel over blocks of a group that is not done whole."""
    add_sums, add_means, add_terms, clear, settle, _ = steps

    @inline
    def terms_of_block(p, step, m, width, amount, rows, mean, lanes):
        total = (load_lanes(lanes, 0), load_lanes(lanes, WIDTH))
        for start in range(0, width, CHUNK):
            columns = min(CHUNK, width - start)
            part = (mean[0], mean[1] + start, mean[2] + start)
            total = add_terms(p, start, step, m, columns, amount, rows, part, total)
        store_lanes(lanes, 0, total[0])
        store_lanes(lanes, WIDTH, total[1])

    def blocks(ps, amount, phase, rows, mean, total):
        """Add some rows' part to their sums, to the mean or to the total, which is returned."""
        m, width = ps.shape[1], ps.shape[2]
        p, known, lanes = pointer(ps), pointer(rows), pointer(total)
        step = ps.strides[1] // ps.itemsize
        place = (pointer(mean), 0, mean.size // 2)
        if phase == SUMS:
            add_sums(p, 0, step, m, width, amount, known)
        elif phase == CLEAR:
            clear(place, width)
        elif phase == MEANS:
            add_means(p, 0, step, m, width, amount, known, place)
        elif phase == SETTLE:
            settle(place, width)
        else:
            terms_of_block(p, step, m, width, amount, known, place, lanes)
        return sum_of_lanes(load_lanes(lanes, 0)) + sum_of_lanes(load_lanes(lanes, WIDTH))

    return blocks


def make_plan() -> Callable[..., Any]:
    """`plan` as a kernel of its own, for a group whose sums were taken in blocks."""

    def plan_of_group(rows, weights, normalize):
        return plan(pointer(rows), pointer(weights), 0, weights.size, normalize)

    return plan_of_group
