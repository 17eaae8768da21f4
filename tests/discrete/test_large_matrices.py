"""Matrices against the row-wise functions: sizes at which an oracle would take hours."""

from __future__ import annotations

import numpy as np
import pytest

from kullback import condensed, pairwise
from oracle.divergences import METRICS, ORACLES, rowwise
from support.calls import (
    CORE_METRICS,
    LONG,
    MATRIX_OPTIONS,
    VARIED_METRICS,
    by_rows,
    core_metric,
    core_or_varied_metric,
    each_float,
    each_metric,
    metric,
    suitable,
)
from support.strategies import clusters, matrix, simplex, with_zeros
from support.tolerances import assert_close

# Of functions of a user's own near-equal rows are rounded as `test_matrices` says.
cancelling = [word for word in METRICS if ORACLES[word].public != "f_divergence"]


def check(word, x, y=None, **options):
    """Compare `pairwise` with the row-wise function."""
    options = suitable(word, options)
    want = by_rows(word, x, x if y is None else y, **options)
    assert_close(pairwise(x, y, metric(word), **options), want, "matrix", word)


SIZES = [
    *[(1, 1, 1), (1, 1, 7), (1, 300, 5), (300, 1, 5), (2, 3, 4), (7, 9, 8), (8, 8, 8)],
    *[(15, 17, 16), (31, 33, 63), (32, 32, 64), (33, 65, 65), (64, 64, 1), (65, 63, 129)],
    *[(127, 129, 2), (128, 128, 33), (129, 255, 31), (257, 100, 17), (20, 30, 1025), (511, 513, 3)],
]


def check_size(word, dtype, size):
    n, m, k = size
    rng = np.random.default_rng(size)
    x, y = simplex(rng, n, k).astype(dtype), simplex(rng, m, k).astype(dtype)
    x[::3] = with_zeros(rng, x[::3], 0.3)
    check(word, x, y)
    check(word, x)
    if ORACLES[word].symmetric:
        upper = np.triu_indices(n, 1)
        want = by_rows(word, x, x)[upper]
        assert_close(condensed(x, metric(word)), want, "matrix", word)


@core_metric
@each_float
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matrices_of_every_size_are_those_of_their_rows(word, dtype, size):
    check_size(word, dtype, size)


@each_metric
@each_float
def test_matrices_of_some_sizes_are_those_of_their_rows_for_every_metric(word, dtype):
    for size in [(1, 1, 1), (7, 9, 8), (129, 255, 31), (33, 65, 65), (20, 30, 1025)]:
        if size[2] >= LONG or dtype == np.float64:
            check_size(word, dtype, size)


def check_clusters(word, spread, share_of_zeros):
    rng = np.random.default_rng(7)
    x = clusters(rng, spread, 150, 70)
    keep = rng.random((3, 70)) >= share_of_zeros
    x *= keep[np.arange(150) % 3]  # a cluster has one support, others have other ones
    x[::10] *= rng.random((15, 70)) >= share_of_zeros / 10
    check(word, x)
    check(word, x, x[::7] * 3.0)


@core_metric
@pytest.mark.parametrize("spread", [1e-2, 1e-4, 1e-6, 1e-8, 1e-12, 1e-15])
@pytest.mark.parametrize("share_of_zeros", [0.0, 0.1])
def test_tight_clusters_far_apart_are_resolved(word, spread, share_of_zeros):
    check_clusters(word, spread, share_of_zeros)


@pytest.mark.parametrize("word", [word for word in cancelling if word not in CORE_METRICS])
@pytest.mark.parametrize("spread", [1e-2, 1e-5, 1e-12])
def test_tight_clusters_far_apart_are_resolved_by_every_metric(word, spread):
    check_clusters(word, spread, 0.1)


@pytest.mark.parametrize("word", cancelling)
@pytest.mark.parametrize("k", [100, 700, 2000, 20_000])
def test_a_heavy_bin_among_many_equal_ones_is_resolved(word, k):
    """Equal addends are rounded in one direction: the errors of a sum grow with k, not its root."""
    for seed in range(30 if word in CORE_METRICS else 2):
        rng = np.random.default_rng(seed)
        heavy = k * rng.choice([0.02, 0.25, 1.0, 9.0])
        x = np.ones((12, k))
        x[:, 0] = np.round(heavy * (1 + 10.0 ** rng.uniform(-4, 0) * rng.uniform(-0.9, 1, 12))) + 1
        x[:, 1:4] = rng.integers(1, 9, (12, 3)) if seed % 2 else 1
        check(word, x)


@pytest.mark.parametrize("word", CORE_METRICS + VARIED_METRICS)
@pytest.mark.parametrize("k", [2, 3, 8, 40])
def test_rows_that_a_pseudocount_makes_nearly_equal_are_resolved(word, k):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        spread = 1 + rng.random((6, k)) * 10.0 ** rng.uniform(-8, 0)
        kept = rng.random((2, 6, k)) < 0.5
        kept[..., 0] = True  # a row of zeros is no distribution, with a pseudocount too
        x, y = kept * 10.0 ** rng.uniform(-12, -4, (2, 6, 1))
        check(word, x * spread, y, pseudocount=0.5)


@core_or_varied_metric
@pytest.mark.parametrize("options", MATRIX_OPTIONS, ids=str)
def test_options_in_large_matrices_are_those_of_the_rows(word, options):
    x = matrix("some_zeros", n=90, k=40) + 0.0
    x[5::9] = x[4::9] * (1 + 1e-9)
    check(word, x, x[:50, ::-1].copy(), invalid="nan", **options)


@each_metric
def test_one_missing_bin_is_found_wherever_it_is(word):
    for k in (2, 8, 63, 64, 65, 127, 128, 129, 200):
        x = simplex(np.random.default_rng(k), 5, k)
        y = np.ones((k, k)) - np.eye(k)  # row j lacks bin j
        check(word, x, y)
        for p, q in ((x, y), (y, x)):
            infinite = np.isinf(rowwise(word, p[0], q[0]))
            assert np.isinf(pairwise(p, q, metric(word))).all() == infinite
