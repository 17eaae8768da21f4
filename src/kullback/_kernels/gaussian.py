"""One dimension of two diagonal Gaussians: 2 KL = v0/v1 - 1 - ln(v0/v1) + (m0 - m1)**2 / v1.

`excess` of a ratio t is t - 1 - ln t >= 0. With t = a/b near 1, s = (a - b)/(a + b) and
x = (a - b)/b = t - 1, it is s (x - 2 s**2 h(s**2)), a product (h: `series.near`). The spreads:

    var       excess(v0/v1)
    std       (t**2 - 1) - 2 ln t, which is x**2 + 2 excess(t) near t = 1 = s0/s1
    log_var   e**z - 1 - z with z = l0 - l1

`term` does eight dimensions of ordinary size, which it tells by `marks`; `careful` does one of any
size, and gives half of it, KL itself, which may be a number where 2 KL is none. KL does not change
when all of space is scaled, so there the spread of q is brought to 1 by a power of two.
Source: the textbook formula; the rearrangement is made so that equal Gaussians give exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._jit import inline
from kullback._kernels.careful import exponent_of_any
from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, magnitude, select, to_float
from kullback._math.exp import exp, exp_tail
from kullback._math.log import LN2
from kullback._math.log_ratio import LN2_PER_BIT, log_ratio, octaves
from kullback._math.sums import times_power_of_two, two_sum

LEAST = 0x0170000000000000  # the bits of 2**-1000 and 2**1000
MOST = 0x7E70000000000000
STEEPEST = 0x4095E00000000000  # of 1400: beyond, e**(l/2) is none of the normal numbers
GREATEST_EXPONENT = 700.0
FINITE_HALF = 712.0  # e**z / 2 is no number from 710.48 on
HALF_E_TO_8 = 1490.4789935208642  # e**8 / 2


class Spread(NamedTuple):
    """One way to say how wide a Gaussian is; `s0` and `s1` say it of p and of q."""

    term: Callable[..., Any]  # (m0, s0, m1, s1): 2 KL, or no finite number
    marks: Callable[..., Any]  # (s0, s1): its sign bit is set where `term` may be wrong
    careful: Callable[..., Any]  # (m0, s0, m1, s1): KL, where both are a spread above 0
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
def _difference(m0, m1):
    """m0 - m1 as a number and a power of two, where it overflows."""
    apart = m0 - m1
    return (apart, 0) if abs(apart) < np.inf else (0.5 * m0 - 0.5 * m1, 1)


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
def _var_careful(m0, v0, m1, v1):
    a_power, b_power = exponent_of_any(v0), exponent_of_any(v1)
    a, b = times_power_of_two(v0, -a_power), times_power_of_two(v1, -b_power)
    power = a_power - b_power
    if abs(power) <= 2:
        width = 0.5 * _excess(times_power_of_two(a, power), b, 1.0 / b)
    else:
        ln = log_ratio(a, b, a - b) + power * LN2
        width = times_power_of_two(0.5 * (a / b), power) - 0.5 - 0.5 * ln
    apart, doubled = _difference(m0, m1)
    half = b_power >> 1
    apart = times_power_of_two(apart, doubled - half)
    return width + 0.5 * apart * (apart / times_power_of_two(v1, -2 * half))


@inline
def _std_term(m0, s0, m1, s1):
    inverse = 1.0 / s1
    apart = (m0 - m1) * inverse
    return fma(apart, apart, _excess_of_square(s0, s1, inverse))


@inline
def _std_careful(m0, s0, m1, s1):
    a_power, b_power = exponent_of_any(s0), exponent_of_any(s1)
    a, b = times_power_of_two(s0, -a_power), times_power_of_two(s1, -b_power)
    power = a_power - b_power
    if abs(power) <= 2:
        width = 0.5 * _excess_of_square(times_power_of_two(a, power), b, 1.0 / b)
    else:
        ln = log_ratio(a, b, a - b) + power * LN2
        width = times_power_of_two(0.5 * (a / b) * (a / b), 2 * power) - 0.5 - ln
    apart, doubled = _difference(m0, m1)
    apart = times_power_of_two(apart, doubled - b_power) / b
    return width + 0.5 * apart * apart


@inline
def _log_var_term(m0, l0, m1, l1):
    z, rest = two_sum(l0, -l1)
    tail = exp_tail(z)
    apart = (m0 - m1) * exp(l1 * -0.5)
    return fma(apart, apart, fma(rest, z + tail, tail))


@inline
def _log_var_marks(l0, l1):
    return STEEPEST - bits(magnitude(l1))


@inline
def _log_var_careful(m0, l0, m1, l1):
    z, rest = two_sum(l0, -l1)
    if z > GREATEST_EXPONENT:
        # z - 8 is exact, and half of e**z may be a number where e**z is none.
        width = exp(z - 8.0) * HALF_E_TO_8 * (1.0 + rest) if z < FINITE_HALF else np.inf
    elif z < -GREATEST_EXPONENT:
        width = 0.5 * l1 - 0.5 * l0 - 0.5
    else:
        tail = exp_tail(z)
        width = 0.5 * fma(rest, z + tail, tail)
    apart, doubled = _difference(m0, m1)
    if apart != 0.0:
        root = exp(l1 * -0.25)
        apart = times_power_of_two(apart * root * root, doubled)
    return width + 0.5 * apart * apart


@inline
def _is_no_width(log_var):
    return log_var == -np.inf


@inline
def _is_log_var(log_var):
    return log_var < np.inf


SPREADS = {
    "var": Spread(_var_term, _ordinary, _var_careful, _is_zero, _is_not_negative, 1.0),
    "std": Spread(_std_term, _ordinary, _std_careful, _is_zero, _is_not_negative, 1.0),
    "log_var": Spread(
        _log_var_term, _log_var_marks, _log_var_careful, _is_no_width, _is_log_var, 0.0
    ),
}
