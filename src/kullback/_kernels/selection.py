"""The k best of each row, kept while the tile that they come from is in the cache.

    offer    what in a tile may be among the best of its rows, by the limits known so far
    insert   puts that where it belongs;  ordered: the best at last, in ascending order

Each row has a heap of values and columns whose root is the worst of them. One pair is better than
another if its value is less, or equal and its column is lower, so that the k best do not depend on
the order in which tiles come. Places that nothing has filled are at infinity, in column EMPTY.

`limits` and `last` repeat the roots' values and columns for `offer`, which reads them while other
threads insert. Limits only become less, so an old one lets too many pass, never too few.

A pair may stand in a heap provisionally, with a value that it does not exceed and the column ~j:
the limit is right, and `settled` takes it out again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kullback._jit import inline

EMPTY = np.iinfo(np.intp).max


@inline
def _is_worse(value, column, other, other_column):
    return value > other or (value == other and column > other_column)


@inline
def _sink(best, index, i, first, size, value, column):
    """Put a pair into the heap of row i in place of its root."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        v, j = best[i, first + child], index[i, first + child]
        if child + 1 < size:
            other, other_column = best[i, first + child + 1], index[i, first + child + 1]
            if _is_worse(other, other_column, v, j):
                child, v, j = child + 1, other, other_column
        if not _is_worse(v, j, value, column):
            break
        best[i, first + place] = v
        index[i, first + place] = j
        place = child
    best[i, first + place] = value
    index[i, first + place] = column


def make_offer(single: bool) -> Callable[..., Any]:
    """The kernel that looks at a tile; `single`: results are float32, and ranked as such."""

    def offer(values, row, column, side, own, limits, last, rows, columns, chosen):
        """Write what may be among the best to rows, columns, chosen; how many pairs that are.

        values[r, c] is of row + r and column + c. side: 1 where only columns above the row's number
        count, -1 for those below, 0 for all; own: row i is not its own neighbour.
        """
        count = 0
        for r in range(values.shape[0]):
            i = row + r
            low = max(0, i + 1 - column) if side > 0 else 0
            high = min(values.shape[1], i - column) if side < 0 else values.shape[1]
            limit = limits[i]
            for c in range(low, high):
                value = values[r, c]
                if single:
                    value = np.float64(np.float32(value))
                if not value <= limit:
                    continue
                j = column + c
                if (own and i == j) or (value == np.inf and j >= last[i]):
                    continue
                rows[count] = i
                columns[count] = j
                chosen[count] = value
                count += 1
        return count

    return offer


def make_insert() -> Callable[..., Any]:
    """The kernel that keeps the best."""

    def insert(rows, columns, values, best, index, first, limits, last):
        """Let best[i, first:] and index[i, first:] be the best of them and of the pairs given."""
        size = best.shape[1] - first
        for pair in range(rows.shape[0]):
            i, j, value = rows[pair], columns[pair], values[pair]
            if _is_worse(best[i, first], index[i, first], value, j):
                _sink(best, index, i, first, size, value, j)
                last[i] = index[i, first]
                limits[i] = min(limits[i], best[i, first])

    return insert


def make_settled() -> Callable[..., Any]:
    """The kernel that takes out what is provisional; the limits stay, since they are right."""

    def settled(best, index, first, last):
        """What is provisional in any row gives its place to nothing."""
        size = best.shape[1] - first
        values, columns = np.empty(size, best.dtype), np.empty(size, np.intp)
        for i in range(best.shape[0]):
            kept = 0
            for place in range(first, first + size):
                if 0 <= index[i, place] < EMPTY:
                    values[kept], columns[kept] = best[i, place], index[i, place]
                    kept += 1
                best[i, place], index[i, place] = np.inf, EMPTY
            for each in range(kept):
                _sink(best, index, i, first, size, values[each], columns[each])
            last[i] = index[i, first]

    return settled


def make_ordered() -> Callable[..., Any]:
    """The kernel that ends the search in some rows."""

    def ordered(best, index, first, start, stop):
        """Heaps become ascending rows; what is EMPTY becomes nan, in column -1."""
        for i in range(start, stop):
            for end in range(best.shape[1] - first - 1, 0, -1):
                value, column = best[i, first + end], index[i, first + end]
                best[i, first + end] = best[i, first]
                index[i, first + end] = index[i, first]
                _sink(best, index, i, first, end, value, column)
            for place in range(first, best.shape[1]):
                if index[i, place] == EMPTY:
                    best[i, place] = np.nan
                    index[i, place] = -1

    return ordered
