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
from kullback._math.bits import fma, larger, select, smaller, to_float
from kullback._math.flow import branch, loop
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.log_ratio import FLOOR
from kullback._math.memory import entry, load_first_lanes, load_lanes, pointer, store, store_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to, add_unsigned, sum_of_lanes_in_two, two_product, two_sum
from kullback._math.tracing import traced

CHUNK = 512  # columns whose mean is made at once, in three arrays of 4 kB


@traced
def add_columns(total, p, at):
    return add_unsigned(total, load_lanes(p, at))


@traced
def add_first(total, p, at, count):
    return add_unsigned(total, load_first_lanes(p, at, count))


@traced
def in_two(total):
    """The sum of lanes in two parts, the second below the rounding of the first."""
    high, low = sum_of_lanes_in_two(total)
    return two_sum(high, low)


@traced
def row_sum(p, at, k):
    """The sum of k entries, in two parts."""
    nothing, whole, rest = (lanes_of(0.0), lanes_of(0.0)), k & -WIDTH, k & (WIDTH - 1)
    total = loop(0, whole, WIDTH, nothing, lambda c, total: add_columns(total, p, at + c))
    return in_two(branch(rest > 0, lambda: add_first(total, p, at + whole, rest), lambda: total))


@traced
def set_shares(rows, at, weights, first, m):
    """Write the weights, divided by their sum; the number of the largest."""

    def with_weight(i, state):
        heaviest, most, total = state
        v = entry(weights, first + i)
        return select(v > most, i, heaviest), select(v > most, v, most), add_to(total, v)

    start = (0, entry(weights, first), (0.0, 0.0))
    heaviest, _, total = loop(0, m, 1, start, with_weight)

    def set_share(i, none):
        share = entry(weights, first + i) / (total[0] + total[1])
        store(rows, at + ROW * i + SHARE, share)
        return none

    loop(0, m, 1, (), set_share)
    return heaviest


@traced
def _set_ratio(totals, rows, j, reference, shift, normalize):
    """Write f of one row in the place of its sum; the totals of `set_ratios`, with it."""
    more, apart, mass, every = totals
    share, own = entry(rows, j + SHARE), (entry(rows, j), entry(rows, j + 1))
    ratio, change, whole, good = ratio_of(reference, own, shift, share, normalize)
    store(rows, j + RATIO, ratio[0])
    store(rows, j + RATIO + 1, ratio[1])
    apart = apart + larger(change, -change)
    return more + change, apart, mass + share * whole, every & good


@traced
def _mass_of(totals, reference, shift, normalize):
    _, _, mass, every = totals
    return select(every, select(normalize, plus(reference, shift)[0], mass), 0.0)


@traced
def set_ratios(rows, at, m, r, shift, normalize):
    """Write f in the place of the sums; sum w (f - 1), sum w |f - 1|, and the mass."""
    reference = (entry(rows, at + ROW * r), entry(rows, at + ROW * r + 1))
    totals = loop(
        at,
        at + ROW * m,
        ROW,
        (0.0, 0.0, 0.0, True),
        lambda j, totals: _set_ratio(totals, rows, j, reference, shift, normalize),
    )
    return totals[0], totals[1], _mass_of(totals, reference, shift, normalize)


@traced
def set_group(group, g, more, apart, mass, heaviest, k, amount):
    """Write what is known of a group."""
    at = GROUP * g
    scale, high, low = addition(more, amount)
    careful = caution(apart, amount)
    for place, number in (
        (MORE, high),
        (MORE + 1, low),
        (MASS, mass * scale),
        (SCALE, scale),
        (HEAVIEST, to_float(heaviest)),
        (CAUTION, careful),
        (APART, k * amount * scale * apart * careful),
    ):
        store(group, at + place, number)


@traced
def add_lanes(a, b, row, room, at, apart):
    """Add w (a f - b) to the mean, and its size to `apart`."""
    d = fma(a, row[1], fma(a, row[0], -b))
    store_lanes(room, at, fma(row[2], d, load_lanes(room, at)))
    return fma(row[2], larger(d, -d), apart)


@traced
def add_whole(p, at, base, row, room, c, apart):
    return add_lanes(load_lanes(p, at + c), load_lanes(p, base + c), row, room, c, apart)


@traced
def add_rest(p, at, base, row, room, c, rest, apart):
    a, b = load_first_lanes(p, at + c, rest), load_first_lanes(p, base + c, rest)
    return add_lanes(a, b, row, room, c, apart)


@traced
def add_row(p, at, base, row, room, columns, apart):
    """Add a row to the mean."""
    whole, rest = columns & -WIDTH, columns & (WIDTH - 1)
    apart = loop(
        0,
        whole,
        WIDTH,
        apart,
        lambda c, apart: add_whole(p, at, base, row, room, c, apart),
    )
    return branch(
        rest > 0,
        lambda: add_rest(p, at, base, row, room, whole, rest, apart),
        lambda: apart,
    )


@traced
def fold(room, columns, first):
    """Add the sums of some rows to those of the rows before."""

    def fold_columns(c, none):
        high = select(first, 0.0, load_lanes(room, CHUNK + c))
        low = select(first, 0.0, load_lanes(room, 2 * CHUNK + c))
        high, low = add_to((high, low), load_lanes(room, c))
        store_lanes(room, CHUNK + c, high)
        store_lanes(room, 2 * CHUNK + c, low)
        store_lanes(room, c, lanes_of(0.0))
        return none

    loop(0, columns, WIDTH, (), fold_columns)


@traced
def settle(p, base, columns, group, at, amount, room, mean, place, costs):
    """Write the rounded mean; what that has cost, in lanes."""
    scale, more = entry(group, at + SCALE), entry(group, at + MORE)
    more_low = entry(group, at + MORE + 1)

    def settle_columns(c, costs):
        spread, lows, apart = costs
        b = load_first_lanes(p, base + c, smaller(WIDTH, columns - c)) * scale
        high, rest = two_sum(b, load_lanes(room, CHUNK + c) * scale)
        high, error = two_sum(high, lanes_of(more))
        rest = rest + load_lanes(room, 2 * CHUNK + c) * scale
        high, low = two_sum(high, rest + (error + more_low))
        low = select(lane_numbers() < columns - c, low, 0.0)
        store_lanes(mean, place + c, high)
        spread = fma(low, low / (high + (amount + FLOOR)), spread)
        return spread, lows + low, apart

    return loop(0, columns, WIDTH, costs, settle_columns)


@traced
def clear(room, columns):
    """Begin a mean."""

    def clear_columns(c, none):
        store_lanes(room, c, lanes_of(0.0))
        return none

    loop(0, columns, WIDTH, (), clear_columns)


@traced
def row_of(rows, i):
    """f in two parts, and the share."""
    return entry(rows, ROW * i), entry(rows, ROW * i + 1), entry(rows, ROW * i + SHARE)


@traced
def store_costs(costs, parts, g, group):
    """Write what the rounding of a mean has cost."""
    scale = entry(group, GROUP * g + SCALE) * entry(group, GROUP * g + CAUTION)
    for i in range(PART):
        total = sum_of_lanes(costs[i])
        store(parts, PART * g + i, total * scale if i == DIFFERENCE else total)


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
        clear(room, columns)
        for run in range(first, first + m, RUN):
            for i in range(run, min(run + RUN, first + m)):
                at = index[i] * step + begin + start
                row = row_of(rows, i)
                if row[2] > 0.0 and i != heaviest:
                    apart = add_row(p, at, base + start, row, room, columns, costs[2])
                    costs = (costs[0], costs[1], apart)
            fold(room, columns, run == first)
        place = g * width + start
        at = GROUP * g
        costs = settle(p, base + start, columns, group, at, amount, room, mean, place, costs)
    store_costs(costs, parts, g, group)


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
