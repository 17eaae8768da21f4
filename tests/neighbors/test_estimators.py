"""What the estimators return, beside `kneighbors` and `radius_neighbors` themselves."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import sparse

pytest.importorskip("sklearn")

import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

import kullback as kl
from kullback.neighbors import (
    KNeighborsTransformer,
    NearestNeighbors,
    RadiusNeighborsTransformer,
)

TRANSFORMERS = [
    KNeighborsTransformer(n_neighbors=4),
    KNeighborsTransformer(n_neighbors=4, mode="connectivity"),
    RadiusNeighborsTransformer(radius=0.3),
    RadiusNeighborsTransformer(radius=0.3, mode="connectivity"),
]
each_transformer = pytest.mark.parametrize("transformer", TRANSFORMERS, ids=str)


@pytest.fixture
def x() -> np.ndarray:
    rows = np.random.default_rng(0).poisson(2.0, (40, 12)).astype(float)
    rows[:, 0] += 1
    rows[7] = rows[20] = rows[3]
    return rows


def same(a, b) -> None:
    """The same entries at the same places, in the same order."""
    for part in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(a, part), getattr(b, part))


@pytest.mark.parametrize("metric", ["js_distance", "kl", "reverse_kl", kl.Renyi(0.5)], ids=str)
def test_neighbours_are_those_of_the_function(x, metric):
    options = {"metric": metric, "pseudocount": 0.5}
    search = NearestNeighbors(n_neighbors=3, **options).fit(x)
    assert (search.n_samples_fit_, search.n_features_in_) == (40, 12)
    assert search.effective_metric_ == metric
    assert search.effective_metric_params_["pseudocount"] == 0.5
    for given, ours in [((x,), None), ((x[:9], x), x[:9])]:
        want = kl.kneighbors(*given, n_neighbors=3, **options)
        found = search.kneighbors(ours)
        np.testing.assert_array_equal(found[0], want.distances)
        np.testing.assert_array_equal(found[1], want.indices)
        np.testing.assert_array_equal(
            search.kneighbors(ours, 2, return_distance=False), want.indices[:, :2]
        )
        same(search.kneighbors_graph(ours, mode="distance"), want.graph())
        same(search.kneighbors_graph(ours), want.graph("connectivity"))


def test_neighbours_within_a_radius_are_those_of_the_function(x):
    search = NearestNeighbors(radius=0.3).fit(x)
    for given, ours in [((x,), None), ((x[:9], x), x[:9])]:
        want = kl.radius_neighbors(*given, radius=0.3, metric="js_distance")
        distances, indices = search.radius_neighbors(ours, sort_results=True)
        assert distances.shape == indices.shape == (want.shape[0],)
        assert len({len(row) for row in indices}) > 1
        np.testing.assert_array_equal(np.concatenate(distances), want.data)
        np.testing.assert_array_equal(np.concatenate(indices), want.indices)
        same(search.radius_neighbors_graph(ours, mode="distance", sort_results=True), want)
        ones = search.radius_neighbors_graph(ours)
        assert set(ones.data) == {1.0}
        assert ones.nnz == want.nnz
    with pytest.raises(ValueError, match="return_distance=True"):
        search.radius_neighbors(sort_results=True, return_distance=False)


def test_rows_with_equally_many_neighbours_are_an_array_of_arrays():
    search = NearestNeighbors(radius=0.0).fit([[1, 2], [1, 2], [3, 1], [3, 1]])
    distances, indices = search.radius_neighbors()
    assert indices.dtype == object
    assert indices.shape == (4,)
    assert [row.tolist() for row in indices] == [[1], [0], [3], [2]]
    assert [row.tolist() for row in distances] == [[0.0]] * 4


def test_a_graph_has_each_row_first_and_one_neighbour_more(x):
    graph = KNeighborsTransformer(n_neighbors=4).fit_transform(x)
    assert isinstance(graph, sparse.csr_matrix)
    assert set(np.diff(graph.indptr)) == {5}
    assert (graph.indices[::5] == np.arange(40)).all()
    assert (graph.data[::5] == 0.0).all()
    assert (np.diff(graph.data.reshape(40, 5)) >= 0).all()
    assert graph.data.reshape(40, 5)[7, 1] == 0.0  # a duplicate's distance is an entry, too


def test_a_row_is_its_own_neighbour_however_many_duplicates_it_has():
    x = np.repeat([[1.0, 2.0], [2.0, 1.0]], 10, axis=0)
    for transformer in (KNeighborsTransformer(n_neighbors=2), TRANSFORMERS[1]):
        graph = transformer.fit_transform(x)
        assert (graph.diagonal() == graph.data[0]).all()
        own = graph.indices[graph.indptr[:-1]]
        assert (own == np.arange(20)).all()
        same(clone(transformer).fit(x).transform(x.copy()), graph)


@each_transformer
def test_fitted_rows_are_known_again(x, transformer):
    graph = transformer.fit_transform(x)
    same(transformer.transform(x.copy()), graph)
    same(transformer.transform(pd.DataFrame(x).to_numpy()), graph)
    for some in (x[:9], x[::-1], x + 1):
        assert transformer.transform(some).shape == (len(some), 40)


@pytest.mark.parametrize("metric", ["kl", "reverse_kl"])
def test_graphs_are_never_made_symmetric(x, metric):
    # As `pairwise_distances` does with a callable: scikit-learn/scikit-learn#13403.
    options = {"metric": metric, "pseudocount": 0.5}
    graph = KNeighborsTransformer(n_neighbors=39, **options).fit_transform(x)
    want = kl.pairwise(x, **options)
    assert abs(want - want.T).max() > 0.01
    np.testing.assert_allclose(graph.toarray(), want, rtol=1e-11, atol=1e-15)


@each_transformer
@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_matrix, sparse.coo_array])
def test_sparse_rows_have_the_neighbours_of_dense_ones(x, transformer, kind):
    want = transformer.fit_transform(x)
    found = transformer.fit_transform(kind(x))
    np.testing.assert_allclose(found.toarray(), want.toarray(), rtol=1e-11, atol=1e-15)
    assert found.nnz == want.nnz
    same(transformer.transform(kind(x)), found)
    np.testing.assert_allclose(
        transformer.transform(x[:9]).toarray(), want.toarray()[:9], rtol=1e-11, atol=1e-15
    )


@each_transformer
def test_graphs_are_arrays_where_that_is_asked_for(x, transformer):
    kinds = {None: sparse.csr_matrix, "spmatrix": sparse.csr_matrix, "sparray": sparse.csr_array}
    for interface, kind in kinds.items():
        if "sparse_interface" not in sklearn.get_config():
            pytest.skip("an older scikit-learn, which has matrices alone")
        with sklearn.config_context(sparse_interface=interface):
            assert type(transformer.fit_transform(x)) is kind
            assert type(NearestNeighbors().fit(x).kneighbors_graph()) is kind
    assert type(transformer.fit_transform(sparse.csr_array(x))) is sparse.csr_array
    assert type(transformer.fit_transform(sparse.csr_matrix(x))) is sparse.csr_matrix


@each_transformer
def test_float32_rows_give_float32_graphs(x, transformer):
    assert transformer.fit_transform(x.astype(np.float32)).dtype == np.float32
    assert transformer.fit_transform(x.astype(int)).dtype == np.float64


@each_transformer
def test_names_of_columns(x, transformer):
    table = pd.DataFrame(x).add_prefix("bin ")
    fitted = clone(transformer).fit(table)
    assert fitted.feature_names_in_.tolist() == table.columns.tolist()
    same(fitted.transform(table), fitted.fit_transform(x))
    fitted.fit(table)
    with pytest.raises(ValueError, match="same order"):
        fitted.transform(table.iloc[:, ::-1])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        fitted.transform(x)
    word = type(fitted).__name__.lower()
    assert fitted.get_feature_names_out()[[0, -1]].tolist() == [f"{word}0", f"{word}39"]
    assert sparse.issparse(clone(fitted).set_output(transform="default").fit_transform(table))
    with pytest.raises(ValueError, match="set_output"):  # scikit-learn's, for all sparse results
        clone(fitted).set_output(transform="pandas").fit_transform(table)


@each_transformer
def test_copies_and_pickles_are_the_same(x, transformer):
    fitted = clone(transformer).fit(x)
    again = pickle.loads(pickle.dumps(fitted))
    same(again.transform(x[:5]), fitted.transform(x[:5]))
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    with pytest.raises(sklearn.exceptions.NotFittedError):
        check_is_fitted(fresh)


def test_metrics_with_a_parameter_are_cloned_and_pickled(x):
    transformer = clone(KNeighborsTransformer(metric=kl.Renyi(0.5)))
    graph = transformer.fit_transform(x)
    same(pickle.loads(pickle.dumps(transformer)).transform(x), graph)


WRONG = [
    ({"n_neighbors": 0}, "n_neighbors is 0"),
    ({"n_neighbors": 2.5}, "n_neighbors is 2.5"),
    ({"n_neighbors": True}, "n_neighbors is True"),
    ({"radius": -1}, "radius is -1"),
    ({"radius": np.nan}, "radius is nan"),
    ({"metric": "cosine"}, "js_distance"),
    ({"pseudocount": -1}, "pseudocount is -1"),
    ({"zeros": "drop"}, "zeros is 'drop'"),
    ({"base": 1}, "base is 1"),
    ({"threads": 0}, "threads is 0"),
    ({"mode": "graph"}, "mode is 'graph'"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=str)
def test_parameters_out_of_range_are_refused_when_fitted(x, options, message):
    kinds = [NearestNeighbors, KNeighborsTransformer, RadiusNeighborsTransformer]
    having = [kind for kind in kinds if set(options) <= set(kind().get_params())]
    assert having
    for kind in having:
        with pytest.raises(ValueError, match=message):
            kind(**options).fit(x)


def test_negative_rows_are_named(x):
    x[[4, 9], 2] = -0.5
    message = "Negative values in data passed to NearestNeighbors.fit: row 4, column 2 is -0.5"
    for rows in (x, sparse.csr_array(x)):
        with pytest.raises(ValueError, match=message + r" \(2 such rows\)"):
            NearestNeighbors().fit(rows)
    search = NearestNeighbors().fit(abs(x))
    with pytest.raises(ValueError, match=r"passed to NearestNeighbors\.kneighbors: row 4"):
        search.kneighbors(x)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_rows_without_entries_have_no_neighbours_and_are_named(x, kind):
    x[5] = 0
    search = NearestNeighbors(n_neighbors=3).fit(kind(x))
    with pytest.warns(UserWarning, match="row 5 of the fitted X sums to 0") as caught:
        distances, indices = search.kneighbors()
    assert caught[0].filename == __file__
    assert np.isnan(distances[5]).all()
    assert (indices[5] == -1).all()
    assert 5 not in np.delete(indices, 5, axis=0)
    others = np.delete(np.arange(40), 5)
    want = kl.kneighbors(kind(x[others]), n_neighbors=3, metric="js_distance")
    np.testing.assert_allclose(distances[others], want.distances, rtol=1e-11)
    np.testing.assert_array_equal(indices[others], others[want.indices])
    for transformer in TRANSFORMERS:
        with pytest.warns(UserWarning, match=r"row 5 .* \(1 such row\)") as caught:
            graph = clone(transformer).fit_transform(kind(x))
        assert caught[0].filename == __file__
        assert np.diff(graph.indptr)[5] == 0
    fine = NearestNeighbors(n_neighbors=3).fit(kind(x[others]))
    with pytest.warns(UserWarning, match="row 5 of X sums to 0"):
        fine.kneighbors(kind(x))


def test_measures_may_be_empty(x):
    x[5] = 0
    search = NearestNeighbors(n_neighbors=3, metric="kl", normalize=False).fit(x)
    want = kl.kneighbors(x, n_neighbors=3, metric="kl", normalize=False)
    np.testing.assert_array_equal(search.kneighbors()[0], want.distances)


def test_more_neighbours_than_there_are_rows(x):
    search = NearestNeighbors(n_neighbors=40).fit(x)
    assert search.kneighbors(x)[0].shape == (40, 40)
    message = "at most 39 neighbours.*n_neighbors = 40, n_samples_fit = 40"
    with pytest.raises(ValueError, match=message):
        search.kneighbors()
    transformer = KNeighborsTransformer(n_neighbors=40)
    with pytest.raises(ValueError, match=r"n_neighbors = 41, .*with the row itself"):
        transformer.fit_transform(x)
    assert transformer.set_params(mode="connectivity").fit_transform(x).nnz == 1600
