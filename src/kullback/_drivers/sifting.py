"""A search by a filter: tiles of its product, sifted while they are in the cache.

What the bound does not put beyond the limit of its row is computed by `rows`, and offered to the
target. The limits are those of the target, which become less as near rows are found, so a tile in
which too much would pass is first asked for the nearest few by their bounds. Results do not hang on
any of that: they are the same numbers whatever passes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from kullback._drivers import filters
from kullback._drivers.filters import Filter, Sifted
from kullback._drivers.nearest import Sides
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Source
from kullback._drivers.tiles import cut, within
from kullback._kernels import build
from kullback._math.lanes import SINGLE_WIDTH
from kullback._process import blas, threads
from kullback._process.arrays import Array, Index

PANEL_BYTES = 12 << 20  # of factors that are prepared at once, on either side
LARGEST_TILE = 1024  # rows and columns: a product of smaller ones takes longer
SMALLEST_TILE = 128
EXPECTED = 16  # pairs that pass, for each row and column of a tile; where more do, seeds come first
AT_ONCE = 64  # rows of a tile of which everything may pass
FAR = 1 << 60  # a column that no tile has
LOST = 2.0**-22  # more than the rounding of a sum loses of the larger of two numbers
PART = 1 << 16  # numbers of rows that are prepared in one go


class Target(Protocol):
    """What takes pairs: `limits` and `last` are those of each row, `seeds` how many it asks for."""

    sides: Sides
    limits: Array
    last: Index
    seeds: int

    def take(self, rows: Index, columns: Index, values: Array) -> None: ...


class Job(NamedTuple):
    """Queries x, what is searched, y, and who takes what is near."""

    work: Work
    filter: Filter
    x: Source
    y: Source
    target: Target
    invalid: Invalid
    result_dtype: str


class Side(NamedTuple):
    """Some rows as they are, what the filter makes of them, and that as the kernels take it."""

    start: int
    rows: Array
    sifted: Sifted
    below: Array  # the constants, and what is lost when they are added, rounded down
    norm: Array
    reach: Array


class Tile(NamedTuple):
    """Rows i of the left side and columns j of the right one."""

    left: Side
    right: Side
    i: slice
    j: slice
    both: bool  # it stands for its mirror image too

    @property
    def x(self) -> slice:
        """The rows in their panel."""
        return slice(self.i.start - self.left.start, self.i.stop - self.left.start)

    @property
    def y(self) -> slice:
        """The columns in theirs."""
        return slice(self.j.start - self.right.start, self.j.stop - self.right.start)

    def part(self, rows: slice) -> Tile:
        """Some of its rows."""
        return self._replace(i=slice(self.i.start + rows.start, self.i.start + rows.stop))

    def turned(self) -> Tile:
        """The mirror image."""
        return Tile(self.right, self.left, self.j, self.i, self.both)


class Panel(NamedTuple):
    """Rows and columns that are prepared at once, and the tiles in which they meet."""

    rows: slice
    columns: slice
    tiles: list[tuple[slice, slice]]
    both: bool


def run(job: Job, most_threads: int, progress: threads.Progress | None = None) -> int:
    """Offer all pairs that may be near to the target; how many had to be computed."""
    panels = list(_panels(job, _tile_size(job, most_threads)))
    search = _Search(job, most_threads)
    done, total = 0, sum(len(panel.tiles) for panel in panels)
    with blas.at_most(1):  # every thread makes the products of its own tiles
        for panel in panels:
            search.panel(panel, _offset(progress, done, total))
            done += len(panel.tiles)
    return search.computed


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _tile_size(job: Job, most_threads: int) -> int:
    """Large, but so that there are some tiles for each thread."""
    wanted = max(job.x.lead[0], job.y.lead[0]) // (4 * most_threads)
    return max(SMALLEST_TILE, min(LARGEST_TILE, wanted))


def _panels(job: Job, size: int) -> Iterator[Panel]:
    """Each row's first tile comes before its others: it has the limits for them."""
    n, m = job.x.lead[0], job.y.lead[0]
    most = max(1, PANEL_BYTES // (job.filter.width * int(job.filter.dtype[1])))
    if job.target.sides.symmetric:
        parts = cut(0, m, most)
        for number, columns in enumerate(parts):
            blocks = cut(columns.start, columns.stop, size)
            yield Panel(columns, columns, [(block, block) for block in blocks], False)
            above = [(i, j) for place, j in enumerate(blocks) for i in blocks[:place]]
            if above:
                yield Panel(columns, columns, above, True)
            for rows in parts[:number]:
                yield Panel(rows, columns, _all(rows, columns, size), True)
        return
    for rows in cut(0, n, most):
        for columns in cut(0, m, most):
            yield Panel(rows, columns, _all(rows, columns, size), False)


def _all(rows: slice, columns: slice, size: int) -> list[tuple[slice, slice]]:
    across = cut(rows.start, rows.stop, size)
    return [(i, j) for j in cut(columns.start, columns.stop, size) for i in across]


class _Search:
    """A job while it is done: what is prepared, and what the threads share."""

    def __init__(self, job: Job, most_threads: int) -> None:
        self.job, self.most_threads = job, most_threads
        self.computed = 0
        self._lock = threading.Lock()
        self._spare: list[Array] = []  # memory of tiles that are done
        self._left: tuple[slice, Side] | None = None
        self._right: tuple[slice, Side] | None = None

    def panel(self, panel: Panel, progress: threads.Progress | None) -> None:
        """All tiles of a panel."""
        job = self.job
        if self._right is None or self._right[0] != panel.columns:
            self._right = None
            self._right = panel.columns, self._side(job.y, job.filter.right, panel.columns)
        if job.filter.alike and job.x is job.y and panel.rows == panel.columns:
            self._left = self._right
        elif self._left is None or self._left[0] != panel.rows:
            self._left = None
            self._left = panel.rows, self._side(job.x, job.filter.left, panel.rows)
        left, right = self._left[1], self._right[1]

        def tile(number: int) -> None:
            self._tile(Tile(left, right, *panel.tiles[number], panel.both))

        threads.run(tile, len(panel.tiles), self.most_threads, progress)

    def _side(self, source: Source, prepare: Callable[..., None], rows: slice) -> Side:
        """Some rows, prepared by all threads."""
        sieve = self.job.filter
        parts = cut(rows.start, rows.stop, max(1, PART // source.width))
        made = filters.space(sieve, rows.stop - rows.start)
        whole = source.tile(rows.start, rows.stop)[0]

        def part(number: int) -> None:
            some = within(parts[number], rows)
            filters.fill(sieve, prepare, whole[some], made.part(some))

        threads.run(part, len(parts), self.most_threads)
        with np.errstate(invalid="ignore"):  # infinity less infinity, beyond the last row
            lowered = made.constant - LOST * np.abs(made.constant)
        below = _rounded(lowered, -np.inf, sieve.dtype)
        norm = _rounded(made.norm, np.inf, sieve.dtype)
        reach = _rounded(made.norm * filters.product_error(sieve), np.inf, sieve.dtype)
        return Side(rows.start, whole, made, below, norm, reach)

    def _tile(self, tile: Tile) -> None:
        """Make the product, and offer the target what the bound leaves."""
        memory, product = self._product(tile)
        if not self._sift(tile, product, EXPECTED * sum(product.shape)):
            if self.job.target.seeds:
                self._seed(tile, product)
            for rows in cut(0, len(product), AT_ONCE):
                self._sift(tile.part(rows), product[rows], AT_ONCE * product.shape[1])
        self._spare.append(memory)

    def _product(self, tile: Tile) -> tuple[Array, Array]:
        x, y = tile.left.sifted.factors[tile.x], tile.right.sifted.factors[tile.y]
        size = len(x) * len(y)
        try:
            memory = self._spare.pop()
        except IndexError:
            memory = np.empty(0, x.dtype)
        if memory.size < size:
            memory = np.empty(size, x.dtype)
        product = memory[:size].reshape(len(x), len(y))
        with blas.product(), np.errstate(all="ignore"):
            np.matmul(x, y.T, out=product)
        return memory, product

    def _limits(self, rows: slice) -> Array:
        """The limits of some rows as the filter takes them, and what results may be wrong by."""
        limits = self.job.filter.limits(self.job.target.limits[rows])
        return limits + np.abs(limits) * filters.RESULT_ERROR[self.job.result_dtype]

    def _need(self, side: Side, own: slice, rows: slice) -> Array:
        """What W must be at least in these rows: see `sieve`."""
        constant = side.sifted.constant[own]
        return _rounded(constant - self._limits(rows), -np.inf, self.job.filter.dtype)

    def _sift(self, tile: Tile, product: Array, room: int) -> bool:
        """Offer the target all pairs that may be near; False if there are more than `room`."""
        job, left, right, x, y = self.job, tile.left, tile.right, tile.x, tile.y
        dtype = job.filter.dtype
        wide = slice(y.start, y.stop + SINGLE_WIDTH)  # whole lanes
        limit = np.zeros(wide.stop - wide.start, dtype)
        if tile.both:
            limit[: product.shape[1]] = _rounded(self._limits(tile.j), np.inf, dtype)
        of_rows = left.reach[x], self._need(left, x, tile.i), job.target.last[tile.i] - tile.j.start
        of_columns = right.norm[wide], right.below[wide], limit
        own = left.below[x], job.target.last[tile.j] - tile.i.start
        masks = left.sifted.mask[x], right.sifted.mask[y], job.filter.either
        options = tile.both, self._same(tile), job.target.seeds
        rows, columns = np.empty((2, room), np.intp)
        chosen = np.empty(room)
        kernel = build.sieved(dtype)
        count = kernel(product, *of_rows, *of_columns, *own, *masks, *options, rows, columns, chosen)
        if count > 0:
            self._offer(tile, rows[:count], columns[:count], chosen[:count])
        return count >= 0

    def _seed(self, tile: Tile, product: Array) -> None:
        """Offer the target the nearest few of each row, and column, by their bounds."""
        rows, columns = self._seeds(tile, product)
        self._offer(tile, rows, columns, np.full(rows.size, np.nan))
        if tile.both:
            columns, rows = self._seeds(tile.turned(), np.ascontiguousarray(product.T))
            product[rows, columns] = -np.inf
            self._offer(tile, rows, columns, np.full(rows.size, np.nan))

    def _seeds(self, tile: Tile, product: Array) -> tuple[Index, Index]:
        left, right, x, y = tile.left, tile.right, tile.x, tile.y
        wide = slice(y.start, y.stop + SINGLE_WIDTH)
        most = min(self.job.target.seeds, product.shape[1])
        rows, columns = np.empty((2, most * len(product)), np.intp)
        of_rows = left.reach[x], self._need(left, x, tile.i)
        masks = left.sifted.mask[x], right.sifted.mask[y], self.job.filter.either
        kernel = build.seeds(self.job.filter.dtype)
        given = (product, *of_rows, right.norm[wide], right.below[wide], *masks)
        count = kernel(*given, self._same(tile), most, rows, columns)
        return rows[:count], columns[:count]

    def _same(self, tile: Tile) -> int:
        """In which column a tile's first row meets itself, if that is none of its neighbours."""
        return tile.i.start - tile.j.start if self.job.target.sides.own else FAR

    def _offer(self, tile: Tile, rows: Index, columns: Index, values: Array) -> None:
        """Compute what is nan of `values`, and let the target have all of them."""
        open_ = np.flatnonzero(np.isnan(values))
        values[open_] = self._results(tile, rows[open_], columns[open_])
        rows, columns = rows + tile.i.start, columns + tile.j.start
        self.job.target.take(rows, columns, values)
        if tile.both:
            self.job.target.take(columns, rows, values)

    def _results(self, tile: Tile, rows: Index, columns: Index) -> Array:
        job, sides = self.job, self.job.target.sides
        x, y = (tile.left.rows, rows + tile.x.start), (tile.right.rows, columns + tile.y.start)
        if sides.swapped:
            x, y = y, x
        elif sides.symmetric and not tile.both:  # in either order the same bits
            low = np.minimum(x[1], y[1])
            x, y = (x[0], low), (y[0], x[1] + y[1] - low)
        results = np.empty(rows.size)
        if rows.size:
            job.invalid.found(job.work.pairs(*x, *y, results))
            job.work.convert(results)
        with self._lock:
            self.computed += rows.size
        return results


def _rounded(values: Array, towards: float, dtype: str) -> Array:
    """In fewer digits, and on no account beyond."""
    with np.errstate(over="ignore"):
        return np.nextafter(values.astype(dtype), np.dtype(dtype).type(towards))
