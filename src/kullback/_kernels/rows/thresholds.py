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
# In doubled kernels sums may be of any size, so apart that every power of two is a number; entries
# that are so small beside their sum that x is below LEAST are told: FLOOR would show in them.
WIDE, WIDE_APART = 1020, 1900
LEAST = 2.0**-940
LEAST_OF_ROOTS = 2.0**700  # sums of terms of measures, beside which an entry below 2**-59 is none
LARGEST = 2.0**1000  # sums of terms beyond it are not certified: they may have overflowed

# Entries whose last SHORT bits are 0 have 45 digits. Of two bins b and c, a_b B = b_b A (1 + e)
# with |e| <= 2**-103 in each means a_b b_c = a_c b_b (1 + 2**-102): two integers of 90 digits,
# which are then equal. So rows with d = 0 in every bin are proportional, however A and B err.
SHORT = 0xFF

ALLOWED = 5e-16  # relative error of a result that the sums may cause
ALLOWED_OF_D = 5e-15  # the same for the roundings of d, all of them at their worst at once


@traced
def trusted_above(k: int) -> float:
    """Fast: the sums' relative error t <= (BLOCK/8 + k/BLOCK + 4) u costs t**2 / 2 <= ALLOWED."""
    error = (smaller(k, BLOCK) / WIDTH + k / BLOCK + 4) * 2.0**-53
    return error * error / (2.0 * ALLOWED)


@traced
def doubled_above(k: int, c: float) -> float:
    """Doubled: each d is right to 6 u**2 y, and sums in two parts to (k + 16) u**2.

    For near-equal rows a divergence is D = c Σ d**2 / y. Errors e of d with |e| <= 6 u**2 y change
    it by 2 c Σ |d e| / y <= 12 c u**2 Σ |d| <= 12 u**2 sqrt(c D), by Cauchy and Σ y = 1: a part
    12 u**2 sqrt(c / D) <= ALLOWED_OF_D. The sums' error costs c times its square, as in fast.
    """
    of_d = 12.0 * 2.0**-106 / ALLOWED_OF_D
    of_sums = (k + 16) * 2.0**-106
    return c * (of_d * of_d + of_sums * of_sums / ALLOWED)


@traced
def linear_above(k: int) -> float:
    """Doubled, terms that go with d: the errors of d and of the sums count as they are."""
    return (k + 16) * 2.0**-106 / (2.0 * ALLOWED)


def make_threshold(terms: Terms, doubled: bool) -> Callable[..., Any]:
    """The least result of normalized rows that is certified, a function of k and alpha."""
    linear, family, c = terms.linear, terms.first_order, terms.curvature

    @traced
    def threshold(k, alpha):
        if linear:
            return linear_above(k)
        if doubled or family:
            return doubled_above(k, c * alpha if family else c)
        return trusted_above(k)

    return threshold
