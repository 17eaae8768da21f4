"""Pipelines of scikit-learn: the same results as from the whole matrix, and no warning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

pytest.importorskip("sklearn")

from sklearn.cluster import DBSCAN, HDBSCAN, SpectralClustering
from sklearn.manifold import TSNE, Isomap
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from kullback import pairwise
from kullback.neighbors import KNeighborsTransformer, RadiusNeighborsTransformer

N = 120


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """So few rows are done soonest by one: OpenMP's threads wait for each other busily."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def topics() -> tuple[np.ndarray, np.ndarray]:
    """Counts of 300 words in documents of three topics that overlap, and their topics."""
    rng = np.random.default_rng(0)
    truth = rng.dirichlet(np.full(40, 0.3), 3)
    labels = rng.integers(3, size=N)
    own = 0.5 * truth[labels] + 0.5 * rng.dirichlet(np.full(40, 0.5), N)
    return rng.multinomial(300, own).astype(float), labels


@pytest.fixture(params=[np.asarray, sparse.csr_matrix, sparse.csr_array])
def rows(request, topics):
    return request.param(topics[0])


@pytest.fixture(scope="module")
def matrix(topics):
    return pairwise(topics[0], metric="js_distance")


def test_dbscan(rows, matrix):
    steps = RadiusNeighborsTransformer(radius=0.35), DBSCAN(eps=0.32, metric="precomputed")
    found = make_pipeline(*steps).fit_predict(rows)
    want = DBSCAN(eps=0.32, metric="precomputed").fit_predict(matrix)
    assert len(set(want)) > 2
    np.testing.assert_array_equal(found, want)


def test_hdbscan(rows, matrix):
    def last():
        return HDBSCAN(metric="precomputed", min_cluster_size=5, copy=True)

    found = make_pipeline(KNeighborsTransformer(n_neighbors=N - 1), last()).fit_predict(rows)
    want = last().fit_predict(matrix)
    assert len(set(want)) > 2
    np.testing.assert_array_equal(found == -1, want == -1)
    assert adjusted_rand_score(found, want) == 1.0  # it numbers clusters of graphs in another order


def test_tsne(rows, matrix):
    def last():
        return TSNE(
            metric="precomputed", init="random", perplexity=10, max_iter=250, random_state=0
        )

    found = make_pipeline(KNeighborsTransformer(n_neighbors=31), last()).fit_transform(rows)
    want = last().fit_transform(matrix)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-3 * abs(want).max())


def test_isomap(rows, matrix):
    def last():
        return Isomap(n_neighbors=20, metric="precomputed")

    found = make_pipeline(KNeighborsTransformer(n_neighbors=20), last()).fit_transform(rows)
    want = last().fit_transform(matrix)
    np.testing.assert_allclose(abs(found), abs(want), rtol=1e-6, atol=1e-9)


def test_spectral_clustering(rows, matrix):
    def last():
        return SpectralClustering(
            3, n_neighbors=20, affinity="precomputed_nearest_neighbors", random_state=0
        )

    found = make_pipeline(KNeighborsTransformer(n_neighbors=20), last()).fit_predict(rows)
    np.testing.assert_array_equal(found, last().fit_predict(matrix))


def test_classifier(topics, rows):
    x, labels = topics
    steps = KNeighborsTransformer(n_neighbors=9), KNeighborsClassifier(9, metric="precomputed")
    found = make_pipeline(*steps).fit(rows[:80], labels[:80])
    want = KNeighborsClassifier(9, metric="precomputed")
    want.fit(pairwise(x[:80], metric="js_distance"), labels[:80])
    d = pairwise(x[80:], x[:80], metric="js_distance")
    assert want.score(d, labels[80:]) > 0.8
    np.testing.assert_array_equal(found.predict(rows[80:]), want.predict(d))
    np.testing.assert_allclose(found.predict_proba(rows[80:]), want.predict_proba(d))


def test_grid_search(topics, tmp_path):
    x, labels = topics
    steps = (
        KNeighborsTransformer(n_neighbors=9, metric="kl"),
        KNeighborsClassifier(metric="precomputed"),
    )
    grid = {
        "kneighborstransformer__pseudocount": [0.01, 0.5],
        "kneighborsclassifier__n_neighbors": [3, 9],
    }
    pipeline = make_pipeline(*steps, memory=str(tmp_path))
    found = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(x, labels)
    halves = list(check_cv(2, labels, classifier=True).split(x, labels))
    for options, mean in zip(
        found.cv_results_["params"], found.cv_results_["mean_test_score"], strict=True
    ):
        scores = []
        for train, test in halves:
            chosen = {"metric": "kl", "pseudocount": options["kneighborstransformer__pseudocount"]}
            last = KNeighborsClassifier(
                options["kneighborsclassifier__n_neighbors"], metric="precomputed"
            )
            last.fit(pairwise(x[train], **chosen), labels[train])
            scores.append(last.score(pairwise(x[test], x[train], **chosen), labels[test]))
        assert mean == pytest.approx(np.mean(scores))
