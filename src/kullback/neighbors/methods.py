"""The methods by which scikit-learn's estimators are asked for neighbours."""

from __future__ import annotations

from typing import Any, Literal

from scipy.sparse import csr_array, csr_matrix

from kullback._process.arrays import Array
from kullback.neighbors.graphs import aligned, check_mode, in_mode, listed
from kullback.neighbors.searching import Searcher, distance, indices_of, whole

Mode = Literal["distance", "connectivity"]


class NearestMethods(Searcher):
    """The nearest rows, a certain number of them."""

    n_neighbors: int

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> tuple[Array, Array] | Array:
        """The fitted rows that are nearest to each row.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_queries, n_features), optional
            None asks for those of the fitted rows, of which none is its own neighbour (its
            duplicates are).
        n_neighbors : int, optional
            By default that of the estimator.
        return_distance : bool
            False gives the indices alone.

        Returns
        -------
        distances, indices : ndarray, (n_queries, n_neighbors)
            Ascending; equally far rows in the order of their indices.
        """
        rows = self._queries(X, "kneighbors")
        found = self._nearest(rows, self._count(n_neighbors))
        return (found.distances, found.indices) if return_distance else found.indices

    def kneighbors_graph(
        self, X: Any = None, n_neighbors: int | None = None, mode: Mode = "connectivity"
    ) -> csr_matrix | csr_array:
        """The nearest fitted rows of each row as a graph.

        Parameters
        ----------
        X, n_neighbors
            As for `kneighbors`.
        mode : "connectivity" or "distance"
            What entries are: 1, or distances.

        Returns
        -------
        scipy.sparse.csr_matrix or csr_array, (n_queries, n_samples_fit)
            n_neighbors entries a row, in the order of their distances, of which none is removed
            for being 0. It is not symmetric.
        """
        check_mode(mode)
        rows = self._queries(X, "kneighbors_graph")
        found = self._nearest(rows, self._count(n_neighbors))
        return aligned(found.graph(mode), self._fit_X if X is None else X)

    def _count(self, n_neighbors: int | None) -> int:
        return whole(self.n_neighbors if n_neighbors is None else n_neighbors)


class RadiusMethods(Searcher):
    """All rows within a radius."""

    radius: float

    def radius_neighbors(
        self,
        X: Any = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = False,
    ) -> tuple[Array, Array] | Array:
        """The fitted rows within a radius of each row.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_queries, n_features), optional
            None asks for those of the fitted rows, of which none is its own neighbour.
        radius : float, optional
            By default that of the estimator; rows at exactly this distance are within.
        return_distance : bool
            False gives the indices alone.
        sort_results : bool
            Put the neighbours of a row in the order of their distances; False: of their indices.

        Returns
        -------
        distances, indices : ndarray of objects, (n_queries,)
            An array for each row, of its own length.
        """
        if sort_results and not return_distance:
            raise ValueError("sort_results=True orders by distance: it needs return_distance=True")
        rows = self._queries(X, "radius_neighbors")
        graph = self._within(rows, self._distance(radius), sort_results)
        indices = listed(indices_of(graph), graph.indptr)
        return (listed(graph.data, graph.indptr), indices) if return_distance else indices

    def radius_neighbors_graph(
        self,
        X: Any = None,
        radius: float | None = None,
        mode: Mode = "connectivity",
        sort_results: bool = False,
    ) -> csr_matrix | csr_array:
        """The fitted rows within a radius of each row as a graph.

        Parameters
        ----------
        X, radius, sort_results
            As for `radius_neighbors`.
        mode : "connectivity" or "distance"
            What entries are: 1, or distances.

        Returns
        -------
        scipy.sparse.csr_matrix or csr_array, (n_queries, n_samples_fit)
            Entries of 0 are distances, too: none is removed.
        """
        check_mode(mode)
        rows = self._queries(X, "radius_neighbors_graph")
        graph = self._within(rows, self._distance(radius), sort_results)
        return aligned(in_mode(graph, mode), self._fit_X if X is None else X)

    def _distance(self, radius: float | None) -> float:
        return distance(self.radius if radius is None else radius)
