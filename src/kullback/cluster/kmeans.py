"""k-means of distributions, as scikit-learn's estimators are used."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from kullback._process.arrays import Array, Index
from kullback.cluster import problems
from kullback.cluster.lloyd import Pass
from kullback.cluster.objectives import GEOMETRIC, check_options, objective
from kullback.cluster.shares import dense, is_sparse, shares
from kullback.discrete.matrices import pairwise

try:
    from sklearn.base import (
        BaseEstimator,
        ClassNamePrefixFeaturesOutMixin,
        ClusterMixin,
        TransformerMixin,
    )
    from sklearn.cluster import kmeans_plusplus
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "kullback.cluster needs scikit-learn 1.6 or newer: pip install 'kullback[sklearn]'"
    ) from error

STARTS = 10  # of n_init="auto"


class DivergenceKMeans(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator
):
    """k-means of distributions: clusters of rows that are near their centre in a divergence.

    Parameters
    ----------
    n_clusters : int
        The number of clusters.
    metric : str
        "kl", KL(row || centre), whose centre is the mean; "reverse_kl", KL(centre || row), the
        normalised geometric mean; "hellinger", whose squares the objective adds up, (mean √p)²
        normalised; "jeffreys", by Lambert's W; "js", by steps that never raise the objective.
    init : str or array_like, (n_clusters, k)
        "k-means++", on the square roots of the rows, or "random" rows; from there the Hellinger
        clusters are found first, and the metric goes on from these. Or centres of your own.
    n_init : int or "auto"
        Starts, of which the best is kept; "auto" is 10, and 1 from centres of your own.
    max_iter : int
        The most steps of a start.
    tol : float
        A start ends where its objective falls by no more than this share (or no label changes).
    pseudocount : float
        Added to every bin of every row. Sparse rows become dense by it.
    random_state : int, RandomState or None
        Draws the seeds.

    Attributes
    ----------
    cluster_centers_ : ndarray, (n_clusters, k)
        Distributions.
    labels_ : ndarray, (n,)
        The cluster of each row.
    inertia_ : float
        The weighted sum of the divergences (Hellinger: squared distances) of the rows from their
        centres, in nats.
    n_iter_ : int
        Steps of the best start, not counting those under Hellinger.
    n_features_in_ : int
        The number of bins.
    feature_names_in_ : ndarray, (k,)
        Their names, where X is a DataFrame that has them.

    Raises
    ------
    ImportError
        scikit-learn is not there: ``pip install 'kullback[sklearn]'``.
    ValueError
        A row that is no distribution; a wrong option; for "reverse_kl" and "jeffreys" a cluster
        that zeros put at an infinite distance from every centre.

    Notes
    -----
    Rows are (n, k) arrays, DataFrames or SciPy's sparse matrices (for "kl", "hellinger" and "js"),
    counts or weights, and are compared as distributions. Zeros: a row is infinitely far under "kl"
    from a centre that is 0 where the row is not, so that the bins that no row of a cluster has keep
    others out. A geometric mean is 0 wherever one row of the cluster is, so that "reverse_kl" looks
    at the bins that all of them have, and is an error where there is none; "jeffreys" needs the
    same zeros in all. A `pseudocount` takes all this away.

    An empty cluster gets the row that is farthest from its centre. Results do not depend on the
    number of threads.

    Centres: Banerjee, Merugu, Dhillon and Ghosh, "Clustering with Bregman divergences", JMLR 6,
    2005 (KL either way); Nielsen, "Jeffreys centroids", IEEE Signal Processing Letters 20, 2013.

    Examples
    --------
    >>> from kullback.cluster import DivergenceKMeans
    >>> counts = [[9, 1, 0], [8, 2, 0], [0, 2, 8], [1, 0, 9]]
    >>> found = DivergenceKMeans(2, random_state=0).fit(counts)
    >>> bool(found.labels_[0] == found.labels_[1] != found.labels_[2] == found.labels_[3])
    True
    >>> sorted(found.cluster_centers_.round(3).tolist())
    [[0.05, 0.1, 0.85], [0.85, 0.15, 0.0]]
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        metric: str = "kl",
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-8,
        pseudocount: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.pseudocount = pseudocount
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the clusters of the rows of X: the best of `n_init` starts."""
        check_options(self)
        p, weight = self._given(X, sample_weight, reset=True)
        self._check_number(p)
        rows = problems.problem(self.metric, p)
        best: problems.Run | None = None
        for centres in self._starts(rows, p, weight):
            run = problems.run(rows, centres, weight, self.max_iter, self.tol)
            if best is None or run.objective < best.objective:
                best = run
        assert best is not None
        self._set(best.centres, best.found, best.steps)
        self.inertia_ = objective(self.metric, p, best.centres[best.found.labels], weight)
        self._warn_of_few()
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Take a batch in: it moves the centres by its share of all weight so far.

        The first batch is clustered as by `fit`. `labels_` and `inertia_` are those of the last
        batch, before it moved the centres; `n_iter_` counts on.
        """
        if not hasattr(self, "cluster_centers_"):
            return self.fit(X, y, sample_weight)
        check_options(self)
        p, weight = self._given(X, sample_weight, reset=False)
        rows, centres = problems.problem(self.metric, p), self.cluster_centers_
        found = rows.assign(centres, weight)
        total = found._replace(sums=self._sums + found.sums, weights=self._weights + found.weights)
        self.inertia_ = objective(self.metric, p, centres[found.labels], weight)
        self._set(problems.next_centres(rows, total, centres), total, self.n_iter_ + 1)
        return self

    def predict(self, X: Any) -> Index:
        """The nearest centre of each row, (n,).

        A row that is infinitely far from all of them gets the one that lacks least of its mass.
        """
        check_is_fitted(self)
        return self._nearest(self._given(X, None, reset=False)[0])

    def transform(self, X: Any) -> Array:
        """The metric from every row to every centre, (n, n_clusters)."""
        check_is_fitted(self)
        p, _ = self._given(X, None, reset=False)
        centres = self.cluster_centers_
        return np.concatenate([pairwise(part, centres, self.metric) for _, part in dense(p)])

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the objective on these rows, in nats: -inf where one is infinitely far."""
        check_is_fitted(self)
        p, weight = self._given(X, sample_weight, reset=False)
        return -objective(self.metric, p, self.cluster_centers_[self._nearest(p)], weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = self.metric not in GEOMETRIC
        tags.transformer_tags.preserves_dtype = ["float64"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)

    def _set(self, centres: Array, found: Pass, steps: int) -> None:
        self.cluster_centers_, self.labels_ = centres, found.labels.astype(np.int32)
        self._sums, self._weights, self.n_iter_ = found.sums, found.weights, steps

    def _nearest(self, p: Any) -> Index:
        rows = problems.problem(self.metric, p)
        return rows.assign(self.cluster_centers_, np.ones(p.shape[0])).labels.astype(np.int32)

    def _given(self, X: Any, sample_weight: Any, reset: bool) -> tuple[Any, Array]:
        """Rows that sum to 1, and their weights."""
        form = False if self.metric in GEOMETRIC else "csr"
        x = validate_data(self, X, accept_sparse=form, reset=reset, dtype=[np.float64, np.float32])
        weight = _check_sample_weight(sample_weight, x, dtype=np.float64)
        if (weight < 0.0).any() or not weight.any():
            raise ValueError("sample_weight must not be negative, and not be 0 everywhere")
        return shares(x, self.pseudocount, type(self).__name__), weight

    def _starts(self, rows: problems.Problem, p: Any, weight: Array) -> Iterator[Array]:
        """Centres to begin with."""
        if not isinstance(self.init, str):
            yield self._own_start(p)
            return
        random = check_random_state(self.random_state)
        first = problems.problem("hellinger", p) if self.metric != "hellinger" else rows
        for _ in range(STARTS if isinstance(self.n_init, str) else self.n_init):
            seeds = p[self._seeds(first, weight, random)]
            centres = seeds.toarray() if is_sparse(seeds) else seeds
            if first is not rows:
                run = problems.run(first, centres, weight, self.max_iter, self.tol)
                filled = problems.fill_empty(first, run.found, run.centres, weight)
                sums = rows.sums(filled.labels, run.centres, weight)
                centres = problems.next_centres(rows, filled._replace(sums=sums), run.centres)
            yield centres

    def _seeds(self, first: Any, weight: Array, random: Any) -> Index:
        """The numbers of n_clusters rows."""
        if self.init == "random":
            some = np.flatnonzero(weight)
            return np.asarray(
                random.choice(some, self.n_clusters, replace=len(some) < self.n_clusters)
            )
        roots = first.factors
        return kmeans_plusplus(roots, self.n_clusters, sample_weight=weight, random_state=random)[1]

    def _own_start(self, p: Any) -> Array:
        centres = np.array(self.init, np.float64)
        if centres.shape != (self.n_clusters, p.shape[1]):
            raise ValueError(
                f"init has shape {centres.shape}; it must have shape (n_clusters, bins), "
                f"{(self.n_clusters, p.shape[1])}"
            )
        return shares(centres, 0.0, "init")

    def _check_number(self, p: Any) -> None:
        if p.shape[0] < self.n_clusters:
            raise ValueError(f"n_samples={p.shape[0]} should be >= n_clusters={self.n_clusters}")

    def _warn_of_few(self) -> None:
        found = len(np.unique(self.labels_))
        if found < self.n_clusters:
            warnings.warn(
                f"{found} clusters have rows, not n_clusters={self.n_clusters}: "
                "rows may be the same",
                ConvergenceWarning,
                stacklevel=3,
            )
