"""Searches among sparse rows: options, either side dense, invalid rows, ties, threads and tiles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from kullback import kneighbors, pairwise, radius_neighbors
from oracle.divergences import METRICS
from support.calls import MATRIX_OPTIONS, core_metric, metric, suitable

SIDES = {
    "sparse": (sparse.csr_array, sparse.csc_matrix),
    "sparse queries": (sparse.csr_matrix, np.asarray),
    "dense queries": (np.asarray, sparse.coo_array),
}


def some_rows(n=40, k=90, seed=0):
    """Rows with a sixth of their bins, among them equal ones and ones in proportion."""
    rng = np.random.default_rng(seed)
    x = np.where(rng.random((n, k)) < 1 / 6, rng.gamma(0.5, size=(n, k)), 0.0)
    x[:, 0] += 0.1 * (rng.random(n) < 0.8)  # not all have a bin in common
    x[np.arange(n), rng.integers(k, size=n)] += 0.2
    x[7] = x[n - 2] = x[3]
    x[11] = 4.0 * x[3]
    return x


def check(word, x, y=None, count=6, sides="sparse", **options):
    """The distances of the matrix, of which rows that are equally far may change places."""
    options = suitable(word, options)
    of_x, of_y = SIDES[sides]
    name = metric(word)
    found = kneighbors(
        of_x(x), None if y is None else of_y(y), n_neighbors=count, metric=name, **options
    )
    want = kneighbors(x, y, n_neighbors=count, metric=name, **options)
    np.testing.assert_allclose(found.distances, want.distances, 1e-12, 1e-15)
    assert found.n_columns == want.n_columns
    matrix = pairwise(x, y, name, **options)
    if y is None:
        np.fill_diagonal(matrix, np.nan)
    at = np.take_along_axis(matrix, np.maximum(found.indices, 0), 1)
    at[found.indices < 0] = np.nan
    np.testing.assert_allclose(found.distances, at, 1e-12, 1e-15)
    differ = np.flatnonzero((found.indices != want.indices).any(axis=1))
    for row in differ:  # only where the digits of either cannot tell which is nearer
        places = found.indices[row] != want.indices[row]
        values = np.sort(matrix[row])
        gaps = np.abs(values[:, None] - found.distances[row, places]) <= 1e-12 * (
            1 + abs(found.distances[row, places])
        )
        assert (gaps.sum(axis=0) > 1).all()
    ties = found.distances[:, 1:] == found.distances[:, :-1]
    assert (np.diff(found.indices, axis=1)[ties & (found.indices[:, 1:] >= 0)] > 0).all()
    return found


@pytest.mark.parametrize("word", METRICS)
def test_neighbours_are_those_of_dense_rows(word):
    x = some_rows()
    check(word, x)
    check(word, x[:25], x[20:])
    check(word, x, count=39)


@pytest.mark.parametrize("sides", ["sparse queries", "dense queries"])
@pytest.mark.parametrize("word", ["kl", "reverse_kl", "js", "total_variation"])
def test_either_side_may_be_dense(word, sides):
    x = some_rows()
    check(word, x[:25], x[20:], sides=sides)


@core_metric
@pytest.mark.parametrize("options", [*MATRIX_OPTIONS, {"threads": 1}], ids=str)
def test_options_count(word, options):
    x = some_rows(n=20)
    check(word, x, **options)
    check(word, x[:12], x[8:], **options)


@pytest.mark.parametrize("word", METRICS)
def test_a_radius_takes_the_rows_that_it_takes_of_dense_ones(word):
    x = some_rows()
    rows = sparse.csr_array(x)
    for y, itself in ((None, False), (None, True), (x[15:], False)):
        matrix = pairwise(x, y, metric(word))
        values = np.unique(matrix[np.isfinite(matrix)])
        values = np.append(values, 2.0 * values[-1] + 1.0)
        gaps = np.flatnonzero(values[1:] > values[:-1] * (1 + 1e-9) + 1e-12)
        place = gaps[gaps >= min(values.size // 8, gaps[-1])][0]
        options = {
            "radius": (values[place] + values[place + 1]) / 2,
            "metric": metric(word),
            "include_self": itself,
        }
        others = None if y is None else sparse.csr_array(y)
        found = radius_neighbors(rows, others, **options, sort_results=False)
        want = radius_neighbors(x, y, **options, sort_results=False)
        np.testing.assert_array_equal(found.indptr, want.indptr)
        np.testing.assert_array_equal(found.indices, want.indices)
        np.testing.assert_allclose(found.data, want.data, 1e-12, 1e-15)
        by_value = radius_neighbors(rows, others, **options)
        assert abs(by_value - found).nnz == 0


@core_metric
def test_a_row_itself_comes_first_where_it_is_wanted(word):
    x = some_rows()
    rows = sparse.csr_array(x)
    found = kneighbors(rows, n_neighbors=5, metric=word, include_self=True)
    assert (found.distances[:, 0] == 0.0).all()
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(len(x)))
    others = kneighbors(rows, n_neighbors=4, metric=word)
    np.testing.assert_array_equal(found.indices[:, 1:], others.indices)
    np.testing.assert_array_equal(found.distances[:, 1:], others.distances)
    given = kneighbors(rows, rows, n_neighbors=2, metric=word)
    assert list(given.indices[11]) == [3, 7]
    assert (given.distances[:, 0] == 0.0).all()


@core_metric
@pytest.mark.parametrize("many", [5, 38])
def test_invalid_rows_are_nobodys_neighbours(word, many):
    x = some_rows()
    x[4, 2], x[11] = -1.0, 0.0
    rows = sparse.csr_array(x)
    with pytest.raises(ValueError, match="x is no distribution: row 4, column 2"):
        kneighbors(rows, metric=word)
    with pytest.raises(ValueError, match="x is no distribution: row 4, column 2"):
        radius_neighbors(rows, radius=0.1, metric=word)
    found = kneighbors(rows, n_neighbors=many, metric=word, invalid="nan")
    want = kneighbors(x, n_neighbors=many, metric=word, invalid="nan")
    np.testing.assert_allclose(found.distances, want.distances, 1e-12)
    assert (found.indices[[4, 11]] == -1).all()
    assert not np.isin(found.indices[[0, 1, 2, 3]], [4, 11]).any()
    assert ((found.indices < 0) == (want.indices < 0)).all()
    first = kneighbors(rows, n_neighbors=2, metric=word, invalid="nan", include_self=True)
    assert np.isnan(first.distances[[4, 11]]).all()
    near = radius_neighbors(rows, radius=np.inf, metric=word, invalid="nan", include_self=True)
    assert near.nnz == 38 * 38


@core_metric
def test_neither_threads_nor_tiles_change_a_bit(word, monkeypatch):
    from kullback._drivers.sparse import matrices

    x = sparse.csr_array(some_rows(n=90))
    first = kneighbors(x, metric=word, threads=1)
    monkeypatch.setattr(matrices, "PANEL_ROWS", 24)
    monkeypatch.setattr(matrices, "TILE_PAIRS", 300)
    second = kneighbors(x, metric=word, threads=3)
    for one, other in zip(first, second, strict=True):
        assert one.tobytes() == other.tobytes()


def test_single_precision_stays_single():
    x = some_rows().astype(np.float32)
    found = kneighbors(sparse.csr_array(x))
    assert found.distances.dtype == np.float32
    np.testing.assert_allclose(found.distances, kneighbors(x).distances, 4e-5)
    assert radius_neighbors(sparse.csr_array(x), radius=0.3).dtype == np.float32


def test_more_bins_than_memory_has_room_for():
    rows = sparse.csr_array(
        ([1.0, 2.0, 3.0, 4.0], ([0, 0, 1, 2], [0, 2**40, 2**40, 7])), (3, 2**41)
    )
    found = kneighbors(rows, n_neighbors=1)
    assert list(found.indices.ravel()) == [1, 0, 0]
