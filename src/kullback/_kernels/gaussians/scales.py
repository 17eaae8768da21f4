"""Powers of two that bring the numbers of full covariances near 1: exact, and without overflow."""

from __future__ import annotations

import numpy as np

from kullback._kernels.gaussians.cholesky import get, put, row_of
from kullback._math.bits import bits, from_bits, magnitude, select
from kullback._math.flow import loop
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


@traced
def _set_scale(space, diagonal, target):
    """Write the power of two for a variance; whether it is one."""
    v = get(space, diagonal)
    usable = (v > 0.0) & (v < np.inf)
    e = even_exponent(select(usable, v, 1.0))
    put(space, target, from_bits((1023 - (e >> 1)) << 52))
    return usable


@traced
def _room_of(space, diagonal, scale, tolerance):
    return get(space, diagonal) * scale * scale * (tolerance * tolerance)


@traced
def _scale_entry(space, full, i, j, d, triangle, scales, scale, room):
    """Write an entry of the triangle; whether the one across the diagonal is the same."""
    a, b = get(space, full + i * d + j), get(space, full + j * d + i)
    other = get(space, scales + j)
    off = (a - b) * scale * other
    put(space, row_of(triangle, i) + j, a * scale * other)
    return off * off < room * get(space, row_of(triangle, j) + j)


@traced
def scaled_triangle(space, full, triangle, scales, d, tolerance):
    """The lower triangle of a full matrix, scaled; whether it is finite, symmetric, positive.

    `tolerance` is how much two entries that should be equal may differ, in units of the root of
    the product of their diagonal entries.
    """

    def scale_row(i, good):
        scale = get(space, scales + i)
        room = _room_of(space, full + i * d + i, scale, tolerance)

        def scale_entry(j, good):
            return good & _scale_entry(space, full, i, j, d, triangle, scales, scale, room)

        return loop(0, i + 1, 1, good, scale_entry)

    def set_scale(i, good):
        return good & _set_scale(space, full + i * d + i, scales + i)

    good = loop(0, d, 1, lanes_of(0.0) == 0.0, set_scale)
    return loop(0, d, 1, good, scale_row)
