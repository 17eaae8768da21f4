"""All pairs of sparse rows to a target, a tile at a time: walks, and pairs where none is certain.

Rows of y are turned into columns, a panel of them at a time, whose sums stay in the cache; a tile
is some rows of x against a panel, as many as make a millisecond of work or more. A row with many
entries meets no more than those of a panel at once, so it holds up nothing.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sparse.pairs import results
from kullback._drivers.sparse.rows import SparseRows
from kullback._drivers.sparse.walks import Columns, Walks, cut_by_cost, has_walk
from kullback._drivers.targets import Target
from kullback._kernels import UNCERTIFIED
from kullback._process import threads
from kullback._process.arrays import Array

PANEL_ROWS = 8192  # of y: 64 kB for each sum of theirs
PANEL_ENTRIES = 1 << 22  # so many terms of one row take 10 ms
TILE_PAIRS = 1 << 18
TILE_COST = 1 << 21  # meetings, and pairs that are walked over
TILE_GATHERED = 1 << 19  # entries of row pairs that are gathered
REFINED_AT_ONCE = 1 << 16  # pairs


class Job(NamedTuple):
    """All pairs of rows of x and y."""

    work: Work
    x: SparseRows
    y: SparseRows
    target: Target
    invalid: Invalid

    @property
    def square(self) -> bool:
        """Whether row i meets itself at (i, i)."""
        return self.x is self.y


def run(job: Job, most_threads: int | None, progress: threads.Progress | None) -> None:
    """Compute every pair (where the target is symmetric: i < j) and write it."""
    many = most_threads or threads.default_threads()
    walks = Walks(job.work, job.x, job.y, many) if has_walk(job.work) else None
    edges = cut_by_cost(job.y.counts, PANEL_ENTRIES, PANEL_ROWS if walks else TILE_PAIRS >> 6)
    parts = _parts(job, edges, walks is not None)
    panels = [(slice(a, b), _meeting(job, b, parts)) for a, b in pairwise(edges)]
    done, total = 0, sum(len(tiles) for _, tiles in panels)
    for panel, tiles in panels:
        columns = walks.columns(panel) if walks else None
        tile = partial(_tile, job, walks, columns, panel, tiles)
        threads.run(tile, len(tiles), many, _offset(progress, done, total))
        done += len(tiles)


def _parts(job: Job, edges: list[int], walked: bool) -> list[slice]:
    """The rows of all tiles, cut where panels end if they are compared with themselves."""
    x, y = job.x, job.y
    width = max(b - a for a, b in pairwise(edges))
    if walked:
        lists = np.bincount(y.bins, minlength=x.labels)
        ends = np.concatenate([[0], np.cumsum(lists[x.bins])])
        cost = np.diff(ends[x.starts]) * width // len(y) + width
    else:
        cost = x.counts * width + int(y.values.size) * width // len(y)
    cuts = cut_by_cost(cost, TILE_COST if walked else TILE_GATHERED, max(1, TILE_PAIRS // width))
    places = sorted({*cuts, *edges} if job.square else cuts)
    return [slice(a, b) for a, b in pairwise(places)]


def _meeting(job: Job, stop: int, parts: list[slice]) -> list[slice]:
    """Those rows that are wanted against a panel which ends at `stop`."""
    return [rows for rows in parts if not job.target.symmetric or rows.start < stop]


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _tile(
    job: Job,
    walks: Walks | None,
    columns: Columns | None,
    j: slice,
    tiles: list[slice],
    number: int,
) -> None:
    """Some rows of x against rows j of y, to the target."""
    i, symmetric = tiles[number], job.target.symmetric
    out = job.target.space(i, j)
    if walks is not None and columns is not None:
        unsure = walks.tile(i, columns, symmetric, out)
    else:
        _mark(out, i.start - j.start + 1 if symmetric else i.start - i.stop)
        unsure = True
    if job.square and not symmetric:
        same = np.arange(max(i.start, j.start), min(i.stop, j.stop))
        out[same - i.start, same - j.start] = 0.0
    if unsure:
        _refine(job, i, j, out, near=walks is not None)
    out[job.x.invalid[i]] = np.nan
    out[:, job.y.invalid[j]] = np.nan
    job.work.convert(out)
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        job.target.write(i, j, out)


def _mark(out: Array, above: int) -> None:
    """Leave all pairs that are wanted to be computed one by one."""
    for i, row in enumerate(out):
        row[max(0, i + above) :] = UNCERTIFIED


def _refine(job: Job, i: slice, j: slice, out: Array, near: bool) -> None:
    """Compute what is UNCERTIFIED, pair by pair."""
    step = max(1, REFINED_AT_ONCE // out.shape[1])
    for start in range(0, len(out), step):
        some = out[start : start + step]
        rows, columns = np.nonzero(some == UNCERTIFIED)
        if rows.size:
            pairs = rows + (i.start + start), columns + j.start
            some[rows, columns] = results(job.work, job.x, job.y, *pairs, job.invalid, near)
