"""Row pairs of few bins, eight pairs at a time: a lane is a row, not a column.

Rows of ten bins fill one and a quarter sets of lanes, and what is done once for a row (its scale,
the last sum) costs more than its bins: 0.28 of the reading speed. Here eight rows of either side
are transposed in registers (three shuffles for each set of lanes), their columns kept in a buffer
in the first-level cache, and everything that is done once is done for eight rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels import UNCERTIFIED
from kullback._kernels.arithmetic import Terms, no_affinity
from kullback._kernels.rows.differences import no_differences
from kullback._kernels.rows.rules import Rule
from kullback._kernels.rows.sums import make_steps, no_sums
from kullback._math.bits import larger, select, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import (
    advanced,
    entry,
    load,
    load_first_lanes,
    load_lanes,
    pointer,
    scratch,
    store,
    store_lanes,
)
from kullback._math.shuffles import any_sign_of_lanes, transposed
from kullback._math.tracing import traced

LONGEST = 32  # rows below this length are short


@traced
def places(index, r, last, k):
    """Where the rows r ... r + 7 begin; beyond the last, that one again."""
    return tuple(entry(index, smaller(r + i, last)) * k for i in range(WIDTH))


@traced
def eight_whole(source, at, c):
    """Eight columns of eight rows."""
    return tuple(load_lanes(source, place + c) for place in at)


@traced
def eight_first(source, at, c, count):
    """The first `count` of eight columns of eight rows."""
    return tuple(load_first_lanes(source, place + c, count) for place in at)


@traced
def store_columns(target, c, columns):
    """Eight columns of eight rows, one set of lanes each."""
    for i in range(WIDTH):
        store_lanes(target, (c + i) * WIDTH, columns[i])


@traced
def copy_whole(source, at, c, target):
    store_columns(target, c, transposed(eight_whole(source, at, c)))


@traced
def copy_first(source, at, c, count, target):
    store_columns(target, c, transposed(eight_first(source, at, c, count)))


@traced
def copy_columns(sources, at, k, targets):
    """The columns of eight rows of either side, and zeros to a multiple of eight."""
    whole = k & -WIDTH

    def copy_eight(c, none):
        for i in range(2):
            copy_whole(sources[i], at[i], c, targets[i])
        return none

    def copy_rest():
        for i in range(2):
            copy_first(sources[i], at[i], whole, k - whole, targets[i])

    loop(0, whole, WIDTH, (), copy_eight)
    branch(whole < k, copy_rest, lambda: None)


def make_short(terms: Terms, rule: Rule, near: bool) -> Callable[..., Any]:
    """The kernel over short row pairs for one divergence and one rule."""
    add, plan, share, kept, result, apart, settle, across = make_steps(terms, rule, near)
    finds_proportion = across is not None
    largest, has_affinity = terms.largest, terms.affinity is not no_affinity

    @traced
    def add_column(sums, sides, c):
        a, b = load_lanes(sides[0], c), load_lanes(sides[1], c)
        return add(sums, a, b, lane_numbers() < WIDTH)

    @traced
    def sums_of(sides, k):
        return loop(0, k * WIDTH, WIDTH, no_sums(), lambda c, sums: add_column(sums, sides, c))

    @traced
    def apart_column(found, sides, c, made, amount):
        a, b = load_lanes(sides[0], c), load_lanes(sides[1], c)
        return apart(found, a, b, lane_numbers() < WIDTH, made, amount)

    @traced
    def shift_of(sides, k, made, amount, normalize):
        """What the differences of eight row pairs say, in near kernels."""

        def with_column(c, found):
            return apart_column(found, sides, c, made, amount)

        return settle(loop(0, k * WIDTH, WIDTH, no_differences(), with_column), made, normalize)

    @traced
    def across_column(unequal, sides, c, made):
        return across(unequal, load_lanes(sides[0], c), load_lanes(sides[1], c), made)

    @traced
    def not_certified(values, ready):
        """The row pairs whose entries may be in proportion, and whether there are any."""
        left = (values == UNCERTIFIED) & ready[0] & ready[1].short
        return left, any_sign_of_lanes(select(left, lanes_of(-1), lanes_of(0))) < 0

    @traced
    def even_where(left, unequal, values):
        return select(left & (unequal == 0), 0.0, values)

    @traced
    def with_proportion(values, sides, k, ready):
        """The results, and 0 for those not certified whose entries are all in proportion."""
        left, some = not_certified(values, ready)

        def with_zeros():
            unequal = loop(
                0,
                k * WIDTH,
                WIDTH,
                lanes_of(0),
                lambda c, bits: across_column(bits, sides, c, ready[1]),
            )
            return even_where(left, unequal, values)

        return branch(some, with_zeros, lambda: values)

    @traced
    def no_totals():
        return lanes_of(0.0), lanes_of(0.0), lanes_of(0)

    @traced
    def with_terms(totals, sides, c, made, options):
        total, common, faint = totals
        all_rows = lane_numbers() < WIDTH
        a, b = load_lanes(sides[0], c), load_lanes(sides[1], c)
        part = share(a, b, all_rows, made, *options)
        if near:
            part, too_small = part
            faint = faint | too_small
        total = larger(total, part) if largest else total + part
        if has_affinity:
            common = common + kept(a, b, all_rows, made, *options)
        return total, common, faint

    @traced
    def terms_of(sides, later, k, made, options):
        """The terms of eight row pairs, and the sums of the eight after them."""

        def with_column(c, state):
            totals, sums = state
            sums = add_column(sums, later, c)
            return with_terms(totals, sides, c, made, options), sums

        return loop(0, k * WIDTH, WIDTH, (no_totals(), no_sums()), with_column)

    @traced
    def buffers():
        """Room for the columns of two times eight row pairs, and for eight results."""
        data = scratch((4 * LONGEST + 1) * WIDTH)
        parts = [advanced(data, i * LONGEST * WIDTH) for i in range(5)]
        return (parts[0], parts[1]), (parts[2], parts[3]), parts[4]

    def short(p, p_index, q, q_index, amount, alpha, normalize, out):
        """out[r]: divergence of p[p_index[r]] from q[q_index[r]]; how many are UNCERTIFIED."""
        k = p.shape[1]
        n = out.shape[0]
        data, target = (pointer(p), pointer(q)), pointer(out)
        p_rows, q_rows = pointer(p_index), pointer(q_index)
        now, after, spare = buffers()
        copy_columns(data, (places(p_rows, 0, n - 1, k), places(q_rows, 0, n - 1, k)), k, now)
        sums = sums_of(now, k)
        for r in range(0, n, WIDTH):
            # The plan waits for a division or two: meanwhile the next rows are fetched.
            ready = plan(sums, k, amount, normalize)
            lacks = sums.lacks
            ahead = min(r + WIDTH, n - 1)
            at = (places(p_rows, ahead, n - 1, k), places(q_rows, ahead, n - 1, k))
            copy_columns(data, at, k, after)
            options: Any = (amount, alpha)
            if near:
                shift = shift_of(now, k, ready[1], amount, normalize)
                options = (shift, amount, alpha)
            totals, sums = terms_of(now, after, k, ready[1], options)
            total, common, faint = totals
            if near:
                flags = (faint, shift)
                values = result(total, common, lacks, flags, ready, k, normalize, alpha)
                if finds_proportion:
                    values = with_proportion(values, now, k, ready)
            else:
                values = result(total, common, lacks, ready, k, normalize, alpha)
            if r + WIDTH <= n:
                store_lanes(target, r, values)
            else:
                store_lanes(spare, 0, values)
                for i in range(r, n):  # a slice would compile its error messages: 2 s
                    store(target, i, load(spare, i - r))
            now, after = after, now
        left = 0
        for r in range(n):
            left += load(target, r) == UNCERTIFIED
        return left

    return short
