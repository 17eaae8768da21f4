"""Row pairs at the speed of memory: two passes over a row that is read from memory once.

The sums of the row pair *after the next* are taken inside the loop over the terms of this one, so
that the arrival of rows is hidden behind arithmetic, and so is the division that makes the scale of
a row pair out of its sums (two loops one after the other reached 0.7 of the reading speed on two
cores, this 0.9; with the sums of the next pair every row waited 15 ns for its scale).

Results that need better sums, rows whose sums are out of range, rows with a sign bit (of a negative
number or of -0.0) or with a NaN are UNCERTIFIED. A near kernel is the same loop with a pass more
over a row that is in the cache, for its differences: it serves nearly equal rows, and knows equal
ones and proportional counts for certain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.differences import Differences, no_differences
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.sums import Sums, make_steps, no_sums
from kullback._kernels.rows.thresholds import BLOCK
from kullback._math.bits import larger, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes, pointer, prefetch
from kullback._math.shuffles import any_sign_of_lanes, bits_of_lanes, largest_of_lanes, sum_of_lanes
from kullback._math.sums import sum_of_lanes_in_two, two_sum
from kullback._math.tracing import traced

# Columns beyond the row after the next: 4 kB, far enough to arrive in time. Without it the loop
# waited for the hardware's prefetcher at the end of each page: KL 0.84 of reading, instead of 0.9.
PREFETCH = 512


def make_rows(terms: Terms, rule: Rule, near: bool) -> Callable[..., Any]:
    """The kernel over row pairs for one divergence and one rule."""
    add, plan, share, kept, result, apart, settle, across = make_steps(terms, rule, near)
    finds_proportion = across is not None
    in_two = terms.first_order
    fills, largest, has_affinity = rule.fills, terms.largest, terms.affinity is not no_affinity

    @traced
    def add_block(row, sums):
        """The sums of a row, scalars in the same places, increased by those of a block."""
        a, a_low, b, b_low, p_gaps, q_gaps, signs, lacks = row
        if in_two:
            high, low = sum_of_lanes_in_two((sums.a, sums.a_low))
            a, rest = two_sum(a, high)
            a_low += rest + low
            high, low = sum_of_lanes_in_two((sums.b, sums.b_low))
            b, rest = two_sum(b, high)
            b_low += rest + low
        elif near:
            a, rest = two_sum(a, sum_of_lanes(sums.a))
            a_low += rest
            b, rest = two_sum(b, sum_of_lanes(sums.b))
            b_low += rest
        else:
            a += sum_of_lanes(sums.a)
            b += sum_of_lanes(sums.b)
        if fills:
            p_gaps += sum_of_lanes(sums.p_gaps)
            q_gaps += sum_of_lanes(sums.q_gaps)
        signs |= bits_of_lanes(sums.signs) if near else any_sign_of_lanes(sums.signs)
        lacks |= any_sign_of_lanes(sums.lacks)
        return Sums(a, a_low, b, b_low, p_gaps, q_gaps, signs, lacks)

    @traced
    def no_row():
        return Sums(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)

    @traced
    def add_whole(sums, p, q, at, c):
        a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
        return add(sums, a, b, lane_numbers() < WIDTH)

    @traced
    def add_rest(sums, p, q, at, c, rest):
        a, b = load_first_lanes(p, at[0] + c, rest), load_first_lanes(q, at[1] + c, rest)
        return add(sums, a, b, lane_numbers() < rest)

    @traced
    def block_sums(p, q, at, width):
        whole, rest = width & -WIDTH, width & (WIDTH - 1)
        sums = loop(0, whole, WIDTH, no_sums(), lambda c, sums: add_whole(sums, p, q, at, c))
        return branch(rest > 0, lambda: add_rest(sums, p, q, at, whole, rest), lambda: sums)

    @traced
    def row_sums(p, q, at, k):
        def with_block(start, row):
            block = (at[0] + start, at[1] + start)
            return add_block(row, block_sums(p, q, block, smaller(BLOCK, k - start)))

        return loop(0, k, BLOCK, no_row(), with_block)

    @traced
    def no_row_differences():
        return Differences(0.0, 0.0, 0)

    @traced
    def add_differences(row, found):
        """The differences of a row, increased by those of a block."""
        g, g_low, moved = row
        high, low = sum_of_lanes_in_two((found.g, found.g_low))
        g, rest = two_sum(g, high)
        return Differences(g, g_low + (rest + low), moved | bits_of_lanes(found.moved))

    @traced
    def apart_whole(found, p, q, at, c, made, amount):
        a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
        return apart(found, a, b, lane_numbers() < WIDTH, made, amount)

    @traced
    def apart_rest(found, p, q, at, c, rest, made, amount):
        a, b = load_first_lanes(p, at[0] + c, rest), load_first_lanes(q, at[1] + c, rest)
        return apart(found, a, b, lane_numbers() < rest, made, amount)

    @traced
    def block_differences(p, q, at, start, width, made, amount):
        rest = width & (WIDTH - 1)
        stop = start + width - rest

        def with_columns(c, part):
            return apart_whole(part, p, q, at, c, made, amount)

        part = loop(start, stop, WIDTH, no_differences(), with_columns)
        return branch(
            rest > 0, lambda: apart_rest(part, p, q, at, stop, rest, made, amount), lambda: part
        )

    @traced
    def shift_of(p, q, at, k, made, options):
        """What the differences of a row pair say, in near kernels."""
        amount, normalize = options

        def with_block(start, found):
            width = smaller(BLOCK, k - start)
            return add_differences(found, block_differences(p, q, at, start, width, made, amount))

        return settle(loop(0, k, BLOCK, no_row_differences(), with_block), made, normalize)

    @traced
    def across_whole(unequal, p, q, at, c, made):
        return across(unequal, load_lanes(p, at[0] + c), load_lanes(q, at[1] + c), made)

    @traced
    def across_rest(unequal, p, q, at, c, rest, made):
        a, b = load_first_lanes(p, at[0] + c, rest), load_first_lanes(q, at[1] + c, rest)
        return across(unequal, a, b, made)

    @traced
    def in_proportion(p, q, at, k, made):
        """Whether all entries of a row pair are, for certain."""
        whole, rest = k & -WIDTH, k & (WIDTH - 1)
        unequal = loop(
            0, whole, WIDTH, lanes_of(0), lambda c, bits: across_whole(bits, p, q, at, c, made)
        )
        found = branch(
            rest > 0, lambda: across_rest(unequal, p, q, at, whole, rest, made), lambda: unequal
        )
        return made.short & (bits_of_lanes(found) == 0)

    @traced
    def no_totals():
        return lanes_of(0.0), lanes_of(0.0), lanes_of(0)

    @traced
    def with_terms(totals, a, b, live, made, options):
        """The sum of the terms, that of the affinities, and a flag, with eight columns more."""
        total, common, faint = totals
        part = share(a, b, live, made, *options)
        if near:
            part, too_small = part
            faint = faint | too_small
        total = larger(total, part) if largest else total + part
        if has_affinity:
            common = common + kept(a, b, live, made, *options)
        return total, common, faint

    @traced
    def whole_terms(totals, p, q, at, c, made, options):
        a, b = load_lanes(p, at[0] + c), load_lanes(q, at[1] + c)
        return with_terms(totals, a, b, lane_numbers() < WIDTH, made, options)

    @traced
    def rest_terms(totals, p, q, at, c, rest, made, options):
        a, b = load_first_lanes(p, at[0] + c, rest), load_first_lanes(q, at[1] + c, rest)
        return with_terms(totals, a, b, lane_numbers() < rest, made, options)

    @traced
    def ask_for(p, q, after, c):
        prefetch(p, after[0] + c + PREFETCH)
        prefetch(q, after[1] + c + PREFETCH)

    @traced
    def block_terms(p, q, at, after, width, made, options):
        """The terms of one block of a row pair, and the sums of the same block of a later one."""
        whole, rest = width & -WIDTH, width & (WIDTH - 1)

        def with_columns(c, state):
            totals, sums = state
            ask_for(p, q, after, c)
            sums = add_whole(sums, p, q, after, c)
            return whole_terms(totals, p, q, at, c, made, options), sums

        def with_rest():
            totals, sums = state
            sums = add_rest(sums, p, q, after, whole, rest)
            return rest_terms(totals, p, q, at, whole, rest, made, options), sums

        state = loop(0, whole, WIDTH, (no_totals(), no_sums()), with_columns)
        return branch(rest > 0, with_rest, lambda: state)

    @traced
    def add_totals(row, totals):
        """The totals of a row, the first of them in two parts, increased by those of a block."""
        total, lost, common, faint = row
        if largest:
            total = larger(total, largest_of_lanes(totals[0]))
        else:
            total, rest = two_sum(total, sum_of_lanes(totals[0]))
            lost += rest
        if has_affinity:
            common += sum_of_lanes(totals[1])
        if near:
            faint |= any_sign_of_lanes(totals[2])
        return total, lost, common, faint

    def rows(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        last = out.shape[0] - 1
        left = 0
        row = row_sums(p_data, q_data, (p_index[0] * k, q_index[0] * k), k)
        lacks = row.lacks
        ready = plan(row, k, amount, normalize)
        second = min(1, last)
        row = row_sums(p_data, q_data, (p_index[second] * k, q_index[second] * k), k)
        for r in range(out.shape[0]):
            now, lacking = ready, lacks
            ready = plan(row, k, amount, normalize)
            lacks = row.lacks
            ahead = min(r + 2, last)
            found = (0.0, 0.0, 0.0, 0)
            row = no_row()
            options: Any = (amount, alpha)
            if near:
                pair = (p_index[r] * k, q_index[r] * k)
                shift = shift_of(p_data, q_data, pair, k, now[1], (amount, normalize))
                options = (shift, amount, alpha)
            for start in range(0, k, BLOCK):
                at = (p_index[r] * k + start, q_index[r] * k + start)
                after = (p_index[ahead] * k + start, q_index[ahead] * k + start)
                width = min(BLOCK, k - start)
                totals, sums = block_terms(p_data, q_data, at, after, width, now[1], options)
                found = add_totals(found, totals)
                row = add_block(row, sums)
            total, lost, common, faint = found
            if near:
                flags = (faint, shift)
                value = result(total + lost, common, lacking, flags, now, k, normalize, alpha)
                if finds_proportion and value == UNCERTIFIED and now[0]:
                    even = in_proportion(p_data, q_data, pair, k, now[1])
                    value = 0.0 if even else value
            else:
                value = result(total + lost, common, lacking, now, k, normalize, alpha)
            out[r] = value
            left += value == UNCERTIFIED
        return left

    return rows
