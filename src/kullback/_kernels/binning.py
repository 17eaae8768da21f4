"""Counting samples into bins whose edges are given: exactly as comparisons with the edges would.

Both ways rest on t(x) = (x - low) * factor being monotonic as it is computed: x >= e implies
t(x) >= t(e), so t(x) < t(e) implies x < e, whatever was rounded.

Even edges: the factor makes t(e[i]) = i within `margin`, so that floor(t) is the bin of every x
whose t is further than that from an integer. Eight at a time; if one of the eight is not, each is
found the other way. Sharp edges: with t(x) = (x - low) / width, t(e[i]) = i exactly, and the number
before e[i] has a smaller t, so floor(t) is right up to the last edge: counts in whole steps.
Any edges: another factor makes t the number of a cell, of which there are a few for each bin; the
edges that are in the cell of x are searched by halving, and mostly there is one or none.

Slots are counted, of which two are not returned: 0, of values below the first edge, and n + 1, of
those above the last; NaN goes to either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kullback._jit import inline
from kullback._math.bits import larger, mask_byte, select, smaller
from kullback._math.lanes import WIDTH
from kullback._math.memory import load, load_lanes, pointer, store_lanes
from kullback._math.tracing import traced

TO_INTEGER = 1.5 * 2.0**52  # added, it leaves the nearest integer in the low bits ...
TO_SLOT = 0x4338000000000000 - 1  # ... above this, and slots begin with one for what is below
ALL = (1 << WIDTH) - 1
TABLES = 4  # counts that take turns, so that none waits for the one before it to be stored
UNEVEN, SHARP = -1.0, 0.0  # instead of a margin
LONG = 16  # values for each slot, from which on the tables are worth adding up


def scratch_for(bins: int) -> int:
    """How many int64 the kernel needs to work in."""
    return WIDTH + TABLES * (bins + 2)


def make_binning(exact: bool) -> Callable[..., Any]:
    """The kernel; `exact` compares integers as such, else values are compared as float64."""

    @inline
    def value(values, i):
        return values[i] if exact else load(values, i)

    @inline
    def slot(x, edges, starts, cells, n, low, factor):
        """How many edges are not above x; n, not n + 1, for the last edge itself."""
        if not x >= edges[0]:
            return 0
        cell = int(larger(smaller((float(x) - low) * factor, float(cells - 1)), 0.0))
        first, last = starts[cell], starts[cell + 1]
        if last - first < 2:  # no branch on what cannot be foretold: whether x is above the edge
            first += (last > first) & (x >= edges[min(first, n)])
            last = first
        while first < last:
            middle = (first + last) >> 1
            if x >= edges[middle]:
                first = middle + 1
            else:
                last = middle
        return n if first == n + 1 and x == edges[n] else first

    @traced
    def even_slots(values, i, n, low, factor, margin, scratch):
        """Write eight slots, as TO_SLOT + slot; whether they are certain."""
        t = larger(smaller((load_lanes(values, i) - low) * factor, n + 0.5), -0.5)
        shifted = (t - 0.5) + TO_INTEGER
        store_lanes(scratch, 0, shifted)
        rest = t - (shifted - TO_INTEGER)
        return mask_byte((rest > margin) & (rest < 1.0 - margin)) == ALL

    @traced
    def sharp_slots(values, i, n, low, width, scratch):
        """As `even_slots`."""
        t = larger(smaller((load_lanes(values, i) - low) / width, n + 0.5), -0.5)
        shifted = t + TO_INTEGER
        store_lanes(scratch, 0, select(shifted - TO_INTEGER > t, shifted - 1.0, shifted))
        return mask_byte(t != n) == ALL

    @inline
    def regular_slots(values, i, n, low, even, margin, scratch):
        if margin == SHARP:
            return sharp_slots(values, i, n, low, even, scratch)
        return even_slots(values, i, n, low, even, margin, scratch)

    @inline
    def count(values, start, stop, plan, tables, step):
        """Add the values from start to stop to tables that are `step` apart."""
        edges, starts, cells, n, low, factor, even, margin, scratch = plan
        first = WIDTH - TO_SLOT
        second, third, fourth = first + step, first + 2 * step, first + 3 * step
        i = start
        if not exact and margin != UNEVEN:
            while i + WIDTH <= stop:
                if regular_slots(values, i, float(n), low, even, margin, scratch):
                    for lane in range(0, WIDTH, TABLES):
                        tables[first + scratch[lane]] += 1
                        tables[second + scratch[lane + 1]] += 1
                        tables[third + scratch[lane + 2]] += 1
                        tables[fourth + scratch[lane + 3]] += 1
                else:
                    for lane in range(WIDTH):
                        x = value(values, i + lane)
                        at = slot(x, edges, starts, cells, n, low, factor)
                        tables[WIDTH + (lane % TABLES) * step + at] += 1
                i += WIDTH
        while i < stop:
            at = slot(value(values, i), edges, starts, cells, n, low, factor)
            tables[WIDTH + (i % TABLES) * step + at] += 1
            i += 1

    def binning(values, offsets, edges, starts, low, factor, even, margin, space, out):
        """Add the counts of values[offsets[r] : offsets[r + 1]] to out[r].

        `even` is what belongs to the margin: a factor, or a width if it is SHARP.
        """
        n = out.shape[1]
        data, tables = pointer(values), pointer(space)
        plan = (pointer(edges), pointer(starts), starts.size - 1, n, low, factor, even, margin)
        for r in range(out.shape[0]):
            length = offsets[r + 1] - offsets[r]
            step = n + 2 if length > LONG * n else 0
            for at in range(WIDTH, WIDTH + n + 2 + (TABLES - 1) * step):
                tables[at] = 0
            count(data, offsets[r], offsets[r + 1], (*plan, tables), tables, step)
            for table in range(TABLES if step else 1):
                for b in range(n):
                    out[r, b] += tables[WIDTH + table * step + b + 1]

    return binning
