"""e**z, e**z - 1 and e**z - 1 - z without cancellation, as steps that vectorise.

z = n ln 2 + r with |r| <= ln(2)/2; ln 2 in two parts, so that r is right to 2**-107, and r = z
where n = 0. With E the series (e**r - 1 - r) / r**2 and q = 2**(n - 1), which is a number still
where 2**n is none,

    e**z - 1     = 2 (q (r + r**2 E) + (q - 1/2))
    e**z - 1 - z = 2 (q r**2 E + (q r + (q - 1/2) - z/2)),

whose last parts vanish where n = 0: small results are products, with all their digits.
Source: the usual reduction (Cody and Waite); the coefficients are those of `series`.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, larger, smaller
from kullback._math.log import LN2

# Bounds that the tests hold them to, in units in the last place, over [-700, 709] (below, exp goes
# through the subnormal numbers with one rounding more). The worst of the tail is just beyond
# |z| = ln(2)/2, where its terms cancel.
EXP_ULP = 1.5
EXPM1_ULP = 2.5
EXP_TAIL_ULP = 12.0

LOG2_E = 1.4426950408889634
LN2_LOW = 2.3190468138462996e-17
TO_INTEGER = 1.5 * 2.0**52  # added, it leaves the nearest integer in the low bits
TO_INTEGER_BITS = 0x4338000000000000
BIAS = 1023
LOWEST, HIGHEST = -760.0, 720.0  # beyond, e**z is 0 and inf
LOWEST_TAIL, HIGHEST_TAIL = -700.0, 709.9  # here e**z - 1 is -1 and inf; q is a number


@inline
def _power_of_two(n: int) -> float:
    return from_bits((n + BIAS) << 52)


@inline
def _reduced(z: float) -> tuple[int, float]:
    """n and r."""
    shifted = fma(z, LOG2_E, TO_INTEGER)
    n = shifted - TO_INTEGER
    return bits(shifted) - TO_INTEGER_BITS, fma(-n, LN2_LOW, fma(-n, LN2, z))


@inline
def exp(z: float) -> float:
    """e**z: 0 and inf at the ends, through the subnormal numbers; z must not be NaN."""
    power, r = _reduced(larger(smaller(z, HIGHEST), LOWEST))
    value = 1.0 + fma(r * r, series.exponential(r), r)
    half = power >> 1
    return value * _power_of_two(half) * _power_of_two(power - half)


@inline
def expm1(z: float) -> float:
    """e**z - 1; z must not be NaN."""
    power, r = _reduced(larger(smaller(z, HIGHEST_TAIL), LOWEST_TAIL))
    q = _power_of_two(power - 1)
    value = fma(q, fma(r * r, series.exponential(r), r), q - 0.5)
    return value + value


@inline
def exp_tail(z: float) -> float:
    """e**z - 1 - z, never negative; z must not be NaN."""
    z = smaller(z, HIGHEST_TAIL)
    power, r = _reduced(larger(z, LOWEST_TAIL))
    q = _power_of_two(power - 1)
    line = fma(q, r, fma(z, -0.5, q - 0.5))
    value = fma(q * (r * r), series.exponential(r), line)
    return value + value
