"""What a Gaussian's width may be given as, and comparing two of them without cancellation.

With v0 and v1 the variances that s0 and s1 stand for, each way of giving them has the functions of
`Spread`, on eight lanes. `excess` of a ratio t is t - 1 - ln t >= 0; with t = a/b near 1,
s = (a - b)/(a + b) and x = (a - b)/b = t - 1, it is s (x - 2 s**2 h(s**2)), a product (h:
`series.near`):

    var       excess(v0/v1)
    std       (t**2 - 1) - 2 ln t, which is x**2 + 2 excess(t) near t = 1 = s0/s1
    log_var   e**z - 1 - z with z = l0 - l1

Spreads of extreme size are not for them: `marks` tells which, by a sign bit.
Source: the textbook formulas; the rearrangement is made so that equal Gaussians give exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._math import series
from kullback._math.bits import (
    bits,
    fma,
    from_bits,
    larger,
    magnitude,
    select,
    square_root,
    to_float,
)
from kullback._math.exp import exp, exp_normal, exp_tail, expm1
from kullback._math.lanes import lanes_of
from kullback._math.log_ratio import LN2_PER_BIT, log_ratio, octaves
from kullback._math.sums import two_sum
from kullback._math.tracing import traced

SMALLEST = 0x0170000000000000  # the bits of 2**-1000 and 2**1000
LARGEST = 0x7E70000000000000
STEEPEST = 0x4095E00000000000  # of 1400: beyond, e**(l/2) is none of the normal numbers
NEAR_ZERO = 0.7  # below it e**z - 1 is z and a tail
APART = 2.0**940  # of (v0 - v1)**2 / (4 v0 v1): beyond, `log_ratio` is not for it


class Spread(NamedTuple):
    """One way to say how wide a Gaussian is; s0 and s1 say it of two."""

    compare: Callable[..., Any]  # (s0, s1): v0/v1, v0/v1 - 1, v0/v1 - 1 - ln(v0/v1)
    add_square: Callable[..., Any]  # (rest, apart, s1): rest + apart**2 / v1
    overlap: Callable[..., Any]  # (apart, s0, s1): 4 B of means so far apart
    deviation: Callable[..., Any]  # (s0, s1): |sqrt(v0) - sqrt(v1)|
    marks: Callable[..., Any]  # (s0, s1): a sign bit where `compare` and the next two may be wrong
    unit: float  # that of N(0, 1)


@traced
def _ordinary(s0, s1):
    """Sign bits where a spread is not between 2**-1000 and 2**1000."""
    a, b = bits(s0), bits(s1)
    return a | (a - SMALLEST) | (LARGEST - a) | b | (b - SMALLEST) | (LARGEST - b)


@traced
def _parts(a, b, inverse):
    """Whether e = 0, and x, s, 2 s**3 h and ln(a/b) of the two."""
    e = octaves(a, b)
    scaled = from_bits(bits(b) + e)
    apart = a - scaled
    s = apart / (a + scaled)
    z = s * s
    cubic = (s + s) * z * series.near(z)
    return e == 0, apart * inverse, s, cubic, fma(to_float(e), LN2_PER_BIT, (s + s) + cubic)


@traced
def _log_of_squared_sum(z):
    """ln(1 + z) for z = (v0 - v1)**2 / (4 v0 v1): that of (v0 + v1)**2 / (4 v0 v1)."""
    return select(z < APART, log_ratio(z + 1.0, lanes_of(1.0), z), np.inf)


@traced
def _compare_variances(v0, v1):
    inverse = 1.0 / v1
    near, x, s, cubic, ln = _parts(v0, v1, inverse)
    ratio = v0 * inverse
    excess = ratio - 1.0
    return ratio, select(near, x, excess), select(near, fma(s, x, -cubic), excess - ln)


@traced
def _add_square_by_variance(rest, apart, v1):
    return fma(apart, apart * (1.0 / v1), rest)


@traced
def _overlap_of_variances(apart, v0, v1):
    d = 0.5 * (v0 - v1)
    return fma(apart, apart / (v0 + v1), _log_of_squared_sum((d / v0) * (d / v1)))


@traced
def _deviation_of_variances(v0, v1):
    apart = magnitude(v0 - v1) / (square_root(v0) + square_root(v1))
    return select(v0 == v1, 0.0, apart)


@traced
def _compare_deviations(s0, s1):
    inverse = 1.0 / s1
    near, x, s, cubic, ln = _parts(s0, s1, inverse)
    ratio = s0 * inverse
    close = fma(x, x, 2.0 * fma(s, x, -cubic))
    excess = fma(ratio, ratio, -1.0)
    return (
        ratio * ratio,
        select(near, fma(x, x, x + x), excess),
        select(near, close, excess - (ln + ln)),
    )


@traced
def _add_square_by_deviation(rest, apart, s1):
    away = apart * (1.0 / s1)
    return fma(away, away, rest)


@traced
def _overlap_of_deviations(apart, s0, s1):
    root = 0.5 * ((s0 - s1) / s0) * ((s0 + s1) / s1)
    large = larger(s0, s1)
    small, away = (s0 / large) * (s1 / large), apart / large
    return fma(away, away / fma(small, small, 1.0), _log_of_squared_sum(root * root))


@traced
def _deviation_of_deviations(s0, s1):
    return magnitude(s0 - s1)


@traced
def _compare_logs(l0, l1):
    z, rest = two_sum(l0, -l1)
    tail = exp_tail(z)
    ratio = exp(z)
    ratio = fma(ratio, rest, ratio)
    excess = select(magnitude(z) < NEAR_ZERO, fma(rest, z, rest) + (z + tail), ratio - 1.0)
    return ratio, excess, fma(rest, z + tail, tail)


@traced
def _add_square_by_log(rest, apart, l1):
    away = apart * exp_normal(l1 * -0.5)
    return fma(away, away, rest)


@traced
def _overlap_of_logs(apart, l0, l1):
    far = magnitude(l0 - l1)
    grown = expm1(0.5 * far)
    sinh = 0.5 * (grown + grown / (grown + 1.0))
    away = apart * exp_normal(larger(l0, l1) * -0.5)
    return fma(away, away / (exp(-far) + 1.0), _log_of_squared_sum(sinh * sinh))


@traced
def _deviation_of_logs(l0, l1):
    apart = exp(0.5 * larger(l0, l1)) * -expm1(-0.5 * magnitude(l0 - l1))
    return select(l0 == l1, 0.0, apart)


@traced
def _moderate(l0, l1):
    """Sign bits where the variance is not between e**-1400 and e**1400."""
    return (STEEPEST - bits(magnitude(l0))) | (STEEPEST - bits(magnitude(l1)))


SPREADS = {
    "var": Spread(
        _compare_variances,
        _add_square_by_variance,
        _overlap_of_variances,
        _deviation_of_variances,
        _ordinary,
        1.0,
    ),
    "std": Spread(
        _compare_deviations,
        _add_square_by_deviation,
        _overlap_of_deviations,
        _deviation_of_deviations,
        _ordinary,
        1.0,
    ),
    "log_var": Spread(
        _compare_logs,
        _add_square_by_log,
        _overlap_of_logs,
        _deviation_of_logs,
        _moderate,
        0.0,
    ),
}
