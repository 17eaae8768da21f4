"""Divergences of logits: what mathematics promises."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import kullback
from oracle.logits import divergences
from support.calls import each_float
from support.logit_calls import FUNCTIONS, NOTHING, check, each_word, logits
from support.tolerances import assert_close, assert_same_bits


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
