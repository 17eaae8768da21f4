"""All pairs of rows to a matrix, or to its upper triangle: tiles of a form, refined and written."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers import blas, threads
from kullback._drivers.forms import FORMS, Block, Form
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.source import Rows

Array = NDArray[Any]

PANEL_BYTES = 1 << 23  # of one prepared set of columns, which all threads share
TILE_BYTES = 1 << 20  # of one prepared set of rows: half of a second-level cache
TILE_WORK = 1 << 25  # pairs times bins of a tile: 1 to 20 ms
REFINED_AT_ONCE = 1 << 16  # pairs


class Matrix:
    """Where tiles go: a matrix, with its mirror image where it is symmetric."""

    def __init__(self, out: Array, symmetric: bool) -> None:
        self.out = out
        self.symmetric = symmetric

    def space(self, i: slice, j: slice) -> Array:
        if self.out.dtype == np.float64 and not self.symmetric:
            return self.out[i, j]
        return np.empty((i.stop - i.start, j.stop - j.start))

    def write(self, i: slice, j: slice, values: Array) -> None:
        if self.symmetric and i == j:
            upper = np.triu(values, 1)
            self.out[i, j] = upper + upper.T
            return
        if values.base is not self.out:
            self.out[i, j] = values
        if self.symmetric:
            self.out[j, i] = values.T


class Condensed:
    """Where tiles go: the upper triangle without the diagonal, row after row."""

    symmetric = True

    def __init__(self, out: Array, n: int) -> None:
        self.out = out
        self.n = n

    def space(self, i: slice, j: slice) -> Array:
        return np.empty((i.stop - i.start, j.stop - j.start))

    def write(self, i: slice, j: slice, values: Array) -> None:
        for row in range(i.start, i.stop):
            first = max(j.start, row + 1)
            start = row * self.n - row * (row + 1) // 2 + first - row - 1
            part = values[row - i.start, first - j.start :]
            self.out[start : start + part.size] = part


class Job(NamedTuple):
    work: Work
    form: Form
    x: Rows
    y: Rows
    target: Matrix | Condensed
    invalid: Invalid


def run(
    work: Work,
    form: str,
    x: Rows,
    y: Rows,
    target: Matrix | Condensed,
    invalid: Invalid,
    most_threads: int | None,
    progress: threads.Progress | None,
) -> None:
    """Compute every pair (of x and y, or where the target is symmetric i < j of x) and write it."""
    n, m = x.lead[0], y.lead[0]
    if not n or not m:
        return
    k = x.array.shape[-1]
    height, width = tile_shape(n, m, k, form, target.symmetric)
    with blas.one_thread():
        job = Job(work, FORMS[form](work, x, y), x, y, target, invalid)
        many = threads.default_threads() if most_threads is None else most_threads
        many = many if n * m * k > 200_000 else 1
        done, tiles = 0, _count(n, m, height, width, target.symmetric)
        for start in range(0, m, width):
            columns = slice(start, min(start + width, m))
            last = columns.stop if target.symmetric else n
            rows = [slice(i, min(i + height, last)) for i in range(0, last, height)]
            _panel(job, columns, rows, many, _offset(progress, done, tiles))
            done += len(rows)


def tile_shape(n: int, m: int, k: int, form: str, symmetric: bool) -> tuple[int, int]:
    """Rows of a tile, and columns of a panel; square where only a triangle is computed."""
    row = 8 * k
    if symmetric or form != "centred":
        side = max(1, min(TILE_BYTES // row, math.isqrt(TILE_WORK // k), 256))
        return side, side
    return max(1, min(TILE_BYTES // row, 256)), max(1, min(PANEL_BYTES // row, 2048))


def _count(n: int, m: int, height: int, width: int, symmetric: bool) -> int:
    panels = range(0, m, width)
    return sum(-(-(min(s + width, m) if symmetric else n) // height) for s in panels)


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _panel(
    job: Job, columns: slice, rows: list[slice], many: int, progress: threads.Progress | None
) -> None:
    """All tiles in one set of columns, which is prepared first, in parts by all threads."""
    y_rows = job.y.tile(columns.start, columns.stop)[0]
    y = Block(y_rows, job.form.prepare_right(y_rows))

    def tile(number: int) -> None:
        i = rows[number]
        upper = job.target.symmetric and i == columns
        x_rows = job.x.tile(i.start, i.stop)[0]
        x = Block(x_rows, job.form.prepare_left(x_rows))
        out = job.target.space(i, columns)
        job.form.tile(x, y, upper, out)
        _refine(job, x_rows, y_rows, upper, out)
        job.work.convert(out)
        job.target.write(i, columns, out)

    threads.run(tile, len(rows), many, progress)


def _refine(job: Job, x: Array, y: Array, upper: bool, out: Array) -> None:
    """Compute again, without cancellation, what the form was not sure of."""
    unsure = np.isnan(out)
    if upper:
        unsure = np.triu(unsure, 1)
    i, j = np.nonzero(unsure)
    for start in range(0, i.size, REFINED_AT_ONCE):
        at = slice(start, start + REFINED_AT_ONCE)
        x_index, y_index = np.ascontiguousarray(i[at]), np.ascontiguousarray(j[at])
        exact = np.empty(x_index.size)
        job.invalid.found(job.work.pairs(x, x_index, y, y_index, exact))
        out[x_index, y_index] = exact
