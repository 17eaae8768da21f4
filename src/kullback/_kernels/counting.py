"""One pass over a column each: values at or above edges, values in cells, codes of categories.

Where the edges are few, comparing every value with every one of them has no branch to foretell and
no table to wait for: eight values and one edge are two instructions. `binning` has the other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._math.memory import pointer

BLOCK = 1 << 11  # values that stay in the first cache while they are compared with every edge
TABLES = 8  # counts that take turns, so that none waits for the one before it to be stored


def make_at_least() -> Callable[..., Any]:
    """at_least(values, edges, out): out[j] += how many values are not below edges[j]; not NaN."""

    def at_least(values, edges, out):
        for start in range(0, values.size, BLOCK):
            stop = min(start + BLOCK, values.size)
            for j in range(edges.size):
                edge, found = edges[j], 0
                for i in range(start, stop):
                    found += values[i] >= edge
                out[j] += found

    return at_least


def make_cells() -> Callable[..., Any]:
    """cells(values, low, factor, counts): of equal width, ascending; the last one is of NaN.

    The cell is monotonic in the value as it is computed, whatever is rounded: what lies in a lower
    cell is smaller.
    """

    def cells(values, low, factor, counts):
        last = counts.size - 2
        for x in values:
            t = min(max((x - low) * factor, 0.0), float(last))
            counts[int(t) if x == x else last + 1] += 1

    return cells


def make_collect() -> Callable[..., Any]:
    """collect(values, low, factor, wanted, out) -> how many values lie in the cells wanted."""

    def collect(values, low, factor, wanted, out):
        last = wanted.size - 2
        found = 0
        for x in values:
            t = min(max((x - low) * factor, 0.0), float(last))
            out[found] = x
            found += wanted[int(t) if x == x else last + 1]
        return found

    return collect


def make_codes() -> Callable[..., Any]:
    """codes(given, counts): counts[:, code + 1] += 1, in one of the rows; codes are not checked."""

    def codes(given, counts):
        data, table, width = pointer(given), pointer(counts), counts.shape[1]
        whole = given.size - given.size % TABLES
        for i in range(0, whole, TABLES):
            for lane in range(TABLES):
                table[lane * width + 1 + data[i + lane]] += 1
        for i in range(whole, given.size):
            table[1 + data[i]] += 1

    return codes
