"""What a Gaussian's spread may be given as, and comparing two of them without cancellation.

With v0 and v1 the variances that two spreads stand for, each way of giving them has

    compare(x0, x1)         v0/v1, v0/v1 - 1 and (v0/v1 - 1 - ln(v0/v1)) / 2 >= 0
    half_square(apart, x1)  apart**2 / (2 v1)
    overlap(apart, x0, x1, up)  apart**2 / (4 (v0 + v1)) + ln((v0 + v1)**2 / (4 v0 v1)) / 4,
                            times 2**(2 up); up is not 0 only where that is below 2**-800
    deviation(x0, x1)       |sqrt(v0) - sqrt(v1)|

on lanes, right to a few units in the last place for all that float64 can hold: variances are taken
apart into mantissa and exponent, squares of standard deviations keep their rounding error, and of
logarithms only the difference is used. v0 = 0 makes the logarithms infinite; v1 must be positive.
`apart` is a difference of means with the power of two that it stands for (see `difference`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._math import series
from kullback._math.bits import (
    bits,
    fma,
    from_bits,
    larger,
    magnitude,
    select,
    smaller,
    square_root,
    to_float,
)
from kullback._math.exp import exp, exp_tail, expm1
from kullback._math.lanes import lanes_of
from kullback._math.log import LN2, SMALLEST_NORMAL
from kullback._math.log_ratio import log_ratio, octaves
from kullback._math.sums import FRACTION, ONE_BITS, two_product, two_sum

FAR = 60  # powers of two from which on ln((1 + r)**2 / (4 r)) grows by ln 2 for each
FAR_LOG = 40.0  # as a logarithm
NEAR_ZERO = 0.7  # ratios up to e**0.7 are compared by their logarithm
LARGE = 2.0**1023


class Spread(NamedTuple):
    """One way of giving it; the functions are those above."""

    compare: Callable[..., Any]
    half_square: Callable[..., Any]
    overlap: Callable[..., Any]
    deviation: Callable[..., Any]


@inline
def difference(x, y):
    """x - y as a number and a power of two, so that it does not overflow."""
    d = x - y
    over = magnitude(d) == np.inf
    return select(over, 0.5 * x - 0.5 * y, d), select(over, lanes_of(1), lanes_of(0))


@inline
def times_power(x, n):
    """x * 2**n for integer lanes, rounded at the ends of the range only."""
    n = select(n > 2044, 2044, n)
    n = select(n < -2040, -2040, n)
    half = n >> 1
    return x * from_bits((half + 1023) << 52) * from_bits((n - half + 1023) << 52)


@inline
def _mantissa_and_exponent(x):
    """m in [1, 2) and e with x = m 2**e; at 0, those of some tiny number."""
    small = x < SMALLEST_NORMAL
    n = bits(select(small, x * 2.0**54, x))
    e = (n >> 52) - 1023
    return from_bits((n & FRACTION) | ONE_BITS), select(small, e - 54, e)


@inline
def of_variance(v):
    """(m, its rest, e): v = (m + rest) 2**e, m in [1, 4) and e even."""
    m, e = _mantissa_and_exponent(v)
    odd = e & 1
    return from_bits(bits(m) + (odd << 52)), lanes_of(0.0), e - odd


@inline
def _of_deviation(s):
    """As `of_variance`, from its root."""
    m, e = _mantissa_and_exponent(s)
    square, rest = two_product(m, m)
    return square, rest, e + e


def _make_by_parts(parts: Callable[..., Any], deviation: Any) -> Spread:
    """For spreads that can be written as (m + rest) 2**e."""

    @inline
    def aligned(x0, x1):
        """v0's mantissa, brought near to v1's; the difference; the octaves between v1 and v0."""
        m0, rest0, e0 = parts(x0)
        m1, rest1, e1 = parts(x1)
        octave = octaves(m1, m0)
        near = from_bits(bits(m0) + octave)
        apart = (m1 - near) + (rest1 - rest0 * from_bits(octave + ONE_BITS))
        return near, m1, apart, (octave >> 52) + (e1 - e0)

    @inline
    def compare(x0, x1):
        near, m1, apart, n = aligned(x0, x1)
        half = times_power(0.5 * near, 0 - n)
        s = apart / (m1 + near)
        tail = fma(fma(s, s, s), series.near(s * s), 1.0)
        rest = fma(m1 * to_float(n), 0.5 * LN2, half - 0.5 * near)
        share = fma(0.5 * (apart * s), tail, rest) / m1
        # m1 may be almost 4: what is infinite before the division need not be so after it.
        share = select(half < np.inf, share, times_power(0.5 * near / m1, 0 - n))
        ratio = select(x0 == 0.0, 0.0, 2.0 * (half / m1))
        excess = select(n == 0, -apart / m1, ratio - 1.0)
        return ratio, excess, select(x0 == 0.0, np.inf, share)

    @inline
    def half_square(apart, x1):
        m1, _, e1 = parts(x1)
        w = times_power(apart[0], apart[1] - (e1 >> 1))
        return w * (0.5 * w / m1)

    @inline
    def overlap(apart, x0, x1, up):
        m0, _, e0 = parts(x0)
        _, _, e1 = parts(x1)
        near, m1, d, n = aligned(x0, x1)
        most = select(e0 > e1, e0, e1)
        both = times_power(m0, e0 - most) + times_power(m1, e1 - most)
        w = times_power(apart[0], apart[1] + up - (most >> 1))
        inside = select(n > FAR, FAR, select(n < -FAR, -FAR, n))
        y = times_power(near, 0 - inside)
        d = select(n == 0, d, m1 - y)
        z = d * d / (4.0 * (m1 * y))
        log = log_ratio(z + 1.0, lanes_of(1.0), z) + magnitude(to_float(n - inside)) * LN2
        return fma(w, 0.25 * w / both, select(x0 == 0.0, np.inf, 0.25 * log))

    return Spread(compare, half_square, overlap, deviation)


@inline
def _deviation_of_variances(v0, v1):
    apart = magnitude(v0 - v1) / (square_root(v0) + square_root(v1))
    return select(v0 == v1, 0.0, apart)


@inline
def _deviation_of_deviations(s0, s1):
    return magnitude(s0 - s1)


@inline
def _log_difference(l0, l1):
    """l0 - l1 and its error, 0 where there is none to speak of."""
    d, rest = two_sum(l0, -l1)
    return d, select(rest == rest, rest, 0.0)


@inline
def _part_of_log_difference(part, d, l0, l1):
    """part (l0 - l1), also where the difference itself overflows."""
    return select(magnitude(d) < np.inf, part * d, part * l0 - part * l1)


@inline
def _compare_logs(l0, l1):
    d, rest = _log_difference(l0, l1)
    root = exp(0.5 * d)  # its square overflows later than e**d when halved
    half = 0.5 * root * root
    rest = select(half < np.inf, rest, 0.0)  # of huge logarithms it is more than a rounding
    inside = larger(smaller(d, NEAR_ZERO), -NEAR_ZERO)
    tail = exp_tail(inside)
    near = magnitude(d) < NEAR_ZERO
    excess = select(near, inside + tail, 2.0 * half - 1.0)
    linear = smaller(_part_of_log_difference(0.5, d, l0, l1), 0.5 * LARGE)
    share = select(near, 0.5 * tail, half - (linear + 0.5))
    more = smaller(half, LARGE) * rest
    ratio = 2.0 * (half + more)
    return ratio, excess + 2.0 * more, share + (more - 0.5 * rest)


@inline
def _half_square_by_log(apart, l1):
    root = exp(-0.25 * l1)  # its square may overflow where w does not
    w = times_power(apart[0] * root * root, apart[1])
    return select(apart[0] == 0.0, 0.0, w * (0.5 * w))


@inline
def _overlap_of_logs(apart, l0, l1, up):
    d = _log_difference(l0, l1)[0]
    far = magnitude(d)
    inside = smaller(far, FAR_LOG)
    quarter = magnitude(_part_of_log_difference(0.25, d, l0, l1))
    grown = expm1(0.5 * inside)
    sinh = 0.5 * (grown + grown / (grown + 1.0))
    z = sinh * sinh
    log = log_ratio(z + 1.0, lanes_of(1.0), z)
    share = _half_square_by_log((apart[0], apart[1] + up), larger(l0, l1))
    tiny = times_power(quarter, lanes_of(up))  # whose square is all that the logarithm comes to
    log = select(lanes_of(up) > 0, tiny * tiny, 0.25 * log + (quarter - 0.25 * inside))
    return share / (2.0 * exp(-far) + 2.0) + log


@inline
def _deviation_of_logs(l0, l1):
    far = magnitude(_log_difference(l0, l1)[0])
    apart = -exp(0.5 * larger(l0, l1)) * expm1(-0.5 * far)
    return select(l0 == l1, 0.0, apart)


SPREADS = {
    "var": _make_by_parts(of_variance, _deviation_of_variances),
    "std": _make_by_parts(_of_deviation, _deviation_of_deviations),
    "log_var": Spread(_compare_logs, _half_square_by_log, _overlap_of_logs, _deviation_of_logs),
}
