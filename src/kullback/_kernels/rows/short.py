"""Row pairs of few bins, eight pairs at a time: a lane is a row, not a column.

Rows of ten bins fill one and a quarter sets of lanes, and what is done once for a row (its scale,
the last sum) costs more than its bins: 0.28 of the reading speed. Here eight rows of either side
are transposed in registers (three shuffles for each set of lanes), their columns kept in a buffer
in the first-level cache, and everything that is done once is done for eight rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.differences import no_differences
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.sums import make_steps, no_sums
from kullback._math.bits import larger, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import address, load, load_first_lanes, load_lanes, pointer, store_lanes
from kullback._math.shuffles import any_sign_of_lanes, transposed

LONGEST = 32  # rows below this length are short


@inline
def places(index, r, last, k):
    """Where the rows r ... r + 7 begin; beyond the last, that one again."""
    return (
        index[r] * k,
        index[min(r + 1, last)] * k,
        index[min(r + 2, last)] * k,
        index[min(r + 3, last)] * k,
        index[min(r + 4, last)] * k,
        index[min(r + 5, last)] * k,
        index[min(r + 6, last)] * k,
        index[min(r + 7, last)] * k,
    )


@inline
def eight_whole(source, at, c):
    return (
        load_lanes(source, at[0] + c),
        load_lanes(source, at[1] + c),
        load_lanes(source, at[2] + c),
        load_lanes(source, at[3] + c),
        load_lanes(source, at[4] + c),
        load_lanes(source, at[5] + c),
        load_lanes(source, at[6] + c),
        load_lanes(source, at[7] + c),
    )


@inline
def eight_first(source, at, c, count):
    return (
        load_first_lanes(source, at[0] + c, count),
        load_first_lanes(source, at[1] + c, count),
        load_first_lanes(source, at[2] + c, count),
        load_first_lanes(source, at[3] + c, count),
        load_first_lanes(source, at[4] + c, count),
        load_first_lanes(source, at[5] + c, count),
        load_first_lanes(source, at[6] + c, count),
        load_first_lanes(source, at[7] + c, count),
    )


@inline
def store_columns(target, c, columns):
    for i in range(WIDTH):
        store_lanes(target, (c + i) * WIDTH, columns[i])


@inline
def copy_columns(source, at, k, target):
    """The columns of eight rows, one set of lanes each, and zeros to a multiple of eight."""
    whole = k - k % WIDTH
    for c in range(0, whole, WIDTH):
        store_columns(target, c, transposed(eight_whole(source, at, c)))
    if whole < k:
        store_columns(target, whole, transposed(eight_first(source, at, whole, k - whole)))


def make_short(terms: Terms, rule: Rule, near: bool) -> Callable[..., Any]:
    """The kernel over short row pairs for one divergence and one rule."""
    add, plan, share, kept, result, apart, settle, across = make_steps(terms, rule, near)
    finds_proportion = across is not None
    largest, has_affinity = terms.largest, terms.affinity is not no_affinity

    @inline
    def sums_of(p, q, k):
        sums = no_sums()
        for c in range(0, k * WIDTH, WIDTH):
            sums = add(sums, load_lanes(p, c), load_lanes(q, c), lane_numbers() < WIDTH)
        return sums

    @inline
    def shift_of(sides, k, made, amount, normalize):
        """What the differences of eight row pairs say, in near kernels."""
        found = no_differences()
        all_rows = lane_numbers() < WIDTH
        for c in range(0, k * WIDTH, WIDTH):
            a = load_lanes(sides[0], c)
            b = load_lanes(sides[1], c)
            found = apart(found, a, b, all_rows, made, amount)
        return settle(found, made, normalize)

    @inline
    def with_proportion(values, sides, k, ready):
        """The results, and 0 for those not certified whose entries are all in proportion."""
        usable, made = ready
        left = (values == UNCERTIFIED) & usable & made.short
        if any_sign_of_lanes(select(left, lanes_of(-1), lanes_of(0))) < 0:
            unequal = lanes_of(0)
            for c in range(0, k * WIDTH, WIDTH):
                unequal = across(unequal, load_lanes(sides[0], c), load_lanes(sides[1], c), made)
            values = select(left & (unequal == 0), 0.0, values)
        return values

    @inline
    def terms_of(sides, later, k, made, options):
        """The terms of eight row pairs, and the sums of the eight after them."""
        all_rows = lane_numbers() < WIDTH
        sums = no_sums()
        total, common, faint = lanes_of(0.0), lanes_of(0.0), lanes_of(0)
        for c in range(0, k * WIDTH, WIDTH):
            sums = add(sums, load_lanes(later[0], c), load_lanes(later[1], c), all_rows)
            a = load_lanes(sides[0], c)
            b = load_lanes(sides[1], c)
            part = share(a, b, all_rows, made, *options)
            if near:
                part, too_small = part
                faint = faint | too_small
            total = larger(total, part) if largest else total + part
            if has_affinity:
                common = common + kept(a, b, all_rows, made, *options)
        return total, common, faint, sums

    def short(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        n = out.shape[0]
        p_data, q_data, target = pointer(p), pointer(q), pointer(out)
        size = LONGEST * WIDTH
        memory = np.empty((4 * size + 2 * WIDTH,))
        odd = (address(pointer(memory), 0) >> 3) % WIDTH  # a set of lanes lies in one cache line
        buffer = memory[(WIDTH - odd) % WIDTH :]
        spare = pointer(buffer[4 * size :])
        p_now, q_now = pointer(buffer), pointer(buffer[size:])
        p_next, q_next = pointer(buffer[2 * size :]), pointer(buffer[3 * size :])
        copy_columns(p_data, places(p_index, 0, n - 1, k), k, p_now)
        copy_columns(q_data, places(q_index, 0, n - 1, k), k, q_now)
        sums = sums_of(p_now, q_now, k)
        for r in range(0, n, WIDTH):
            # The plan waits for a division or two: meanwhile the next rows are fetched.
            ready = plan(sums, k, amount, normalize)
            lacks = sums.lacks
            ahead = min(r + WIDTH, n - 1)
            copy_columns(p_data, places(p_index, ahead, n - 1, k), k, p_next)
            copy_columns(q_data, places(q_index, ahead, n - 1, k), k, q_next)
            sides, later = (p_now, q_now), (p_next, q_next)
            options: Any = (amount, alpha)
            if near:
                shift = shift_of(sides, k, ready[1], amount, normalize)
                options = (shift, amount, alpha)
            total, common, faint, sums = terms_of(sides, later, k, ready[1], options)
            if near:
                flags = (faint, shift)
                values = result(total, common, lacks, flags, ready, k, normalize, alpha)
                if finds_proportion:
                    values = with_proportion(values, sides, k, ready)
            else:
                values = result(total, common, lacks, ready, k, normalize, alpha)
            if r + WIDTH <= n:
                store_lanes(target, r, values)
            else:
                store_lanes(spare, 0, values)
                for i in range(r, n):  # a slice would compile its error messages: 2 s
                    out[i] = load(spare, i - r)
            p_now, p_next = p_next, p_now
            q_now, q_next = q_next, q_now
        left = 0
        for r in range(n):
            left += out[r] == UNCERTIFIED
        return left

    return short
