"""Powers of two that bring the numbers of full covariances near 1: exact, and without overflow."""

from __future__ import annotations

import numpy as np

from kullback._math.bits import bits, from_bits, magnitude, select
from kullback._math.lanes import lanes_of
from kullback._math.log import SMALLEST_NORMAL
from kullback._math.tracing import traced


@traced
def difference(x, y):
    """x - y as a number and a power of two, so that it does not overflow."""
    d = x - y
    over = magnitude(d) == np.inf
    return select(over, 0.5 * x - 0.5 * y, d), select(over, lanes_of(1), lanes_of(0))


@traced
def times_power(x, n):
    """x * 2**n for integer lanes, rounded at the ends of the range only."""
    n = select(n > 2044, 2044, n)
    n = select(n < -2040, -2040, n)
    half = n >> 1
    return x * from_bits((half + 1023) << 52) * from_bits((n - half + 1023) << 52)


@traced
def even_exponent(v):
    """The even e with v / 2**e in [1, 4), of positive numbers."""
    small = v < SMALLEST_NORMAL
    e = (bits(select(small, v * 2.0**54, v)) >> 52) - 1023
    e = select(small, e - 54, e)
    return e - (e & 1)
