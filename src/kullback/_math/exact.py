"""Sums of floats and differences of their products without any rounding, as long integers.

A long integer is an array of digits of 26 bits, least first, in int64: room for what is added
before carries are taken. It counts units of 2**LEAST, and holds numbers of up to 2**TOP.
"""

from __future__ import annotations

from kullback._jit import inline, outline
from kullback._math.bits import bits
from kullback._math.sums import FRACTION, exponent

DIGIT = 26
BASE = 1 << DIGIT
LEAST = -1200  # a scaled row's largest entry is about 2**900: the smallest is a multiple of this
TOP = 980
DIGITS = (TOP - LEAST) // DIGIT + 2
PRODUCT = 2 * DIGITS + 4


@inline
def place(x: float, power: int) -> tuple[int, int, int, int]:
    """x * 2**power, x > 0, as a position and the three digits from there; 0 if too small."""
    whole, unit = bits(x), -1074
    if x >= 2.0**-1022:
        whole, unit = (whole & FRACTION) | (FRACTION + 1), exponent(x) - 52
    shift = unit + power - LEAST
    if shift < 0:
        return 0, 0, 0, 0
    first = shift // DIGIT
    shift -= first * DIGIT
    low = (whole & (BASE - 1)) << shift
    high = (whole >> DIGIT) << shift
    return first, low & (BASE - 1), (low >> DIGIT) + (high & (BASE - 1)), high >> DIGIT


@outline
def add_number(total, x, power):
    """Add x * 2**power to a sum, x >= 0; carries are not taken."""
    if x > 0.0:
        first, low, middle, high = place(x, power)
        total[first] += low
        total[first + 1] += middle
        total[first + 2] += high


@outline
def add_product(total, x, power, factor, sign):
    """Add sign * x * 2**power * factor, x >= 0, the factor with carries taken."""
    if x > 0.0:
        first, low, middle, high = place(x, power)
        low, middle, high = sign * low, sign * middle, sign * high
        for n in range(factor.size):
            digit = factor[n]
            total[first + n] += low * digit
            total[first + n + 1] += middle * digit
            total[first + n + 2] += high * digit


@outline
def carry(total):
    """Take the carries; the last digit has the sign of all."""
    over = 0
    for n in range(total.size - 1):
        digit = total[n] + over
        over = digit >> DIGIT
        total[n] = digit & (BASE - 1)
    total[-1] += over


@outline
def leading(total):
    """A product or a sum of products as x * 2**power, to the last digit of x or nearly so."""
    carry(total)
    sign = 1.0
    if total[-1] < 0:
        sign = -1.0
        for n in range(total.size):
            total[n] = -total[n]
        carry(total)
    n = total.size - 1
    while n > 2 and total[n] == 0:
        n -= 1
    x = (float(total[n]) * BASE + float(total[n - 1])) * BASE + float(total[n - 2])
    return sign * x, 2 * LEAST + (n - 2) * DIGIT
