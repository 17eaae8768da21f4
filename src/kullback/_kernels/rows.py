"""Row pairs at the speed of memory: two passes over a row that is read from memory once.

The sums of the *next* row pair are taken inside the loop over the terms of this one, so that the
arrival of the next row is hidden behind the arithmetic of this one (two loops one after the other
reached 0.75 of the reading speed on two cores, this 0.93).

With a and b the entries, A and B the sums, x = a B and y = b A are the two probabilities times
one common number. A and B are rounded sums: a relative error of B/A by t changes a divergence
by t**2 / 2 (its first derivative vanishes at the exact normalization), so only results below
`trusted_above` need better sums. Those, rows whose sums are out of the range that needs no
scaling, and rows that are no distributions are left to `careful`, marked LEFT.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._kernels.rules import Rule
from kullback._math.bits import bits, fma, lane_add, load
from kullback._math.log_ratio import floored
from kullback._math.sums import exponent, mantissa, power_of_two, two_sum

LEFT = -1.0  # in the output: not computed here
BLOCK = 1024  # columns summed in one go; the sums of blocks are added in twice the precision
SCALE = 960  # x and y sum to about 2**SCALE, so that subnormal entries become normal ones
RANGE = 450  # the sums of rows may lie between 2**-RANGE and 2**RANGE ...
UNSCALED_RANGE = 40  # ... and below 2**UNSCALED_RANGE where rows are not normalized


@inline
def trusted_above(k: int) -> float:
    """Below this, rounded sums could cost 1e-15 of the result: (k/32 + 16) 2**-53 is their error.

    32 is the least number of lanes into which the compiler splits a sum (four vectors of eight);
    with fewer (SSE2: 8) the bound still holds for blocks of 1024 with its margin of 100.
    """
    error = (min(k, BLOCK) / 32 + 16) * 2.0**-53
    return 1e17 * error * error


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


def make_rows(
    term: Callable[[float, float, float], float], finish: Callable[[float, bool], float], rule: Rule
) -> Callable[..., Any]:
    """The kernel over row pairs for one divergence and one rule."""
    values, gap, shifts = rule

    rule_fills = gap(0.0) == 1.0

    @inline
    def sums(p, q, at, width, amount):
        a_sum = 0.0
        b_sum = 0.0
        gaps = 0.0
        signs = 0
        for c in range(width):
            a = load(p, at[0] + c) + 0.0  # -0.0 becomes 0.0
            b = load(q, at[1] + c) + 0.0
            signs |= bits(a) | bits(b)
            a, b = values(a, b, 0.0 if rule_fills else amount)
            a_sum = lane_add(a_sum, a)
            b_sum = lane_add(b_sum, b)
            gaps = lane_add(gaps, gap(b))
        return a_sum, b_sum, gaps, signs

    @inline
    def terms_and_sums(p, q, at, at_next, width, amount, fill, scale):
        """The terms of one row pair, and along the way the sums of the next."""
        for_p, for_q, shift = scale
        total = 0.0
        a_sum = 0.0
        b_sum = 0.0
        gaps = 0.0
        signs = 0
        for c in range(width):
            a = load(p, at_next[0] + c) + 0.0
            b = load(q, at_next[1] + c) + 0.0
            signs |= bits(a) | bits(b)
            a, b = values(a, b, 0.0 if rule_fills else amount)
            a_sum = lane_add(a_sum, a)
            b_sum = lane_add(b_sum, b)
            gaps = lane_add(gaps, gap(b))

            a = load(p, at[0] + c)
            b = load(q, at[1] + c)
            a_used, b_used = values(a, b, fill if rule_fills else amount)
            x = floored(a_used, for_p)
            y = floored(b_used, for_q)
            if shifts:  # from the entries as given: (a + c) B - (b + c) A = a B - b A + c (B - A)
                product = b * for_q
                d = fma(a, for_p, -product) - fma(b, for_q, -product) + shift
            else:
                d = fma(a_used, for_p, -y) - fma(b_used, for_q, -y)
            total = lane_add(total, term(x, y, d))
        return total, a_sum, b_sum, gaps, signs

    def rows(p, p_index, q, q_index, amount, normalize, out):
        """out[r] = divergence of p[p_index[r]] from q[q_index[r]], or LEFT; how many are left."""
        k = p.shape[1]
        last = out.shape[0] - 1
        left = 0
        a_sum = 0.0
        b_sum = 0.0
        a_low = 0.0
        b_low = 0.0
        gaps = 0.0
        signs = 0
        for start in range(0, k, BLOCK):
            at = (p_index[0] * k + start, q_index[0] * k + start)
            a, b, g, s = sums(p, q, at, min(BLOCK, k - start), amount)
            a_sum, a = two_sum(a_sum, a)
            b_sum, b = two_sum(b_sum, b)
            a_low += a
            b_low += b
            gaps += g
            signs |= s
        largest = 2.0 ** (RANGE if normalize else UNSCALED_RANGE)
        for r in range(out.shape[0]):
            a_sum += a_low
            b_sum += b_low
            fill = 0.0
            if rule_fills:
                fill = amount * b_sum if normalize else amount
                b_sum += gaps * fill
            usable = (
                signs >= 0
                and a_sum > 2.0**-RANGE
                and b_sum > 2.0**-RANGE
                and a_sum < largest
                and b_sum < largest
            )
            if not (usable and normalize):
                a_sum = 1.0
                b_sum = 1.0
            for_p, for_q, back = common_scale(a_sum, b_sum)
            shift = amount * (for_p - for_q) if shifts else 0.0
            scale = (for_p, for_q, shift)

            following = min(r + 1, last)
            total = 0.0
            a_sum = 0.0
            b_sum = 0.0
            a_low = 0.0
            b_low = 0.0
            gaps = 0.0
            signs = 0
            for start in range(0, k, BLOCK):
                at = (p_index[r] * k + start, q_index[r] * k + start)
                at_next = (p_index[following] * k + start, q_index[following] * k + start)
                t, a, b, g, s = terms_and_sums(
                    p, q, at, at_next, min(BLOCK, k - start), amount, fill, scale
                )
                total += t
                a_sum, a = two_sum(a_sum, a)
                b_sum, b = two_sum(b_sum, b)
                a_low += a
                b_low += b
                gaps += g
                signs |= s
            result = finish(total * back, normalize)
            if usable and (not normalize or result > trusted_above(k)):
                out[r] = result
            else:
                out[r] = LEFT
                left += 1
        return left

    return rows
