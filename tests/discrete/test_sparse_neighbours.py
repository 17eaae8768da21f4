"""Neighbours among sparse rows: those among the same rows made dense."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from kullback import kneighbors, radius_neighbors
from oracle.divergences import METRICS
from support.calls import metric, suitable


@pytest.fixture
def x() -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = rng.poisson(0.4, (60, 25)) * rng.integers(1, 6, (60, 25)).astype(float)
    rows[:, 0] += 1
    rows[7] = rows[31] = rows[52]  # duplicates
    return rows


def check(found, want) -> None:
    """Equally far rows may change places only within the accuracy of their distances."""
    near = {"rtol": 1e-11, "atol": 1e-300}
    np.testing.assert_allclose(found.distances, want.distances, **near)
    moved = found.indices != want.indices
    finite = np.nan_to_num(want.distances, posinf=1e300)
    ties = np.isclose(finite[:, 1:], finite[:, :-1], 1e-13, 0)
    beside = np.zeros_like(moved)
    beside[:, 1:] |= ties
    beside[:, :-1] |= ties
    assert not (moved & ~beside)[:, :-1].any()  # the last may be tied with one that is not there


@pytest.mark.parametrize("word", METRICS)
@pytest.mark.parametrize("options", [{}, {"pseudocount": 0.5}, {"zeros": "skip"}], ids=str)
def test_neighbours_of_sparse_rows_are_those_of_dense_ones(word, options, x):
    options = suitable(word, options)
    for more in ({}, {"include_self": True}):
        chosen = {"n_neighbors": 6, "metric": metric(word), **options, **more}
        check(kneighbors(sparse.csr_array(x), **chosen), kneighbors(x, **chosen))
    chosen.pop("include_self")
    want = kneighbors(x[:20], x, **chosen)
    check(kneighbors(sparse.csc_matrix(x[:20]), sparse.coo_array(x), **chosen), want)
    check(kneighbors(x[:20], sparse.csr_matrix(x), **chosen), want)


@pytest.mark.parametrize("word", ["js", "kl", "reverse_kl", "hellinger", "chi2"])
def test_sparse_rows_within_a_radius(word, x):
    whole = kneighbors(x, n_neighbors=59, metric=metric(word), pseudocount=0.5)
    radius = float(np.median(whole.distances)) * (1 + 1e-9)
    for more in ({}, {"include_self": True}):
        options = {"radius": radius, "metric": metric(word), "pseudocount": 0.5, **more}
        found = radius_neighbors(sparse.csr_array(x), **options)
        want = radius_neighbors(x, **options)
        assert 0 < want.nnz < 3600
        np.testing.assert_array_equal(found.indptr, want.indptr)
        np.testing.assert_allclose(found.data, want.data, rtol=1e-11)
        np.testing.assert_allclose(found.toarray(), want.toarray(), rtol=1e-11)


@pytest.mark.parametrize("word", ["js_distance", "kl"])
def test_float32_rows_and_rows_that_are_no_distributions(word, x):
    x[5] = 0.0
    options = {"metric": metric(word), "n_neighbors": 4}
    with pytest.raises(ValueError, match="row 5 sums to 0"):
        kneighbors(sparse.csr_array(x), **options)
    found = kneighbors(sparse.csr_array(x.astype(np.float32)), invalid="nan", **options)
    want = kneighbors(x.astype(np.float32), invalid="nan", **options)
    assert found.distances.dtype == np.float32
    np.testing.assert_allclose(found.distances, want.distances, rtol=4e-5)
    assert (found.indices[5] == -1).all()
    assert 5 not in found.indices
    own = kneighbors(sparse.csr_array(x), invalid="nan", include_self=True, **options)
    assert own.indices[:, 0].tolist() == [-1 if i == 5 else i for i in range(60)]


def test_threads_change_no_bit(x):
    x = np.tile(x, (20, 1))
    found = [kneighbors(sparse.csr_array(x), n_neighbors=30, threads=many) for many in (1, 2)]
    np.testing.assert_array_equal(found[0].distances, found[1].distances)
    np.testing.assert_array_equal(found[0].indices, found[1].indices)
    ties = np.diff(found[0].distances, axis=1) == 0
    assert ties.any()
    assert (np.diff(found[0].indices, axis=1)[ties] > 0).all()
