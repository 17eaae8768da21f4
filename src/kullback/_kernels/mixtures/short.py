"""The generalized Jensen-Shannon divergence of rows of few bins: a lane is a group, not a bin.

Eight groups at a time are transposed into a buffer in the cache, so that what is done once for a
row (its sum, its factors) is done for eight rows at once, and no lane is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.mixtures.common import (
    LEAST_WEIGHT,
    LEFT,
    RANGE,
    SCALE,
    UNSCALED_RANGE,
    nothing,
    trusted_fast,
)
from kullback._kernels.mixtures.fast import make_shifted, make_term
from kullback._math.bits import bits, fma, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import load_first_lanes, load_lanes, pointer, store_lanes
from kullback._math.shuffles import transposed
from kullback._math.sums import add_to

LONGEST = 32  # rows below this length are short ...
MOST_ENTRIES = 2048  # ... if a group has no more: eight fill a part of the second-level cache
LEAST_RANGE = 60  # sums below 2**-LEAST_RANGE would need another scale
RUN = 16  # terms that are added before their sum is added in twice the precision

# What is known of each row, in lanes: V f, v f and v.
FACTOR, SHARE, WEIGHT, ROW = 0, WIDTH, 2 * WIDTH, 3 * WIDTH


def is_short(m: int, k: int) -> bool:
    """Whether groups are done here."""
    return k < LONGEST and m * k <= MOST_ENTRIES


def short_space(m: int, k: int) -> int:
    """How many float64 the kernel needs to work in: a result, rows, and entries."""
    return WIDTH + m * (ROW + WIDTH * -(-k // WIDTH) * WIDTH)


def make_short(shifts: bool) -> Callable[..., Any]:
    """The kernel, with or without a pseudocount."""
    shifted, term = make_shifted(shifts), make_term(shifts)

    @inline
    def columns_of(p, at, count):
        """Eight columns (the first `count`, and zeros) of a row of each of eight groups."""
        if count < WIDTH:
            return transposed(
                (
                    load_first_lanes(p, at[0], count),
                    load_first_lanes(p, at[1], count),
                    load_first_lanes(p, at[2], count),
                    load_first_lanes(p, at[3], count),
                    load_first_lanes(p, at[4], count),
                    load_first_lanes(p, at[5], count),
                    load_first_lanes(p, at[6], count),
                    load_first_lanes(p, at[7], count),
                )
            )
        return transposed(
            (
                load_lanes(p, at[0]),
                load_lanes(p, at[1]),
                load_lanes(p, at[2]),
                load_lanes(p, at[3]),
                load_lanes(p, at[4]),
                load_lanes(p, at[5]),
                load_lanes(p, at[6]),
                load_lanes(p, at[7]),
            )
        )

    @inline
    def places(g, last, group_step, offset):
        """Where a row begins in groups g ... g + 7; beyond the last, in that one again."""
        return (
            g * group_step + offset,
            min(g + 1, last) * group_step + offset,
            min(g + 2, last) * group_step + offset,
            min(g + 3, last) * group_step + offset,
            min(g + 4, last) * group_step + offset,
            min(g + 5, last) * group_step + offset,
            min(g + 6, last) * group_step + offset,
            min(g + 7, last) * group_step + offset,
        )

    @inline
    def copy_row(p, g, last, group_step, offset, k, entries, at, signs):
        """Write the entries of one row of eight groups; their sign bits."""
        for c in range(0, k, WIDTH):
            from_where = places(g, last, group_step, offset + c)
            columns = columns_of(p, from_where, min(WIDTH, k - c))
            for i in range(WIDTH):
                store_lanes(entries, at + (c + i) * WIDTH, columns[i])
                signs = signs | bits(columns[i])
        return signs

    @inline
    def row_sum(entries, at, k, amount):
        total = nothing()
        live = lane_numbers() < WIDTH
        for c in range(k):
            a, lost = shifted(load_lanes(entries, at + c * WIDTH), live, amount)
            total = add_to(total, a)
            if shifts:
                total = (total[0], total[1] + lost)
        return total[0] + total[1]

    @inline
    def copy_weights(weights, choice, g, last, m, rows):
        """Write the weights, lanes for each row; their sum, and which lanes can be done here."""
        usable = lane_numbers() < WIDTH
        total = nothing()
        for j in range(m):
            for lane in range(WIDTH):
                rows[j * ROW + WEIGHT + lane] = weights[choice[min(g + lane, last)] * m + j]
            v = load_lanes(rows, j * ROW + WEIGHT)
            usable = usable & ((v == 0.0) | (v > LEAST_WEIGHT))
            total = add_to(total, v)
        return total[0] + total[1], usable

    @inline
    def add_terms_of_bin(entries, rows, c, m, padded, amount, total):
        """The terms of one bin of eight groups."""
        live = lane_numbers() < WIDTH
        y = lanes_of(FLOOR)
        for j in range(m):
            a, _ = shifted(load_lanes(entries, (j * padded + c) * WIDTH), live, amount)
            y = fma(a, load_lanes(rows, j * ROW + SHARE), y)
        for start in range(0, m, RUN):
            part = lanes_of(0.0)
            for j in range(start, min(start + RUN, m)):
                a = load_lanes(entries, (j * padded + c) * WIDTH)
                r = term(a, y, live, amount, load_lanes(rows, j * ROW + FACTOR))
                part = fma(load_lanes(rows, j * ROW + WEIGHT), r, part)
            total = add_to(total, part)
        return total

    @inline
    def set_factors(entries, rows, m, padded, k, v_sum, amount, normalize):
        """Write the factors of the rows; which lanes can be done here, and the mass of each."""
        most = 2.0 ** (RANGE if normalize else UNSCALED_RANGE)
        usable = lane_numbers() < WIDTH
        mass = lanes_of(0.0)
        for j in range(m):
            whole = row_sum(entries, j * padded * WIDTH, k, amount)
            v = load_lanes(rows, j * ROW + WEIGHT)
            usable = usable & (whole > 2.0**-LEAST_RANGE) & (whole < most)
            factor = 2.0**SCALE / whole if normalize else lanes_of(2.0**SCALE)
            store_lanes(rows, j * ROW + FACTOR, factor * v_sum)
            store_lanes(rows, j * ROW + SHARE, factor * v)
            mass = mass + v * whole
        return usable, lanes_of(1.0) if normalize else mass / v_sum

    def short(ps, weights, choice, amount, normalize, space, out):
        """As `groups` of `mixture_groups`; all of `out` is LEFT before."""
        m, k = ps.shape[1], ps.shape[2]
        padded = (k + WIDTH - 1) // WIDTH * WIDTH
        p, every, which = pointer(ps), pointer(weights), pointer(choice)
        results, rows = pointer(space), pointer(space[WIDTH:])
        entries = pointer(space[WIDTH + m * ROW :])
        group_step, step = ps.strides[0] // ps.itemsize, ps.strides[1] // ps.itemsize
        count = out.shape[0]
        left = 0
        for g in range(0, count, WIDTH):
            signs = lanes_of(0)
            for j in range(m):
                at = j * padded * WIDTH
                signs = copy_row(p, g, count - 1, group_step, j * step, k, entries, at, signs)
            v_sum, usable = copy_weights(every, which, g, count - 1, m, rows)
            fits, mass = set_factors(entries, rows, m, padded, k, v_sum, amount, normalize)
            total = nothing()
            for c in range(k):
                total = add_terms_of_bin(entries, rows, c, m, padded, amount, total)
            value = (total[0] + total[1]) * (2.0**-SCALE / v_sum / v_sum)
            good = usable & fits & (signs > -1) & (value > trusted_fast(m) * mass)
            store_lanes(results, 0, select(good, value, LEFT))
            for lane in range(min(WIDTH, count - g)):
                out[g + lane] = results[lane]
                left += results[lane] == LEFT
        return left

    return short
