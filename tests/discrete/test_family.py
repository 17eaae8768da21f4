"""What the mathematics promises of the other members, alone and beside each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from kullback import (
    bhattacharyya_distance,
    chi2_divergence,
    hellinger_distance,
    jeffreys_divergence,
    js_divergence,
    kl_divergence,
    pairwise,
    total_variation_distance,
    triangular_discrimination,
)
from oracle.divergences import ORACLES, ROWWISE, SYMMETRIC
from support.calls import FUNCTIONS, metric
from support.strategies import family, matrix, near_pairs, row_pairs, rows, simplex
from support.tolerances import assert_close

SLACK = 1 + 1e-13  # for the rounding of the two sides of an inequality

any_pair = st.one_of(row_pairs(), near_pairs())
DIVERGENCES = [word for word in ROWWISE if word != "cross_entropy"]
EXACT = [word for word in DIVERGENCES if not word.startswith("f_")]


# Values, and implementations that are not ours


def test_closed_forms():
    p, q = [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]
    assert_close(total_variation_distance(p, q), 0.5, "rows")
    assert_close(hellinger_distance(p, q), np.sqrt(0.5), "rows")
    assert_close(bhattacharyya_distance(p, q), np.log(2), "rows")
    assert_close(bhattacharyya_distance(p, q, base=2), 1.0, "rows")
    assert_close(chi2_divergence([0.5, 0.5], [0.25, 0.75]), 1 / 3, "rows")
    assert chi2_divergence(p, q) == np.inf
    assert_close(triangular_discrimination(p, q), 1.0, "rows")
    assert_close(triangular_discrimination([0.5, 0.5], [0.25, 0.75]), 2 / 15, "rows")
    assert jeffreys_divergence(p, q) == jeffreys_divergence(q, p) == np.inf
    assert_close(jeffreys_divergence([3, 1], [1, 3], base=3), 1.0, "rows")


def test_measures_that_are_not_normalized():
    p, q = [4.0, 9.0], [1.0, 1.0]
    unnormalized = {"normalize": False}
    assert_close(total_variation_distance(p, q, **unnormalized), 5.5, "rows")
    assert_close(hellinger_distance(p, q, **unnormalized), np.sqrt(2.5), "rows")
    assert bhattacharyya_distance(p, q, **unnormalized) == np.inf  # 1 - 2.5 is not above 0
    assert_close(bhattacharyya_distance([4.0], [1.0], **unnormalized), np.log(2), "rows")
    assert_close(chi2_divergence(p, q, **unnormalized), 73.0, "rows")
    want = 3 * np.log(4) + 8 * np.log(9)
    assert_close(jeffreys_divergence(p, q, **unnormalized), want, "rows")


def test_rows_agree_with_scipy_and_numpy():
    for name in ("random", "zeros_in_p", "counts"):
        p, q = (r / r.sum(axis=1, keepdims=True) for r in family(name))
        roots = np.sqrt(p * q).sum(axis=1)
        assert_close(total_variation_distance(p, q), np.abs(p - q).sum(axis=1) / 2, "scipy")
        assert_close(hellinger_distance(p, q), np.sqrt(1 - roots), "scipy")
        assert_close(bhattacharyya_distance(p, q), -np.log(roots), "scipy")
        assert_close(chi2_divergence(p, q), ((p - q) ** 2 / q).sum(axis=1), "scipy")
        both = rel_entr(p, q).sum(axis=1) + rel_entr(q, p).sum(axis=1)
        assert_close(jeffreys_divergence(p, q), both, "scipy")


def test_matrices_agree_with_scipy():
    x, y = matrix("some_zeros", n=30, k=50), matrix("random", n=20, k=50)
    p, q = (r / r.sum(axis=1, keepdims=True) for r in (x, y))
    halves = cdist(p, q, "cityblock") / 2
    assert_close(pairwise(x, y, "total_variation"), halves, "scipy")
    roots = cdist(np.sqrt(p), np.sqrt(q)) / np.sqrt(2)
    assert_close(pairwise(x, y, "hellinger"), roots, "scipy")


# Between the members


@given(pair=any_pair)
def test_jeffreys_is_kl_in_both_directions(pair):
    p, q = pair
    want = kl_divergence(p, q) + kl_divergence(q, p)
    assert_close(jeffreys_divergence(p, q), want, "identity")


@given(pair=any_pair)
def test_hellinger_and_total_variation_bound_each_other(pair):
    h, variation = hellinger_distance(*pair), total_variation_distance(*pair)
    assert 0 <= h <= 1
    assert 0 <= variation <= 1
    assert h * h <= variation * SLACK + 1e-300
    assert variation <= h * np.sqrt(2 - h * h) * SLACK + 1e-300


@given(pair=any_pair)
def test_hellinger_is_made_of_bhattacharyya(pair):
    assert_close(hellinger_distance(*pair) ** 2, -np.expm1(-bhattacharyya_distance(*pair)), "scipy")


@given(pair=any_pair)
def test_pinsker_and_those_who_sharpened_it(pair):
    variation, h = total_variation_distance(*pair), hellinger_distance(*pair)
    kl, chi2 = kl_divergence(*pair), chi2_divergence(*pair)
    assert 2 * variation**2 <= kl * SLACK + 1e-300
    assert 2 * bhattacharyya_distance(*pair) <= kl * SLACK + 1e-300  # orders 1/2 and 1
    assert 2 * h * h <= kl * SLACK + 1e-300
    assert kl <= np.log1p(chi2) * SLACK + 1e-300  # orders 1 and 2
    assert kl <= chi2 * SLACK + 1e-300
    assert 4 * variation**2 <= chi2 * SLACK + 1e-300


@given(pair=any_pair)
def test_js_is_bounded_by_the_others(pair):
    js, variation = js_divergence(*pair), total_variation_distance(*pair)
    assert js <= variation * np.log(2) * SLACK + 1e-300
    triangular = triangular_discrimination(*pair)
    assert 2 * variation**2 <= triangular * SLACK + 1e-300
    assert triangular <= 2 * variation * SLACK + 1e-300
    assert triangular / 4 <= js * SLACK + 1e-300  # Topsøe, of both bounds
    assert js <= triangular * np.log(2) / 2 * SLACK + 1e-300
    assert js <= jeffreys_divergence(*pair) / 4 * SLACK + 1e-300
    h = hellinger_distance(*pair)
    assert h * h * np.log(2) <= js * SLACK + 1e-300
    assert js <= h * h * SLACK + 1e-300


def test_disjoint_rows_are_as_far_as_can_be():
    p = np.array([[1, 2, 0, 0], [1e-300, 5e-324, 0, 0]])
    q = np.array([[0, 0, 3, 4], [0, 0, 1e300, 3e-200]])
    for function in (total_variation_distance, hellinger_distance):
        assert np.all(function(p, q) == 1.0)
    assert_close(triangular_discrimination(p, q), [2.0, 2.0], "rows")
    for function in (bhattacharyya_distance, chi2_divergence, jeffreys_divergence):
        assert np.all(function(p, q) == np.inf)


# Metrics


@pytest.mark.parametrize("word", [word for word in SYMMETRIC if word in ROWWISE])
@given(pair=row_pairs())
def test_symmetric_members_are_symmetric(word, pair):
    assert_close(FUNCTIONS[word](*pair), FUNCTIONS[word](*reversed(pair)), "rows", word)


@pytest.mark.parametrize("function", [hellinger_distance, total_variation_distance])
@given(data=st.data(), k=st.integers(1, 6))
def test_distances_obey_the_triangle_inequality(function, data, k):
    kinds = st.sampled_from(["simplex", "zeros", "small_counts", "any"])
    p, q, r = (data.draw(rows(data.draw(kinds), k)) for _ in "pqr")
    assert function(p, r) <= (function(p, q) + function(q, r)) * SLACK


@pytest.mark.parametrize("word", ["hellinger", "total_variation"])
@pytest.mark.parametrize("name", ["random", "some_zeros", "clusters_1e-8", "one_hot_and_smooth"])
def test_distances_obey_the_triangle_inequality_in_matrices(word, name):
    d = pairwise(matrix(name, n=40), metric=metric(word))
    assert np.all(d <= 1)
    assert np.all(d[:, None, :] <= (d[:, :, None] + d[None, :, :]) * (1 + 1e-11))


# Channels, for every member

small_counts = st.integers(1, 5).flatmap(
    lambda n: arrays(np.int64, (2, n), elements=st.integers(0, 1000))
)


@pytest.mark.parametrize("word", EXACT)
@given(pair=small_counts, data=st.data())
def test_no_channel_increases_a_divergence(word, pair, data):
    assume(pair.any(axis=1).all())
    k = pair.shape[1]
    columns = data.draw(st.integers(1, 4))
    channel = data.draw(arrays(np.int64, (k, columns), elements=st.integers(0, 50)))
    channel[:, -1] += 50 * columns - channel.sum(axis=1)  # rows of one sum, exactly
    assert FUNCTIONS[word](*(pair @ channel)) <= FUNCTIONS[word](*pair) * (1 + 1e-12)


@pytest.mark.parametrize("word", [w for w in EXACT if w not in ("total_variation", "renyi_inf")])
def test_nearly_equal_rows_are_at_a_distance_of_second_order(word):
    """Every member with a smooth f is f''(1) / 2 times chi2 there."""
    p, q = (rows[8:] for rows in family("near"))
    got = FUNCTIONS[word](p, q)
    if word in ("js_distance", "hellinger"):
        got = got * got
    curvature = {"kl": 1, "chi2": 2, "jeffreys": 2, "triangular": 1}
    curvature |= dict.fromkeys(("js", "js_distance", "hellinger", "bhattacharyya"), 1 / 4)
    curvature |= {word: ORACLES[word].arguments[0] for word in EXACT if ORACLES[word].arguments}
    np.testing.assert_allclose(got, curvature[word] / 2 * chi2_divergence(p, q), rtol=1e-5)


def test_divergences_of_independent_parts_add_up():
    p, q = simplex(np.random.default_rng(1), 2, 7)
    r, s = simplex(np.random.default_rng(2), 2, 5)
    joint = np.outer(p, r).ravel(), np.outer(q, s).ravel()
    for function in (jeffreys_divergence, bhattacharyya_distance):
        assert_close(function(*joint), function(p, q) + function(r, s), "identity")
    want = (1 + chi2_divergence(p, q)) * (1 + chi2_divergence(r, s)) - 1
    assert_close(chi2_divergence(*joint), want, "identity")
    want = 1 - (1 - hellinger_distance(p, q) ** 2) * (1 - hellinger_distance(r, s) ** 2)
    assert_close(hellinger_distance(*joint) ** 2, want, "identity")
