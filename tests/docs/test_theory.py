"""What the mathematics promises, and the values that the course gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist, jensenshannon, pdist
from scipy.special import rel_entr, xlogy

from kullback import (
    condensed,
    conditional_kl_divergence,
    cross_entropy,
    entropy,
    f_divergence,
    js_distance,
    js_divergence,
    kl_divergence,
    mutual_information,
    pairwise,
)
from oracle.divergences import rowwise
from support.strategies import family, matrix, near_pairs, row_pairs, rows, simplex
from support.tolerances import assert_close

SLACK = 1 + 1e-13  # for the rounding of the two sides of an inequality
P, Q = [0.9, 0.1], [0.5, 0.5]


# Values, and an implementation that is not ours


@pytest.mark.parametrize(
    ("p", "q", "base", "value"),
    [(P, Q, None, 0.368064), (P, Q, 2, 0.531004), (Q, P, None, 0.510826), (Q, P, 2, 0.736966)],
)
def test_the_values_of_the_course(p, q, base, value):
    assert kl_divergence(p, q, base=base) == pytest.approx(value, abs=5e-7)
    assert pairwise([p], [q], "kl", base=base)[0, 0] == pytest.approx(value, abs=5e-7)
    assert pairwise([q], [p], "reverse_kl", base=base)[0, 0] == pytest.approx(value, abs=5e-7)
    assert rowwise("kl", p, q, base=base) == pytest.approx(value, abs=5e-7)


def test_closed_forms():
    assert_close(kl_divergence(P, Q), 0.9 * np.log(9) + np.log(0.2), "rows")
    assert_close(kl_divergence([1, 0], [1, 3]), np.log(4), "rows")
    assert_close(kl_divergence([1, 1], [1, 7]), np.log(4) - np.log(7) / 2, "rows")
    assert_close(js_divergence([1, 0], [1, 1]), 0.75 * np.log(4 / 3), "rows")
    assert_close(js_divergence([1, 0, 1], [0, 1, 1], base=2), 0.5, "rows")
    assert_close(js_distance([3, 0], [0, 5], base=16), 0.5, "rows")
    unnormalized = kl_divergence([2, 3], [1, 6], normalize=False)
    assert_close(unnormalized, 2 - np.log(2), "identity")


def test_a_course_that_clips_gets_its_number_only_on_request():
    p, q = [0.5, 0.5], [1.0, 0.0]
    assert kl_divergence(p, q) == np.inf
    assert kl_divergence(p, q, zeros=1e-10) == pytest.approx(
        0.5 * np.log(0.5) + 0.5 * np.log(0.5 / 1e-10), rel=1e-9
    )


def test_rows_agree_with_scipy():
    for name in ("random", "zeros_in_p", "counts"):
        p, q = (r / r.sum(axis=1, keepdims=True) for r in family(name))
        assert_close(kl_divergence(p, q), rel_entr(p, q).sum(axis=1), "scipy")
        assert_close(js_distance(p, q, base=2), jensenshannon(p, q, 2, axis=1), "scipy")
        assert_close(js_divergence(p, q), jensenshannon(p, q, axis=1) ** 2, "scipy")


def test_matrices_agree_with_scipy():
    x, y = matrix("some_zeros", n=30, k=50), matrix("random", n=20, k=50)
    assert_close(pairwise(x, y, "js_distance"), cdist(x, y, "jensenshannon"), "scipy")
    assert_close(condensed(y, "js_distance"), pdist(y, "jensenshannon"), "scipy")
    kl = rel_entr((x / x.sum(axis=1, keepdims=True))[:, None], y[None]).sum(axis=-1)
    assert_close(pairwise(x, y, "kl"), kl, "scipy")
    assert_close(pairwise(y, x, "reverse_kl"), kl.T, "scipy")


# Gibbs' inequality


@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_kl_and_js_are_zero_for_equal_distributions_and_for_no_others(pair):
    p, q = pair
    for word, function in [("kl", kl_divergence), ("js", js_divergence)]:
        true = rowwise(word, p, q)
        assert (function(p, q) == 0) == (true == 0)  # true: zero by comparison of fractions
        assert function(p, p) == 0


def test_kl_is_neither_symmetric_nor_a_metric():
    assert kl_divergence(P, Q) < kl_divergence(Q, P)
    p, q, r = [0.99, 0.01], [0.5, 0.5], [0.01, 0.99]
    assert kl_divergence(p, r) > kl_divergence(p, q) + kl_divergence(q, r)


# Jensen-Shannon


@given(pair=row_pairs())
def test_js_is_symmetric(pair):
    assert_close(js_divergence(*pair), js_divergence(*reversed(pair)), "rows")


@given(data=st.data(), k=st.integers(1, 6))
def test_the_root_of_js_obeys_the_triangle_inequality(data, k):
    kinds = st.sampled_from(["simplex", "zeros", "small_counts", "any"])
    d = pairwise([data.draw(rows(data.draw(kinds), k)) for _ in range(3)], metric="js_distance")
    assert d[0, 2] <= (d[0, 1] + d[1, 2]) * SLACK


@pytest.mark.parametrize("name", ["random", "some_zeros", "clusters_1e-8", "one_hot_and_smooth"])
def test_the_root_of_js_obeys_the_triangle_inequality_in_matrices(name):
    d = pairwise(matrix(name, n=40), metric="js_distance")
    assert np.all(d[:, None, :] <= (d[:, :, None] + d[None, :, :]) * (1 + 1e-11))


def test_js_is_the_entropy_of_the_mean_less_the_mean_of_the_entropies():
    p, q = simplex(np.random.default_rng(0), 2, 30)

    def entropy(row):
        return -xlogy(row, row).sum()

    mean = (p + q) / 2
    want = entropy(mean) - (entropy(p) + entropy(q)) / 2
    assert_close(js_divergence(p, q), want, "scipy")
    assert_close(
        js_divergence(p, q), (kl_divergence(p, mean) + kl_divergence(q, mean)) / 2, "scipy"
    )


# Inequalities and identities of relative entropy

small_counts = st.integers(1, 5).flatmap(
    lambda n: arrays(np.int64, (2, n), elements=st.integers(0, 1000))
)


@given(pair=small_counts, data=st.data())
def test_no_channel_increases_a_divergence(pair, data):
    assume(pair.any(axis=1).all())
    k = pair.shape[1]
    columns = data.draw(st.integers(1, 4))
    channel = data.draw(arrays(np.int64, (k, columns), elements=st.integers(0, 50)))
    channel[:, -1] += 50 * columns - channel.sum(axis=1)  # rows of one sum, exactly
    after = pair @ channel
    for divergence in (kl_divergence, js_divergence, js_distance):
        assert divergence(*after) <= divergence(*pair) * SLACK


@given(pair=row_pairs(kinds=("simplex", "small_counts")))
def test_merging_bins_loses_information(pair):
    p, q = (np.array([row[::2].sum(), row[1::2].sum()]) for row in pair)
    assert kl_divergence(p, q) <= kl_divergence(*pair) * SLACK + 1e-30


@given(pair=row_pairs(kinds=("simplex", "zeros", "small_counts")))
def test_pinsker(pair):
    p, q = (row / row.sum() for row in pair)
    total_variation = np.abs(p - q).sum() / 2
    assert kl_divergence(p, q) * SLACK + 1e-30 >= 2 * total_variation**2
    assert js_divergence(p, q) <= total_variation * np.log(2) * SLACK + 1e-30


def test_divergences_of_independent_parts_add_up():
    rng = np.random.default_rng(1)
    p, q = simplex(rng, 2, 7)
    r, s = simplex(rng, 2, 5)
    joint = kl_divergence(np.outer(p, r).ravel(), np.outer(q, s).ravel())
    assert_close(joint, kl_divergence(p, q) + kl_divergence(r, s), "identity")


def test_chain_rule():
    p, q = np.random.default_rng(2).integers(1, 1000, (2, 6, 9))
    given_x = kl_divergence(p, q) @ (p.sum(axis=1) / p.sum())
    assert_close(conditional_kl_divergence(p, q), given_x, "identity")
    marginal = kl_divergence(p.sum(axis=1), q.sum(axis=1))
    assert_close(kl_divergence(p.ravel(), q.ravel()), marginal + given_x, "identity")


def test_mutual_information_is_the_divergence_from_independence():
    joint = np.random.default_rng(3).integers(1, 1000, (6, 9))
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    conditional = kl_divergence(joint, joint.sum(axis=0))  # of y given x, from y
    want = conditional @ (joint.sum(axis=1) / joint.sum())
    assert_close(kl_divergence(joint.ravel(), independent.ravel()), want, "identity")
    assert_close(mutual_information(joint), want, "identity")


@given(data=st.data(), k=st.integers(1, 4), m=st.integers(1, 4))
def test_what_is_done_to_one_variable_adds_no_information(data, k, m):
    joint = data.draw(arrays(np.int64, (k, m), elements=st.integers(0, 1000)).filter(np.any))
    channel = data.draw(arrays(np.int64, (m, 3), elements=st.integers(0, 50)))
    channel[:, -1] += 150 - channel.sum(axis=1)
    assert mutual_information(joint @ channel) <= mutual_information(joint) * SLACK


def test_kl_is_cross_entropy_less_entropy():
    p, q = simplex(np.random.default_rng(4), 2, 20)
    assert_close(kl_divergence(p, q), -xlogy(p, q).sum() + xlogy(p, p).sum(), "scipy")
    assert_close(kl_divergence(p, q), cross_entropy(p, q) - entropy(p), "scipy")
    assert cross_entropy(p, q) >= entropy(p)


def test_members_by_their_functions():
    p, q = simplex(np.random.default_rng(5), 2, 20)
    forward = f_divergence(p, q, t_log_t, f_at_zero=0.0, slope_at_infinity=np.inf)
    reverse = f_divergence(p, q, minus_log, f_at_zero=np.inf, slope_at_infinity=0.0)
    assert_close(forward, kl_divergence(p, q), "scipy")
    assert_close(reverse, kl_divergence(q, p), "scipy")


def t_log_t(t):
    return t * np.log(t)


def minus_log(t):
    return -np.log(t)


@given(pair=row_pairs(kinds=("simplex", "small_counts")), share=st.floats(0.01, 0.99))
def test_mixing_towards_p_brings_q_nearer(pair, share):
    p, q = (row / row.sum() for row in pair)
    mixed = share * p + (1 - share) * q
    assert kl_divergence(p, mixed) <= (1 - share) * kl_divergence(p, q) * SLACK + 1e-30


@given(pair=row_pairs(kinds=("simplex", "counts")))
def test_the_generalized_divergence_equals_kl_where_both_sum_to_one(pair):
    p, q = (np.ldexp(np.round(np.ldexp(row / row.sum(), 30)), -30) for row in pair)
    p[0] += 1 - p.sum()  # exact: all are multiples of 2**-30
    q[0] += 1 - q.sum()
    assume(p[0] >= 0 and q[0] >= 0)
    assert_close(kl_divergence(p, q, normalize=False), kl_divergence(p, q), "rows")
