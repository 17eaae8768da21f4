"""One dimension of two diagonal Gaussians: 2 KL = v0/v1 - 1 - ln(v0/v1) + (m0 - m1)**2 / v1.

`excess` of a ratio t is t - 1 - ln t >= 0. With t = a/b near 1, s = (a - b)/(a + b) and
x = (a - b)/b = t - 1, it is s (x - 2 s**2 h(s**2)), a product (h: `series.near`). The spreads:

    var       excess(v0/v1)
    std       (t**2 - 1) - 2 ln t, which is x**2 + 2 excess(t) near t = 1 = s0/s1
    log_var   e**z - 1 - z with z = l0 - l1

`term` does eight dimensions of ordinary size, and `marks` tells which are not: those are left to
`gaussian_spreads`, which compares numbers of any size, and takes four times as long.
Source: the textbook formula; the rearrangement is made so that equal Gaussians give exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels.gaussians import spreads as gaussian_spreads
from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, magnitude, select, to_float
from kullback._math.exp import exp_normal, exp_tail
from kullback._math.log_ratio import LN2_PER_BIT, octaves
from kullback._math.sums import two_sum

LEAST = 0x0170000000000000  # the bits of 2**-1000 and 2**1000
MOST = 0x7E70000000000000
STEEPEST = 0x4095E00000000000  # of 1400: beyond, e**(l/2) is none of the normal numbers


class Width(NamedTuple):
    """One way to say how wide a Gaussian is; `s0` and `s1` say it of p and of q."""

    term: Callable[..., Any]  # (m0, s0, m1, s1): 2 KL, or no finite number
    marks: Callable[..., Any]  # (s0, s1): its sign bit is set where `term` may be wrong
    exact: gaussian_spreads.Spread  # where it is
    is_point: Callable[..., Any]  # (s): whether the Gaussian has no width at all
    is_spread: Callable[..., Any]  # (s): whether it is a number that says a width, 0 included
    unit: float  # that of N(0, 1)


@inline
def _ordinary(s0, s1):
    """Sign bits where a spread is not between 2**-1000 and 2**1000."""
    a, b = bits(s0), bits(s1)
    return a | (a - LEAST) | (MOST - a) | b | (b - LEAST) | (MOST - b)


@inline
def _parts(a, b, inverse):
    """Whether e = 0, and x, s, 2 s**3 h and ln(a/b) of the two."""
    e = octaves(a, b)
    scaled = from_bits(bits(b) + e)
    apart = a - scaled
    s = apart / (a + scaled)
    z = s * s
    cubic = (s + s) * z * series.near(z)
    return e == 0, apart * inverse, s, cubic, fma(to_float(e), LN2_PER_BIT, (s + s) + cubic)


@inline
def _excess(a, b, inverse):
    """a/b - 1 - ln(a/b)."""
    near, x, s, cubic, ln = _parts(a, b, inverse)
    return select(near, fma(s, x, -cubic), (a * inverse - 1.0) - ln)


@inline
def _excess_of_square(a, b, inverse):
    """The same of (a/b)**2."""
    near, x, s, cubic, ln = _parts(a, b, inverse)
    ratio = a * inverse
    close = fma(x, x, 2.0 * fma(s, x, -cubic))
    return select(near, close, fma(ratio, ratio, -1.0) - (ln + ln))


@inline
def _is_zero(s):
    return s == 0.0


@inline
def _is_not_negative(s):
    return 0.0 <= s < np.inf


@inline
def _var_term(m0, v0, m1, v1):
    inverse = 1.0 / v1
    apart = m0 - m1
    return fma(apart, apart * inverse, _excess(v0, v1, inverse))


@inline
def _std_term(m0, s0, m1, s1):
    inverse = 1.0 / s1
    apart = (m0 - m1) * inverse
    return fma(apart, apart, _excess_of_square(s0, s1, inverse))


@inline
def _log_var_term(m0, l0, m1, l1):
    z, rest = two_sum(l0, -l1)
    tail = exp_tail(z)
    apart = (m0 - m1) * exp_normal(l1 * -0.5)
    return fma(apart, apart, fma(rest, z + tail, tail))


@inline
def _log_var_marks(l0, l1):
    return STEEPEST - bits(magnitude(l1))


@inline
def _is_no_width(log_var):
    return log_var == -np.inf


@inline
def _is_log_var(log_var):
    return log_var < np.inf


WIDTHS = {
    "var": Width(
        _var_term, _ordinary, gaussian_spreads.SPREADS["var"], _is_zero, _is_not_negative, 1.0
    ),
    "std": Width(
        _std_term, _ordinary, gaussian_spreads.SPREADS["std"], _is_zero, _is_not_negative, 1.0
    ),
    "log_var": Width(
        _log_var_term,
        _log_var_marks,
        gaussian_spreads.SPREADS["log_var"],
        _is_no_width,
        _is_log_var,
        0.0,
    ),
}
