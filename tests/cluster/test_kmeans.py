"""k-means: what it promises of its objective, its labels, zeros, weights, batches and errors."""

from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

import kullback as kl
from kullback.cluster import DivergenceKMeans

METRICS = ("kl", "reverse_kl", "hellinger", "jeffreys", "js")


def counts(n: int = 300, k: int = 20, topics: int = 4, length: int = 80) -> tuple[Any, Any]:
    random = np.random.default_rng(1)
    shares = random.dirichlet(np.full(k, 0.4), topics)
    labels = random.integers(topics, size=n)
    return np.array([random.multinomial(length, shares[j]) for j in labels]), labels


def kmeans(metric: str, n: int = 4, **options: Any) -> DivergenceKMeans:
    pseudocount = 0.5 if metric in ("reverse_kl", "jeffreys") else 0.0
    given = {"random_state": 0, "pseudocount": pseudocount, **options}
    return DivergenceKMeans(n, metric=metric, **given)


@pytest.mark.parametrize("metric", METRICS)
def test_the_objective_never_rises(metric: str) -> None:
    x, _ = counts()
    start = x[:4] + 1.0
    path = [
        kmeans(metric, init=start, max_iter=steps, tol=0.0).fit(x).inertia_
        for steps in range(1, 16)
    ]
    assert np.all(np.diff(path) <= 1e-12 * path[0])
    assert path[-1] < path[0]


@pytest.mark.parametrize("metric", METRICS)
def test_it_finds_the_topics_and_labels_by_the_nearest_centre(metric: str) -> None:
    x, truth = counts()
    fitted = kmeans(metric).fit(x)
    assert adjusted_rand_score(truth, fitted.labels_) > 0.9
    distances = fitted.transform(x)
    assert np.array_equal(distances.argmin(axis=1), fitted.labels_)
    assert np.array_equal(fitted.predict(x), fitted.labels_)
    least = distances.min(axis=1) ** (2 if metric == "hellinger" else 1)
    assert fitted.inertia_ == pytest.approx(least.sum(), rel=1e-12)
    assert fitted.score(x) == pytest.approx(-fitted.inertia_, rel=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_whole_weights_are_rows_that_are_repeated(metric: str) -> None:
    """From the same centres: only the seeds, which are drawn, tell them apart."""
    x, _ = counts(120)
    weight = np.random.default_rng(2).integers(0, 4, 120)
    start = x[:4] + 1.0
    one = kmeans(metric, init=start, tol=1e-13).fit(x, sample_weight=weight)
    other = kmeans(metric, init=start, tol=1e-13).fit(np.repeat(x, weight, axis=0))
    assert one.inertia_ == pytest.approx(other.inertia_, rel=1e-10)
    np.testing.assert_allclose(one.cluster_centers_, other.cluster_centers_, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_empty_clusters_get_a_far_row(metric: str) -> None:
    x, _ = counts()
    start = np.ones((4, x.shape[1]))  # the first centre is the nearest of all rows
    fitted = kmeans(metric, init=start).fit(x)
    assert len(np.unique(fitted.labels_)) == 4


def test_fewer_different_rows_than_clusters_are_said() -> None:
    with pytest.warns(ConvergenceWarning, match="2 clusters have rows, not n_clusters=3"):
        fitted = DivergenceKMeans(3, random_state=0).fit([[1, 2], [2, 4], [3, 1], [3, 1]])
    assert fitted.inertia_ == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("metric", METRICS)
def test_batches_come_near_to_all_rows_at_once(metric: str) -> None:
    x, truth = counts(1200)
    streamed = kmeans(metric, pseudocount=0.5)
    for start in range(0, 1200, 200):
        streamed.partial_fit(x[start : start + 200])
    assert adjusted_rand_score(truth, streamed.predict(x)) > 0.9
    assert -streamed.score(x) < 1.01 * kmeans(metric, pseudocount=0.5).fit(x).inertia_


def test_zeros_of_rows_are_zeros_of_geometric_centres() -> None:
    x = np.array([[4, 3, 0, 1], [3, 4, 0, 1], [2, 0, 4, 1.0]])
    fitted = DivergenceKMeans(1, metric="reverse_kl").fit(x)
    assert np.array_equal(fitted.cluster_centers_[0] > 0, [True, False, False, True])
    assert np.isfinite(fitted.inertia_)


@pytest.mark.parametrize(
    ("metric", "rows"),
    [("reverse_kl", [[1, 0], [0, 1]]), ("jeffreys", [[1, 0], [1, 1]])],
)
def test_a_cluster_that_is_infinitely_far_from_any_centre_is_an_error(
    metric: str, rows: Any
) -> None:
    with pytest.raises(ValueError, match=r"pseudocount=0\.5"):
        DivergenceKMeans(1, metric=metric).fit(rows)
    DivergenceKMeans(1, metric=metric, pseudocount=0.5).fit(rows)  # the remedy works


def test_a_row_that_no_centre_reaches_gets_the_one_that_lacks_least_of_it() -> None:
    fitted = DivergenceKMeans(2, random_state=0).fit([[1, 1, 0, 0], [0, 0, 1, 1]])
    rows = np.array([[1, 1, 3, 3], [3, 3, 1, 1]])
    assert np.isinf(fitted.transform(rows)).all()
    assert fitted.score(rows) == -np.inf
    assert np.array_equal(fitted.cluster_centers_[fitted.predict(rows)] > 0, rows == 3)


def test_results_do_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    from kullback._process import threads

    x, _ = counts(4000, 64)
    one = kmeans("kl", n_init=1).fit(x)
    monkeypatch.setattr(threads, "default_threads", lambda: 1)
    other = kmeans("kl", n_init=1).fit(x)
    assert np.array_equal(one.cluster_centers_, other.cluster_centers_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "euclidean"}, "metric is 'euclidean'"),
        ({"n_clusters": 0}, "n_clusters is 0"),
        ({"n_init": "many"}, "n_init is 'many'"),
        ({"max_iter": 1.5}, "max_iter is 1.5"),
        ({"tol": -1.0}, "tol must be"),
        ({"init": "best"}, "init is 'best'"),
        ({"init": np.ones((2, 3))}, r"init has shape \(2, 3\)"),
    ],
)
def test_options_that_are_wrong_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DivergenceKMeans(**{"n_clusters": 2, **options}).fit(np.eye(4))


def test_rows_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match=r"row 1 .* sums to 0"):
        DivergenceKMeans(2).fit([[1, 2], [0, 0], [3, 4]])
    with pytest.raises(ValueError, match="Negative values"):
        DivergenceKMeans(2).fit([[1, -2], [1, 0], [3, 4]])


def test_js_lies_between_squared_hellinger_distances() -> None:
    """What lets one product rule out centres under JS: at every ratio of two entries."""
    ratio = np.concatenate([np.logspace(-12, 0, 200), 1.0 - np.logspace(-9, -1, 50), [0.0]])
    p = np.stack([np.ones_like(ratio), ratio], axis=1)
    js, h = kl.js_divergence(p, p[:, ::-1]), kl.hellinger_distance(p, p[:, ::-1]) ** 2
    assert np.all(js <= h * (1 + 1e-12))
    assert np.all(js >= np.log(2) * h * (1 - 1e-12))


def test_the_module_is_a_public_name() -> None:
    assert kl.cluster.DivergenceKMeans is DivergenceKMeans
