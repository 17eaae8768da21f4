"""Divergences of logits: what must not matter, and what has no result."""

from __future__ import annotations

import numpy as np
import pytest

from kullback._drivers import logits as driver
from kullback._kernels.softmax.sums import PART
from support.calls import assert_says, each_float
from support.logit_calls import FUNCTIONS, NOTHING, each_word, logits
from support.tolerances import assert_same_bits

# What must not matter


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


# What has no result


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
