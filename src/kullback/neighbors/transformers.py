"""Steps of pipelines that turn rows into graphs of neighbours."""

from __future__ import annotations

from typing import Any

from scipy.sparse import csr_array, csr_matrix
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from kullback.discrete.matrices import Metric
from kullback.neighbors.graphs import aligned, in_mode
from kullback.neighbors.methods import Mode, NearestMethods, RadiusMethods
from kullback.neighbors.rows import Rows, same_rows
from kullback.neighbors.searching import Searcher


class GraphMixin(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Searcher):
    """Fitted rows are told from others: each of them is its own first neighbour."""

    def fit_transform(self, X: Any, y: Any = None) -> csr_matrix | csr_array:
        """Keep the rows, and give the graph of their neighbours among themselves.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
            Counts, weights or probabilities.
        y : None
            Not used.

        Returns
        -------
        scipy.sparse.csr_matrix or csr_array, (n_samples, n_samples)
            The graph.
        """
        return aligned(self._graph(self.fit(X)._queries(None, "fit_transform")), X)

    def transform(self, X: Any) -> csr_matrix | csr_array:
        """The graph of the fitted rows that are near to each row.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_queries, n_features)
            Counts, weights or probabilities; the fitted rows themselves give what
            `fit_transform` gave.

        Returns
        -------
        scipy.sparse.csr_matrix or csr_array, (n_queries, n_samples_fit)
            The graph.
        """
        rows = self._queries(X, "transform")
        return aligned(self._graph(None if same_rows(rows, self._fit_X) else rows), X)

    def _graph(self, rows: Rows | None) -> csr_matrix:
        """The graph of some rows, or of the fitted ones, each with itself."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        """What is true of the estimator, for scikit-learn: float32 rows give float32 graphs."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class KNeighborsTransformer(GraphMixin, NearestMethods):
    """Turn rows into the graph of their nearest neighbours, as a step of a pipeline.

    Parameters
    ----------
    mode : "distance" or "connectivity"
        What entries of the graph are: distances, or 1.
    n_neighbors : int
        How many neighbours a row has beside itself with "distance", as in scikit-learn, so that
        the graph has n_neighbors + 1 entries a row; with "connectivity" the row itself is one
        of n_neighbors.
    metric, base, normalize, pseudocount, zeros, threads
        As for `NearestNeighbors`.

    Attributes
    ----------
    n_samples_fit_, n_features_in_, feature_names_in_, effective_metric_, effective_metric_params_
        As of `NearestNeighbors`.

    See Also
    --------
    RadiusNeighborsTransformer : all rows within a radius.
    kullback.kneighbors : neighbours with no pipeline around them.

    Notes
    -----
    Each fitted row is its own first neighbour, at an explicit 0, and the entries of a row ascend:
    what takes a graph with `metric="precomputed"` takes this one as it is, without a copy.
    Divergences that are infinite stay so, which most estimators refuse. The graph is not
    symmetric; "kl" is the divergence of the query from the fitted row.

    Examples
    --------
    >>> from kullback.neighbors import KNeighborsTransformer
    >>> graph = KNeighborsTransformer(n_neighbors=1).fit_transform([[5, 1], [3, 3], [1, 5], [4, 2]])
    >>> graph.toarray().round(3)
    array([[0.   , 0.   , 0.   , 0.137],
           [0.   , 0.   , 0.   , 0.12 ],
           [0.   , 0.254, 0.   , 0.   ],
           [0.   , 0.12 , 0.   , 0.   ]])
    """

    def __init__(
        self,
        *,
        mode: Mode = "distance",
        n_neighbors: int = 5,
        metric: Metric = "js_distance",
        base: float | None = None,
        normalize: bool = True,
        pseudocount: float = 0.0,
        zeros: str | float = "inf",
        threads: int | None = None,
    ) -> None:
        self.mode = mode
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.base = base
        self.normalize = normalize
        self.pseudocount = pseudocount
        self.zeros = zeros
        self.threads = threads

    def _graph(self, rows: Rows | None) -> csr_matrix:
        count = self._count(None) + (self.mode == "distance")
        return self._nearest(rows, count, itself=True).graph(self.mode)


class RadiusNeighborsTransformer(GraphMixin, RadiusMethods):
    """Turn rows into the graph of all neighbours within a radius, as a step of a pipeline.

    Parameters
    ----------
    mode : "distance" or "connectivity"
        What entries of the graph are: distances, or 1.
    radius : float
        How far neighbours are at most, in nats or units of `base`. The default is scikit-learn's;
        under "js_distance" no rows are further apart than 0.833, so choose one.
    metric, base, normalize, pseudocount, zeros, threads
        As for `NearestNeighbors`.

    Attributes
    ----------
    n_samples_fit_, n_features_in_, feature_names_in_, effective_metric_, effective_metric_params_
        As of `NearestNeighbors`.

    See Also
    --------
    KNeighborsTransformer : a certain number of neighbours.
    kullback.radius_neighbors : neighbours with no pipeline around them.

    Notes
    -----
    As of `KNeighborsTransformer`.

    Examples
    --------
    >>> from kullback.neighbors import RadiusNeighborsTransformer
    >>> near = RadiusNeighborsTransformer(radius=0.13)
    >>> near.fit_transform([[5, 1], [3, 3], [1, 5], [4, 2]]).toarray().round(3)
    array([[0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.  , 0.  , 0.12],
           [0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.12, 0.  , 0.  ]])
    """

    def __init__(
        self,
        *,
        mode: Mode = "distance",
        radius: float = 1.0,
        metric: Metric = "js_distance",
        base: float | None = None,
        normalize: bool = True,
        pseudocount: float = 0.0,
        zeros: str | float = "inf",
        threads: int | None = None,
    ) -> None:
        self.mode = mode
        self.radius = radius
        self.metric = metric
        self.base = base
        self.normalize = normalize
        self.pseudocount = pseudocount
        self.zeros = zeros
        self.threads = threads

    def _graph(self, rows: Rows | None) -> csr_matrix:
        return in_mode(self._within(rows, self._distance(None), True, itself=True), self.mode)
