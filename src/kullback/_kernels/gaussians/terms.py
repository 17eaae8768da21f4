"""One dimension of two diagonal Gaussians, eight at a time: what metrics are sums of.

With v0 and v1 the variances, m0 and m1 the means of two of them, the sums are over

    kl             2 KL = (v0/v1 - 1 - ln(v0/v1)) + (m0 - m1)**2 / v1
    jeffreys       that both ways
    bhattacharyya  4 B = ln((v0 + v1)**2 / (4 v0 v1)) + (m0 - m1)**2 / (v0 + v1)
    wasserstein2   W**2 = (sqrt(v0) - sqrt(v1))**2 + (m0 - m1)**2

and `finish` makes the metric of the sum. No term is negative, none cancels, and of equal Gaussians
each is exactly 0. A sum is vouched for between LEAST and MOST: what has underflowed in a term is
less than 2**-1000, that is 2**-100 of LEAST, and what overflows makes the sum larger than MOST.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kullback._kernels.gaussians.spreads import Spread
from kullback._math.bits import bits, fma, square_root
from kullback._math.exp import expm1
from kullback._math.lanes import lanes_of
from kullback._math.tracing import traced

LEAST, MOST = 2.0**-900, 2.0**1023
LEAST_BITS, MOST_BITS = 0x07B0000000000000, 0x7FE0000000000000


class Term(NamedTuple):
    """What a metric adds up, where it may be wrong, and what becomes of the sum."""

    of: Callable[..., Any]  # (m0, s0, m1, s1)
    marks: Callable[..., Any]  # (s0, s1)
    finish: Callable[..., Any]  # (total)


@traced
def outside(total):
    """Sign bits where a number is not between LEAST and MOST."""
    n = bits(total)
    return n | (n - LEAST_BITS) | (MOST_BITS - n)


@traced
def _any(s0, s1):
    return lanes_of(0)


@traced
def _half(total):
    return 0.5 * total


@traced
def quarter(total):
    """Bhattacharyya's distance from four times it."""
    return 0.25 * total


@traced
def hellinger_of(total):
    """Hellinger's distance from four times Bhattacharyya's."""
    return square_root(-expm1(-0.25 * total))


def make_term(metric: str, spread: Spread) -> Term:
    """The term of that name for that way to say how wide a Gaussian is."""
    compare, add_square, overlap, deviation, marks, _ = spread

    @traced
    def kl(m0, s0, m1, s1):
        apart = m0 - m1
        return add_square(compare(s0, s1)[2], apart, s1)

    @traced
    def jeffreys(m0, s0, m1, s1):
        return kl(m0, s0, m1, s1) + kl(m1, s1, m0, s0)

    @traced
    def bhattacharyya(m0, s0, m1, s1):
        return overlap(m0 - m1, s0, s1)

    @traced
    def wasserstein2(m0, s0, m1, s1):
        apart, wider = m0 - m1, deviation(s0, s1)
        return fma(apart, apart, wider * wider)

    return {
        "kl": Term(kl, marks, _half),
        "jeffreys": Term(jeffreys, marks, _half),
        "bhattacharyya": Term(bhattacharyya, marks, quarter),
        "hellinger": Term(bhattacharyya, marks, hellinger_of),
        "wasserstein2": Term(wasserstein2, _any, square_root),
    }[metric]
