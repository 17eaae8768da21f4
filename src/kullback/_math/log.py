"""The natural logarithm, in float64 and float32, as steps that vectorise.

x = 2**e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f), and
ln m = f - s (f - 2 s**2 h(s**2)): f is exact, so the rounding of s counts only times s.
Source: Sun's fdlibm `e_log.c` for the decomposition; the coefficients are those of `series`.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, select, to_float

# Error bounds in units in the last place, and the inputs at which the largest error was seen
# (2e7 random inputs over all binades and around 1; float32: all inputs). The tests import these.
LOG_ULP, LOG_WORST = 1.4, 0.6881586812450114
LOG32_ULP, LOG32_WORST = 1.01, np.float32(7.547329069124106e-39)

LN2 = 0.6931471805599453
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
FRACTION = (1 << 52) - 1
SMALLEST_NORMAL = 2.0**-1022

LN2_SINGLE = np.float32(0.693145751953125)  # 12 zero bits at the end: e * LN2_SINGLE is exact
LN2_SINGLE_LOW = np.float32(1.42860677e-06)
NEAREST_LN2_SINGLE = np.float32(LN2)
ONE_SINGLE, TWO_SINGLE = np.float32(1.0), np.float32(2.0)
SQRT_HALF_BITS_SINGLE = np.int32(0x3F3504F3)
FRACTION_SINGLE = np.int32((1 << 23) - 1)
SUBNORMAL_SHIFT_SINGLE = np.float32(24.0 * LN2)
SMALLEST_NORMAL_SINGLE = np.float32(2.0**-126)
INFINITY_SINGLE, NEGATIVE_INFINITY_SINGLE = np.float32(np.inf), np.float32(-np.inf)
NAN_SINGLE = np.float32(np.nan)


@inline
def log_normal(x: float) -> float:
    """ln x for 2**-1022 <= x < inf; at 0 a finite number, so that x ln x is 0 there."""
    shifted = bits(x) - SQRT_HALF_BITS
    e = to_float(shifted >> 52)
    m = from_bits((shifted & FRACTION) + SQRT_HALF_BITS)
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    ln_m = fma(-s, fma(-(z + z), series.near(z), f), f)
    return fma(e, LN2, ln_m)


@inline
def log(x: float) -> float:
    """ln x for every float64: -inf at 0, nan below, exact at 1, subnormals included."""
    small = x < SMALLEST_NORMAL
    y = log_normal(select(small, x * 2.0**54, x)) - select(small, 54.0 * LN2, 0.0)
    y = select(x > 0.0, y, select(x == 0.0, -np.inf, np.nan))
    return select(x == np.inf, np.inf, y)


@inline
def log32_normal(x: float) -> float:
    """As `log_normal`, in float32: 2**-126 <= x < inf, and a finite number at 0."""
    shifted = bits(x) - SQRT_HALF_BITS_SINGLE  # Numba makes 64 bits of sums of 32
    e = np.float32(shifted >> 23)
    f = from_bits(np.int32((shifted & FRACTION_SINGLE) + SQRT_HALF_BITS_SINGLE)) - np.float32(1.0)
    s = f / (np.float32(2.0) + f)
    z = s * s
    ln_m = fma(-s, fma(-(z + z), series.single(z), f), f)
    return fma(e, LN2_SINGLE, fma(e, LN2_SINGLE_LOW, ln_m))


@inline
def log_normal_singles(x):
    """As `log32_normal`, for sixteen lanes; one rounding of e ln 2 more."""
    shifted = bits(x) - SQRT_HALF_BITS_SINGLE
    e = to_float(shifted >> 23)
    f = from_bits((shifted & FRACTION_SINGLE) + SQRT_HALF_BITS_SINGLE) - ONE_SINGLE
    s = f / (f + TWO_SINGLE)
    z = s * s
    ln_m = fma(-s, fma(-(z + z), series.single(z), f), f)
    return fma(e, NEAREST_LN2_SINGLE, ln_m)


@inline
def log32(x: float) -> float:
    """As `log`, in float32."""
    small = x < SMALLEST_NORMAL_SINGLE
    scaled = select(small, x * np.float32(2.0**24), x)
    y = log32_normal(scaled) - select(small, SUBNORMAL_SHIFT_SINGLE, np.float32(0.0))
    below = select(x == np.float32(0.0), NEGATIVE_INFINITY_SINGLE, NAN_SINGLE)
    return select(x == INFINITY_SINGLE, x, select(x > np.float32(0.0), y, below))
