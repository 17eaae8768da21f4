"""What sparse rows become before they are walked over, and the inverted index of some of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from kullback._drivers.rows import Work
from kullback._drivers.sparse.rows import SparseRows
from kullback._kernels.sparse import build
from kullback._kernels.sparse.walk import LIST, SUMS
from kullback._math.lanes import WIDTH
from kullback._process import threads
from kullback._process.arrays import Array

PART = 1 << 17  # entries that are prepared in one go: about 2 ms


def has_walk(work: Work) -> bool:
    """Whether a matrix of this divergence, under this rule, is a walk."""
    return (work.kernel, work.rule) in build.WALKS


class Side:
    """The features of all entries, and what rows have of their own: see the kernels' `features`."""

    def __init__(self, work: Work, rows: SparseRows, right: bool, many: int) -> None:
        form = build.WALKS[str(work.kernel), work.rule]
        self.rows = rows
        self.one, self.two = np.empty((2, rows.values.size))
        self.own = np.empty((form.owns + 3, len(rows)))
        kernel = build.features(str(work.kernel), work.rule, right)
        added = work.amount if work.rule == "pseudocount" else 0.0
        options = (rows.k, added, work.amount, work.alpha, work.normalize)
        given = (rows.starts, rows.values, rows.sums)
        edges = cut_by_cost(rows.counts + 1, PART)

        def part(number: int) -> None:
            kernel(
                *(given, edges[number], edges[number + 1], options), self.one, self.two, self.own
            )

        threads.run(part, len(edges) - 1, many)

    @property
    def entries(self) -> tuple[Array, Array, Array, Array]:
        """As the kernels take them."""
        return self.rows.starts, self.rows.bins, self.one, self.two


class Columns:
    """The inverted index of some rows, and where their own entries stand in it."""

    def __init__(self, side: Side, some: slice) -> None:
        rows = side.rows
        first, last = rows.starts[some.start], rows.starts[some.stop]
        size = int(last - first)
        self.some = some
        self.index = np.empty(rows.labels + 1, np.int64)
        self.rows = np.empty(size, np.int32)
        self.one, self.two = np.empty((2, size))
        self.place = np.empty(size, np.int64)
        width = some.stop - some.start
        self.own = np.zeros((len(side.own), -(-width // WIDTH) * WIDTH))
        self.own[:, :width] = side.own[:, some]
        made = (self.index, self.rows, self.one, self.two, self.place)
        build.inverted()(side.entries, some.start, some.stop, *made)

    @property
    def lists(self) -> tuple[Array, Array, Array, Array]:
        """As the kernels take them."""
        return self.index, self.rows, self.one, self.two


class Walks:
    """The form of matrices that walks over the inverted index."""

    def __init__(self, work: Work, x: SparseRows, y: SparseRows, many: int) -> None:
        form = build.WALKS[str(work.kernel), work.rule]
        self.kernel = build.walk(str(work.kernel), work.rule)
        self.options = (work.alpha, work.amount, work.normalize, work.rule == "plain")
        self.left = Side(work, x, False, many)
        alike = x is y and form.left == form.right
        self.right = self.left if alike else Side(work, y, True, many)

    def columns(self, some: slice) -> Columns:
        """Some rows of y, ready to be walked over."""
        return Columns(self.right, some)

    def tile(self, i: slice, columns: Columns, symmetric: bool, out: Array) -> bool:
        """Fill out[:, j], of symmetric ones above the diagonal; whether any is UNCERTIFIED."""
        rows, some = self.left.rows, columns.some
        place, above = columns.place[:0], -(i.stop - i.start)
        if symmetric:
            above = i.start - some.start + 1
        if symmetric and i.start >= some.start:
            place = columns.place[rows.starts[i.start] - rows.starts[some.start] :]
        m = out.shape[1]
        space = np.empty(SUMS * m + 2 * WIDTH + 2 * LIST)
        given = (self.left.entries, self.left.own, columns.lists, columns.own)
        return bool(self.kernel(*given, place, i.start, above, self.options, space, out))


def cut_by_cost(cost: Any, most: int, rows: int = 1 << 62) -> list[int]:
    """The edges of runs whose costs are at most about `most`, of at most so many rows."""
    edges, total, ends = [0], 0, np.cumsum(cost)
    while edges[-1] < ends.size:
        stop = int(np.searchsorted(ends, total + most)) + 1
        stop = min(max(stop, edges[-1] + 1), edges[-1] + rows, ends.size)
        total = int(ends[stop - 1])
        edges.append(stop)
    return edges
