"""Matrices against the oracle, against the row-wise functions, and against what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback import condensed, pairwise
from reference import ORACLES, SYMMETRIC
from reference import condensed as condensed_oracle
from reference import pairwise as pairwise_oracle
from strategies import MATRICES, clusters, matrix, rows, simplex, with_zeros
from tolerances import assert_close, assert_same_bits

each_metric = pytest.mark.parametrize("metric", ORACLES)
symmetric_only = pytest.mark.parametrize("metric", SYMMETRIC)
each_matrix = pytest.mark.parametrize("name", MATRICES)

OPTIONS = [
    {"base": 2},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-10, "zeros": "skip"},
    {"zeros": "skip"},
    {"zeros": 1e-10},
    {"normalize": False},
    {"normalize": False, "zeros": "skip"},
    {"normalize": False, "zeros": 1e-10, "base": 10},
    {"normalize": False, "pseudocount": 1.0},
]
any_options = pytest.mark.parametrize("options", OPTIONS, ids=str)


def by_rows(metric, x, y, **options):
    """The matrix by the row-wise function, which other tests compare with the oracle."""
    if metric == "reverse_kl":
        return kullback.kl_divergence(y[None], x[:, None], **options)
    return getattr(kullback, ORACLES[metric].public)(x[:, None], y[None], **options)


# Against the oracle


@each_metric
@each_matrix
def test_every_digit_is_right_between_two_sets_of_rows(metric, name):
    x = matrix(name)
    x, y = x[:4], x[4:]
    assert_close(pairwise(x, y, metric), pairwise_oracle(metric, x, y), "matrix", metric)


@each_metric
@each_matrix
def test_every_digit_is_right_within_one_set_of_rows(metric, name):
    x = matrix(name, n=6, k=11)
    assert_close(pairwise(x, metric=metric), pairwise_oracle(metric, x), "matrix", metric)


@symmetric_only
@each_matrix
def test_condensed_is_right(metric, name):
    x = matrix(name, n=5, k=11)
    assert_close(condensed(x, metric), condensed_oracle(metric, x), "matrix", metric)


@each_metric
@any_options
@pytest.mark.parametrize("name", ["some_zeros", "counts", "clusters_1e-8", "with_subnormals"])
def test_options_are_applied_to_the_exact_numbers(metric, options, name):
    x = matrix(name, n=7, k=8)
    got = pairwise(x[:4], x[3:], metric, invalid="nan", **options)
    assert_close(got, pairwise_oracle(metric, x[:4], x[3:], **options), "matrix", metric)
    got = pairwise(x[:4], metric=metric, invalid="nan", **options)
    assert_close(got, pairwise_oracle(metric, x[:4], **options), "matrix", metric)


@each_metric
@pytest.mark.parametrize("name", ["random", "some_zeros", "clusters_1e-4", "counts", "heavy_bins"])
def test_float32_matrices_are_float32_and_right(metric, name):
    x = matrix(name).astype(np.float32)
    for got, y in [(pairwise(x[:5], x[5:], metric), x[5:]), (pairwise(x[:5], metric=metric), None)]:
        assert got.dtype == np.float32
        assert_close(got, pairwise_oracle(metric, x[:5], y), "matrix", metric)


@each_metric
@given(data=st.data(), k=st.integers(1, 5))
def test_any_matrix_is_right(metric, data, k):
    kinds = st.sampled_from(["simplex", "zeros", "counts", "small_counts", "subnormal", "any"])
    x = np.array([data.draw(rows(data.draw(kinds), k)) for _ in range(3)])
    assert_close(pairwise(x, metric=metric), pairwise_oracle(metric, x), "matrix", metric)
    got = pairwise(x[:2], x[1:], metric)
    assert_close(got, pairwise_oracle(metric, x[:2], x[1:]), "matrix", metric)


@pytest.mark.parametrize("metric", ["kl", "js"])
@pytest.mark.parametrize("k", [1, 2, 3, 255, 257, 2000])
def test_rows_of_every_length_are_right(metric, k):
    x = simplex(np.random.default_rng(k), 3, k)
    x[2] = x[1] * (1 + 1e-7 * np.cos(np.arange(k)))
    x[2, 0] *= 1.0 + 1e-7
    assert_close(pairwise(x[:2], x[1:], metric), pairwise_oracle(metric, x[:2], x[1:]), "matrix")


# Against the row-wise functions: sizes at which an oracle would take hours

SIZES = [
    *[(1, 1, 1), (1, 1, 7), (1, 300, 5), (300, 1, 5), (2, 3, 4), (7, 9, 8), (8, 8, 8)],
    *[(15, 17, 16), (31, 33, 63), (32, 32, 64), (33, 65, 65), (64, 64, 1), (65, 63, 129)],
    *[(127, 129, 2), (128, 128, 33), (129, 255, 31), (257, 100, 17), (20, 30, 1025), (511, 513, 3)],
]


@each_metric
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matrices_of_every_size_are_those_of_their_rows(metric, dtype, size):
    n, m, k = size
    rng = np.random.default_rng(size)
    x, y = simplex(rng, n, k).astype(dtype), simplex(rng, m, k).astype(dtype)
    x[::3] = with_zeros(rng, x[::3], 0.3)
    assert_close(pairwise(x, y, metric), by_rows(metric, x, y), "matrix", metric)
    assert_close(pairwise(x, metric=metric), by_rows(metric, x, x), "matrix", metric)
    if ORACLES[metric].symmetric:
        upper = np.triu_indices(n, 1)
        assert_close(condensed(x, metric), by_rows(metric, x, x)[upper], "matrix", metric)


@each_metric
@pytest.mark.parametrize("spread", [1e-2, 1e-4, 1e-6, 1e-8, 1e-12, 1e-15])
@pytest.mark.parametrize("share_of_zeros", [0.0, 0.1])
def test_tight_clusters_far_apart_are_resolved(metric, spread, share_of_zeros):
    rng = np.random.default_rng(7)
    x = clusters(rng, spread, 150, 70)
    keep = rng.random((3, 70)) >= share_of_zeros
    x *= keep[np.arange(150) % 3]  # a cluster has one support, others have other ones
    x[::10] *= rng.random((15, 70)) >= share_of_zeros / 10
    assert_close(pairwise(x, metric=metric), by_rows(metric, x, x), "matrix", metric)
    y = x[::7] * 3.0
    assert_close(pairwise(x, y, metric), by_rows(metric, x, y), "matrix", metric)


@each_metric
@pytest.mark.parametrize("k", [100, 700, 2000, 20_000])
def test_a_heavy_bin_among_many_equal_ones_is_resolved(metric, k):
    """Equal addends are rounded in one direction: the errors of a sum grow with k, not its root."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        heavy = k * rng.choice([0.02, 0.25, 1.0, 9.0])
        x = np.ones((12, k))
        x[:, 0] = np.round(heavy * (1 + 10.0 ** rng.uniform(-4, 0) * rng.uniform(-0.9, 1, 12))) + 1
        x[:, 1:4] = rng.integers(1, 9, (12, 3)) if seed % 2 else 1
        assert_close(pairwise(x, metric=metric), by_rows(metric, x, x), "matrix", metric)


@each_metric
@pytest.mark.parametrize("k", [2, 3, 8, 40])
def test_rows_that_a_pseudocount_makes_nearly_equal_are_resolved(metric, k):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        spread = 1 + rng.random((6, k)) * 10.0 ** rng.uniform(-8, 0)
        x, y = (rng.random((2, 6, k)) < 0.5) * 10.0 ** rng.uniform(-12, -4, (2, 6, 1))
        want = by_rows(metric, x * spread, y, pseudocount=0.5)
        assert_close(pairwise(x * spread, y, metric, pseudocount=0.5), want, "matrix", metric)


@each_metric
@any_options
def test_options_in_large_matrices_are_those_of_the_rows(metric, options):
    x = matrix("some_zeros", n=90, k=40) + 0.0
    x[5::9] = x[4::9] * (1 + 1e-9)
    y = x[:50, ::-1].copy()
    want = by_rows(metric, x, y, invalid="nan", **options)
    assert_close(pairwise(x, y, metric, invalid="nan", **options), want, "matrix", metric)


@each_metric
@pytest.mark.parametrize("k", [2, 8, 63, 64, 65, 127, 128, 129, 200])
def test_one_missing_bin_is_found_wherever_it_is(metric, k):
    x = simplex(np.random.default_rng(k), 5, k)
    y = np.ones((k, k)) - np.eye(k)  # row j lacks bin j
    got = pairwise(x, y, metric)
    assert_close(got, by_rows(metric, x, y), "matrix", metric)
    assert np.isinf(got).all() == (metric == "kl")
    assert np.isinf(pairwise(y, x, metric)).all() == (metric == "reverse_kl")


# What must hold


@each_metric
@each_matrix
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equal_rows_are_at_distance_zero_and_nothing_is_negative(metric, name, dtype):
    with np.errstate(over="ignore", under="ignore"):
        x = matrix(name, n=40).astype(dtype)
    x = x[np.isfinite(x).all(axis=1) & x.any(axis=1)]
    for got in (pairwise(x, metric=metric), pairwise(x, x.copy(), metric)):
        assert np.all(got >= 0)
        assert not np.signbit(got).any()
        assert np.all(got[(x[:, None] == x).all(axis=-1)] == 0.0)


@each_metric
def test_proportional_counts_are_at_distance_zero(metric):
    counts = np.random.default_rng(0).integers(0, 1000, (20, 12))
    assert np.all(np.diagonal(pairwise(counts, counts * 3, metric)) == 0.0)


@symmetric_only
@each_matrix
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"pseudocount": 0.1}], ids=str)
def test_symmetric_metrics_are_symmetric_to_the_last_bit(metric, name, options):
    got = pairwise(matrix(name, n=75), metric=metric, **options)
    assert_same_bits(got, got.T)
    assert_same_bits(np.diagonal(got), np.zeros(75))


@each_matrix
def test_js_lies_between_0_and_ln_2(name):
    x = matrix(name, n=60)
    for y in (None, x[::-2] * 0.5):
        assert np.all(pairwise(x, y, "js") <= np.log(2))
        assert np.all(pairwise(x, y, "js", base=2) <= 1)
        assert np.all(pairwise(x, y, "js_distance", base=2) <= 1)


@symmetric_only
@each_matrix
def test_condensed_is_the_upper_triangle(metric, name):
    x = matrix(name, n=50)
    upper = np.triu_indices(50, 1)
    assert_close(condensed(x, metric), pairwise(x, metric=metric)[upper], "matrix", metric)


@each_matrix
def test_reverse_kl_is_kl_transposed(name):
    x = matrix(name, n=50)
    assert_close(pairwise(x, x[:9], "reverse_kl"), pairwise(x[:9], x, "kl").T, "matrix")
    assert_close(pairwise(x, metric="reverse_kl"), pairwise(x, metric="kl").T, "matrix")


@pytest.mark.parametrize("zeros", ["skip", 1e-3])
def test_with_zeros_treated_js_is_not_symmetric(zeros):
    x = matrix("some_zeros", n=30)
    got = pairwise(x, metric="js", zeros=zeros)
    assert_close(got, by_rows("js", x, x, zeros=zeros), "matrix")
    assert np.any(np.abs(got - got.T) > 1e-6)


@each_metric
def test_the_metric_may_be_positional_and_is_js_by_default(metric):
    x = matrix("random")
    assert_same_bits(pairwise(x, x[:2], metric), pairwise(x, x[:2], metric=metric))
    assert_same_bits(pairwise(x), pairwise(x, None, "js"))
    assert_same_bits(condensed(x), condensed(x, "js"))


@each_metric
def test_progress_changes_nothing(metric, capsys):
    x = matrix("random")
    assert_same_bits(pairwise(x, metric=metric, progress=True), pairwise(x, metric=metric))


@each_metric
def test_matrices_without_rows_are_empty(metric):
    x, none = np.ones((3, 5)), np.ones((0, 5))
    assert pairwise(none, x, metric).shape == (0, 3)
    assert pairwise(x, none, metric).shape == (3, 0)
    assert pairwise(none, metric=metric).shape == (0, 0)
    assert pairwise(none.astype("f4"), metric=metric).dtype == np.float32


@symmetric_only
def test_fewer_than_two_rows_have_no_pairs(metric):
    assert condensed(np.ones((1, 5)), metric).shape == (0,)
    assert condensed(np.ones((0, 5)), metric).shape == (0,)
