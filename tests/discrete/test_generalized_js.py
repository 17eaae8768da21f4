"""Generalized Jensen-Shannon divergence against its oracle, and what mathematics promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback.discrete.generalized_js import generalized_js_divergence
from oracle.tables import mixtures
from support.mixture_calls import OPTIONS, check, each_family, each_option, triples
from support.strategies import family, near_pairs, row_pairs, simplex
from support.tolerances import assert_close, assert_same_bits

WEIGHTS = [None, [1, 2, 3], [0.2, 0.5, 0.3], [1, 1e-9, 1e-17], [0, 1, 3], [1e-300, 1e-310, 1]]


@each_family
@each_option
def test_every_digit_is_right(name, options):
    check(triples(name), **options)


@each_family
@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_weights_are_taken_as_they_are(name, weights):
    check(triples(name), weights)


@each_family
@each_option
def test_two_rows_twice_are_as_near_as_two(name, options):
    p, q = family(name)
    check(np.stack([p, q, p, q], axis=1), [1, 2, 3, 4], **options)


@pytest.mark.parametrize("amount", [10.0**-i for i in range(1, 17)])
@pytest.mark.parametrize("m", [2, 5, 40])
def test_rows_that_are_nearly_equal_keep_every_digit(m, amount):
    rng = np.random.default_rng(m)
    rows = simplex(rng, 1, 11) * (1 + amount * rng.uniform(-0.9, 1, (3, m, 11)))
    check(rows, rng.random(m))
    check(rows * rng.random((m, 1)), normalize=True)


@given(pair=st.one_of(row_pairs(), near_pairs()), more=st.integers(0, 3), place=st.integers(0, 9))
def test_any_group_is_right(pair, more, place):
    rows = [*pair, *(np.roll(pair[0], i + 1) for i in range(more))]
    check(np.array(rows), **OPTIONS[place % len(OPTIONS)])


@pytest.mark.parametrize("k", [*range(1, 20), 31, 32, 33, 255, 256, 257, 300, 513])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_rows_of_every_length_are_right(k, dtype):
    rows = np.random.default_rng(k).integers(1, 200, (2, 3, k)).astype(dtype)
    check(rows)
    check(rows, pseudocount=0.25)


@pytest.mark.parametrize("shape", [(3, 70_000), (300, 300)])
@pytest.mark.parametrize("amount", [1.0, 1e-6, 1e-12])
def test_many_rows_and_many_bins_cost_no_digits(shape, amount):
    rng = np.random.default_rng(0)
    few = simplex(rng, 1, 10) * (1 + amount * rng.uniform(-0.9, 1, (3, 10)))
    want = mixtures(few)  # repeating rows or bins changes nothing
    many = np.tile(few, (shape[0] // 3, shape[1] // 10))
    assert_close(generalized_js_divergence(many), want, "rows")
    assert_close(generalized_js_divergence((few[0], *few[1:])), want, "rows")


@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_two_rows_with_equal_weights_have_the_js_divergence(pair):
    got = generalized_js_divergence(np.array(pair))
    assert_close(got, np.float64(kullback.js_divergence(*pair)), "rows")


@pytest.mark.parametrize("a", [0.5, 0.1, 1e-3, 1e-12])
def test_two_rows_have_the_skewed_divergence(a):
    p, q = family("random")
    mean = (1 - a) * p + a * q
    want = (1 - a) * kullback.kl_divergence(p, mean) + a * kullback.kl_divergence(q, mean)
    got = generalized_js_divergence(np.stack([p, q]), [1 - a, a])
    assert np.allclose(got, want, rtol=1e-9 if a > 1e-6 else 1e-3, atol=0)


@each_family
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equal_rows_are_at_zero(name, dtype):
    with np.errstate(over="ignore", under="ignore"):
        rows = np.vstack(family(name)).astype(dtype)
    rows = rows[np.isfinite(rows).all(axis=1) & rows.any(axis=1)]
    for normalize in (True, False):
        for weights in (None, [0.3, 0.3, 0.4]):
            got = generalized_js_divergence([rows] * 3, weights, normalize=normalize)
            assert_same_bits(got, np.zeros(len(rows), dtype))


def test_proportional_counts_are_at_zero():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 1000, (50, 30))
    factors = rng.integers(1, 10**6, (4, 50, 1))
    assert_same_bits(generalized_js_divergence(counts * factors), np.zeros(50))


@given(pair=st.one_of(row_pairs(), near_pairs()), a=st.floats(0, 0.5))
def test_no_result_is_negative_or_above_the_entropy_of_the_weights(pair, a):
    got = generalized_js_divergence(np.array(pair), [a, 1 - a])
    entropy = -(a * np.log(a) if a else 0.0) - (1 - a) * np.log1p(-a)
    assert 0 <= got <= entropy * (1 + 1e-14) + 1e-322
    assert generalized_js_divergence(np.array(pair)) <= np.log(2)


@pytest.mark.parametrize("m", [1, 2, 3, 8, 125])
def test_disjoint_rows_are_as_far_as_can_be(m):
    most = math.log(m)  # NumPy 1.26's is a unit in the last place off now and then
    assert_close(generalized_js_divergence(np.eye(m)), np.float64(most), "rows")
    assert generalized_js_divergence(np.eye(m)) <= most
    weights = np.arange(1.0, m + 1)
    want = mixtures(np.eye(m), weights)[()]
    assert_close(generalized_js_divergence(np.eye(m), weights), want, "rows")
    assert_close(
        generalized_js_divergence([[1, 0], [0, 1]], [1, 1e-30]), 7.007755278982137e-29, "rows"
    )


def test_a_row_of_no_weight_has_no_part():
    p, q = family("zeros_in_both")
    got = generalized_js_divergence(np.stack([p, q, 1 - p / 2]), [1, 3, 0])
    assert_close(got, mixtures(np.stack([p, q], 1), [1, 3]), "rows")


def test_weights_of_any_scale_are_the_same():
    ps = triples("random")
    want = generalized_js_divergence(ps, [1, 2, 5], over=1)
    for scale in (5e-324, 1e-300, 1e307, 3.0):
        weights = np.array([1.0, 2.0, 5.0]) * scale
        assert_close(generalized_js_divergence(ps, weights, over=1), want, "rows")
