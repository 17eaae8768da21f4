"""All pairs of rows to a matrix, or to its upper triangle: tiles of a form, refined and written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from kullback._drivers.equal_rows import EqualRows
from kullback._drivers.forms import Form, Pairs, Place
from kullback._drivers.rows import Invalid
from kullback._drivers.sources import Source
from kullback._drivers.targets import Target
from kullback._kernels import UNCERTIFIED
from kullback._kernels.matrices.entropic import CHUNK
from kullback._process import blas, threads
from kullback._process.arrays import Array, Index

ALL = 1 << 60  # further below the diagonal than any matrix reaches
PANEL_BYTES = 1 << 24  # of the columns (and rows, for a product) that are prepared at once
LONG = PANEL_BYTES // 64  # bins, of which no more than a few rows fit into one
PANEL_PAIRS = 3 << 20  # of a matrix product that is not made in place: 24 MB
MIRRORED_COLUMNS = 1024  # of one of a symmetric matrix: the product's lower half is not needed
PANEL_ROWS = 2048  # of one that is: 0.2 s
TILE_BYTES = 1 << 19  # of prepared rows of a tile: half of a second-level cache
TILE_PAIRS = 1 << 14
TILE_WORK = {"pairs": 1 << 23, "entropic": 1 << 24, "overlap": 1 << 25}  # pairs times bins: 5 ms
SMALL = 200_000  # pairs times bins that one thread does
REFINED_AT_ONCE = 1 << 16  # pairs
MANY_A_ROW = 8  # uncertified pairs, of which it takes as long as to look for equal rows


class Panel(NamedTuple):
    """Rows and columns that are prepared at once, and the tiles in which they meet."""

    rows: slice
    columns: slice
    tiles: list[tuple[slice, slice]]


class Prepared(NamedTuple):
    """Rows, what a form makes of them, and which of them are equal."""

    rows: Array
    arrays: tuple[Array, ...]
    equal: EqualRows


class Refines(Protocol):
    """What computes any pair without cancellation, as `rows.Work` does, and changes the unit."""

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int: ...

    def near_pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int: ...

    def convert(self, out: Array) -> None: ...


class AllPairs(NamedTuple):
    work: Refines
    form: Form
    x: Source
    y: Source
    target: Target
    invalid: Invalid
    in_proportion: bool = False  # whether rows in proportion are the same


def run(
    job: AllPairs,
    shape: tuple[int, int],
    most_threads: int | None,
    progress: threads.Progress | None,
) -> None:
    """Compute every pair (where the target is symmetric: i < j) and write it; shape of a tile.

    Panel by panel: some columns, and some rows, are prepared by all threads, in parts; a form with
    a product has it made, with the threads of the BLAS; then all threads do the tiles.
    """
    n, m, k = job.x.lead[0], job.y.lead[0], job.x.width
    many = threads.default_threads() if most_threads is None else most_threads
    many = many if n * m * k > SMALL else 1
    panels = list(_panels(job, shape))
    done, total = 0, sum(len(panel.tiles) for panel in panels)
    columns, right = slice(0, 0), None
    with blas.at_most(many):
        for panel in panels:
            if right is None or panel.columns != columns:
                columns = panel.columns
                right = _prepared(job, job.y, job.form.right, columns, many)
            _panel(job, panel, right, many, _offset(progress, done, total))
            done += len(panel.tiles)


def tile_shape(form: str, n: int, m: int, k: int) -> tuple[int, int]:
    """Rows and columns of a tile: enough work to be worth a turn, and enough tiles to share out."""
    if form not in TILE_WORK:  # a matrix product
        return max(1, min(64, -(-n // 8))), m
    pairs = max(1, min(TILE_PAIRS, TILE_WORK[form] // k))
    cached = min(k, CHUNK) if form == "entropic" else k
    most = min(TILE_BYTES // (8 * cached), PANEL_BYTES // (32 * k))  # the latter on each thread
    height = max(1, min(math.isqrt(pairs) // 2, most, n))
    return height, max(1, min(pairs // height, TILE_BYTES // (8 * cached)))


def form_for(form: str, k: int, many: int) -> str:
    """The form, if rows of k bins that are prepared for it fit into a panel; else "pairs".

    A form without a product has a row prepared on each thread.
    """
    return form if 8 * k * (2 if form == "product" else many) <= PANEL_BYTES else "pairs"


def cut(start: int, stop: int, step: int) -> list[slice]:
    """Nearly equal slices of at most `step`."""
    parts = -(-(stop - start) // step)
    edges = [start + (stop - start) * part // parts for part in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _panels(job: AllPairs, shape: tuple[int, int]) -> Iterator[Panel]:
    width = job.form.width
    m, symmetric = job.y.lead[0], job.target.symmetric
    most = max(1, PANEL_BYTES // (8 * width))
    if symmetric and job.form.multiplies:
        most = min(most, MIRRORED_COLUMNS)
    for columns in cut(0, m, most):
        last = columns.stop if symmetric else job.x.lead[0]
        height = last
        if job.form.multiplies:
            pairs = PANEL_PAIRS // (columns.stop - columns.start)
            height = PANEL_ROWS if job.target.direct else pairs
        for rows in cut(0, last, max(1, min(most, height))):
            blocks = cut(columns.start, columns.stop, shape[1])
            tiles = [(i, j) for i in cut(rows.start, rows.stop, shape[0]) for j in blocks]
            yield Panel(
                rows, columns, [t for t in tiles if not symmetric or t[0].start < t[1].stop]
            )


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _prepared(
    job: AllPairs, source: Source, prepare: Callable[..., None], rows: slice, many: int
) -> Prepared:
    """Some rows as the kernels read them, and what a form makes of them."""
    parts = cut(rows.start, rows.stop, max(1, TILE_BYTES // (8 * source.width)))
    made = job.form.space(rows.stop - rows.start)

    def part(number: int) -> None:
        some = parts[number]
        place = within(some, rows)
        prepare(source.tile(some.start, some.stop)[0], tuple(a[place] for a in made))

    threads.run(part, len(parts), many)
    whole = source.tile(rows.start, rows.stop)[0]
    return Prepared(whole, made, EqualRows(whole, job.in_proportion))


def _panel(
    job: AllPairs, panel: Panel, right: Prepared, many: int, progress: threads.Progress | None
) -> None:
    """All tiles in one set of columns and one of rows."""
    left = product = None
    if job.form.multiplies:
        own = job.target.symmetric and job.form.alike and panel.rows == panel.columns
        left = right if own else _prepared(job, job.x, job.form.left, panel.rows, many)
        product = job.target.space(panel.rows, panel.columns)
        job.form.multiply(left.arrays, right.arrays, product)

    def tile(number: int) -> None:
        i, j = panel.tiles[number]
        x, y = within(i, panel.rows), within(j, panel.columns)
        if left is None or product is None:
            x_rows = job.x.tile(i.start, i.stop)[0]
            x_made = job.form.space(i.stop - i.start)
            job.form.left(x_rows, x_made)
            out = job.target.space(i, j)
        else:
            x_rows, x_made = left.rows[x], tuple(a[x] for a in left.arrays)
            out = product[x, y]
        above = i.start - j.start + 1 if job.target.symmetric else -ALL
        place = Place(above, i.start - j.start if job.x is job.y else ALL)
        if job.form.tile(x_made, tuple(a[y] for a in right.arrays), place, out):
            _refine(job, x_rows, right, y, out)
        job.work.convert(out)
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            job.target.write(i, j, out)

    threads.run(tile, len(panel.tiles), many, progress)


def within(part: slice, whole: slice) -> slice:
    return slice(part.start - whole.start, part.stop - whole.start)


def _refine(job: AllPairs, x: Array, right: Prepared, columns: slice, out: Array) -> None:
    """Compute again, without cancellation, what the form was not sure of."""
    count = np.count_nonzero(out == UNCERTIFIED)
    if count > MANY_A_ROW * len(out) and not isinstance(job.form, Pairs):
        _repeat(job, x, right, columns, out)
    few = count <= REFINED_AT_ONCE
    step = len(out) if few else max(1, REFINED_AT_ONCE // out.shape[1])
    for start in range(0, len(out), step):
        some = out[start : start + step]
        places = np.flatnonzero(some == UNCERTIFIED)  # ten times as fast as two at once
        if places.size:
            i, j = np.divmod(places, out.shape[1])
            some[i, j] = _results(job, x, i + start, right.rows[columns], j)


def _repeat(job: AllPairs, x: Array, right: Prepared, columns: slice, out: Array) -> None:
    """Let one pair stand for all pairs of rows that are equal, or in proportion."""
    found, firsts = right.equal.find(x), right.equal.firsts[columns]
    each = np.unique(found[found >= 0])
    if each.size:
        for number, result in zip(
            each, _results(job, right.rows, each, right.rows, each), strict=True
        ):
            block = np.ix_(found == number, firsts == number)
            out[block] = np.where(out[block] == UNCERTIFIED, result, out[block])


def _results(job: AllPairs, x: Array, i: Index, y: Array, j: Index) -> Array:
    """The divergences of rows i of x from rows j of y."""
    results = np.empty(i.size)
    i, j = np.ascontiguousarray(i), np.ascontiguousarray(j)
    compute = job.work.pairs if isinstance(job.form, Pairs) else job.work.near_pairs
    job.invalid.found(compute(x, i, y, j, results))
    return results
