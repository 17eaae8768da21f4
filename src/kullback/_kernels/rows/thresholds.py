"""What the loops over row pairs certify: limits of scale, and the least results.

All inequalities are for p and q that sum to 1, and u = 2**-53.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._kernels.arithmetic import Terms
from kullback._math.bits import smaller
from kullback._math.lanes import WIDTH
from kullback._math.tracing import traced

BLOCK = 512  # columns summed in one go
SCALE = 900  # x and y sum to about 2**SCALE, so that subnormal entries become normal ones
RANGE = 380  # the sums of rows may lie between 2**-RANGE and 2**RANGE ...
UNSCALED_RANGE = 40  # ... and below 2**UNSCALED_RANGE where rows are not normalized
# In near kernels sums may be of any size; entries that are so small beside their sum that x is
# below LEAST are told: FLOOR would show in them.
WIDE = 1020
MOST_RAISED = 1000  # by so many powers of two: times it every entry is a normal number
BEYOND = 2000  # more than the exponent of any float
LEAST = 2.0**-940
LEAST_OF_ROOTS = 2.0**700  # sums of terms beside which an entry is none whose root underflows
LEAST_OF_POWERS = 2.0**-960  # sums of terms scaled down, beside which those that underflow are none
LEAST_OF_WHOLES = 2.0**-900  # sums of terms of measures, in which the terms of FLOOR do not show
LARGEST = 2.0**1000  # sums of terms beyond it are not certified: they may have overflowed

# Entries whose last SHORT bits are 0 have 45 digits. Of two bins b and c, a_b B = b_b A (1 + e)
# with |e| <= 2**-103 in each means a_b b_c = a_c b_b (1 + 2**-102): two integers of 90 digits,
# which are then equal. So rows with a B = b A in every bin are proportional, however A and B err.
SHORT = 0xFF

ALLOWED = 5e-16  # relative error of a result that the sums may cause
ALLOWED_OF_D = 5e-15  # the same for the roundings of d, all of them at their worst at once


@traced
def trusted_above(k: int, block: int) -> float:
    """Fast: the sums' relative error t <= (block/8 + k/BLOCK + 4) u costs t**2 / 2 <= ALLOWED."""
    error = (block / WIDTH + k / BLOCK + 4) * 2.0**-53
    return error * error / (2.0 * ALLOWED)


@traced
def family_above(k: int, c: float) -> float:
    """Fast, with sums in two parts: each d is right to 6 u**2 y, the sums to (k + 16) u**2.

    For near-equal rows a divergence is D = c Σ d**2 / y. Errors e of d with |e| <= 6 u**2 y change
    it by 2 c Σ |d e| / y <= 12 c u**2 Σ |d| <= 12 u**2 sqrt(c D), by Cauchy and Σ y = 1: a part
    12 u**2 sqrt(c / D) <= ALLOWED_OF_D. The sums' error costs c times its square, as in fast.
    """
    of_d = 12.0 * 2.0**-106 / ALLOWED_OF_D
    of_sums = (k + 16) * 2.0**-106
    return c * (of_d * of_d + of_sums * of_sums / ALLOWED)


@traced
def linear_above(k: int) -> float:
    """Fast, terms that go with d: the errors of d and of the sums count as they are."""
    return (k + 16) * 2.0**-106 / (2.0 * ALLOWED)


def make_threshold(terms: Terms) -> Callable[..., Any]:
    """Fast: the least result of normalized rows that is certified, of k, a block of it, and alpha.

    It takes numbers that are known, too, so that drivers can ask it.
    """
    linear, family, c = terms.linear, terms.first_order, terms.curvature

    @traced
    def threshold(k, block, alpha):
        if linear:
            return linear_above(k)
        if family:
            return family_above(k, c * alpha)
        return trusted_above(k, block)

    return threshold


@traced
def near_above(k: int, c: float, size: float, rough: float) -> float:
    """Near: roundings of r b, and where the ratio is rough those of y: e <= u (|r| + 2 u) y.

    They change D = c Σ d**2 / y by 2 c Σ |d e| / y, a part 2 u (|r| + 2 u) sqrt(c / D) of it at
    most, which is to be below ALLOWED_OF_D. The error of r, at most (t + 2 u) r, shifts all d
    alike, each by it times y: since Σ d = 0 that costs c times its square.
    """
    of_d = 2.0 * 2.0**-53 * (size + 2.0 * 2.0**-53 * rough) / ALLOWED_OF_D
    shift = (smaller(k, BLOCK) / WIDTH + 4) * 2.0**-53 * size
    return c * (of_d * of_d + shift * shift / ALLOWED)


@traced
def near_linear_above(k: int, size: float, of_d: float) -> float:
    """The same of terms that go with d, where an error e <= u of_d y counts as it is.

    r in two parts is right to n**2 u**2, n additions a lane: sums of n numbers in two parts err by
    that times the sum of their sizes at most.
    """
    n = smaller(k, BLOCK) / WIDTH + k / BLOCK + 4
    return size * (n * n * 2.0**-106 / ALLOWED) + of_d * 2.0**-53 / ALLOWED_OF_D


def make_near_threshold(terms: Terms) -> Callable[..., Any]:
    """Near: the least result of normalized rows that is certified, of k, alpha and the shift."""
    linear, family, c = terms.linear, terms.first_order, terms.curvature
    against_whole, largest = terms.against_whole, terms.largest

    @traced
    def threshold(k, alpha, size, rough):
        if against_whole:  # sums of numbers without a sign: nothing cancels
            return -1.0
        if linear:
            # The largest logarithm is that of x and y, whose roundings show; |d| is taken as it is.
            of_d = size + 2.0 * 2.0**-53 * rough if largest else rough * size
            return near_linear_above(k, size, of_d)
        return near_above(k, c * alpha if family else c, size, rough)

    return threshold
