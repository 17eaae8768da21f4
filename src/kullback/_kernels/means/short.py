"""Mean rows of groups of short rows, eight groups at a time: a lane is a group, not a column.

What is done once for a row, its sum and its factors, is done for eight rows at once: see `common`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.means.common import (
    APART,
    DIFFERENCE,
    GROUP,
    LOW,
    MASS,
    PART,
    RUN,
    SPREAD,
    addition,
    caution,
    ratio_of,
)
from kullback._kernels.rows.short import copy_first, copy_whole
from kullback._math.bits import fma, larger, mask_byte, select, smaller
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import advanced, entry, load_lanes, pointer, store_lanes
from kullback._math.shuffles import transposed
from kullback._math.sums import add_to, add_unsigned, two_product, two_sum
from kullback._math.tracing import traced

LONGEST = 32  # rows below this length are short ...
MOST_ENTRIES = 2048  # ... if a group has no more: eight fill a part of the second-level cache

# The room, in sets of lanes: results, the row r, then of each row what is known, and its entries.
RESULTS, BASE, KNOWN = 3, LONGEST, 3


def is_short(m: int, k: int) -> bool:
    """Whether groups are done here."""
    return k < LONGEST and m * k <= MOST_ENTRIES


def short_room(m: int, k: int) -> int:
    """How many float64 the kernel needs to work in."""
    return WIDTH * (RESULTS + 2 * BASE + m * (KNOWN + -(-k // WIDTH) * WIDTH))


@traced
def places_of(index, g, last, m, j, k):
    """Where row j of groups g ... g + 7 begins; beyond the last, that one again."""
    return tuple(entry(index, smaller(g + i, last) * m + j) * k for i in range(WIDTH))


@traced
def add_column(total, room, at):
    return add_unsigned(total, load_lanes(room, at))


@traced
def in_two(total):
    return two_sum(total[0], total[1])


@traced
def copy_row(p, where, k, room, at):
    """The columns of eight rows, a set of lanes each; their sums, in two parts."""
    target, whole = advanced(room, at), k & -WIDTH

    def copy_columns(c, none):
        copy_whole(p, where, c, target)
        return none

    loop(0, whole, WIDTH, (), copy_columns)
    branch(whole < k, lambda: copy_first(p, where, whole, k - whole, target), lambda: None)
    total = (lanes_of(0.0), lanes_of(0.0))
    total = loop(0, k, 1, total, lambda c, sums: add_column(sums, room, at + WIDTH * c))
    return in_two(total)


@traced
def set_base(room, base, at, k, chosen):
    """Where chosen, the entries of a row become those of row r."""

    def set_column(c, none):
        b = select(chosen, load_lanes(room, at + c), load_lanes(room, base + c))
        store_lanes(room, base + c, b)
        return none

    loop(0, k * WIDTH, WIDTH, (), set_column)


@traced
def load_row(room, at):
    return load_lanes(room, at), load_lanes(room, at + WIDTH), load_lanes(room, at + 2 * WIDTH)


@traced
def store_row(room, at, first, second, share):
    store_lanes(room, at, first)
    store_lanes(room, at + WIDTH, second)
    store_lanes(room, at + 2 * WIDTH, share)


@traced
def chosen_of(heavier, v, most, own, reference):
    """The largest weights so far, and the sums of their rows."""
    sums = tuple(select(heavier, own[i], reference[i]) for i in range(2))
    return select(heavier, v, most), sums


@traced
def any_of(mask):
    return mask_byte(mask) != 0


@inline
def copy_groups(p, index, weights, many, choice, g, m, k, size, memory, room, base, first):
    """Copy eight groups; the sum of their weights, and the sum of row r in two parts."""
    last = choice.size - 1
    most = lanes_of(-1.0)
    v_sum, reference = (lanes_of(0.0), lanes_of(0.0)), (lanes_of(0.0), lanes_of(0.0))
    for j in range(m):
        at = first + j * size
        v = lanes_of(weights[j])
        if many:  # of eight stores and a load over them, the load waits for all
            for lane in range(WIDTH):
                memory[at + 2 * WIDTH + lane] = weights[choice[min(g + lane, last)] * m + j]
            v = load_lanes(room, at + 2 * WIDTH)
        own = copy_row(p, places_of(index, g, last, m, j, k), k, room, at + KNOWN * WIDTH)
        store_row(room, at, own[0], own[1], v)
        v_sum = add_to(v_sum, v)
        heavier = v > most
        if any_of(heavier):
            set_base(room, base, at + KNOWN * WIDTH, k, heavier)
            most, reference = chosen_of(heavier, v, most, own, reference)
    return v_sum[0] + v_sum[1], reference


@traced
def _set_ratio(totals, room, at, v_sum, reference, shift, normalize):
    more, apart, mass, every = totals
    high, low, v = load_row(room, at)
    share = v / v_sum
    ratio, change, whole, good = ratio_of(reference, (high, low), shift, share, normalize)
    store_row(room, at, ratio[0], ratio[1], share)
    apart = apart + larger(change, -change)
    return more + change, apart, fma(share, whole, mass), every & good


@traced
def _mass_of(totals, reference, shift, normalize):
    _, _, mass, every = totals
    return select(every, select(normalize, reference[0] + shift[0], mass), 0.0)


@traced
def set_ratios_of_lanes(room, first, size, m, v_sum, reference, shift, normalize):
    """As `set_ratios` of `long`, of eight groups."""
    zero = lanes_of(0.0)
    totals = loop(
        0,
        m,
        1,
        (zero, zero, zero, lane_numbers() < WIDTH),
        lambda j, totals: _set_ratio(
            totals, room, first + j * size, v_sum, reference, shift, normalize
        ),
    )
    return totals[0], totals[1], _mass_of(totals, reference, shift, normalize)


@traced
def _add_difference(part, apart, b, room, at, c):
    high, low, share = load_row(room, at)
    a = load_lanes(room, at + KNOWN * WIDTH + c)
    d = fma(a, low, fma(a, high, -b))
    return fma(share, d, part), fma(share, larger(d, -d), apart)


@traced
def difference_of_bin(room, base, first, size, m, c, apart):
    """sum w (a f - a_r) in two parts, and the sum of the sizes increased."""
    b = load_lanes(room, base + c)

    def with_run(run, state):
        def with_row(j, state):
            return _add_difference(*state, b, room, first + j * size, c)

        total, apart = state
        part = lanes_of(0.0)
        part, apart = loop(run, smaller(run + RUN, m), 1, (part, apart), with_row)
        return add_to(total, part), apart

    total, apart = loop(0, m, RUN, ((lanes_of(0.0), lanes_of(0.0)), apart), with_run)
    return b, total, apart


@traced
def block_of(room, at):
    """Eight columns of the means of eight groups, as eight rows."""
    return transposed(tuple(load_lanes(room, at + i * WIDTH) for i in range(WIDTH)))


@traced
def store_block(room, at, k, mean, place, groups):
    """Eight columns of the means of eight groups, of which there are so many."""
    rows = block_of(room, at)
    for lane in range(WIDTH):
        branch(
            groups > lane, lambda i=lane: store_lanes(mean, place + i * k, rows[i]), lambda: None
        )


@traced
def store_means(room, at, k, mean, place, groups):
    """The last columns first: they are written over the first of the next group."""
    whole = k & -WIDTH

    def store_columns(c, none):
        store_block(room, at + c * WIDTH, k, mean, place + c, groups)
        return none

    branch(
        whole < k,
        lambda: store_block(room, at + whole * WIDTH, k, mean, place + whole, groups),
        lambda: None,
    )
    loop(0, whole, WIDTH, (), store_columns)


@traced
def _settle_bin(state, b, total, scale, more, amount, room, at):
    """Write eight groups' mean of a bin; what that has cost."""
    spread, lows = state
    high, rest = two_sum(b * scale, total[0] * scale)
    high, error = two_sum(high, more[0])
    high, low = two_sum(high, rest + total[1] * scale + (error + more[1]))
    store_lanes(room, at, high)
    return fma(low, low / (high + (amount + FLOOR)), spread), lows + low


def make_short_means() -> Callable[..., Any]:
    """The kernel."""

    def short(given, index, weights, choice, sizes, amount, normalize, known, memory):
        """As `means` of `long` in all phases, of whole rows."""
        _, group, mean, parts = known
        m, _, k = sizes
        target, many = pointer(mean), weights.size > m
        p, room, where, every = pointer(given), pointer(memory), pointer(index), pointer(weights)
        base, means = RESULTS * WIDTH, (RESULTS + BASE) * WIDTH
        first = (RESULTS + 2 * BASE) * WIDTH
        size = (KNOWN + (k + WIDTH - 1) // WIDTH * WIDTH) * WIDTH
        shift = two_product(float(k), amount)
        left = 0
        for g in range(0, choice.size, WIDTH):
            v_sum, reference = copy_groups(
                p, where, every, many, choice, g, m, k, size, memory, room, base, first
            )
            more, further, mass = set_ratios_of_lanes(
                room, first, size, m, v_sum, reference, shift, normalize
            )
            scale, more_high, more_low = addition(more, amount)
            added = (more_high, more_low)
            costs, apart = (lanes_of(0.0), lanes_of(0.0)), lanes_of(0.0)
            for c in range(0, k * WIDTH, WIDTH):
                b, total, apart = difference_of_bin(room, base, first, size, m, c, apart)
                costs = _settle_bin(costs, b, total, scale, added, amount, room, means + c)
            apart = scale * (apart + k * amount * further) * caution(further, amount)
            groups = min(WIDTH, choice.size - g)
            store_means(room, means, k, target, g * k, groups)
            store_lanes(room, 0, mass * scale)
            for lane in range(groups):
                left += not memory[lane] > 0.0
                group[(g + lane) * GROUP + MASS] = memory[lane]
                group[(g + lane) * GROUP + APART] = 0.0
            store_row(room, 0, costs[0], costs[1], apart)
            for lane in range(groups):
                parts[(g + lane) * PART + SPREAD] = memory[lane]
                parts[(g + lane) * PART + LOW] = memory[WIDTH + lane]
                parts[(g + lane) * PART + DIFFERENCE] = memory[2 * WIDTH + lane]
        return left

    return short
