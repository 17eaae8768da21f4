"""Sums in twice the precision, exact products, and exact powers of two.

Sources: Knuth's two-sum; Dekker's product with a fused multiply-add.
"""

from __future__ import annotations

from kullback._math.bits import bits, fma, from_bits, larger, smaller
from kullback._math.shuffles import exchange_1, exchange_2, exchange_4, first_lane
from kullback._math.tracing import traced

FRACTION = (1 << 52) - 1
ONE_BITS = 1023 << 52


@traced
def two_sum(x: float, y: float) -> tuple[float, float]:
    """x + y as a rounded sum and its exact error."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


@traced
def add_to(total: tuple[float, float], x: float) -> tuple[float, float]:
    """A sum in twice the precision, increased by x; both may be lanes."""
    high, error = two_sum(total[0], x)
    return high, total[1] + error


@traced
def add_unsigned(total: tuple[float, float], x: float) -> tuple[float, float]:
    """As `add_to`, of numbers without a sign: once they are in order, a step less will do."""
    high = total[0] + x
    error = smaller(total[0], x) - (high - larger(total[0], x))
    return high, total[1] + error


@traced
def two_product(x: float, y: float) -> tuple[float, float]:
    """x * y as a rounded product and its exact error."""
    product = x * y
    return product, fma(x, y, -product)


@traced
def sum_of_lanes_in_two(total: tuple[float, float]) -> tuple[float, float]:
    """The sum of all lanes of a sum in twice the precision, in twice the precision."""
    high, low = total
    high, error = two_sum(high, exchange_4(high))
    low = low + exchange_4(low) + error
    high, error = two_sum(high, exchange_2(high))
    low = low + exchange_2(low) + error
    high, error = two_sum(high, exchange_1(high))
    low = low + exchange_1(low) + error
    return first_lane(high), first_lane(low)


@traced
def exponent(x: float) -> int:
    """floor(log2 x) of a positive normal number."""
    return (bits(x) >> 52) - 1023


@traced
def mantissa(x: float) -> float:
    """x / 2**exponent(x), in [1, 2)."""
    return from_bits((bits(x) & FRACTION) | ONE_BITS)


@traced
def power_of_two(n: int) -> float:
    """2**n for -1022 <= n <= 1023."""
    return from_bits((n + 1023) << 52)
