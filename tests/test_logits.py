"""Divergences of logits against their oracle, at every distance, scale and temperature."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from calls import assert_says
from kullback._drivers import logits as driver
from kullback._kernels.softmax import PART
from reference_logits import divergences
from test_layouts import LAYOUTS
from tolerances import assert_close, assert_same_bits

FUNCTIONS = {
    "kl": kullback.kl_divergence_from_logits,
    "js": kullback.js_divergence_from_logits,
}
NOTHING = -np.inf
each_word = pytest.mark.parametrize("word", FUNCTIONS)
each_float = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def check(word, a, b, temperature=1.0):
    """Both directions against the oracle."""
    for one, other in ((a, b), (b, a)):
        got = FUNCTIONS[word](one, other, temperature=temperature, invalid="nan")
        assert_close(got, divergences(word, one, other, temperature=temperature), "rows")


def logits(n, k, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return scale * rng.normal(size=(n, k)), scale * rng.normal(size=(n, k))


def with_nothing(rng, rows, share):
    """The rows with about this share of their entries -inf, but never all of them."""
    keep = rng.random(rows.shape) >= share
    keep[np.arange(len(rows)), rng.integers(rows.shape[1], size=len(rows))] = True
    return np.where(keep, rows, NOTHING)


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
    a = np.vstack([np.zeros(4000), rng.normal(size=4000), 1e-3 * rng.normal(size=4000)])
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


# What mathematics promises


def logit():
    return st.one_of(
        st.floats(-30, 30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([0.0, 1.0, -700.0, NOTHING]),
    )


@st.composite
def pairs(draw):
    k = draw(st.integers(1, 12))
    a = draw(st.lists(logit(), min_size=k, max_size=k))
    if draw(st.booleans()):
        b = draw(st.lists(logit(), min_size=k, max_size=k))
    else:
        gap = 10.0 ** draw(st.integers(-16, 1))
        moves = draw(st.lists(st.floats(-1, 1), min_size=k, max_size=k))
        b = [x + gap * move for x, move in zip(a, moves, strict=True)]
    return np.array(a), np.array(b)


temperatures = st.one_of(st.just(1.0), st.floats(1e-3, 1e3), st.floats(5e-324, 1e308))


@each_word
@given(pair=pairs(), temperature=temperatures)
def test_any_pair_of_rows_is_right(word, pair, temperature):
    check(word, *pair, temperature)


@each_word
@given(pair=pairs(), temperature=temperatures)
def test_no_result_is_negative_and_js_is_at_most_ln_2(word, pair, temperature):
    got = FUNCTIONS[word](*pair, temperature=temperature, invalid="nan")
    assert not got < 0
    assert word == "kl" or not got > math.log(2)


@each_word
@each_float
def test_equal_rows_are_at_zero_wherever_they_are_shifted_to(word, dtype):
    a = np.random.default_rng(6).integers(-(2**10), 2**10, (30, 50)).astype(dtype) / 8
    a[3, ::2], a[4, 5] = NOTHING, -1e30
    zeros = np.zeros(30, dtype)
    for shift in (0, 1, -3.25, 1024, 2.0**12):
        shifted = np.where(a > -1e20, a + dtype(shift), a)
        keep = np.arange(30) != 4
        assert_same_bits(FUNCTIONS[word](a[keep], shifted[keep]), zeros[keep])
    for temperature in (1.0, 0.3, 1e-200, 1e200):
        assert_same_bits(FUNCTIONS[word](a, a.copy(), temperature=temperature), zeros)


def test_js_is_symmetric_to_its_last_digits():
    for gap in (1.0, 1e-5, 1e-11):
        a, b = logits(40, 30)
        b = a + gap * b
        there, back = FUNCTIONS["js"](a, b), FUNCTIONS["js"](b, a)
        np.testing.assert_allclose(there, back, rtol=2e-15)


@each_word
def test_log_probabilities_are_logits_and_agree_with_histograms(word):
    rng = np.random.default_rng(7)
    p, q = rng.dirichlet(np.ones(25), (2, 30))
    of_rows = {"kl": kullback.kl_divergence, "js": kullback.js_divergence}[word]
    np.testing.assert_allclose(FUNCTIONS[word](np.log(p), np.log(q)), of_rows(p, q), rtol=1e-13)


@each_word
def test_base_is_the_unit(word):
    a, b = logits(5, 9)
    got = FUNCTIONS[word](a, b, base=2)
    assert_close(got, divergences(word, a, b, base=2), "rows")


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


# What must not matter


@each_word
@pytest.mark.parametrize("shape", [(3001, 65), (5, 200_001), (40, 3 * PART + 5)])
def test_threads_batches_and_row_order_change_no_bit(word, shape):
    a, b = logits(*shape)
    b[::3] = a[::3] + 1e-9 * b[::3]
    b[1::7, 3], a[2, 5] = NOTHING, 1e305
    want = FUNCTIONS[word](a, b, threads=1)
    for threads in (2, 3, 8, None):
        assert_same_bits(FUNCTIONS[word](a, b, threads=threads), want)
    assert_same_bits(FUNCTIONS[word](a[::-1], b[::-1])[::-1], want)
    for i in range(0, len(a), 1 + len(a) // 20):
        assert_same_bits(FUNCTIONS[word](a[i], b[i]), want[i])


@each_word
@each_float
def test_parts_of_rows_give_the_same_bits_as_whole_rows(word, dtype, monkeypatch):
    k = 17 * PART + 3
    a, b = logits(9, k)
    rows = np.stack([a, b])
    rows[1, 1] = rows[0, 1] + 1e-9 * b[1]
    rows[1, 2] = rows[0, 2] + 4
    rows[:, 3] *= 1e30
    rows[0, 4, 100], rows[1, 5, k - 1], rows[1, 6, 0] = np.nan, NOTHING, -3e38
    rows[:, 7] = np.where(np.arange(k) == k - 1, 0, NOTHING)
    rows[0, 8] = NOTHING
    a, b = rows.astype(dtype)
    for temperature in (1.0, 0.3, 1e-150, 1e150):
        options = {"temperature": temperature, "invalid": "nan"}
        monkeypatch.setattr(driver, "HUGE", 10**9)
        monkeypatch.setattr(driver, "LONG", 10**9)
        want = FUNCTIONS[word](a, b, **options)
        monkeypatch.setattr(driver, "HUGE", 1)
        for threads in (1, 3):
            assert_same_bits(FUNCTIONS[word](a, b, threads=threads, **options), want)
        assert_same_bits(FUNCTIONS[word](np.asfortranarray(a), b, **options), want)


@each_word
@each_float
@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_layout_changes_no_bit(word, dtype, layout):
    a, b = (x.astype(dtype) for x in logits(70, 33))
    change = LAYOUTS[layout]
    want = FUNCTIONS[word](a, b)
    assert want.dtype == dtype
    assert_same_bits(FUNCTIONS[word](change(a), b), want)
    assert_same_bits(FUNCTIONS[word](change(a), change(b)), want)
    assert_same_bits(FUNCTIONS[word](a.T, change(b).T, axis=0), want)


@each_word
def test_leading_axes_broadcast(word):
    a, b = np.random.default_rng(8).normal(size=(2, 4, 3, 10))
    want = np.array([[FUNCTIONS[word](a[i, j], b[0, j]) for j in range(3)] for i in range(4)])
    assert_same_bits(FUNCTIONS[word](a, b[0]), want)
    assert_same_bits(FUNCTIONS[word](a, b[:1]), want)
    one = FUNCTIONS[word](a[0, 0], b)
    assert one.shape == (4, 3)
    assert_same_bits(one[2, 1], FUNCTIONS[word](a[0, 0], b[2, 1]))
    assert FUNCTIONS[word](a[:0], b[:0]).shape == (0, 3)


@each_word
@pytest.mark.parametrize(
    ("dtypes", "result"),
    [
        *[(("f4", "f4"), "f4"), (("f2", "f4"), "f4"), (("f2", "f2"), "f4"), ((">f4", "f4"), "f4")],
        *[(("f8", "f4"), "f8"), (("i4", "f4"), "f8"), (("i8", "u1"), "f8"), (("?", "?"), "f8")],
    ],
)
def test_dtypes_are_as_everywhere(word, dtypes, result):
    numbers = np.array([[1, 0, 3, 2]]), np.array([[0, 2, 1, 1]])
    a, b = (x.astype(dtype) for x, dtype in zip(numbers, dtypes, strict=True))
    got = FUNCTIONS[word](a, b)
    assert got.dtype == np.dtype(result)
    assert_close(got, divergences(word, a.astype(float), b.astype(float)), "rows")


@each_word
def test_lists_and_scalars_and_out(word):
    a, b = logits(4, 6)
    want = FUNCTIONS[word](a, b)
    assert_same_bits(FUNCTIONS[word](a.tolist(), b.tolist()), want)
    assert type(FUNCTIONS[word](a[0], b[0])) is np.float64
    out = np.full(8, 7.0)[::2]
    assert FUNCTIONS[word](a, b, out=out) is out
    assert_same_bits(out.copy(), want)
    with pytest.raises(ValueError, match="out"):
        FUNCTIONS[word](a, b, out=np.empty(4, np.float32))
    with pytest.raises(ValueError, match="overlap"):
        FUNCTIONS[word](a, b, out=a[:, 0])


# What has no result


@each_word
@each_float
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("at", [0, 1])
def test_a_logit_that_is_no_number_is_named_with_its_place(word, dtype, value, at):
    rows = [x.astype(dtype) for x in logits(90, 40)]
    rows[at][[17, 50, 83], [23, 1, 39]] = value
    names = ["logits_p", "logits_q"]
    with pytest.raises(ValueError, match=names[at]) as error:
        FUNCTIONS[word](*rows)
    assert names[1 - at] not in str(error.value)
    assert_says(error, r"\b17\b", r"\b23\b", re.escape(str(value)), r"\b3\b.*rows")
    got = FUNCTIONS[word](*rows, invalid="nan")
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(got)), [17, 50, 83])


@each_word
@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("k", [1, 8, 40, PART + 1])
def test_a_row_of_nothing_is_named_with_its_place(word, at, k):
    rows = np.random.default_rng(9).normal(size=(2, 3, 30, k))
    want = FUNCTIONS[word](*rows)
    rows[at, 2, [5, 11]] = NOTHING
    with pytest.raises(ValueError, match=["logits_p", "logits_q"][at]) as error:
        FUNCTIONS[word](*rows)
    assert_says(error, r"row 2, 5\b", "-inf everywhere", r"\b2\b.*rows")
    want[2, [5, 11]] = np.nan
    assert_same_bits(FUNCTIONS[word](*rows, invalid="nan"), want)


@each_word
def test_long_rows_that_are_invalid_are_named(word):
    a, b = logits(2, 40 * PART)
    a[1, 30 * PART] = np.nan
    with pytest.raises(ValueError, match="logits_p") as error:
        FUNCTIONS[word](a, b)
    assert_says(error, r"row 1\b", rf"column {30 * PART}\b", "nan")


@each_word
@pytest.mark.parametrize("temperature", [0, -1, -0.0, np.inf, -np.inf, np.nan])
def test_a_temperature_must_be_positive_and_finite(word, temperature):
    with pytest.raises(ValueError, match="temperature"):
        FUNCTIONS[word]([0, 1], [1, 0], temperature=temperature)


@each_word
def test_wrong_options_are_named(word):
    function = FUNCTIONS[word]
    with pytest.raises(TypeError, match="temperature"):
        function([0, 1], [1, 0], temperature="warm")
    with pytest.raises(ValueError, match="invalid"):
        function([0, 1], [1, 0], invalid="skip")
    with pytest.raises(ValueError, match="base"):
        function([0, 1], [1, 0], base=1)
    with pytest.raises(ValueError, match="threads"):
        function([0, 1], [1, 0], threads=0)
    with pytest.raises(ValueError, match="axis"):
        function([0, 1], [1, 0], axis=1)
    with pytest.raises(
        ValueError, match=r"logits_p has shape \(2,\) and logits_q has shape \(3,\)"
    ):
        function([0, 1], [1, 0, 2])
    with pytest.raises(TypeError, match="logits_q has dtype complex128"):
        function([0, 1], [1j, 0])
