"""Neighbours of Dask arrays: those of one call, merged from blocks, and computed when asked for."""

from __future__ import annotations

from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
from scipy import sparse

import kullback as kl
from kullback._catalogue import METRICS

RANDOM = np.random.default_rng(0)
COUNTS = RANDOM.poisson(0.7, (47, 12)).astype(float)
COUNTS[:, 3] += 1.0
COUNTS[[20, 31, 46]] = COUNTS[2]  # duplicates in several blocks
COUNTS[40] = 3.0 * COUNTS[2]
CHUNKS = [(47, 12), (20, 5), (11, 12), ((1, 2, 0, 39, 5), 12)]


def lazily(array: Any, chunks: Any) -> Any:
    return da.from_array(array, chunks=chunks)


def check(found: kl.Neighbors, want: kl.Neighbors, near: float = 1e-12) -> None:
    assert isinstance(found.distances, da.Array)
    assert isinstance(found.indices, da.Array)
    assert (found.distances.dtype, found.indices.dtype) == (want.distances.dtype, np.intp)
    assert found.n_columns == want.n_columns
    assert found.distances.shape == found.indices.shape == want.indices.shape
    distances, indices = dask.compute(*found)
    assert distances.dtype == want.distances.dtype
    np.testing.assert_array_equal(indices, want.indices)
    np.testing.assert_allclose(distances, want.distances, near, 1e-15)


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize("count", [1, 7, 46])
def test_rows_among_themselves(chunks: Any, count: int) -> None:
    x = lazily(COUNTS, chunks)
    check(kl.kneighbors(x, n_neighbors=count), kl.kneighbors(COUNTS, n_neighbors=count), 0.0)
    for more in (0, 1):
        found = kl.kneighbors(x, n_neighbors=count + more, include_self=True)
        want = kl.kneighbors(COUNTS, n_neighbors=count + more, include_self=True)
        check(found, want, 0.0)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_rows_among_others(chunks: Any) -> None:
    x, y = lazily(COUNTS[:30], (13, 12)), lazily(COUNTS, chunks)
    for count in (3, 47):
        want = kl.kneighbors(COUNTS[:30], COUNTS, n_neighbors=count)
        check(kl.kneighbors(x, y, n_neighbors=count), want, 0.0)
    check(kl.kneighbors(COUNTS[:30], y), kl.kneighbors(COUNTS[:30], COUNTS), 0.0)
    check(kl.kneighbors(y, COUNTS[:30]), kl.kneighbors(COUNTS, COUNTS[:30]), 0.0)
    check(kl.kneighbors(y, y), kl.kneighbors(COUNTS, COUNTS), 0.0)


@pytest.mark.parametrize("metric", [*METRICS, kl.Renyi(0.5)], ids=str)
def test_every_metric(metric: Any) -> None:
    rows = RANDOM.dirichlet(np.ones(12), 47)
    x = lazily(rows, (20, 12))
    check(kl.kneighbors(x, metric=metric, base=None), kl.kneighbors(rows, metric=metric), 2e-12)
    want = kl.kneighbors(rows, rows[:20], metric=metric)
    check(kl.kneighbors(x, x[:20], metric=metric), want, 2e-12)


def test_single_precision_stays_single() -> None:
    single = COUNTS.astype(np.float32)
    check(kl.kneighbors(lazily(single, CHUNKS[3])), kl.kneighbors(single), 0.0)


def test_invalid_rows_are_nobodys_neighbours() -> None:
    bad = COUNTS.copy()
    bad[[3, 22]] = 0.0
    for chunks in CHUNKS:
        x = lazily(bad, chunks)
        for options in ({}, {"include_self": True}):
            given = {"n_neighbors": 45, "invalid": "nan", **options}
            check(kl.kneighbors(x, **given), kl.kneighbors(bad, **given), 0.0)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_errors_name_the_row_of_the_whole(chunks: Any) -> None:
    bad = COUNTS.copy()
    bad[33, 5] = -1.0
    x = lazily(bad, chunks)
    for search in (kl.kneighbors(x), kl.kneighbors(x, n_neighbors=1, include_self=True)):
        with pytest.raises(ValueError, match=r"^x is no distribution: row 33, column 5"):
            search.distances.compute()
    with pytest.raises(ValueError, match=r"^y is no distribution: row 33, column 5"):
        kl.kneighbors(COUNTS, x).indices.compute()


def test_a_graph_waits_for_its_neighbours() -> None:
    found = kl.kneighbors(lazily(COUNTS, (20, 12)))
    with pytest.raises(TypeError, match="compute them first"):
        found.graph()
    (neighbors,) = dask.compute(found)
    assert abs(neighbors.graph() - kl.kneighbors(COUNTS).graph()).nnz == 0


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    def refuse(block: Any) -> Any:
        raise AssertionError

    x = da.map_blocks(refuse, lazily(COUNTS, (20, 12)), dtype=float, meta=np.empty((0, 0)))
    kl.kneighbors(x)


def test_what_is_wrong_is_said_at_once() -> None:
    x = lazily(COUNTS, (20, 12))
    for given, options, error, message in (
        ((5,), {}, TypeError, "n_neighbors=5"),
        (("kl",), {}, TypeError, "metric='kl'"),
        ((), {"n_neighbors": 47}, ValueError, "there are 46 other rows in x"),
        ((COUNTS[:4],), {}, ValueError, "there are 4 rows in y"),
        ((), {"n_neighbors": 0}, ValueError, "n_neighbors is 0"),
        ((), {"n_neighbors": 2.5}, ValueError, r"n_neighbors is 2\.5"),
        ((COUNTS,), {"include_self": True}, ValueError, "leave out y"),
        ((COUNTS[:, :5],), {}, ValueError, "bins"),
        ((), {"metric": "wrong"}, ValueError, "metric is 'wrong'"),
        ((), {"progress": True}, ValueError, "ProgressBar"),
    ):
        with pytest.raises(error, match=message):
            kl.kneighbors(x, *given, **options)
    with pytest.raises(TypeError, match=r"use kneighbors, .* x\.compute\(\)"):
        kl.radius_neighbors(x, radius=0.1)


def test_numbers_of_rows_that_dask_does_not_know() -> None:
    x = lazily(COUNTS, (10, 12))
    some = x[x[:, 0] > 0]
    with pytest.raises(ValueError, match=r"x\.compute_chunk_sizes\(\)"):
        kl.kneighbors(some)
    known = some.compute_chunk_sizes()
    check(kl.kneighbors(known), kl.kneighbors(COUNTS[COUNTS[:, 0] > 0]), 0.0)


SPARSE = {
    "rows": lambda x: kl.js_divergence(x, x[::-1]),
    "a row": lambda x: kl.kl_divergence(x, np.full(12, 0.1)),
    "entropy": lambda x: kl.entropy(x),
    "pairwise": lambda x: kl.pairwise(x, metric="kl", pseudocount=0.5),
    "others": lambda x: kl.pairwise(COUNTS[:9], x),
    "distances": lambda x: kl.kneighbors(x).distances,
    "indices": lambda x: kl.kneighbors(x, COUNTS).indices,
}


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("chunks", [(47, 12), (20, 12), (20, 5)])
def test_chunks_may_be_sparse(name: str, make: Any, chunks: Any) -> None:
    x = lazily(COUNTS, chunks).map_blocks(make)
    found, want = SPARSE[name](x), SPARSE[name](make(COUNTS))
    assert isinstance(found, da.Array)
    assert found.dtype == want.dtype
    np.testing.assert_allclose(found.compute(), want, 1e-12, 1e-15)
