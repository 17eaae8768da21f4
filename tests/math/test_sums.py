"""Sums and signs of lanes: exact where they say so."""

from __future__ import annotations

from fractions import Fraction

import numba
import numpy as np

from kullback._jit import FLAGS
from kullback._math.bits import bits
from kullback._math.lanes import WIDTH
from kullback._math.memory import load_lanes, pointer
from kullback._math.shuffles import any_sign_of_lanes
from kullback._math.sums import add_unsigned, two_sum

compiled = numba.njit(**FLAGS)


def test_two_sum_is_exact() -> None:
    high, low = compiled(lambda x, y: two_sum(x, y))(1.0, 2.0**-80)
    assert (high, low) == (1.0, 2.0**-80)


def test_unsigned_numbers_are_added_without_a_loss() -> None:
    rng = np.random.default_rng(5)
    function = compiled(lambda total, x: add_unsigned((total, 0.0), x))
    for total, x in np.exp2(rng.uniform(-60, 60, (2_000, 2))).tolist():
        high, low = function(total, x)
        assert high == total + x
        assert Fraction(high) + Fraction(low) == Fraction(total) + Fraction(x)
    assert function(0.0, 5e-324) == function(5e-324, 0.0) == (5e-324, 0.0)
    assert np.isnan(function(np.nan, 1.0)[0])
    assert np.isnan(function(1.0, np.nan)[0])


def test_one_sign_of_any_lane_is_found() -> None:
    found = compiled(lambda x: any_sign_of_lanes(bits(load_lanes(pointer(x), 0))))
    assert found(np.arange(8.0)) == 0
    for lane in range(WIDTH):
        x = np.ones(WIDTH)
        x[lane] = -0.0
        assert found(x) == -1
