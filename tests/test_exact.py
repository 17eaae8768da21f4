"""Long integers: sums of floats and differences of their products, against fractions."""

from __future__ import annotations

from fractions import Fraction

import numba
import numpy as np
import pytest

from kullback._jit import FLAGS
from kullback._math.exact import (
    DIGITS,
    LEAST,
    PRODUCT,
    TOP,
    add_number,
    add_product,
    carry,
    leading,
)


@numba.njit(**FLAGS)
def difference(a, b, a_rows, b_rows, a_power, b_power):
    """a times the sum of b_rows minus b times the sum of a_rows, as a number and a power of two."""
    a_sum, b_sum = np.zeros(DIGITS, np.int64), np.zeros(DIGITS, np.int64)
    for n in range(a_rows.size):
        add_number(a_sum, a_rows[n], a_power)
        add_number(b_sum, b_rows[n], b_power)
    carry(a_sum)
    carry(b_sum)
    product = np.zeros(PRODUCT, np.int64)
    add_product(product, a, a_power, b_sum, 1)
    add_product(product, b, b_power, a_sum, -1)
    return leading(product)


def compare(a_rows, b_rows, a_power=0, b_power=0) -> None:
    scale = Fraction(2) ** (a_power + b_power)
    a_sum, b_sum = (sum(map(Fraction, rows)) for rows in (a_rows, b_rows))
    for a, b in zip(a_rows, b_rows, strict=True):
        want = (Fraction(a) * b_sum - Fraction(b) * a_sum) * scale
        d, power = difference(a, b, np.array(a_rows), np.array(b_rows), a_power, b_power)
        assert abs(Fraction(d) * Fraction(2) ** power - want) <= abs(want) * Fraction(2) ** -52


@pytest.mark.parametrize("seed", range(20))
def test_differences_have_all_digits_at_any_scale(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.ldexp(rng.integers(0, 2**53, 9).astype(float), rng.integers(-1126, 850, 9))
    near = rows * rng.choice([1.0, 1.0, 1.0, 1.5, 0.0, 1.0 + 2.0**-52], 9)
    compare(rows.tolist(), near.tolist())
    compare(rows.tolist(), (rows * 0.75).tolist(), 3, -3)


def test_the_ends_of_what_a_long_integer_holds() -> None:
    compare([5e-324, 1.0, 3.0], [2.0**-1022, 1.0, 5e-324])
    compare([1.7e308, 5e-324], [1.7e308, 1e-323], LEAST + 1074, LEAST + 1074)
    compare([2.0 ** (TOP - 4), 1e-300] * 3, [2.0 ** (TOP - 4), 1e-300] * 3)
    assert difference(1.0, 2.0, np.ones(1), np.array([2.0]), 0, 0)[0] == 0.0


def test_carries_are_taken_in_time() -> None:
    """A million numbers of all ones in the same digits."""
    top = 2.0 - 2.0**-52
    rows, ones = np.full(1_000_000, top), np.ones(1_000_000)
    assert difference(top, 1.0, rows, ones, 0, 0)[0] == 0.0
    d, power = difference(top, 3.0, rows, ones, 0, 0)
    assert abs(np.ldexp(d, power) / (-2e6 * top) - 1) <= 2.0**-52
