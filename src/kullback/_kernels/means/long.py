"""Mean rows of groups, eight columns at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.means.common import (
    APART,
    CAUTION,
    DIFFERENCE,
    FACTORS,
    GROUP,
    HEAVIEST,
    MASS,
    MEANS,
    MORE,
    PART,
    RATIO,
    ROW,
    RUN,
    SCALE,
    SHARE,
    SUMS,
    addition,
    caution,
    plus,
    ratio_of,
)
from kullback._math.bits import fma, larger, select
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import load_first_lanes, load_lanes, pointer, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to, add_unsigned, sum_of_lanes_in_two, two_product, two_sum

CHUNK = 512  # columns whose mean is made at once, in three arrays of 4 kB


@inline
def row_sum(p, at, k):
    """The sum of k entries, in two parts."""
    total = (lanes_of(0.0), lanes_of(0.0))
    for c in range(0, k - WIDTH + 1, WIDTH):
        total = add_unsigned(total, load_lanes(p, at + c))
    rest = k % WIDTH
    if rest:
        total = add_unsigned(total, load_first_lanes(p, at + k - rest, rest))
    high, low = sum_of_lanes_in_two(total)
    return two_sum(high, low)


@inline
def set_shares(rows, at, weights, first, m):
    """Write the weights, divided by their sum; the number of the largest."""
    heaviest, total = 0, (0.0, 0.0)
    for i in range(m):
        heaviest = i if weights[first + i] > weights[first + heaviest] else heaviest
        total = add_to(total, weights[first + i])
    for i in range(m):
        rows[at + ROW * i + SHARE] = weights[first + i] / (total[0] + total[1])
    return heaviest


@inline
def set_ratios(rows, at, m, r, shift, normalize):
    """Write f in the place of the sums; sum w (f - 1), sum w |f - 1|, and the mass."""
    reference = (rows[at + ROW * r], rows[at + ROW * r + 1])
    more, apart, mass, every = 0.0, 0.0, 0.0, True
    for j in range(at, at + ROW * m, ROW):
        share, own = rows[j + SHARE], (rows[j], rows[j + 1])
        ratio, change, whole, good = ratio_of(reference, own, shift, share, normalize)
        rows[j + RATIO], rows[j + RATIO + 1] = ratio
        more, apart = more + change, apart + larger(change, -change)
        mass += share * whole
        every = every & good
    mass = plus(reference, shift)[0] if normalize else mass
    return more, apart, mass if every else 0.0


@inline
def set_group(group, g, more, apart, mass, heaviest, k, amount):
    """Write what is known of a group."""
    at = GROUP * g
    scale, group[at + MORE], group[at + MORE + 1] = addition(more, amount)
    group[at + MASS], group[at + SCALE] = mass * scale, scale
    group[at + HEAVIEST], group[at + CAUTION] = float(heaviest), caution(apart, amount)
    group[at + APART] = k * amount * scale * apart * group[at + CAUTION]


@inline
def add_lanes(a, b, row, room, at, apart):
    """Add w (a f - b) to the mean, and its size to `apart`."""
    d = fma(a, row[1], fma(a, row[0], -b))
    store_lanes(room, at, fma(row[2], d, load_lanes(room, at)))
    return fma(row[2], larger(d, -d), apart)


@inline
def add_row(p, at, base, row, room, columns, apart):
    for c in range(0, columns - WIDTH + 1, WIDTH):
        apart = add_lanes(load_lanes(p, at + c), load_lanes(p, base + c), row, room, c, apart)
    rest = columns % WIDTH
    if rest:
        c = columns - rest
        a, b = load_first_lanes(p, at + c, rest), load_first_lanes(p, base + c, rest)
        apart = add_lanes(a, b, row, room, c, apart)
    return apart


@inline
def fold(room, columns, first):
    """Add the sums of some rows to those of the rows before."""
    for c in range(0, columns, WIDTH):
        high = lanes_of(0.0) if first else load_lanes(room, CHUNK + c)
        low = lanes_of(0.0) if first else load_lanes(room, 2 * CHUNK + c)
        high, low = add_to((high, low), load_lanes(room, c))
        store_lanes(room, CHUNK + c, high)
        store_lanes(room, 2 * CHUNK + c, low)
        store_lanes(room, c, lanes_of(0.0))


@inline
def settle(p, base, columns, group, at, amount, room, mean, place, costs):
    """Write the rounded mean; what that has cost, in lanes."""
    spread, lows, apart = costs
    for c in range(0, columns, WIDTH):
        live = lane_numbers() < columns - c
        b = load_first_lanes(p, base + c, min(WIDTH, columns - c)) * group[at + SCALE]
        high, rest = two_sum(b, load_lanes(room, CHUNK + c) * group[at + SCALE])
        high, error = two_sum(high, lanes_of(group[at + MORE]))
        rest = rest + load_lanes(room, 2 * CHUNK + c) * group[at + SCALE]
        high, low = two_sum(high, rest + (error + group[at + MORE + 1]))
        low = select(live, low, 0.0)
        store_lanes(mean, place + c, high)
        spread = fma(low, low / (high + (amount + FLOOR)), spread)
        lows = lows + low
    return spread, lows, apart


@inline
def mean_of_group(given, width, amount, made):
    p, index, first, m, step, begin = given
    rows, group, g, room, mean, parts = made
    zero = lanes_of(0.0)
    costs = (zero, zero, zero)
    heaviest = first + int(group[GROUP * g + HEAVIEST])
    base = index[heaviest] * step + begin
    for start in range(0, width, CHUNK):
        columns = min(CHUNK, width - start)
        for c in range(0, columns, WIDTH):
            store_lanes(room, c, zero)
        for run in range(first, first + m, RUN):
            for i in range(run, min(run + RUN, first + m)):
                at = index[i] * step + begin + start
                row = (rows[ROW * i], rows[ROW * i + 1], rows[ROW * i + SHARE])
                if row[2] > 0.0 and i != heaviest:
                    apart = add_row(p, at, base + start, row, room, columns, costs[2])
                    costs = (costs[0], costs[1], apart)
            fold(room, columns, run == first)
        place = g * width + start
        at = GROUP * g
        costs = settle(p, base + start, columns, group, at, amount, room, mean, place, costs)
    for i in range(PART):
        parts[PART * g + i] = sum_of_lanes(costs[i])
    parts[PART * g + DIFFERENCE] *= group[GROUP * g + SCALE] * group[GROUP * g + CAUTION]


def make_means() -> Callable[..., Any]:
    """The kernel over whole groups, or in phases over parts of one."""

    def means(given, index, begin, weights, choice, sizes, amount, normalize, phases, known, room):
        """Write what is `known`; how many groups cannot be done here.

        That is of each row, of each group, the means of groups, one after the other, and the costs
        of rounding them. The rows at `index` are read from entry `begin` on. `sizes` are m, the
        width of what is read, and k.
        """
        rows, group, mean, parts = known
        m, width, k = sizes
        p, every, which = pointer(given), pointer(weights), pointer(index)
        of_rows, of_groups, space = pointer(rows), pointer(group), pointer(room)
        target, costs = pointer(mean), pointer(parts)
        step = given.shape[1]
        shift = two_product(float(k), amount)
        left = 0
        if phases & SUMS:
            for i in range(index.size):
                rows[ROW * i], rows[ROW * i + 1] = row_sum(p, which[i] * step + begin, width)
        for g in range(choice.size):
            first = g * m
            if phases & FACTORS:
                heaviest = set_shares(of_rows, ROW * first, every, choice[g] * m, m)
                more, apart, mass = set_ratios(of_rows, ROW * first, m, heaviest, shift, normalize)
                set_group(of_groups, g, more, apart, mass, heaviest, k, amount)
                left += not group[GROUP * g + MASS] > 0.0
            if phases & MEANS and group[GROUP * g + MASS] > 0.0:
                rows_of_group = (p, which, first, m, step, begin)
                made = (of_rows, of_groups, g, space, target, costs)
                mean_of_group(rows_of_group, width, amount, made)
        return left

    return means
