"""Row pairs at the speed of memory: two passes over a row that is read from memory once.

The sums of the row pair *after the next* are taken inside the loop over the terms of this one, so
that the arrival of rows is hidden behind arithmetic, and so is the division that makes the scale of
a row pair out of its sums (two loops one after the other reached 0.7 of the reading speed on two
cores, this 0.9; with the sums of the next pair every row waited 15 ns for its scale).

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times
one common number. A and B are rounded sums: a relative error t of B/A changes a divergence by
t**2 / 2 (its first derivative vanishes at the exact normalization), so only results below
`trusted_above` need better sums. Those, rows whose sums are out of the range that needs no
scaling, and rows with a sign bit (of a negative number or of -0.0) or with a NaN are left to
`careful`, marked LEFT.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.rules import Rule
from kullback._math.bits import bits, fma, pointer, select
from kullback._math.lanes import (
    WIDTH,
    any_bit_of_lanes,
    lane_numbers,
    lanes_of,
    load_first_lanes,
    load_lanes,
    sum_of_lanes,
)
from kullback._math.log_ratio import floored
from kullback._math.sums import exponent, mantissa, power_of_two, two_sum

LEFT = -1.0  # in the output: not computed here
BLOCK = 512  # columns summed in one go; the sums of blocks are added in twice the precision
SCALE = 900  # x and y sum to about 2**SCALE, so that subnormal entries become normal ones
RANGE = 380  # the sums of rows may lie between 2**-RANGE and 2**RANGE ...
UNSCALED_RANGE = 40  # ... and below 2**UNSCALED_RANGE where rows are not normalized


@inline
def trusted_above(k: int) -> float:
    """Below this, the error of the sums, (k/8 + 4) 2**-53 at most, could cost 5e-16 of a result."""
    error = (min(k, BLOCK) / WIDTH + 4) * 2.0**-53
    return 1e15 * error * error


@inline
def common_scale(a_sum: float, b_sum: float) -> tuple[float, float, float]:
    """Factors for the entries of p and of q, and the number that takes the sum back."""
    alpha = exponent(a_sum)
    beta = exponent(b_sum)
    scale = SCALE + min(alpha, beta, 0)
    for_p = mantissa(b_sum) * power_of_two(scale - alpha)
    for_q = mantissa(a_sum) * power_of_two(scale - beta)
    back = power_of_two(-scale) / (mantissa(a_sum) * mantissa(b_sum))
    return for_p, for_q, back


def make_sums(rule: Rule) -> tuple[Callable[..., Any], ...]:
    """Three steps of summing a row pair: eight columns, the end of a block, the end of a row."""
    values, gap, fills = rule.values, rule.gap, rule.fills

    @inline
    def add_columns(sums, a, b, live, amount):
        """sums: lanes of p's and q's sums, of gaps, and the sign bits of all entries."""
        a_sum, b_sum, gaps, signs = sums
        signs = signs | bits(a) | bits(b)
        a, b = values(a, b, 0.0 if fills else amount)
        a_sum = a_sum + select(live, a, 0.0)
        b_sum = b_sum + select(live, b, 0.0)
        if fills:
            gaps = gaps + select(live, gap(b), 0.0)
        return a_sum, b_sum, gaps, signs

    @inline
    def add_block(row, sums):
        """row: p's sum and its error, q's sum and its error, gaps, signs."""
        a_sum, a_error = two_sum(row[0], sum_of_lanes(sums[0]))
        b_sum, b_error = two_sum(row[2], sum_of_lanes(sums[1]))
        gaps = row[4] + sum_of_lanes(sums[2]) if fills else 0.0
        signs = row[5] | any_bit_of_lanes(sums[3])
        return a_sum, row[1] + a_error, b_sum, row[3] + b_error, gaps, signs

    @inline
    def row_scale(row, amount, normalize):
        """Whether the row pair can be done here; the factors for its entries; what a gap gets."""
        a_sum = row[0] + row[1]
        b_sum = row[2] + row[3]
        fill = 0.0
        if fills:
            fill = amount * b_sum if normalize else amount
            b_sum += row[4] * fill
        least = 2.0**-RANGE
        most = 2.0 ** (RANGE if normalize else UNSCALED_RANGE)
        # A tiny amount would be rounded to a multiple of the smallest subnormal number.
        usable = row[5] >= 0 and not 0.0 < amount < least
        usable = usable and least < a_sum < most and least < b_sum < most
        if not (usable and normalize):
            a_sum = 1.0
            b_sum = 1.0
        return usable, common_scale(a_sum, b_sum), fill

    return add_columns, add_block, row_scale


def make_rows(
    term: Callable[[Any, Any, Any], Any], finish: Callable[[float, bool], float], rule: Rule
) -> Callable[..., Any]:
    """The kernel over row pairs for one divergence and one rule."""
    values, shifts, fills = rule.values, rule.shifts, rule.fills
    add_columns, add_block, row_scale = make_sums(rule)

    @inline
    def term_of_columns(a, b, live, amount, fill, for_p, for_q):
        a_used, b_used = values(a, b, fill if fills else amount)
        x = floored(a_used, for_p)
        y = floored(b_used, for_q)
        d = fma(a_used, for_p, -y) - fma(b_used, for_q, -y)
        if shifts:  # what the additions a + amount and b + amount lost
            d = d + (
                two_sum(a, lanes_of(amount))[1] * for_p - two_sum(b, lanes_of(amount))[1] * for_q
            )
        return select(live, term(x, y, d), 0.0)

    @inline
    def block_sums(p, q, at, width, amount):
        nothing = lanes_of(0.0)
        sums = (nothing, nothing, nothing, lanes_of(0))
        whole = lane_numbers() < WIDTH
        for c in range(0, width - WIDTH + 1, WIDTH):
            a = load_lanes(p, at[0] + c)
            b = load_lanes(q, at[1] + c)
            sums = add_columns(sums, a, b, whole, amount)
        rest = width % WIDTH
        if rest:
            c = width - rest
            a = load_first_lanes(p, at[0] + c, rest)
            b = load_first_lanes(q, at[1] + c, rest)
            sums = add_columns(sums, a, b, lane_numbers() < rest, amount)
        return sums

    @inline
    def row_sums(p, q, at, k, amount):
        row = (0.0, 0.0, 0.0, 0.0, 0.0, 0)
        for start in range(0, k, BLOCK):
            block = (at[0] + start, at[1] + start)
            row = add_block(row, block_sums(p, q, block, min(BLOCK, k - start), amount))
        return row

    @inline
    def block_terms(p, q, at, after, width, amount, fill, scale):
        """The terms of one block of a row pair, and the sums of the same block of a later one."""
        for_p, for_q, _ = scale
        nothing = lanes_of(0.0)
        sums = (nothing, nothing, nothing, lanes_of(0))
        total = nothing
        whole = lane_numbers() < WIDTH
        for c in range(0, width - WIDTH + 1, WIDTH):
            a = load_lanes(p, after[0] + c)
            b = load_lanes(q, after[1] + c)
            sums = add_columns(sums, a, b, whole, amount)
            a = load_lanes(p, at[0] + c)
            b = load_lanes(q, at[1] + c)
            total = total + term_of_columns(a, b, whole, amount, fill, for_p, for_q)
        rest = width % WIDTH
        if rest:
            c = width - rest
            live = lane_numbers() < rest
            a = load_first_lanes(p, after[0] + c, rest)
            b = load_first_lanes(q, after[1] + c, rest)
            sums = add_columns(sums, a, b, live, amount)
            a = load_first_lanes(p, at[0] + c, rest)
            b = load_first_lanes(q, at[1] + c, rest)
            total = total + term_of_columns(a, b, live, amount, fill, for_p, for_q)
        return sum_of_lanes(total), sums

    def rows(p, p_index, q, q_index, amount, normalize, out):
        """out[r] = divergence of p[p_index[r]] from q[q_index[r]], or LEFT; how many are left."""
        k = p.shape[1]
        p_data = pointer(p)
        q_data = pointer(q)
        last = out.shape[0] - 1
        left = 0
        row = row_sums(p_data, q_data, (p_index[0] * k, q_index[0] * k), k, amount)
        ready = row_scale(row, amount, normalize)
        second = min(1, last)
        row = row_sums(p_data, q_data, (p_index[second] * k, q_index[second] * k), k, amount)
        for r in range(out.shape[0]):
            usable, scale, fill = ready
            ready = row_scale(row, amount, normalize)
            ahead = min(r + 2, last)
            total = 0.0
            row = (0.0, 0.0, 0.0, 0.0, 0.0, 0)
            for start in range(0, k, BLOCK):
                at = (p_index[r] * k + start, q_index[r] * k + start)
                after = (p_index[ahead] * k + start, q_index[ahead] * k + start)
                width = min(BLOCK, k - start)
                terms, sums = block_terms(p_data, q_data, at, after, width, amount, fill, scale)
                total += terms
                row = add_block(row, sums)
            result = finish(total * scale[2], normalize)
            if usable and (not normalize or result > trusted_above(k)):
                out[r] = result
            else:
                out[r] = LEFT
                left += 1
        return left

    return rows
