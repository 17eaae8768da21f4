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
from kullback._kernels.rows.short import eight_first, eight_whole
from kullback._math.bits import fma, larger, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import load_lanes, pointer, store_lanes
from kullback._math.shuffles import any_sign_of_lanes, transposed
from kullback._math.sums import add_to, add_unsigned, two_product, two_sum

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


@inline
def places_of(index, g, last, m, j, k):
    """Where row j of groups g ... g + 7 begins; beyond the last, that one again."""
    return (
        index[min(g, last) * m + j] * k,
        index[min(g + 1, last) * m + j] * k,
        index[min(g + 2, last) * m + j] * k,
        index[min(g + 3, last) * m + j] * k,
        index[min(g + 4, last) * m + j] * k,
        index[min(g + 5, last) * m + j] * k,
        index[min(g + 6, last) * m + j] * k,
        index[min(g + 7, last) * m + j] * k,
    )


@inline
def copy_row(p, where, k, room, at):
    """The columns of eight rows, a set of lanes each; their sums, in two parts."""
    for c in range(0, k, WIDTH):
        if k - c < WIDTH:
            columns = transposed(eight_first(p, where, c, k - c))
        else:
            columns = transposed(eight_whole(p, where, c))
        for i in range(WIDTH):
            store_lanes(room, at + WIDTH * (c + i), columns[i])
    total = (lanes_of(0.0), lanes_of(0.0))
    for c in range(k):
        total = add_unsigned(total, load_lanes(room, at + WIDTH * c))
    return two_sum(total[0], total[1])


@inline
def set_base(room, base, at, k, chosen):
    """Where chosen, the entries of a row become those of row r."""
    for c in range(0, k * WIDTH, WIDTH):
        b = select(chosen, load_lanes(room, at + c), load_lanes(room, base + c))
        store_lanes(room, base + c, b)


@inline
def load_row(room, at):
    return load_lanes(room, at), load_lanes(room, at + WIDTH), load_lanes(room, at + 2 * WIDTH)


@inline
def store_row(room, at, first, second, share):
    store_lanes(room, at, first)
    store_lanes(room, at + WIDTH, second)
    store_lanes(room, at + 2 * WIDTH, share)


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
        if any_sign_of_lanes(select(heavier, lanes_of(-1), lanes_of(0))) < 0:
            set_base(room, base, at + KNOWN * WIDTH, k, heavier)
            most = select(heavier, v, most)
            reference = (
                select(heavier, own[0], reference[0]),
                select(heavier, own[1], reference[1]),
            )
    return v_sum[0] + v_sum[1], reference


@inline
def set_ratios_of_lanes(room, first, size, m, v_sum, reference, shift, normalize):
    """As `set_ratios` of `long`, of eight groups."""
    more, apart, mass = lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)
    every = lane_numbers() < WIDTH
    for at in range(first, first + m * size, size):
        high, low, v = load_row(room, at)
        share = v / v_sum
        ratio, change, whole, good = ratio_of(reference, (high, low), shift, share, normalize)
        store_row(room, at, ratio[0], ratio[1], share)
        more, apart = more + change, apart + larger(change, -change)
        mass = fma(share, whole, mass)
        every = every & good
    mass = select(normalize, reference[0] + shift[0], mass)
    return more, apart, select(every, mass, 0.0)


@inline
def difference_of_bin(room, base, first, size, m, c, apart):
    """sum w (a f - a_r) in two parts, and the sum of the sizes increased."""
    b = load_lanes(room, base + c)
    total = (lanes_of(0.0), lanes_of(0.0))
    for run in range(0, m, RUN):
        part = lanes_of(0.0)
        for j in range(run, min(run + RUN, m)):
            at = first + j * size
            high, low, share = load_row(room, at)
            a = load_lanes(room, at + KNOWN * WIDTH + c)
            d = fma(a, low, fma(a, high, -b))
            part = fma(share, d, part)
            apart = fma(share, larger(d, -d), apart)
        total = add_to(total, part)
    return b, total, apart


@inline
def store_block(room, at, k, mean, place, groups):
    """Eight columns of the means of eight groups, of which there are so many."""
    columns = (
        load_lanes(room, at),
        load_lanes(room, at + WIDTH),
        load_lanes(room, at + 2 * WIDTH),
        load_lanes(room, at + 3 * WIDTH),
        load_lanes(room, at + 4 * WIDTH),
        load_lanes(room, at + 5 * WIDTH),
        load_lanes(room, at + 6 * WIDTH),
        load_lanes(room, at + 7 * WIDTH),
    )
    rows = transposed(columns)
    for lane in range(groups):
        store_lanes(mean, place + lane * k, rows[lane])


@inline
def store_means(room, at, k, mean, place, groups):
    """The last columns first: they are written over the first of the next group."""
    whole = k - k % WIDTH
    if whole < k:
        store_block(room, at + whole * WIDTH, k, mean, place + whole, groups)
    for c in range(0, whole, WIDTH):
        store_block(room, at + c * WIDTH, k, mean, place + c, groups)


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
            spread, lows, apart = lanes_of(0.0), lanes_of(0.0), lanes_of(0.0)
            for c in range(0, k * WIDTH, WIDTH):
                b, total, apart = difference_of_bin(room, base, first, size, m, c, apart)
                high, rest = two_sum(b * scale, total[0] * scale)
                high, error = two_sum(high, more_high)
                high, low = two_sum(high, rest + total[1] * scale + (error + more_low))
                store_lanes(room, means + c, high)
                spread = fma(low, low / (high + (amount + FLOOR)), spread)
                lows = lows + low
            apart = scale * (apart + k * amount * further) * caution(further, amount)
            groups = min(WIDTH, choice.size - g)
            store_means(room, means, k, target, g * k, groups)
            store_lanes(room, 0, mass * scale)
            for lane in range(groups):
                left += not memory[lane] > 0.0
                group[(g + lane) * GROUP + MASS] = memory[lane]
                group[(g + lane) * GROUP + APART] = 0.0
            store_row(room, 0, spread, lows, apart)
            for lane in range(groups):
                parts[(g + lane) * PART + SPREAD] = memory[lane]
                parts[(g + lane) * PART + LOW] = memory[WIDTH + lane]
                parts[(g + lane) * PART + DIFFERENCE] = memory[2 * WIDTH + lane]
        return left

    return short
