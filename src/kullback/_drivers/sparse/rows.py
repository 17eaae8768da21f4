"""Sparse rows as the kernels read them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kullback._kernels.sparse import build
from kullback._process.arrays import Array, Index


class SparseRows:
    """Rows of k bins: the entries of row i are starts[i] ... starts[i + 1] - 1, none of them 0.

    `bins`, in ascending order in each row, may be other numbers than the columns that were given:
    they are below `labels`. `invalid` says which rows are no distributions, if any is.
    """

    def __init__(
        self, k: int, labels: int, starts: Array, bins: Array, values: Array, invalid: Array
    ) -> None:
        self.k = k
        self.labels = labels
        self.starts = starts
        self.bins = bins
        self.values = values
        self.invalid = invalid
        self.any_invalid = bool(invalid.any())

    def __len__(self) -> int:
        return self.starts.size - 1

    @property
    def lead(self) -> tuple[int]:
        """As of other rows of a matrix."""
        return (len(self),)

    def between(self, rows: slice) -> SparseRows:
        """Some of the rows."""
        starts = self.starts[rows.start : rows.stop + 1]
        entries = slice(starts[0], starts[-1])
        bins, values, invalid = self.bins[entries], self.values[entries], self.invalid[rows]
        return SparseRows(self.k, self.labels, starts - starts[0], bins, values, invalid)

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        """As kernels take them."""
        return self.starts, self.bins, self.values

    @cached_property
    def counts(self) -> Index:
        """How many entries each row has."""
        return np.diff(self.starts)

    @cached_property
    def sums(self) -> Array:
        """The sums of the rows."""
        made = np.empty(len(self))
        build.sums()(self.starts, self.values, made)
        return made
