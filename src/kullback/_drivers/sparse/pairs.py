"""Pairs of sparse rows to results: the bins that either row has, gathered into two dense rows.

So every divergence, rule and option is that of dense rows, and near-equal rows go the same way:
fast, doubled, exact. With a pseudocount all bins are there: those that neither row has are alike,
so that together they are one bin, with as many pseudocounts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import counting
from kullback._drivers.sparse.rows import SparseRows
from kullback._kernels.sparse import build
from kullback._kernels.sparse.gather import MERGED
from kullback._process import threads
from kullback._process.arrays import Array, Index

AT_ONCE = 1 << 16  # numbers of gathered rows: half a megabyte
TILE = 1 << 18  # entries of row pairs: about 1 ms
LARGEST = 2.0**1000  # sums beyond it are not made: they might overflow
PAIR = 32  # entries that take the time of what a pair takes besides

Apart = tuple[bool, bool]  # whether bins that only p has, that only q has, are kept apart


def run(
    work: Work,
    p: SparseRows,
    q: SparseRows,
    index: tuple[Index, Index],
    out: Array,
    invalid: Invalid,
    most_threads: int | None,
) -> None:
    """out[r] = the divergence of row index[0][r] of p from row index[1][r] of q."""
    if not out.size:
        return
    cost = np.cumsum(p.counts[index[0]] + q.counts[index[1]] + PAIR)
    cuts = np.searchsorted(cost, np.arange(TILE, cost[-1], TILE)) + 1
    edges = np.unique([0, *cuts.tolist(), out.size])

    def tile(number: int) -> None:
        some = slice(edges[number], edges[number + 1])
        made = results(work, p, q, index[0][some], index[1][some], invalid)
        work.convert(made)
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            out[some] = made

    threads.run(tile, edges.size - 1, most_threads or threads.default_threads())


def results(
    work: Work,
    p: SparseRows,
    q: SparseRows,
    i: Index,
    j: Index,
    invalid: Invalid,
    near: bool = False,
) -> Array:
    """Of rows i of p and j of q, in nats; near: whether a form of matrices has left them."""
    made = np.empty(i.size)
    compute = work.near_pairs if near else work.pairs
    for some, width, apart in _batches(work, p, q, i, j):
        index = np.ascontiguousarray(i[some]), np.ascontiguousarray(j[some])
        gathered = np.empty((2, some.size, width))
        _gather(work, (p, q), index, apart, gathered)
        part, every = np.empty(some.size), counting(some.size)
        invalid.found(compute(gathered[0], every, gathered[1], every, part))
        if work.rule == "pseudocount" and not work.divergence.homogeneous:
            part += _in_absent_bins(work, p, index[0], width)
        part[p.invalid[index[0]] | q.invalid[index[1]]] = np.nan
        made[some] = part
    return made


def _gather(
    work: Work,
    sides: tuple[SparseRows, SparseRows],
    index: tuple[Index, Index],
    apart: Apart,
    out: Array,
) -> None:
    """Rows of p and q side by side, with one bin for all those that have no column of their own."""
    p, q = sides
    absent = p.k - out.shape[2] if work.rule == "pseudocount" and _merges(work) else 0
    first = MERGED if not all(apart) else min(absent, 1)
    build.gather()(p.arrays, index[0], q.arrays, index[1], apart, first, *out)
    if absent:
        out[:, :, 0] = absent * work.amount  # and the pseudocount of a column


def _merges(work: Work) -> bool:
    """Whether absent bins are made one: what a cross-entropy of measures is would cancel."""
    return work.divergence.homogeneous or work.normalize


def _in_absent_bins(work: Work, p: SparseRows, i: Index, width: int) -> Array | float:
    """What a cross-entropy has in bins that neither row has, and the one that stands for them not.

    Of distributions, so many bins with a pseudocount each have more than one with all of them.
    """
    absent = p.k - width
    if not _merges(work):
        return -absent * work.amount * math.log(work.amount)
    mass = (absent + 1) * work.amount if absent else 0.0
    return np.asarray(mass * math.log(absent + 1) / (p.sums[i] + p.k * work.amount))


def _apart(work: Work) -> Apart:
    """Whether bins that only p has, that only q has, differ from each other: see `gather`."""
    if work.rule == "pseudocount":
        return True, True
    gaps = work.divergence.gaps if work.rule == "fill" else ""
    return gaps in ("q", "either"), gaps in ("p", "either")


def _batches(
    work: Work, p: SparseRows, q: SparseRows, i: Index, j: Index
) -> Iterator[tuple[Index, int, Apart]]:
    """Pairs whose gathered rows have the same width, which depends on nothing but the pair."""
    # Of entries so large that their sum is no number, none are merged.
    huge = (p.sums[i] > LARGEST) | (q.sums[j] > LARGEST)
    for places, apart in (
        (np.flatnonzero(~huge), _apart(work)),
        (np.flatnonzero(huge), (True, True)),
    ):
        widths = _widths(work, p, p.counts[i[places]], q.counts[j[places]], apart)
        order = np.argsort(widths, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(widths[order])) + 1):
            width = int(widths[group[0]]) if group.size else 1
            many = max(1, AT_ONCE // width)
            for start in range(0, group.size, many):
                yield places[group[start : start + many]], width, apart


def _widths(work: Work, p: SparseRows, p_count: Index, q_count: Index, apart: Apart) -> Index:
    """Room for all bins that are kept, in one of few sizes."""
    kept = {
        (True, True): p_count + q_count,
        (True, False): p_count,
        (False, True): q_count,
        (False, False): np.minimum(p_count, q_count),
    }[apart]
    needed = np.maximum(kept + MERGED + 1, 8)
    step = 1 << np.maximum(np.log2(needed).astype(np.int64) - 2, 0)
    widths: Index = -(-needed // step) * step
    if work.rule != "pseudocount":
        return widths
    return np.minimum(widths, p.k) if work.amount * p.k < LARGEST else np.full_like(widths, p.k)
