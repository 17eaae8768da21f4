"""All pairs of rows to a matrix, or to its upper triangle: tiles of a form, refined and written."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers import blas, threads
from kullback._drivers.forms import Form
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.source import Rows

Array = NDArray[Any]
Tile = tuple[slice, slice]

ALL = 1 << 60  # further below the diagonal than any matrix reaches
PANEL_BYTES = 1 << 24  # of the columns that are prepared at once, for all threads
TILE_BYTES = 1 << 19  # of prepared rows of a tile: half of a second-level cache
TILE_PAIRS = {"pairs": 1 << 14, "entropic": 1 << 14, "centred": 1 << 19}
TILE_WORK = {"pairs": 1 << 23, "entropic": 1 << 24, "centred": 1 << 28}  # pairs times bins: 5 ms
SMALL = 200_000  # pairs times bins that one thread does
REFINED_AT_ONCE = 1 << 16  # pairs


class Matrix:
    """Where tiles go: a matrix, with its mirror image where it is symmetric."""

    def __init__(self, out: Array, symmetric: bool) -> None:
        self.out = out
        self.symmetric = symmetric
        if symmetric:
            np.fill_diagonal(out, 0.0)
        self.direct = out.dtype == np.float64 and out.strides[-1] == 8 and not symmetric

    def space(self, i: slice, j: slice) -> Array:
        return self.out[i, j] if self.direct else np.zeros((i.stop - i.start, j.stop - j.start))

    def set_diagonal(self, values: Array) -> None:
        np.fill_diagonal(self.out, values)

    def write(self, i: slice, j: slice, values: Array) -> None:
        if self.direct:
            return
        wanted: Array | bool = True
        if self.symmetric and j.start < i.stop:
            wanted = np.arange(i.start, i.stop)[:, None] < np.arange(j.start, j.stop)
        np.copyto(self.out[i, j], values, where=wanted)
        if self.symmetric:
            np.copyto(self.out[j, i], values.T, where=np.transpose(wanted))


class Condensed:
    """Where tiles go: the upper triangle without the diagonal, row after row."""

    symmetric = True

    def __init__(self, out: Array, n: int) -> None:
        self.out = out
        self.n = n

    def space(self, i: slice, j: slice) -> Array:
        return np.zeros((i.stop - i.start, j.stop - j.start))

    def set_diagonal(self, values: Array) -> None:
        """There is none."""

    def write(self, i: slice, j: slice, values: Array) -> None:
        for row in range(i.start, min(i.stop, j.stop)):
            part = values[row - i.start, max(0, row + 1 - j.start) :]
            stop = row * self.n - row * (row + 1) // 2 + j.stop - row - 1
            self.out[stop - part.size : stop] = part


class Job(NamedTuple):
    work: Work
    form: Form
    x: Rows
    y: Rows
    target: Matrix | Condensed
    invalid: Invalid


def run(
    job: Job, shape: tuple[int, int], most_threads: int | None, progress: threads.Progress | None
) -> None:
    """Compute every pair (where the target is symmetric: i < j) and write it; shape of a tile."""
    n, m, k = job.x.lead[0], job.y.lead[0], job.x.array.shape[-1]
    many = threads.default_threads() if most_threads is None else most_threads
    many = many if n * m * k > SMALL else 1
    panels = [_tiles(job, panel, shape) for panel in _cut(0, m, max(1, PANEL_BYTES // (8 * k)))]
    done, total = 0, sum(len(tiles) for _, tiles in panels)
    with blas.one_thread():
        for columns, tiles in panels:
            shown = _offset(progress, done, total)
            _panel(job, columns, tiles, many, shown)
            done += len(tiles)


def tile_shape(form: str, n: int, m: int, k: int) -> tuple[int, int]:
    """Rows and columns of a tile: enough work to be worth a turn, and enough tiles to share out."""
    pairs = max(1, min(TILE_PAIRS[form], TILE_WORK[form] // k))
    if form == "centred":
        height = max(1, min(256, TILE_BYTES // k, -(-n // 8)))
        return height, max(1, pairs // height)
    height = max(1, min(math.isqrt(pairs) // 2, TILE_BYTES // (8 * k), n))
    return height, max(1, min(pairs // height, TILE_BYTES // (8 * k)))


def _cut(start: int, stop: int, step: int) -> list[slice]:
    """Nearly equal slices of at most `step`."""
    parts = -(-(stop - start) // step)
    edges = [start + (stop - start) * part // parts for part in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _tiles(job: Job, columns: slice, shape: tuple[int, int]) -> tuple[slice, list[Tile]]:
    height, width = shape
    symmetric = job.target.symmetric
    rows = _cut(0, columns.stop if symmetric else job.x.lead[0], height)
    blocks = _cut(columns.start, columns.stop, width)
    return columns, [(i, j) for i in rows for j in blocks if not symmetric or i.start < j.stop]


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _panel(
    job: Job, columns: slice, tiles: list[Tile], many: int, progress: threads.Progress | None
) -> None:
    """All tiles in one set of columns, which all threads prepare first, in parts."""
    parts = _cut(columns.start, columns.stop, max(1, TILE_BYTES // (8 * job.x.array.shape[-1])))
    prepared: list[tuple[Array, tuple[Array, ...]]] = [(np.empty(0), ())] * len(parts)

    def prepare(number: int) -> None:
        rows = job.y.tile(parts[number].start, parts[number].stop)[0]
        prepared[number] = rows, job.form.right(rows)

    threads.run(prepare, len(parts), many)
    y_rows = job.y.tile(columns.start, columns.stop)[0]
    right = tuple(np.concatenate(arrays) for arrays in zip(*(p[1] for p in prepared), strict=True))

    def tile(number: int) -> None:
        i, j = tiles[number]
        within = slice(j.start - columns.start, j.stop - columns.start)
        x_rows = job.x.tile(i.start, i.stop)[0]
        out = job.target.space(i, j)
        above = i.start - j.start + 1 if job.target.symmetric else -ALL
        job.form.tile(job.form.left(x_rows), tuple(a[within] for a in right), above, out)
        _refine(job, x_rows, y_rows[within], out)
        job.work.convert(out)
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            job.target.write(i, j, out)

    threads.run(tile, len(tiles), many, progress)


def _refine(job: Job, x: Array, y: Array, out: Array) -> None:
    """Compute again, without cancellation, what the form was not sure of."""
    places = np.nonzero(np.isnan(out))
    for start in range(0, places[0].size, REFINED_AT_ONCE):
        i, j = (np.ascontiguousarray(p[start : start + REFINED_AT_ONCE]) for p in places)
        exact = np.empty(i.size)
        job.invalid.found(job.work.pairs(x, i, y, j, exact))
        out[i, j] = exact
