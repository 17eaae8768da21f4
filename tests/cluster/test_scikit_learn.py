"""scikit-learn's own checks of estimators, and its tools around ours."""

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_clustering, parametrize_with_checks

from kullback.cluster import DivergenceKMeans

METRICS = ("kl", "reverse_kl", "hellinger", "jeffreys", "js")
WEIGHTS = "seeds are drawn from rows, so that a weight of 2 draws others than a row twice"
NEGATIVE = "its rows are negative, which the tag positive_only has refused; see below"


def expected_failures(estimator: Any) -> dict[str, str]:
    """What KMeans is excused from as well, and what positive_only itself forbids."""
    return {
        "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
        "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
        "check_clustering": NEGATIVE,
    }


# A positive pseudocount: the checks of positive_only subtract the least entry, which leaves rows 0.
ESTIMATORS = [
    DivergenceKMeans(3, metric=metric, pseudocount=0.5, n_init=1, max_iter=5) for metric in METRICS
]


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


class Shifted(DivergenceKMeans):
    """Of rows of any sign, so that the check's blobs can be given."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        return super().fit(np.asarray(X) + 4.0, y, sample_weight)


@pytest.mark.parametrize("metric", METRICS)
def test_the_check_of_clusterers_on_rows_that_are_positive(metric: str) -> None:
    check_clustering("Shifted", Shifted(3, metric=metric, n_init=2))


def counts(n: int = 90, k: int = 12) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    topics = random.dirichlet(np.full(k, 0.3), 3)
    labels = random.integers(3, size=n)
    return np.array([random.multinomial(60, topics[j]) for j in labels]), labels


@pytest.mark.parametrize("metric", METRICS)
def test_clone_pickle_and_batches_change_nothing(metric: str) -> None:
    x, _ = counts()
    fitted = DivergenceKMeans(3, metric=metric, pseudocount=0.5, random_state=0).fit(x)
    again = clone(fitted).fit(x)
    loaded = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(fitted.cluster_centers_, again.cluster_centers_)
    assert np.array_equal(loaded.predict(x), fitted.labels_)
    assert np.array_equal(
        np.concatenate([fitted.predict(x[:7]), fitted.predict(x[7:])]), fitted.labels_
    )


@pytest.mark.parametrize("metric", ["kl", "hellinger", "js"])
def test_sparse_rows_give_what_dense_rows_give(metric: str) -> None:
    x, _ = counts()
    dense = DivergenceKMeans(3, metric=metric, random_state=0).fit(x)
    for make in (sparse.csr_array, sparse.csr_matrix):
        given = make(x)
        found = DivergenceKMeans(3, metric=metric, random_state=0).fit(given)
        assert np.array_equal(found.labels_, dense.labels_)
        np.testing.assert_allclose(found.cluster_centers_, dense.cluster_centers_, rtol=1e-12)
        np.testing.assert_allclose(found.transform(given), dense.transform(x), rtol=1e-12)
        assert found.inertia_ == pytest.approx(dense.inertia_, rel=1e-12)
        assert found.score(given) == pytest.approx(-dense.inertia_, rel=1e-12)


def test_in_a_grid_search_and_a_pipeline() -> None:
    x, _ = counts()
    steps = make_pipeline(FunctionTransformer(), DivergenceKMeans(random_state=0, n_init=2))
    grid = {"divergencekmeans__n_clusters": [1, 3]}
    found = GridSearchCV(steps, grid, cv=2, error_score="raise").fit(x + 0.5)
    assert found.best_params_["divergencekmeans__n_clusters"] == 3
    named = DivergenceKMeans(3, random_state=0).set_output(transform="pandas").fit_transform(x)
    assert list(named.columns) == [f"divergencekmeans{j}" for j in range(3)]
