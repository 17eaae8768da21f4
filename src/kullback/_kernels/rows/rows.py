"""Row pairs at the speed of memory: two passes over a row that is read from memory once.

The sums of the row pair *after the next* are taken inside the loop over the terms of this one, so
that the arrival of rows is hidden behind arithmetic, and so is the division that makes the scale of
a row pair out of its sums (two loops one after the other reached 0.7 of the reading speed on two
cores, this 0.9; with the sums of the next pair every row waited 15 ns for its scale).

Rows whose sums are out of the range that needs no scaling, rows with a sign bit (of a negative
number or of -0.0) or with a NaN, and results that need better sums are left to `careful`,
marked UNCERTIFIED.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.sums import BLOCK, make_steps, no_sums
from kullback._kernels.terms.arithmetic import Terms, no_affinity
from kullback._math.bits import larger
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes, pointer, prefetch
from kullback._math.shuffles import any_sign_of_lanes, largest_of_lanes, sum_of_lanes
from kullback._math.sums import sum_of_lanes_in_two, two_sum

# Columns beyond the row after the next: 4 kB, far enough to arrive in time. Without it the loop
# waited for the hardware's prefetcher at the end of each page: KL 0.84 of reading, instead of 0.9.
PREFETCH = 512


def make_rows(terms: Terms, rule: Rule) -> Callable[..., Any]:
    """The kernel over row pairs for one divergence and one rule."""
    add, plan, share, kept, result = make_steps(terms, rule)
    exact, fills = terms.first_order, rule.fills
    largest, has_affinity = terms.largest, terms.affinity is not no_affinity

    @inline
    def add_block(row, sums):
        """The sums of a row, scalars in the same places, increased by those of a block."""
        a_sum, a_error, b_sum, b_error, to_fill = row[:5]
        if exact:
            high, low = sum_of_lanes_in_two((sums[0], sums[1]))
            a_sum, rest = two_sum(a_sum, high)
            a_error += rest + low
            high, low = sum_of_lanes_in_two((sums[2], sums[3]))
            b_sum, rest = two_sum(b_sum, high)
            b_error += rest + low
        else:
            a_sum += sum_of_lanes(sums[0])
            b_sum += sum_of_lanes(sums[2])
        if fills:
            to_fill += sum_of_lanes(sums[4])
        return (
            a_sum,
            a_error,
            b_sum,
            b_error,
            to_fill,
            row[5] | any_sign_of_lanes(sums[5]),
            row[6] | any_sign_of_lanes(sums[6]),
        )

    @inline
    def more(total, share):
        return larger(total, share) if largest else total + share

    @inline
    def block_sums(p, q, at, width):
        sums = no_sums()
        whole = lane_numbers() < WIDTH
        for c in range(0, width - WIDTH + 1, WIDTH):
            sums = add(sums, load_lanes(p, at[0] + c), load_lanes(q, at[1] + c), whole)
        rest = width % WIDTH
        if rest:
            c = width - rest
            a = load_first_lanes(p, at[0] + c, rest)
            b = load_first_lanes(q, at[1] + c, rest)
            sums = add(sums, a, b, lane_numbers() < rest)
        return sums

    @inline
    def row_sums(p, q, at, k):
        row = (0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)
        for start in range(0, k, BLOCK):
            block = (at[0] + start, at[1] + start)
            row = add_block(row, block_sums(p, q, block, min(BLOCK, k - start)))
        return row

    @inline
    def block_terms(p, q, at, after, width, made, amount, alpha):
        """The terms of one block of a row pair, and the sums of the same block of a later one."""
        sums = no_sums()
        total = lanes_of(0.0)
        common = lanes_of(0.0)
        whole = lane_numbers() < WIDTH
        for c in range(0, width - WIDTH + 1, WIDTH):
            prefetch(p, after[0] + c + PREFETCH)
            prefetch(q, after[1] + c + PREFETCH)
            a = load_lanes(p, after[0] + c)
            b = load_lanes(q, after[1] + c)
            sums = add(sums, a, b, whole)
            a = load_lanes(p, at[0] + c)
            b = load_lanes(q, at[1] + c)
            total = more(total, share(a, b, whole, made, amount, alpha))
            if has_affinity:
                common = common + kept(a, b, whole, made, amount, alpha)
        rest = width % WIDTH
        if rest:
            c = width - rest
            live = lane_numbers() < rest
            a = load_first_lanes(p, after[0] + c, rest)
            b = load_first_lanes(q, after[1] + c, rest)
            sums = add(sums, a, b, live)
            a = load_first_lanes(p, at[0] + c, rest)
            b = load_first_lanes(q, at[1] + c, rest)
            total = more(total, share(a, b, live, made, amount, alpha))
            if has_affinity:
                common = common + kept(a, b, live, made, amount, alpha)
        of_block = largest_of_lanes(total) if largest else sum_of_lanes(total)
        return of_block, sum_of_lanes(common), sums

    def rows(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        last = out.shape[0] - 1
        left = 0
        row = row_sums(p_data, q_data, (p_index[0] * k, q_index[0] * k), k)
        lacks = row[6]
        ready = plan(row, k, amount, normalize)
        second = min(1, last)
        row = row_sums(p_data, q_data, (p_index[second] * k, q_index[second] * k), k)
        for r in range(out.shape[0]):
            usable, made = ready
            lacking = lacks
            ready = plan(row, k, amount, normalize)
            lacks = row[6]
            ahead = min(r + 2, last)
            total, lost, common = 0.0, 0.0, 0.0
            row = (0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)
            for start in range(0, k, BLOCK):
                at = (p_index[r] * k + start, q_index[r] * k + start)
                after = (p_index[ahead] * k + start, q_index[ahead] * k + start)
                width = min(BLOCK, k - start)
                shares, affinities, sums = block_terms(
                    p_data, q_data, at, after, width, made, amount, alpha
                )
                if largest:
                    total = larger(total, shares)
                else:
                    total, rest = two_sum(total, shares)
                    lost += rest
                common += affinities
                row = add_block(row, sums)
            value = result(total + lost, common, lacking, usable, made[4], k, normalize, alpha)
            out[r] = value
            left += value == UNCERTIFIED
        return left

    return rows
