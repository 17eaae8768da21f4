"""Neighbours against the whole matrix, for all metrics, on every path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kullback import Neighbors, kneighbors, pairwise, radius_neighbors
from kullback._drivers import searching
from oracle.divergences import METRICS
from support.calls import core_metric, each_float, metric, suitable
from support.strategies import simplex, with_zeros

FILTERED = ["js", "js_distance", "kl", "reverse_kl", "jeffreys", "hellinger", "bhattacharyya"]
WAYS = ["all pairs", "filter"]
each_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def by(monkeypatch):
    """Let a call take one way to its results, whatever would be faster."""

    def choose(way: str) -> None:
        if way != "chosen":
            monkeypatch.setattr(searching, "SMALL", 1 << 60 if way == "all pairs" else 0)
        if way == "filter":
            monkeypatch.setattr(searching, "PAIR", 1e9)
            monkeypatch.setattr(searching, "ENTROPIC", 1e9)

    return choose


def nearest(matrix: np.ndarray, count: int, itself: bool) -> tuple[np.ndarray, np.ndarray]:
    """The definition: a stable sort of each row, NaN last."""
    matrix = matrix.copy()
    if not itself:
        np.fill_diagonal(matrix, np.nan)
    order = np.argsort(matrix, axis=1, kind="stable")[:, :count]
    found = np.take_along_axis(matrix, order, 1)
    return found, np.where(np.isnan(found), -1, order)


def check(word, x, y=None, count=5, **options):
    """Compare with the matrix; equally far rows may change places only within its accuracy."""
    options = suitable(word, options)
    matrix = pairwise(x, y, metric(word), **options).astype(np.float64)
    found = kneighbors(x, y, n_neighbors=count, metric=metric(word), **options)
    distances, indices = found
    itself = y is not None
    want, order = nearest(matrix, count, itself)
    near = 1e-11 if found.distances.dtype == np.float64 else 4e-5
    np.testing.assert_allclose(distances, want, near, 1e-300)
    assert not (distances[:, 1:] < distances[:, :-1]).any()
    there = indices >= 0
    assert (there == (order >= 0)).all()
    chosen = np.take_along_axis(matrix, np.maximum(indices, 0), 1)
    np.testing.assert_allclose(chosen[there], distances[there], near, 1e-300)
    ties = distances[:, 1:] == distances[:, :-1]
    assert (np.diff(indices, axis=1)[ties & there[:, 1:]] > 0).all()
    for row in indices:
        assert len(np.unique(row[row >= 0])) == (row >= 0).sum()
    if not itself:
        assert not (indices == np.arange(len(x))[:, None]).any()
    return found


def some_rows(kind: str, n: int = 150, k: int = 40, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if kind == "counts":
        x = rng.poisson(2.0, (n, k)).astype(float) + np.eye(n, k)
    elif kind == "topics":
        x = with_zeros(rng, rng.dirichlet(np.full(k, 0.1), n), 0.3)
    elif kind == "clusters":
        x = simplex(rng, 6, k)[rng.integers(6, size=n)] * (1 + 1e-5 * rng.random((n, k)))
    elif kind == "near":
        x = simplex(rng, 1, k) * (1 + 1e-9 * rng.random((n, k)))
    else:
        x = simplex(rng, n, k)
    x[5] = x[n // 2] = x[n - 3] = x[2]  # duplicates
    return x


KINDS = ["plain", "counts", "topics", "clusters", "near"]


EACH = [(word, "all pairs") for word in METRICS] + [(word, "filter") for word in FILTERED]


@pytest.mark.parametrize(("word", "way"), EACH)
def test_neighbours_are_those_of_the_matrix(word, way, by):
    by(way)
    for kind in KINDS:
        x = some_rows(kind)
        check(word, x)
        check(word, x[:70], x[60:])


@pytest.mark.parametrize("word", ["kl", "js", "hellinger"])
@each_way
def test_neighbours_of_float32_rows(word, way, by):
    by(way)
    for kind in ("plain", "topics", "clusters"):
        x = some_rows(kind).astype(np.float32)
        assert check(word, x).distances.dtype == np.float32
        check(word, x[:70], x[60:])


OPTIONS = [
    {"base": 2},
    {"pseudocount": 0.5},
    {"zeros": "skip"},
    {"zeros": 1e-10},
    {"normalize": False},
    {"threads": 1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("word", [*FILTERED, "chi2"])
@pytest.mark.parametrize("way", ["all pairs", "filter"])
def test_options_count(word, options, way, by):
    by(way)
    x = some_rows("counts", n=60, k=12)
    check(word, x, **options)
    check(word, x[:20], x[15:], **options)


@given(data=st.data())
def test_few_bins_and_many_ties(data):
    """Rows of small counts: most are equally far from many others."""
    n = data.draw(st.integers(2, 40))
    k = data.draw(st.integers(1, 4))
    cells = st.lists(st.integers(0, 3), min_size=n * k, max_size=n * k)
    x = np.array(data.draw(cells), float).reshape(n, k)
    x[x.sum(axis=1) == 0, 0] = 1
    count = data.draw(st.integers(1, n - 1))
    word = data.draw(st.sampled_from(["js", "kl", "total_variation"]))
    check(word, x, count=count)


@pytest.mark.parametrize("word", FILTERED)
def test_every_way_has_the_same_numbers(word, by):
    """Not always the same bits: JS of all pairs takes one logarithm, and rows two."""
    x = some_rows("topics", n=400)
    found = []
    for way in ("all pairs", "filter"):
        by(way)
        found.append(kneighbors(x, n_neighbors=7, metric=word))
    np.testing.assert_array_equal(found[0].indices, found[1].indices)
    np.testing.assert_allclose(found[0].distances, found[1].distances, 1e-12)


@pytest.mark.parametrize("way", ["all pairs", "filter"])
@pytest.mark.parametrize("word", [*FILTERED, "chi2"])
def test_neither_threads_nor_tiles_change_a_bit(word, way, by, monkeypatch):
    by(way)
    x = some_rows("topics", n=300)
    first = kneighbors(x, n_neighbors=6, metric=word, threads=1)
    near = radius_neighbors(x, radius=float(first.distances[:, 2].min()) * 1.5, metric=word)
    monkeypatch.setattr(searching, "LARGEST_TILE", 37)
    monkeypatch.setattr(searching, "SMALLEST_TILE", 37)
    monkeypatch.setattr(searching, "PANEL_BYTES", 30_000)
    second = kneighbors(x, n_neighbors=6, metric=word, threads=3)
    for one, other in zip(first, second, strict=True):
        assert one.tobytes() == other.tobytes()
    again = radius_neighbors(
        x, radius=float(first.distances[:, 2].min()) * 1.5, metric=word, threads=3
    )
    assert near.data.tobytes() == again.data.tobytes()
    assert np.array_equal(near.indices, again.indices)


@pytest.mark.parametrize("word", ["js", "kl", "jeffreys"])
def test_more_pairs_than_are_kept_are_computed_on_the_way(word, by, monkeypatch):
    from kullback._drivers import kept, sifting

    by("filter")
    monkeypatch.setattr(kept, "MOST_KEPT", 500)
    monkeypatch.setattr(sifting, "EXPECTED", 1)
    monkeypatch.setattr(searching, "SMALLEST_TILE", 20)
    for kind in ("plain", "near", "topics"):
        check(word, some_rows(kind))
        check(word, some_rows(kind)[:60], some_rows(kind)[40:])


@each_way
def test_infinite_neighbours_are_kept_in_the_order_of_their_indices(way, by):
    """Rows without a common bin: KL puts all of them at infinity, and JS at ln 2."""
    by(way)
    x = np.kron(np.eye(5), np.ones((8, 6)))
    x[:, 0] += 0.0
    distances, indices = kneighbors(x, n_neighbors=10, metric="kl")
    assert (distances[:, :7] == 0).all()
    assert np.isinf(distances[:, 7:]).all()
    others = [np.flatnonzero(np.arange(40) // 8 != i // 8)[:3] for i in range(40)]
    np.testing.assert_array_equal(indices[:, 7:], others)
    distances, indices = kneighbors(x, n_neighbors=10, metric="js", base=2)
    np.testing.assert_allclose(distances[:, 7:], 1, 1e-15)
    np.testing.assert_array_equal(indices[:, 7:], others)


@each_way
@pytest.mark.parametrize("word", ["js", "kl", "chi2"])
def test_invalid_rows_are_nobodys_neighbours(word, way, by):
    by(way)
    x = some_rows("plain", n=60, k=9)
    x[4, 2], x[11], x[30, 0] = -1, 0, np.nan
    with pytest.raises(ValueError, match="x is no distribution: row 4, column 2 is negative"):
        kneighbors(x, metric=word)
    with pytest.raises(ValueError, match="y is no distribution"):
        kneighbors(x[40:], x, metric=word)
    with pytest.raises(ValueError, match="x is no distribution"):
        radius_neighbors(x, radius=0.1, metric=word)
    bad = [4, 11, 30]
    good = np.setdiff1d(np.arange(60), bad)
    for include_self in (False, True):
        found = kneighbors(x, n_neighbors=58, metric=word, invalid="nan", include_self=include_self)
        assert np.isnan(found.distances[bad]).all()
        assert (found.indices[bad] == -1).all()
        there = 56 + include_self
        assert not np.isin(found.indices[good], bad).any()
        assert (found.indices[good][:, there:] == -1).all()
        assert (found.indices[good][:, :there] >= 0).all()
        assert found.graph().nnz == 57 * there
        near = radius_neighbors(
            x, radius=np.inf, metric=word, invalid="nan", include_self=include_self
        )
        assert near.nnz == 57 * there


@core_metric
def test_a_row_itself_comes_first_where_it_is_wanted(word):
    x = some_rows("plain", n=30)
    distances, indices = kneighbors(x, n_neighbors=4, metric=word, include_self=True)
    assert (distances[:, 0] == 0).all()
    np.testing.assert_array_equal(indices[:, 0], np.arange(30))
    without = kneighbors(x, n_neighbors=3, metric=word)
    np.testing.assert_array_equal(indices[:, 1:], without.indices)
    np.testing.assert_array_equal(distances[:, 1:], without.distances)
    alone = kneighbors(x, n_neighbors=1, metric=word, include_self=True)
    np.testing.assert_array_equal(alone.indices[:, 0], np.arange(30))
    # Its duplicates with lower numbers come first where x is searched as any other array.
    given = kneighbors(x, x, n_neighbors=2, metric=word)
    assert (given.distances[:, 0] == 0).all()
    assert list(given.indices[[2, 5, 15]].ravel()) == [2, 5] * 3


@each_way
@pytest.mark.parametrize("word", [*FILTERED, "total_variation", "renyi_2"])
def test_a_radius_takes_all_that_are_not_further(word, way, by):
    by(way)
    for kind in ("plain", "topics", "clusters"):
        x = some_rows(kind)
        for y, itself in ((None, False), (x[40:], True)):
            matrix = pairwise(x, y, metric(word))
            inner = np.sort(matrix[np.isfinite(matrix)])
            inner = np.append(inner, 2 * inner[-1] + 1)
            gaps = np.flatnonzero(inner[1:] > inner[:-1] * (1 + 1e-7))  # wider than any error
            place = gaps[gaps >= inner.size // 20][0]
            radius = (inner[place] + inner[place + 1]) / 2
            found = radius_neighbors(x, y, radius=radius, metric=metric(word))
            within = matrix <= radius
            if not itself:
                np.fill_diagonal(within, False)
            assert found.shape == matrix.shape
            full = np.full(matrix.shape, np.inf)
            rows = np.repeat(np.arange(len(x)), np.diff(found.indptr))
            full[rows, found.indices] = found.data
            np.testing.assert_array_equal(np.isfinite(full), within)
            np.testing.assert_allclose(full[within], matrix[within], 1e-11, 1e-300)
            for start, stop in zip(found.indptr, found.indptr[1:], strict=False):
                steps = np.diff(found.data[start:stop])
                assert (steps >= 0).all()
                assert (np.diff(found.indices[start:stop])[steps == 0] > 0).all()
            by_column = radius_neighbors(
                x, y, radius=radius, metric=metric(word), sort_results=False
            )
            assert by_column.has_sorted_indices
            assert (abs(by_column - found)).nnz == 0


@each_float
def test_rows_at_exactly_the_radius_are_within(dtype):
    x = some_rows("plain").astype(dtype)
    found = kneighbors(x, n_neighbors=3)
    further = kneighbors(x, n_neighbors=4).distances[:, 3]
    for i in np.flatnonzero(further > found.distances[:, 2])[::20]:
        near = radius_neighbors(x, radius=float(found.distances[i, 2]))
        start = near.indptr[i]
        np.testing.assert_array_equal(near.indices[start : near.indptr[i + 1]], found.indices[i])
    assert radius_neighbors(x, radius=-1.0).nnz == 0
    assert radius_neighbors(x, radius=-1.0, include_self=True).nnz == 0
    zero = radius_neighbors(x, radius=0.0, include_self=True)
    assert list(np.diff(zero.indptr)[[2, 3, 5]]) == [4, 1, 4]
    assert list(zero.indices[zero.indptr[5] : zero.indptr[6]]) == [5, 2, 75, 147]


@pytest.mark.parametrize("word", ["js", "kl", "reverse_kl", "total_variation"])
def test_many_neighbours_of_few_rows(word):
    for kind in ("plain", "topics", "clusters"):
        x = some_rows(kind)
        check(word, x, count=149)
        check(word, x, count=60)
        check(word, x[:70], x[60:], count=90)


def test_graphs_have_explicit_zeros_and_ascending_values():
    x = some_rows("plain", n=30)
    found = kneighbors(x, x[:20], n_neighbors=4)
    assert isinstance(found, Neighbors)
    assert found.n_columns == 20
    graph = found.graph()
    assert graph.shape == (30, 20)
    assert graph.nnz == 120
    assert (graph.data.reshape(30, 4) == found.distances).all()
    assert (graph.indices.reshape(30, 4) == found.indices).all()
    assert (graph.data == 0).sum() >= 20
    links = found.graph(mode="connectivity")
    assert (links.data == 1).all()
    assert (links.indices == graph.indices).all()
    with pytest.raises(ValueError, match="connectivity"):
        found.graph(mode="both")


def test_what_cannot_be_answered_is_refused():
    x = some_rows("plain", n=10)
    with pytest.raises(TypeError, match="n_neighbors=5"):
        kneighbors(x, 5)
    with pytest.raises(TypeError, match=r"radius=0\.5"):
        radius_neighbors(x, 0.5, radius=1)
    with pytest.raises(TypeError, match="metric='kl'"):
        kneighbors(x, "kl")
    with pytest.raises(ValueError, match="n_neighbors is 10, but there are 9 other rows in x"):
        kneighbors(x, n_neighbors=10)
    with pytest.raises(ValueError, match="4 rows in y"):
        kneighbors(x, x[:4], n_neighbors=5)
    with pytest.raises(ValueError, match="leave out y"):
        kneighbors(x, x, include_self=True)
    for wrong in (0, -1, 2.5, True, "2"):
        with pytest.raises(ValueError, match="n_neighbors is"):
            kneighbors(x, n_neighbors=wrong)
    with pytest.raises(ValueError, match="radius is NaN"):
        radius_neighbors(x, radius=float("nan"))
    with pytest.raises(ValueError, match="metric is 'euclid'"):
        kneighbors(x, metric="euclid")
    with pytest.raises(TypeError, match="unexpected keyword argument 'out'"):
        kneighbors(x, out=np.zeros(3))
    assert kneighbors(x, n_neighbors=10, include_self=True).indices.shape == (10, 10)
    assert kneighbors(x[:0], x).indices.shape == (0, 5)


@pytest.mark.parametrize("word", ["js", "kl"])
@pytest.mark.parametrize("way", ["all pairs", "filter"])
def test_integers_and_layouts_are_the_same_rows(word, way, by):
    by(way)
    x = some_rows("counts").astype(np.int64)
    want = kneighbors(x.astype(float), metric=word)
    for given_x in (x, np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], x.tolist()):
        found = kneighbors(given_x, metric=word)
        np.testing.assert_array_equal(found.indices, want.indices)
        np.testing.assert_allclose(found.distances, want.distances, 1e-13)


def test_progress_is_told():
    steps = []
    kneighbors(some_rows("plain"), progress=lambda done, total: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1] > 0


def test_every_metric_is_known():
    x = some_rows("plain", n=8)
    for word in METRICS:
        assert kneighbors(x, metric=metric(word), n_neighbors=2).indices.shape == (8, 2)
