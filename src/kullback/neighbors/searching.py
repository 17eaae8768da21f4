"""What the estimators share: fitting, their tags, and the searches among the fitted rows."""

from __future__ import annotations

import operator
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from kullback._arguments import options
from kullback._catalogue import metric as divergence_of
from kullback._process.arrays import Array
from kullback.discrete.neighbors import Neighbors
from kullback.discrete.neighbourhoods import kneighbors, radius_neighbors
from kullback.neighbors.graphs import check_mode
from kullback.neighbors.rows import Rows, checked_rows, empty_rows, warn_of_empty

OPTIONS = ("base", "normalize", "pseudocount", "zeros")


class Searcher(BaseEstimator):
    """An estimator that keeps rows, to search among them."""

    metric: Any
    threads: int | None

    def fit(self, X: Any, y: Any = None) -> Self:
        """Keep the rows that are to be searched.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
            Counts, weights or probabilities, not negative. They are not copied where they are an
            array or in CSR.
        y : None
            Not used.

        Returns
        -------
        self
            The estimator.
        """
        self._check_parameters()
        self._fit_X = checked_rows(self, X, "fit", first=True)
        self._empty = empty_rows(self._fit_X)
        self.n_samples_fit_ = self._fit_X.shape[0]
        self._n_features_out = self.n_samples_fit_
        self.effective_metric_ = self.metric
        self.effective_metric_params_ = self._options()
        return self

    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in OPTIONS}

    def _check_parameters(self) -> None:
        """ValueError or TypeError for a parameter that is out of its range."""
        options.checked(divergence_of(self.metric), threads=self.threads, **self._options())
        own = self.get_params(deep=False)
        if "n_neighbors" in own:
            whole(own["n_neighbors"])
        if "radius" in own:
            distance(own["radius"])
        if "mode" in own:
            check_mode(own["mode"])

    def _queries(self, X: Any, method: str) -> Rows | None:
        """The rows that were given, checked; None for the fitted ones."""
        check_is_fitted(self)
        return None if X is None else checked_rows(self, X, method, first=False)

    def _nearest(self, rows: Rows | None, count: int, itself: bool = False) -> Neighbors:
        """The nearest fitted rows of some rows, or of the fitted ones themselves."""
        there = self.n_samples_fit_ - (rows is None and not itself)
        if count > there:
            others = "other " * (there < self.n_samples_fit_)
            raise ValueError(
                f"Expected at most {there} neighbours, the number of {others}rows that were "
                f"fitted, but n_neighbors = {count}, n_samples_fit = {self.n_samples_fit_}"
                + (" (with the row itself)" if itself else "")
            )
        return kneighbors(*self._sides(rows), n_neighbors=count, **self._search(rows, itself))

    def _within(
        self, rows: Rows | None, radius: float, in_order: bool, itself: bool = False
    ) -> csr_matrix:
        """The fitted rows within a radius of some rows, or of the fitted ones themselves."""
        chosen = self._search(rows, itself)
        sides = self._sides(rows)
        return radius_neighbors(*sides, radius=radius, sort_results=in_order, **chosen)

    def _sides(self, rows: Rows | None) -> tuple[Rows, ...]:
        return (self._fit_X,) if rows is None else (rows, self._fit_X)

    def _search(self, rows: Rows | None, itself: bool) -> dict[str, Any]:
        """The options of a search."""
        some_empty = False
        if self.effective_metric_params_["normalize"]:
            some_empty = warn_of_empty(self._empty, "the fitted X")
            if rows is not None:
                some_empty |= warn_of_empty(empty_rows(rows), "X")
        return {
            "metric": self.effective_metric_,
            "include_self": itself and rows is None,
            "invalid": "nan" if some_empty else "raise",
            "threads": self.threads,
            **self.effective_metric_params_,
        }

    def __sklearn_tags__(self) -> Any:
        """What is true of the estimator, for scikit-learn: rows may be sparse, not negative."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags


def whole(n_neighbors: Any) -> int:
    """A number of neighbours."""
    try:
        count = operator.index(n_neighbors)
    except TypeError:
        count = 0
    if count < 1 or isinstance(n_neighbors, bool | np.bool_):
        raise ValueError(f"n_neighbors is {n_neighbors!r}; it must be a whole number above 0")
    return count


def distance(radius: Any) -> float:
    """A radius."""
    value = options.number(radius, "radius")
    if not value >= 0.0:
        raise ValueError(f"radius is {radius!r}; it must be a number, 0 or above")
    return value


def indices_of(graph: csr_matrix) -> Array:
    """The columns of a graph's entries, as scikit-learn has indices."""
    return graph.indices.astype(np.intp)
