"""e**z, e**z - 1 and e**z - 1 - z without cancellation, as steps that vectorise.

z = n ln 2 + r with |r| <= ln(2)/2; ln 2 in two parts, so that r is right to 2**-107, and r = z
where n = 0. With t = e**r - 1 - r and q = 2**(n - 1), which is a number still where 2**n is none,

    e**z - 1     = 2 (q (r + t) + (q - 1/2))
    e**z - 1 - z = 2 (q t + (q r + (q - 1/2) - z/2)),

whose last parts vanish where n = 0: small results are products, with all their digits.
Source: the usual reduction (Cody and Waite); the coefficients are those of `series`.
"""

from __future__ import annotations

from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, larger, magnitude, select, smaller
from kullback._math.log import LN2, LOG2_E
from kullback._math.sums import power_of_two
from kullback._math.tracing import traced

# Error bounds in units in the last place over [-700, 709], and the inputs at which the largest
# error was seen (2e5 random inputs of all sizes). The tests import these. The worst of the last
# is just beyond ln(2)/2, where its terms cancel.
EXP_ULP, EXP_WORST = 1.1, 0.36466072199352495
EXPM1_ULP, EXPM1_WORST = 2.5, 0.36491543936612836
EXP_TAIL_ULP, EXP_TAIL_WORST = 10.0, 0.3597876234446436

LN2_LOW = 2.3190468138462996e-17
TO_INTEGER = 1.5 * 2.0**52  # added, it leaves the nearest integer in the low bits
TO_INTEGER_BITS = 0x4338000000000000
BIAS = 1023.0
TINY = 2.0**-54
LOWEST, HIGHEST = -760.0, 720.0  # beyond, e**z is 0 and inf
LOWEST_TAIL, HIGHEST_TAIL = -700.0, 709.9  # here e**z - 1 is -1 and inf; q is a number


@traced
def reduced(high: float, low: float) -> tuple[float, float, float]:
    """n, r and t, e**(high + low) = 2**n (1 + r + t) with |r| <= ln(2)/2 and t = e**r - 1 - r.

    n = 0 where |high| is below ln(2)/2; |high| must be below 2**50, `low` below its last place.
    """
    n = fma(high, LOG2_E, TO_INTEGER) - TO_INTEGER
    r = fma(-n, LN2, high) + fma(-n, LN2_LOW, low)
    return n, r, r * r * series.exponential(r)


@traced
def power_of_integer(n: float) -> float:
    """2**n of an integer in float64, -1022 <= n <= 1023; both may be lanes."""
    return from_bits(bits(n + (TO_INTEGER + BIAS)) << 52)


@traced
def _split(z: float, to_integer: float) -> tuple[float, int]:
    """m in [0.7, 1.42) and n + the bits of `to_integer`, e**z = 2**n m; |z| is below 2**50."""
    shifted = fma(z, LOG2_E, to_integer)
    n = shifted - to_integer
    r = fma(-n, LN2_LOW, fma(-n, LN2, z))
    return 1.0 + fma(r * r, series.exponential(r), r), bits(shifted)


@traced
def exp_normal(z: float) -> float:
    """e**z for -708 <= z <= 709."""
    m, n = _split(z, TO_INTEGER)
    return from_bits(bits(m) + (n << 52))


@traced
def exp_lowered(z: float) -> float:
    """2**-64 e**z for -663 <= z <= 753: in sums of it, large numbers do not overflow."""
    m, n = _split(z, TO_INTEGER - 64.0)
    return from_bits(bits(m) + (n << 52))


@traced
def exp(z: float) -> float:
    """e**z: 0 and inf at the ends, through the subnormal numbers; z must not be NaN."""
    m, n = _split(larger(smaller(z, HIGHEST), LOWEST), TO_INTEGER)
    power = n - TO_INTEGER_BITS
    half = power >> 1
    return m * power_of_two(half) * power_of_two(power - half)


@traced
def expm1(z: float) -> float:
    """e**z - 1; z must not be NaN."""
    n, r, tail = reduced(larger(smaller(z, HIGHEST_TAIL), LOWEST_TAIL), 0.0)
    q = power_of_integer(n - 1.0)
    value = fma(q, r + tail, q - 0.5)
    return select(magnitude(z) < TINY, z, value + value)  # half of a subnormal number is rounded


@traced
def exp_tail(z: float) -> float:
    """e**z - 1 - z, never negative; z must not be NaN."""
    z = smaller(z, HIGHEST_TAIL)
    n, r, tail = reduced(larger(z, LOWEST_TAIL), 0.0)
    q = power_of_integer(n - 1.0)
    value = fma(q, tail, fma(q, r, fma(z, -0.5, q - 0.5)))
    return value + value
