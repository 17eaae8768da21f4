"""The last rung for logits: every bit is the oracle's, whose sums cancel, in more bits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kullback._exact import logits
from oracle.logits import exact
from support.logit_calls import NOTHING, each_word
from support.tolerances import assert_same_bits

MOST = float(np.finfo(np.float64).max)
LEAST = 5e-324


def divergence(word, a, b, temperature=1.0):
    return logits.divergence(word, a, b, temperature, lambda: None)


def assert_exact(word, a, b, temperature=1.0):
    for one, other in ((a, b), (b, a)):
        got = divergence(word, one, other, temperature)
        want = float(exact(word, np.array(one), np.array(other), temperature))
        assert_same_bits(np.array(got), np.array(want))


@each_word
@pytest.mark.parametrize("gap", [3.0, 1e-2, 1.1e-3, 0.9e-3, 1e-7, 1e-15, 1e-30, 1e-160])
@pytest.mark.parametrize("scale", [0.0, 1e-20, 1.0, 40.0, 1e5])
def test_every_bit_at_every_distance(word, gap, scale):
    a, move = np.random.default_rng(1).normal(size=(2, 7))
    a *= scale
    for temperature in (1.0, 0.3, 1e3):
        assert_exact(word, a.tolist(), (a + gap * move).tolist(), temperature)
        assert_exact(word, a.tolist(), (a + gap * move + 3.7).tolist(), temperature)


@each_word
@pytest.mark.parametrize("temperature", [LEAST, 1e-200, 1.0, 1e200, MOST])
def test_every_bit_at_the_ends_of_the_range(word, temperature):
    rows = [
        [0.0, -1.0, 0.5],
        [MOST, -MOST, 0.0],
        [LEAST, -LEAST, 0.0],
        [1e200, 1.5e200, -1e200],
        [0.0, -700.0, -1500.0],
        [0.0, -700.0, -MOST],
        [0.0, NOTHING, -20_000.0],
    ]
    for row in rows:
        for other in rows:
            assert_exact(word, row, other, temperature)


@each_word
def test_rows_that_differ_by_a_constant_are_at_zero(word):
    for temperature in (LEAST, 0.3, MOST):
        assert divergence(word, [0.0, -3.0, NOTHING], [5.0, 2.0, NOTHING], temperature) == 0.0


@each_word
def test_rows_without_a_softmax_are_nan(word):
    for row in ([math.nan, 0.0], [math.inf, 0.0], [NOTHING, NOTHING], [0.0, math.nan]):
        assert math.isnan(divergence(word, row, [0.0, 1.0], 1.0))
        assert math.isnan(divergence(word, [0.0, 1.0], row, 1.0))


def test_kl_is_infinite_where_q_lacks_what_p_has_however_little_that_is():
    assert divergence("kl", [0.0, -MOST], [0.0, NOTHING], 1e-300) == math.inf
    assert divergence("kl", [0.0, NOTHING], [0.0, -MOST], 1e-300) == 0.0
    assert divergence("kl", [0.0, 0.0], [0.0, -MOST], 0.1) == math.inf  # too large for a float
