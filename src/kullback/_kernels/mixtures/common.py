"""Generalized Jensen-Shannon divergence: groups of m rows, each against their weighted mean.

With v the weights, V their sum and p = a f a row's entries times its factor, it is
Σ v R(V p, Σ v p) / V², R(x, y) = x ln(x/y) - x + y: a sum of terms that are never negative.
Four ways of computing it, each of which marks groups LEFT to the next one:

    mixture_short     a few bins: eight groups at a time ─┐
    mixture_fast      more bins: eight bins at a time ────┴► mixture_near ──► mixture_careful
                      in float64                             twice that       three times that

What errors cost. One of the mean: its square (Σ v (1 - V p / mean) = 0). One of a factor, t: a part
t of the result, and t². One of V p other than by a factor: to first order, so it is known twice as
well, and given to R as the rest of the difference. Hence float64 is enough unless the result is
below `trusted_fast`; that p and mean are then known to twice the precision serves rows that are
some units in the last place apart; beyond, only exact products help.

Sums and terms are added in the same order whether a group is done whole or in blocks of rows of
parts of `part_width` columns: results have the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._jit import inline
from kullback._math.bits import fma
from kullback._math.lanes import WIDTH, lane_numbers, lanes_of
from kullback._math.memory import load_first_lanes, load_lanes
from kullback._math.shuffles import sum_of_lanes
from kullback._math.sums import add_to, exponent, power_of_two, two_product, two_sum

LEFT = -1.0  # in the output: not computed here
CHUNK = 256  # columns whose mean is kept at once, in two arrays of 2 kB
BLOCK = 1 << 16  # entries that are in the cache at once
SCALE = 840  # p sums to about 2**SCALE, V p to 2**900: subnormal entries become normal ones
WEIGHTS_SCALE = 60  # V lies in [2**60, 2**61), so that the smallest weights keep their digits
RANGE = 380  # the sums of rows may lie between 2**-RANGE and 2**RANGE ...
UNSCALED_RANGE = 40  # ... and below 2**UNSCALED_RANGE where rows are not normalized
LEAST_WEIGHT = 2.0**-800  # of those that are not 0

# What is known of each row: its sum, the sum's error, how many parts have a sign bit, V f, v f (in
# two parts each) and v.
SUM, SIGNS, FACTOR, SHARE, WEIGHT, ROW = 0, 2, 3, 5, 7, 8

SUMS, CLEAR, MEANS, SETTLE, TERMS = 1, 2, 3, 4, 5  # what the kernel over blocks is to do


@inline
def trusted_fast(m: int) -> float:
    """The share of the mass above which squares of errors, (m + 24) 2**-53, cost below 1e-15."""
    return (m + 24.0) * (m + 24.0) * 2.0**-56


@inline
def trusted_near(m: int) -> float:
    """Below this share of the mass, the error of d, (m + 4) 2**-105 p, could cost 1e-15."""
    return (m + 4.0) * (m + 4.0) * 2.0**-104


@inline
def part_width(m: int) -> int:
    """How many columns of m rows make a part: whole chunks, BLOCK entries or the least possible."""
    return max(1, BLOCK // m // CHUNK) * CHUNK


class Steps(NamedTuple):
    """What a way of computing consists of, for blocks of rows and columns.

    The first three are given p, where in it the block begins, how far apart rows are, how many
    there are, how many columns, the pseudocount, and what is known of the rows. A mean is an array
    and the places of its two parts in it.
    """

    add_sums: Callable[..., Any]  # to what is known of the rows
    add_means: Callable[..., Any]  # to the mean
    add_terms: Callable[..., Any]  # of these rows and the mean, to a total of lanes in two parts
    clear: Callable[..., Any]  # the mean, of so many columns
    settle: Callable[..., Any]  # the mean, once all rows are in it
    trusted_above: Callable[[int], float]


def for_eight_columns(visit: Callable[..., Any]) -> Callable[..., Any]:
    """The loop that calls visit(carry, c, eight entries, which of them exist, given)."""

    @inline
    def loop(p, at, width, carry, given):
        whole = lane_numbers() < WIDTH
        for c in range(0, width - WIDTH + 1, WIDTH):
            carry = visit(carry, c, load_lanes(p, at + c), whole, given)
        rest = width % WIDTH
        if rest:
            c = width - rest
            a = load_first_lanes(p, at + c, rest)
            carry = visit(carry, c, a, lane_numbers() < rest, given)
        return carry

    return loop


@inline
def sum_of_exact_lanes(high, low):
    """The sum of lanes in two parts, to 2**-96: multiples of a unit add without rounding."""
    unit = power_of_two(exponent(sum_of_lanes(high)) + 4)
    coarse = (high + unit) - unit
    return two_sum(sum_of_lanes(coarse), sum_of_lanes(high - coarse) + sum_of_lanes(low))


@inline
def add_row_sum(rows, j, high, low, negative):
    """What is known of a row is increased by the sum of a part of it."""
    part, part_error = sum_of_exact_lanes(high, low)
    rows[j + SUM], error = two_sum(rows[j + SUM], part)
    rows[j + SUM + 1] += error + part_error
    rows[j + SIGNS] += 1.0 if negative else 0.0


@inline
def nothing():
    """A sum of lanes in two parts."""
    return lanes_of(0.0), lanes_of(0.0)


@inline
def reciprocal(x):
    """1 / x in two parts."""
    high = 1.0 / x[0]
    return high, high * fma(-high, x[1], fma(-high, x[0], 1.0))


@inline
def times(x, y):
    """A product of numbers in two parts."""
    high, error = two_product(x[0], y[0])
    return high, error + (x[0] * y[1] + x[1] * y[0])


@inline
def survey(rows, weights, first, m, most):
    """Copy the weights; whether the group can be done here, the least exponent, weights' sum."""
    usable = True
    least = 0
    total = (0.0, 0.0)
    for i in range(m):
        j = ROW * i
        v = weights[first + i]
        usable = usable and 2.0**-RANGE < rows[j + SUM] < most and rows[j + SIGNS] == 0.0
        usable = usable and (v == 0.0 or v > LEAST_WEIGHT)
        least = min(least, exponent(rows[j + SUM]))
        total = add_to(total, v)
        rows[j + WEIGHT] = v
    return usable, least, two_sum(total[0], total[1])


@inline
def plan(rows, weights, first, m, normalize):
    """Write the factors of the rows; whether the group can be done here, the mass, and back."""
    most = 2.0 ** (RANGE if normalize else UNSCALED_RANGE)
    usable, least, v_sum = survey(rows, weights, first, m, most)
    scale = power_of_two(SCALE + least) if normalize else 2.0**SCALE
    mass = 0.0
    for j in range(0, ROW * m, ROW):
        factor = reciprocal((rows[j + SUM], rows[j + SUM + 1])) if normalize else (1.0, 0.0)
        factor = (factor[0] * scale, factor[1] * scale)
        rows[j + FACTOR], rows[j + FACTOR + 1] = times(factor, v_sum)
        rows[j + SHARE], rows[j + SHARE + 1] = times(factor, (rows[j + WEIGHT], 0.0))
        mass += rows[j + WEIGHT] * rows[j + SUM]
    mass = 1.0 if normalize else mass / v_sum[0]
    return usable, mass, 1.0 / (scale * v_sum[0]) / v_sum[0]
