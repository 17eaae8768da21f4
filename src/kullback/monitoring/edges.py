"""Bins of numbers, fixed on a reference: its quantiles, and the values that fill a bin alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers import columns as driver


class Edges(NamedTuple):
    """`inner` edges, between open ends; the finite range of the reference; see `noise.Model`."""

    inner: list[float]
    least: float
    greatest: float
    gaps: bool


class Counted(NamedTuple):
    """Values in each bin, values beyond the range of the reference (in the outer bins too)."""

    bins: NDArray[np.int64]
    outside: int
    missing: int


def quantile_edges(column: driver.Column, bins: int, threads: int) -> tuple[Edges, Counted]:
    """Quantiles of the column, where it has so many values, and its counts between them.

    A quantile is a value of the column, so that none has to be invented between two of them; equal
    ones are one. One that half a bin or more is equal to has a bin of its own: were it only the end
    of one, all these values could move into that bin unnoticed.
    """

    def ranks_of(size: int) -> NDArray[np.intp]:
        ranks = np.arange(1, bins) * size // bins
        return np.unique(ranks[ranks > 0])

    ranked = driver.ranked(column, ranks_of, threads)
    inner: list[float] = []
    below: list[int] = [0]
    alone = False
    for rank in ranks_of(ranked.size).tolist():
        value = ranked.value(rank)
        if not math.isfinite(value) or (inner and value <= inner[-1]):
            continue
        before, after = ranked.around(value)
        inner.append(value)
        below.append(before)
        if after - before > max(1.0, ranked.size / (2 * bins)):
            inner.append(math.nextafter(value, math.inf))
            below.append(after)
            alone = True
    least, greatest, infinite = ranked.ends
    edges = Edges(inner, least, greatest, ranked.distinct and not alone)
    if infinite:  # which are beyond the range, and few enough columns have
        return edges, count_between(column, edges, threads)
    return edges, Counted(np.diff([*below, ranked.size]), 0, column.size - ranked.size)


def count_between(column: driver.Column, edges: Edges, threads: int) -> Counted:
    """The values in each bin, by one pass: the range of the reference is two edges more."""
    inner = np.array(edges.inner, np.float64)
    ends = [edges.least, math.nextafter(edges.greatest, math.inf)]
    at_least = driver.count_at_least(column, np.r_[-np.inf, ends, inner], threads)
    here = int(at_least[0])
    above = np.r_[here, at_least[3:], 0]
    inside = int(at_least[1] - at_least[2])
    return Counted(above[:-1] - above[1:], here - inside, column.size - here)
