"""The inverted index of some sparse rows: for each bin, the rows that have it, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def make_inverted() -> Callable[..., Any]:
    """The kernel that turns rows into columns."""

    def inverted(x, begin, stop, index, rows, ones, twos, place):
        """index: where the list of each bin begins; rows, ones, twos: the lists, row begin being 0.

        x: starts, bins, two features. place: where each entry of these rows stands in the lists.
        """
        starts, bins, one, two = x
        index[:] = 0
        first, last = starts[begin], starts[stop]
        for a in range(first, last):
            index[bins[a] + 1] += 1
        for b in range(1, index.size):
            index[b] += index[b - 1]
        for i in range(begin, stop):
            for a in range(starts[i], starts[i + 1]):
                b = bins[a]
                at = index[b]
                index[b] = at + 1
                rows[at], ones[at], twos[at] = i - begin, one[a], two[a]
                place[a - first] = at
        for b in range(index.size - 1, 0, -1):  # each now is where the next list begins
            index[b] = index[b - 1]
        index[0] = 0

    return inverted
