"""Sums and differences in twice the precision, and exact powers of two.

Sources: Knuth's two-sum; Dekker's product with a fused multiply-add; Kahan's difference of
products (Jeannerod, Louvet and Muller 2013: at most 1.5 ulp).
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._math.bits import bits, fma, from_bits, larger, smaller
from kullback._math.shuffles import exchange_1, exchange_2, exchange_4, first_lane

FRACTION = (1 << 52) - 1
ONE_BITS = 1023 << 52


@inline
def two_sum(x: float, y: float) -> tuple[float, float]:
    """x + y as a rounded sum and its exact error."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


@inline
def add_to(total: tuple[float, float], x: float) -> tuple[float, float]:
    """A sum in twice the precision, increased by x; both may be lanes."""
    high, error = two_sum(total[0], x)
    return high, total[1] + error


@inline
def add_unsigned(total: tuple[float, float], x: float) -> tuple[float, float]:
    """As `add_to`, of numbers without a sign: once they are in order, a step less will do."""
    high = total[0] + x
    error = smaller(total[0], x) - (high - larger(total[0], x))
    return high, total[1] + error


@inline
def two_product(x: float, y: float) -> tuple[float, float]:
    """x * y as a rounded product and its exact error."""
    product = x * y
    return product, fma(x, y, -product)


@inline
def difference_of_products(x: float, a: float, y: float, b: float) -> float:
    """x * a - y * b within 1.5 ulp, however much cancels."""
    product = y * b
    return fma(x, a, -product) - fma(y, b, -product)


@inline
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


@inline
def add_to_three(total: tuple[float, float, float], x: float) -> tuple[float, float, float]:
    """A sum in three times the precision, increased by x."""
    high, error = two_sum(total[0], x)
    middle, rest = two_sum(total[1], error)
    return high, middle, total[2] + rest


@inline
def renormalized(total: tuple[float, float, float]) -> tuple[float, float, float]:
    """The same sum with parts that do not overlap."""
    high, middle = two_sum(total[0], total[1])
    middle, low = two_sum(middle, total[2])
    return high, middle, low


@inline
def cross_difference(
    a: float, b: float, a_sum: tuple[float, float, float], b_sum: tuple[float, float, float]
) -> float:
    """a * b_sum - b * a_sum, to a part in 2**150 of the products."""
    first, first_error = two_product(a, b_sum[0])
    second, second_error = two_product(b, a_sum[0])
    third, third_error = two_product(a, b_sum[1])
    fourth, fourth_error = two_product(b, a_sum[1])
    large, rest_1 = two_sum(first, -second)
    medium, rest_2 = two_sum(first_error, -second_error)
    small, rest_3 = two_sum(third, -fourth)
    total, rest_4 = two_sum(large, medium)
    total, rest_5 = two_sum(total, small)
    tiny = (third_error - fourth_error) + (a * b_sum[2] - b * a_sum[2])
    return total + (((rest_1 + rest_2) + (rest_3 + rest_4)) + (rest_5 + tiny))


@inline
def exponent(x: float) -> int:
    """floor(log2 x) of a positive normal number."""
    return (bits(x) >> 52) - 1023


@inline
def exponent_of_any(x: float) -> int:
    """floor(log2 x) of a positive number, subnormal or not."""
    return exponent(x * 2.0**60) - 60 if x < 1.0 else exponent(x)


@inline
def mantissa(x: float) -> float:
    """x / 2**exponent(x), in [1, 2)."""
    return from_bits((bits(x) & FRACTION) | ONE_BITS)


@inline
def power_of_two(n: int) -> float:
    """2**n for -1022 <= n <= 1023."""
    return from_bits((n + 1023) << 52)


@inline
def times_power_of_two(x: float, n: int) -> float:
    """x * 2**n, exact but where the result is subnormal or infinite."""
    n = max(min(n, 2044), -2044)
    half = n >> 1
    return x * power_of_two(half) * power_of_two(n - half)
