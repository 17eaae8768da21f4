"""What a search for near rows returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from kullback._process.arrays import Array


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest rows of each row: `distances, indices = kneighbors(x)`.

    Of Dask arrays, distances and indices are such, too: `dask.compute(neighbors)` computes both.

    Attributes
    ----------
    distances : ndarray, (n, n_neighbors)
        Ascending in each row; NaN where there is no neighbour.
    indices : ndarray of int, (n, n_neighbors)
        Which rows they are the distances of; -1 where there is no neighbour.
    n_columns : int
        How many rows were searched.
    """

    distances: Array
    indices: Array
    n_columns: int

    def __iter__(self) -> Iterator[Array]:
        """The distances, then the indices."""
        return iter((self.distances, self.indices))

    def __len__(self) -> int:
        """Two: what it unpacks as."""
        return 2

    def __getitem__(self, place: int) -> Array:
        """The distances at 0, the indices at 1."""
        return (self.distances, self.indices)[place]

    def graph(self, mode: Literal["distance", "connectivity"] = "distance") -> csr_matrix:
        """The neighbours as a sparse matrix, (n, n_columns)."""
        if mode not in ("distance", "connectivity"):
            raise ValueError(f'mode is {mode!r}; it must be "distance" or "connectivity"')
        if not isinstance(self.indices, np.ndarray):
            raise TypeError(
                "these neighbours are Dask arrays, and a graph has no shape before they are "
                "computed; compute them first: (neighbors,) = dask.compute(neighbors)"
            )
        there = self.indices >= 0
        values = self.distances[there]
        if mode == "connectivity":
            values = np.ones_like(values)
        ends = np.zeros(len(there) + 1, np.int64)
        np.cumsum(there.sum(axis=1), out=ends[1:])
        return csr_matrix((values, self.indices[there], ends), (len(there), self.n_columns))
