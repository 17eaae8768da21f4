"""Rényi's divergences: how the orders hang together, and which orders are refused."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback import (
    bhattacharyya_distance,
    chi2_divergence,
    condensed,
    hellinger_distance,
    kl_divergence,
    pairwise,
    renyi_divergence,
)
from oracle.divergences import ORDERS
from support.calls import compare
from support.strategies import family, near_pairs, row_pairs, rows, simplex
from support.tolerances import assert_close, assert_same_bits

SLACK = 1 + 1e-12  # for the rounding of the two sides of an inequality

some_rows = st.one_of(row_pairs(kinds=("simplex", "zeros", "small_counts")), near_pairs())


@given(pair=some_rows, orders=st.lists(st.floats(0.01, 100), min_size=2, max_size=2))
def test_it_grows_with_the_order(pair, orders):
    values = [renyi_divergence(*pair, alpha) for alpha in (*sorted(orders), math.inf)]
    assert values[0] <= values[1] * SLACK
    assert values[1] <= values[2] * SLACK


@given(pair=some_rows)
def test_order_over_order_falls(pair):
    """(1 - alpha) / alpha times the divergence does not grow below 1 (van Erven, Harremoës)."""
    values = [(1 - a) / a * renyi_divergence(*pair, a) for a in (0.1, 0.3, 0.5, 0.8, 0.99)]
    assert all(b <= a * SLACK for a, b in itertools.pairwise(values))


@given(pair=some_rows, alpha=st.floats(0.01, 0.99))
def test_orders_below_1_are_skew_symmetric(pair, alpha):
    p, q = pair
    want = renyi_divergence(q, p, 1 - alpha) * alpha / (1 - alpha)
    assert_close(renyi_divergence(p, q, alpha), want, "identity")


def test_large_masses_may_be_infinitely_far_apart_below_order_1():
    """1 + sum(sqrt(p q) - p/2 - q/2) is 1 - 4 t for masses 9 t and t, and t and 9 t."""
    t = np.array([0.1, 0.2, 0.25, 1.0])
    masses = np.multiply.outer(t, [9.0, 1.0])
    got = renyi_divergence(masses, masses[:, ::-1], 0.5, normalize=False)
    assert_close(got[:2], -2 * np.log1p(-4 * t[:2]), "identity")
    assert np.isposinf(got[2:]).all()


@given(pair=row_pairs(kinds=("simplex", "small_counts"), max_k=5))
def test_order_1_is_kl_and_joins_its_neighbours(pair):
    p, q = pair
    kl = kl_divergence(p, q)
    assert_same_bits(renyi_divergence(p, q, 1), kl)
    generalized = kl_divergence(p, q, normalize=False, base=2)
    assert_same_bits(renyi_divergence(p, q, 1.0, normalize=False, base=2), generalized)
    for tiny in (1e-5, 1e-9, 2.0**-52):
        below, above = renyi_divergence(p, q, 1 - tiny), renyi_divergence(p, q, 1 + tiny)
        assert below <= kl * SLACK
        assert above * SLACK >= kl
        if kl < np.inf:  # then ln(p/q) is below 60, and the slope, half its variance, below 2000
            assert above - below <= 2 * tiny * 2000 * max(1.0, kl) + 1e-12 * kl


def test_nearly_order_1_of_nearly_equal_rows_is_kl():
    p, q = family("near")
    for alpha in (1 - 1e-9, 1 + 1e-9):
        for i in range(3, len(p)):
            want = alpha * kl_divergence(p[i], q[i])
            assert renyi_divergence(p[i], q[i], alpha) == pytest.approx(want, rel=1e-11)


def test_large_orders_join_infinity():
    p, q = family("random")
    largest = renyi_divergence(p, q, math.inf)
    share = (p / p.sum(axis=1, keepdims=True)).min(axis=1)
    for alpha in (1e2, 1e4, 1e8, 1e15):
        got = renyi_divergence(p, q, alpha)
        assert np.all(got <= largest * SLACK)
        assert np.all(got * SLACK >= largest + np.log(share) / (alpha - 1))
    assert_close(got, largest, "identity")


def test_order_infinity_is_the_logarithm_of_the_largest_ratio():
    p, q = ([0.5, 0.25, 0.25, 0.0], [0.25, 0.5, 0.125, 0.125])
    assert_close(renyi_divergence(p, q, math.inf), np.log(2), "rows")
    assert_close(renyi_divergence(p, q, math.inf, base=2), 1.0, "rows")
    assert renyi_divergence([1, 1], [1, 0], math.inf) == np.inf
    assert renyi_divergence([1.0, 1.0], [3.0, 2.0], math.inf, normalize=False) == 0


@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_order_one_half_is_twice_bhattacharyya(pair):
    half = renyi_divergence(*pair, 0.5)
    assert_close(half, 2 * bhattacharyya_distance(*pair), "identity")
    if half < 20:
        assert_close(half, -2 * np.log1p(-(hellinger_distance(*pair) ** 2)), "scipy")


@given(pair=row_pairs(kinds=("simplex", "zeros", "small_counts")))
def test_order_2_is_the_logarithm_of_1_plus_chi2(pair):
    with np.errstate(over="ignore"):
        assert_close(renyi_divergence(*pair, 2), np.log1p(chi2_divergence(*pair)), "identity")


def test_divergences_of_independent_parts_add_up():
    p, q = simplex(np.random.default_rng(1), 2, 7)
    r, s = simplex(np.random.default_rng(2), 2, 5)
    for alpha in (0.25, 0.5, 2, 3.7, math.inf):
        joint = renyi_divergence(np.outer(p, r).ravel(), np.outer(q, s).ravel(), alpha)
        want = renyi_divergence(p, q, alpha) + renyi_divergence(r, s, alpha)
        assert_close(joint, want, "identity")


@given(data=st.data(), k=st.integers(1, 4), alpha=st.sampled_from(ORDERS))
def test_no_channel_increases_it(data, k, alpha):
    p, q = (data.draw(rows("small_counts", k)) for _ in "pq")
    channel = np.array([data.draw(rows("small_counts", 3)) for _ in range(k)])
    channel *= 27720 / channel.sum(axis=1, keepdims=True)  # which 1 to 12 divide: exact
    before, after = renyi_divergence(p, q, alpha), renyi_divergence(p @ channel, q @ channel, alpha)
    assert after <= before * SLACK


def test_ratios_whose_powers_overflow_are_right():
    p = np.array([[1.0, 1e-300], [1e-300, 1.0], [0.5, 0.5], [1e-200, 1.0]])
    q = np.array([[1e-300, 1.0], [1.0, 1e-300], [1e-308, 1.0], [1e-308, 1.0]])
    for alpha in (30, 1000):
        for word_rows in ((p, q), (q, p)):
            got = renyi_divergence(*word_rows, alpha)
            assert np.isfinite(got).all()
            assert np.all(got <= renyi_divergence(*word_rows, math.inf) * SLACK)
    compare("renyi_30", renyi_divergence(p, q, 30), p, q, "rows")


# As a metric


def test_the_metric_is_a_value_with_an_order():
    x = simplex(np.random.default_rng(3), 5, 6)
    for alpha in ORDERS:
        metric = kullback.Renyi(alpha)
        assert metric.alpha == alpha
        assert metric == kullback.Renyi(alpha=float(alpha))
        assert str(float(alpha)) in repr(metric)
        want = renyi_divergence(x[:, None], x, alpha)
        assert_close(pairwise(x, metric=metric), want, "matrix")
    assert_close(pairwise(x, metric=kullback.Renyi(1)), pairwise(x, metric="kl"), "matrix")


def test_it_is_symmetric_at_one_half_only():
    x = simplex(np.random.default_rng(3), 5, 6)
    assert condensed(x, kullback.Renyi(0.5)).shape == (10,)
    for alpha in (0.4999999, 1, 2, math.inf):
        with pytest.raises(ValueError, match=r"Renyi.*symmetric"):
            condensed(x, kullback.Renyi(alpha))


@pytest.mark.parametrize("alpha", [0, 0.0, -0.0, -1, -1e-300, -math.inf, math.nan])
def test_an_order_that_is_not_above_0_is_refused(alpha):
    for call in (lambda: renyi_divergence([1, 2], [2, 1], alpha), lambda: kullback.Renyi(alpha)):
        with pytest.raises(ValueError, match=rf"alpha.*{alpha}"):
            call()


@pytest.mark.parametrize("alpha", ["2", None, [2.0], 1j])
def test_an_order_that_is_no_number_is_refused(alpha):
    for call in (lambda: renyi_divergence([1, 2], [2, 1], alpha), lambda: kullback.Renyi(alpha)):
        with pytest.raises(TypeError, match="alpha"):
            call()


def test_there_is_no_default_order():
    for call in (lambda: renyi_divergence([1, 2], [2, 1]), lambda: kullback.Renyi()):
        with pytest.raises(TypeError):
            call()
    for metric in ("renyi", kullback.Renyi):
        with pytest.raises(ValueError, match=r"Renyi\("):
            pairwise([[1, 2]], metric=metric)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 2.0])
def test_subnormal_masses_beside_a_pseudocount_are_equal(alpha):
    p, q = [2.09401148e-308], [1.69647206e-308]
    options = {"normalize": False, "pseudocount": 0.125}
    assert renyi_divergence(p, q, alpha, **options) == 0  # 4e-615
    assert kullback.kl_divergence(p, q, **options) == 0
