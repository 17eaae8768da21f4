"""Divergences of logits against their oracle, at every distance, scale and temperature."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kullback._drivers import logits as driver
from kullback._kernels.softmax.sums import PART
from oracle.logits import divergences
from support.calls import each_float
from support.logit_calls import FUNCTIONS, NOTHING, check, each_word, logits, with_nothing
from support.tolerances import assert_close

# Distance and scale


@each_word
@pytest.mark.parametrize("gap", [10.0**i for i in range(-16, 3)])
def test_every_digit_is_right_at_every_distance(word, gap):
    rng = np.random.default_rng(1)
    for scale in (0.0, 1.0, 30.0, 1e4):
        a = scale * rng.normal(size=(4, 19))
        check(word, a, a + gap * rng.normal(size=a.shape))
        check(word, a, a + gap * rng.normal(size=a.shape) + 1234.5)


@each_word
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_rows_that_differ_by_the_rounding_of_a_shift(word, temperature):
    """The sums of a first pass are then no better known than the differences are large.

    These were the worst of 40,000 rows, 1.8e-14 off, when e might be 16 times the result.
    """
    worst = [36984, 27873, 36298, 19680, 13027, 35739]
    a = np.random.default_rng(0).normal(size=(40_000, 8))[worst]
    check(word, a, a + 3.7, temperature)


@each_word
@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-9, 1.0, 1e4, 1e9, 1e100, 1e300, 1.7e308])
def test_every_digit_is_right_at_every_scale(word, scale):
    rng = np.random.default_rng(2)
    a, b = scale * rng.uniform(-1, 1, (2, 8, 11))
    check(word, a, b)
    check(word, a, a * (1 - 1e-12 * rng.random(a.shape)))


@each_word
@pytest.mark.parametrize("amount", [1.0, 1e-3, 1e-7, 1e-12])
@pytest.mark.parametrize("column", [0, 7])
def test_one_logit_that_has_moved_alone(word, amount, column):
    """Where everything else is equal, the shift of the sums is as large as the difference."""
    rng = np.random.default_rng(3)
    a = np.vstack([np.zeros(2100), rng.normal(size=2100), 1e-3 * rng.normal(size=2100)])
    b = a.copy()
    b[:, column] += amount
    check(word, a, b)


@each_word
def test_tiny_probabilities_on_which_the_result_hangs(word):
    far = [-20.25, -99.5, -300.125, -700.0, -741.0, -800.0, -1400.0, -5000.0, NOTHING]
    a = np.array([[0.0, x, -3.5 + x] for x in far for _ in far])
    b = np.array([[0.125, y, y] for _ in far for y in far])
    check(word, a, b)
    check(word, a + 1e-9, b)


@each_word
def test_a_logit_of_q_that_is_far_below_in_a_bin_of_a_tiny_probability(word):
    """Of 0.0 and of 37 % once: the one by a sum without the bin, the other by a sum with it."""
    cold = 2.0**-100
    check(word, np.array([0.0, -1300.0]) * cold, np.array([0.0, -(2.0**799)]), cold)
    for far, lowest in ((-700.0, -1.7e308), (-87.0, -3.4e38), (-40.0, -1e30), (-1250.0, -1e290)):
        check(word, np.array([0.0, -1.0, far]), np.array([0.1, -0.9, lowest]))


@each_word
def test_logits_in_use_are_certified_by_the_kernels(word, monkeypatch):
    """Decimals take ten thousand times as long.

    Only a mask at the end of the range may need them, and only in q alone, where logits / T are so
    far apart that KL hangs on probabilities below e**-64.
    """

    def unwanted(*_):
        raise AssertionError("these rows are ordinary")

    monkeypatch.setattr(driver.exact, "divergence", unwanted)
    rng = np.random.default_rng(8)
    for scale in (1e-300, 1e-9, 1.0, 5.0, 30.0, 300.0, 1e4, 1e7, 1e50, 1e150, 1e220, 1e300):
        a, b = scale * rng.normal(size=(2, 60, 9))
        hidden = rng.random(a.shape) < np.linspace(0, 0.5, 9)
        for temperature in (1.0, 0.07, 2.5):
            for other in (b, a, a + 3.7, a + scale, a * (1 + 1e-12 * rng.normal(size=a.shape))):
                FUNCTIONS[word](a, other, temperature=temperature)
                for mask in (NOTHING, -1e4, -1e9, -3.4e38, -np.finfo(float).max):
                    masked = np.where(hidden, mask, a), np.where(hidden, mask, other)
                    FUNCTIONS[word](*masked, temperature=temperature)
                    FUNCTIONS[word](masked[0], other, temperature=temperature)
                    if mask > -1e300 or scale < 10 * temperature:
                        FUNCTIONS[word](a, masked[1], temperature=temperature)


@each_word
def test_differences_and_products_that_overflow(word):
    most = np.finfo(np.float64).max
    rows = np.array(
        [
            [most, -most, 0.0],
            [-most, most, most],
            [0.0, -710.0, -2000.0],
            [0.0, -290.5, -1e300],
            [0.0, -1e300, -most],
            [-429.5, -most, 0.0],
            [most, most, most],
            [-1e300, -1.1e300, -most],
            [0.0, NOTHING, -most],
        ]
    )
    for row in rows:
        for temperature in (1.0, 0.7):
            check(word, rows, row, temperature)


@each_word
@pytest.mark.parametrize("temperature", [1e-3, 0.1, 0.7, 2.0, 3.3, 1e3])
def test_logits_are_divided_by_the_exact_temperature(word, temperature):
    a, b = logits(5, 13, 3.0)
    check(word, a, b, temperature)
    check(word, temperature * a, temperature * b, temperature)
    check(word, temperature * a, temperature * a * (1 + 1e-10 * b), temperature)


@each_word
@pytest.mark.parametrize("temperature", [5e-324, 1e-310, 1e-280, 1e-40, 1e40, 1e280, 1.7e308])
def test_temperatures_may_be_of_any_size(word, temperature):
    a, b = logits(4, 6)
    check(word, a, b, temperature)
    scaled = temperature * np.clip([a, b], -1, 1)
    check(word, *scaled, temperature)
    check(word, scaled[0], scaled[0] * (1 + 1e-9 * b), temperature)


# Zeros


@each_word
@pytest.mark.parametrize("shares", [(0.4, 0.0), (0.0, 0.3), (0.3, 0.3), (0.9, 0.9)])
def test_minus_infinity_is_a_bin_of_probability_zero(word, shares):
    rng = np.random.default_rng(4)
    a, b = (with_nothing(rng, x, s) for x, s in zip(logits(12, 21), shares, strict=True))
    check(word, a, b)
    check(word, a, np.where(a > NOTHING, b, NOTHING))
    check(word, a, a + 1e-9 * rng.normal(size=a.shape))
    check(word, 1e200 * a, 1e200 * b)


def test_kl_is_infinite_just_where_q_lacks_what_p_has():
    a = np.array([[0.0, NOTHING], [0.0, NOTHING], [0.0, -1e300], [0.0, 1.0], [NOTHING, 0.0]])
    b = np.array([[1.0, NOTHING], [NOTHING, 1.0], [1.0, NOTHING], [1.0, -1e300], [1.0, 0.0]])
    got = FUNCTIONS["kl"](a, b)
    np.testing.assert_array_equal(np.isinf(got), [False, True, True, False, False])
    assert_close(FUNCTIONS["js"](a, b)[1], math.log(2), "rows")


@each_word
@pytest.mark.parametrize("mask", [-1e4, -1e9, -3.4028234663852886e38, np.finfo(np.float64).min])
def test_masks_of_any_size_are_like_minus_infinity(word, mask):
    a, b = logits(6, 40)
    hidden = np.random.default_rng(5).random(a.shape) < 0.4
    want = FUNCTIONS[word](np.where(hidden, NOTHING, a), np.where(hidden, NOTHING, b))
    got = FUNCTIONS[word](np.where(hidden, mask, a), np.where(hidden, mask, b))
    assert_close(got, want, "rows")


# Every length of row

LENGTHS = [*range(1, 20), 31, 32, 33, 255, PART - 1, PART, PART + 1, 2 * PART + 9]


@each_word
@each_float
@pytest.mark.parametrize("k", LENGTHS)
def test_rows_of_every_length_are_right(word, dtype, k):
    a, b = (x.astype(dtype) for x in logits(2, k, seed=k))
    check(word, a, b)
    check(word, a, (a + 1e-6 * b).astype(dtype))


@each_word
@pytest.mark.parametrize("gap", [3.0, 1e-3, 1e-9])
def test_128_000_bins_cost_no_digits(word, gap):
    few, more = logits(3, 16)
    other = few + gap * more
    want = divergences(word, few, other)  # repeating the bins changes nothing
    got = FUNCTIONS[word](np.tile(few, 8000), np.tile(other, 8000))
    assert_close(got, want, "rows")
    one_by_one = [FUNCTIONS[word](np.tile(few[0], 8000), np.tile(other[0], 8000))]
    assert_close(np.array(one_by_one), want[:1], "rows")
