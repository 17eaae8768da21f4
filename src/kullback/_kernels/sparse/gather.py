"""Two sparse rows side by side: the bins that either of them has, as two short dense rows.

Where one row alone has bins, and the other counts as 0 in all of them, the ratio of the two is the
same in each: together they are one bin, and no divergence that is a sum of a function of x and y
that is homogeneous of degree 1 knows the difference. So rows that share c bins meet in c + 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._math.bits import select
from kullback._math.memory import pointer, store
from kullback._math.sums import add_unsigned
from kullback._math.tracing import traced

MERGED = 2  # the first two bins: what only the one row has, and what only the other


@traced
def _put(out, c, value, merged, total):
    """Store an entry where the next will stand, or add it to those that make one bin."""
    store(out, c, value)
    return add_unsigned(total, select(merged, value, 0.0))


@traced
def _met(i, j, x, y):
    """Two entries as a bin: whether p, q is alone in it, and what either has in it."""
    p_alone, q_alone = i < j, j < i
    return p_alone, q_alone, select(q_alone, 0.0, x), select(p_alone, 0.0, y)


def make_gather() -> Callable[..., Any]:
    """The kernel that gathers row pairs."""

    def gather(p, p_index, q, q_index, apart, first, p_out, q_out):
        """p_out[r], q_out[r]: rows p_index[r] and q_index[r], 0 beyond the bins that they have.

        p, q: starts, bins and values. apart: whether bins that only p has, that only q has, are
        kept apart. first: how many bins stand before all others, MERGED unless both are; there must
        be room for one bin more than can be kept, then. Else they are the caller's.
        """
        p_starts, p_bins, p_values = p
        q_starts, q_bins, q_values = q
        p_apart, q_apart = apart
        merges = not (p_apart and q_apart)
        for r in range(p_index.size):
            a, a_end = p_starts[p_index[r]], p_starts[p_index[r] + 1]
            b, b_end = q_starts[q_index[r]], q_starts[q_index[r] + 1]
            p_row, q_row = pointer(p_out[r]), pointer(q_out[r])
            p_total, q_total = (0.0, 0.0), (0.0, 0.0)
            c = first
            while a < a_end and b < b_end:  # without a branch that depends on which is first
                met = _met(p_bins[a], q_bins[b], p_values[a], q_values[b])
                p_alone, q_alone, x, y = met
                p_merged, q_merged = p_alone and not p_apart, q_alone and not q_apart
                p_total = _put(p_row, c, x, p_merged, p_total)
                q_total = _put(q_row, c, y, q_merged, q_total)
                c += 1 - (p_merged or q_merged)
                a += 1 - q_alone
                b += 1 - p_alone
            for rest in range(a, a_end):
                p_total = _put(p_row, c, p_values[rest], not p_apart, p_total)
                store(q_row, c, 0.0)
                c += p_apart
            for rest in range(b, b_end):
                q_total = _put(q_row, c, q_values[rest], not q_apart, q_total)
                store(p_row, c, 0.0)
                c += q_apart
            for rest in range(c, p_out.shape[1]):
                store(p_row, rest, 0.0)
                store(q_row, rest, 0.0)
            if merges:  # in an order that does not know which row is p: symmetric to the last bit
                x, y = p_total[0] + p_total[1], q_total[0] + q_total[1]
                place = 0 if x >= y else 1
                p_out[r, :MERGED] = 0.0
                q_out[r, :MERGED] = 0.0
                p_out[r, place] = x
                q_out[r, 1 - place] = y

    return gather
