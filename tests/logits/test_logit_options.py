"""Divergences of logits: what must not matter, and what has no result."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kullback._drivers import logits as driver
from kullback._kernels.softmax.sums import PART
from oracle.logits import divergences
from support.calls import assert_says, each_float
from support.layouts import LAYOUTS
from support.logit_calls import FUNCTIONS, NOTHING, each_word, logits
from support.tolerances import assert_close, assert_same_bits

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
    a, b = logits(10, k)
    rows = np.stack([a, b])
    rows[1, 1] = rows[0, 1] + 1e-9 * b[1]
    rows[1, 2] = rows[0, 2] + 4
    rows[:, 3] *= 1e30
    rows[0, 4, 100], rows[1, 5, k - 1], rows[1, 6, 0] = np.nan, NOTHING, -3e38
    rows[:, 7] = np.where(np.arange(k) == k - 1, 0, NOTHING)
    rows[0, 8] = NOTHING
    rows[:, 9, 100:] = NOTHING
    rows[1, 9, :2] = np.array([1, -1]) * float(np.finfo(dtype).max)
    a, b = rows.astype(dtype)
    for temperature in (1.0, 0.3, 2.0**-100, 2.0**100):
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
