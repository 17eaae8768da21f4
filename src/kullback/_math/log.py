"""The natural logarithm, as steps that vectorise.

x = 2**e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f), and
ln m = f - s (f - 2 s**2 h(s**2)): f is exact, so the rounding of s counts only times s.
Source: Sun's fdlibm `e_log.c` for the decomposition; the coefficients are those of `series`.
"""

from __future__ import annotations

import numpy as np

from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, select, to_float
from kullback._math.precision import constant
from kullback._math.sums import FRACTION
from kullback._math.tracing import traced

# The error bound in float64, in units in the last place, and the input at which the largest error
# was seen (2e7 random inputs over all binades and around 1). The tests import these.
LOG_ULP, LOG_WORST = 1.4, 0.6881586812450114

LN2 = 0.6931471805599453
LOG2_E = 1.4426950408889634
SMALLEST_NORMAL = 2.0**-1022

sqrt_half_bits = constant(0x3FE6A09E667F3BCD, 0x3F3504F3)
fraction = constant(FRACTION, (1 << 23) - 1)  # the bits of a number that follow its exponent
fraction_width = constant(52, 23)


@traced
def log_normal(x: float) -> float:
    """ln x for 2**-1022 <= x < inf; at 0 a finite number, so that x ln x is 0 there.

    In lanes of float32 for 2**-126 <= x < inf.
    """
    first = sqrt_half_bits(x)
    shifted = bits(x) - first
    e = to_float(shifted >> fraction_width(x))
    m = from_bits((shifted & fraction(x)) + first)
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    ln_m = fma(-s, fma(-(z + z), series.near_to_the_last_digit(z), f), f)
    return fma(e, LN2, ln_m)


@traced
def log(x: float) -> float:
    """ln x for every float64: -inf at 0, nan below, exact at 1, subnormals included."""
    small = x < SMALLEST_NORMAL
    y = log_normal(select(small, x * 2.0**54, x)) - select(small, 54.0 * LN2, 0.0)
    y = select(x > 0.0, y, select(x == 0.0, -np.inf, np.nan))
    return select(x == np.inf, np.inf, y)
