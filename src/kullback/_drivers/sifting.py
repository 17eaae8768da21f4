"""A search by a filter: tiles of its product, sifted while they are in the cache.

What the bound does not put beyond the limit of its row is kept, and the target told what it is at
most, by which the limits become less. So a tile in which too much would pass is first asked for the
nearest few by their bounds. At last what the limits leave is computed by `rows`: at best the
neighbours alone. Results do not hang on any of that: they are the same numbers whatever passes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from kullback._drivers import filters
from kullback._drivers.filters import CosineFilter, Filter, ProductFilter, Sifted
from kullback._drivers.nearest import Sides
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Rows
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
MOST_KEPT = 1 << 20  # pairs: 16 MB
COMPUTED, FEWEST = 1 << 20, 16  # numbers of the rows that are computed in one go, and pairs
PART = 1 << 16  # numbers of rows that are prepared in one go


SMALL = 1 << 21  # pairs times bins, of which all are computed in 2 ms
SAMPLED = 128  # one in so many queries
# What things take, in ns: for each number of a row, a term of a product, of JS and of `rows`.
PRODUCT = {"f4": 0.026, "f8": 0.052}
ENTROPIC, PAIR = 1.0, 1.5
BY_PRODUCT = (ProductFilter, "f4"), (ProductFilter, "f8")
FILTERS: dict[object, tuple[tuple[Callable[..., Filter], str], ...]] = {
    "js": ((CosineFilter, "f4"),),
    "kl": BY_PRODUCT,
    "jeffreys": BY_PRODUCT,
    "hellinger": BY_PRODUCT,
    "bhattacharyya": BY_PRODUCT,
}


class Target(Protocol):
    """What takes pairs: `limits` and `last` are those of each row, `seeds` how many it asks for."""

    sides: Sides
    limits: Array
    last: Index
    seeds: int

    def take(self, rows: Index, columns: Index, values: Array) -> None: ...

    def expect(self, rows: Index, columns: Index, most: Array) -> None: ...

    def settle(self) -> None: ...

    def sample(self, rows: slice) -> Target: ...


class Job(NamedTuple):
    """Queries x, what is searched, y, and who takes what is near."""

    work: Work
    x: Rows
    y: Rows
    target: Target
    invalid: Invalid
    dtype: str  # of the results


class Side(NamedTuple):
    """What the filter makes of some rows, and that as the kernels take it."""

    start: int
    sifted: Sifted
    below: Array  # the constants, and what is lost when they are added, rounded down
    loss: Array
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


class Kept(NamedTuple):
    """Pairs that may be near, and their bounds; where `both`, either row may want the other."""

    rows: Index
    columns: Index
    least: Array
    both: bool


class Panel(NamedTuple):
    """Rows and columns that are prepared at once, and the tiles in which they meet."""

    rows: slice
    columns: slice
    tiles: list[tuple[slice, slice]]
    both: bool


def run_if_it_pays(job: Job, most_threads: int, progress: threads.Progress | None) -> bool:
    """Search by the filter that will be fastest, unless to compute all pairs will be faster.

    A few of the queries tell how much each filter leaves.
    """
    n, m = job.x.lead[0], job.y.lead[0]
    if job.work.cuts or job.work.kernel not in FILTERS or n * m * job.x.width < SMALL:
        return False
    some = slice(0, n, min(n, SAMPLED))
    sample = job._replace(x=job.x.every(some), target=job.target.sample(some))
    half = 0.5 if job.target.sides.symmetric else 1.0
    best, fastest = None, half * m * job.x.width * (ENTROPIC if job.work.kernel == "js" else PAIR)
    for make, dtype in FILTERS[job.work.kernel]:
        sieve = make(job.work, job.x, job.y, dtype)
        product = half * m * sieve.width * PRODUCT[dtype]
        if product < fastest:
            left = run(sample, sieve, 1) / sample.x.lead[0]
            time = product + left * job.x.width * PAIR
            if time < fastest:
                best, fastest = sieve, time
    if best is not None:
        run(job, best, most_threads, progress)
    return best is not None


def run(
    job: Job, sieve: Filter, most_threads: int, progress: threads.Progress | None = None
) -> int:
    """Offer all pairs that may be near to the target; how many had to be computed."""
    panels = list(_panels(job, sieve, _tile_size(job, most_threads)))
    search = _Search(job, sieve, most_threads)
    done, total = 0, sum(len(panel.tiles) for panel in panels)
    with blas.at_most(1):  # every thread makes the products of its own tiles
        for panel in panels:
            search.panel(panel, _offset(progress, done, total))
            done += len(panel.tiles)
        search.settle()
    return search.computed


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _tile_size(job: Job, most_threads: int) -> int:
    """Large, but so that there are some tiles for each thread."""
    wanted = max(job.x.lead[0], job.y.lead[0]) // (4 * most_threads)
    return max(SMALLEST_TILE, min(LARGEST_TILE, wanted))


def _panels(job: Job, sieve: Filter, size: int) -> Iterator[Panel]:
    """Each row's first tile comes before its others: it has the limits for them."""
    n, m = job.x.lead[0], job.y.lead[0]
    most = max(1, PANEL_BYTES // (sieve.width * int(sieve.dtype[1])))
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

    def __init__(self, job: Job, sieve: Filter, most_threads: int) -> None:
        self.job, self.filter, self.most_threads = job, sieve, most_threads
        self.computed = 0
        self._lock = threading.Lock()
        self._kept: list[Kept] = []
        self._count = 0  # of pairs that are kept
        self._spare: list[Array] = []  # memory of tiles that are done
        self._left: tuple[slice, Side] | None = None
        self._right: tuple[slice, Side] | None = None

    def panel(self, panel: Panel, progress: threads.Progress | None) -> None:
        """All tiles of a panel."""
        job = self.job
        if self._right is None or self._right[0] != panel.columns:
            self._right = None
            self._right = panel.columns, self._side(job.y, self.filter.right, panel.columns)
        if self.filter.alike and job.x is job.y and panel.rows == panel.columns:
            self._left = self._right
        elif self._left is None or self._left[0] != panel.rows:
            self._left = None
            self._left = panel.rows, self._side(job.x, self.filter.left, panel.rows)
        left, right = self._left[1], self._right[1]

        def tile(number: int) -> None:
            self._tile(Tile(left, right, *panel.tiles[number], panel.both))

        threads.run(tile, len(panel.tiles), self.most_threads, progress)
        self._forget()
        if self._count > MOST_KEPT // 2:
            self.settle()

    def _side(self, source: Rows, prepare: Callable[..., None], rows: slice) -> Side:
        """Some rows, prepared by all threads."""
        sieve = self.filter
        parts = cut(rows.start, rows.stop, max(1, PART // source.width))
        made = filters.space(sieve, rows.stop - rows.start)

        def part(number: int) -> None:
            some = parts[number]
            given = source.tile(some.start, some.stop)[0]
            filters.fill(sieve, prepare, given, made.part(within(some, rows)))

        threads.run(part, len(parts), self.most_threads)
        lost = LOST * np.abs(made.constant)
        below = _rounded(made.constant - lost, -np.inf, sieve.dtype)
        norm = _rounded(made.norm, np.inf, sieve.dtype)
        reach = _rounded(made.norm * filters.product_error(sieve), np.inf, sieve.dtype)
        return Side(rows.start, made, below, made.loss + lost, norm, reach)

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

    def _limits(self, rows: slice | Index) -> Array:
        """The limits of some rows as the filter takes them, and what results may be wrong by."""
        limits = self.filter.limits(self.job.target.limits[rows])
        return limits + np.abs(limits) * filters.RESULT_ERROR[self.job.dtype]

    def _need(self, side: Side, own: slice, rows: slice) -> Array:
        """What W must be at least in these rows: see `sieve`."""
        constant = side.sifted.constant[own]
        return _rounded(constant - self._limits(rows), -np.inf, self.filter.dtype)

    def _sift(self, tile: Tile, product: Array, room: int) -> bool:
        """Offer the target all pairs that may be near; False if there are more than `room`."""
        job, left, right, x, y = self.job, tile.left, tile.right, tile.x, tile.y
        dtype = self.filter.dtype
        wide = slice(y.start, y.stop + SINGLE_WIDTH)  # whole lanes
        limit = np.zeros(wide.stop - wide.start, dtype)
        if tile.both:
            limit[: product.shape[1]] = _rounded(self._limits(tile.j), np.inf, dtype)
        of_rows = left.reach[x], self._need(left, x, tile.i), job.target.last[tile.i] - tile.j.start
        of_columns = right.norm[wide], right.below[wide], limit
        own = left.below[x], job.target.last[tile.j] - tile.i.start
        masks = left.sifted.mask[x], right.sifted.mask[y], self.filter.either
        options = tile.both, self._same(tile), job.target.seeds
        rows, columns = np.empty((2, room), np.intp)
        chosen = np.empty(room)
        kernel = build.sieved(dtype)
        count = kernel(
            product, *of_rows, *of_columns, *own, *masks, *options, rows, columns, chosen
        )
        if count > 0:
            self._keep(tile, rows[:count], columns[:count], chosen[:count])
        return count >= 0

    def _seed(self, tile: Tile, product: Array) -> None:
        """Keep the nearest few of each row, and column, by their bounds."""
        self._keep(tile, *self._seeds(tile, product))
        if tile.both:
            columns, rows, chosen = self._seeds(tile.turned(), np.ascontiguousarray(product.T))
            product[rows, columns] = -np.inf
            self._keep(tile, rows, columns, chosen)

    def _seeds(self, tile: Tile, product: Array) -> tuple[Index, Index, Array]:
        left, right, x, y = tile.left, tile.right, tile.x, tile.y
        wide = slice(y.start, y.stop + SINGLE_WIDTH)
        most = min(self.job.target.seeds, product.shape[1])
        rows, columns = np.empty((2, most * len(product)), np.intp)
        chosen = np.empty(rows.size)
        of_rows = left.reach[x], self._need(left, x, tile.i)
        masks = left.sifted.mask[x], right.sifted.mask[y], self.filter.either
        kernel = build.seeds(self.filter.dtype)
        given = (product, *of_rows, right.norm[wide], right.below[wide], *masks)
        count = kernel(*given, self._same(tile), most, rows, columns, chosen)
        return rows[:count], columns[:count], chosen[:count]

    def _same(self, tile: Tile) -> int:
        """In which column a tile's first row meets itself, if that is none of its neighbours."""
        return tile.i.start - tile.j.start if self.job.target.sides.own else FAR

    def _keep(self, tile: Tile, rows: Index, columns: Index, chosen: Array) -> None:
        """Keep pairs for the end, or compute them where there are too many; W or infinity."""
        target = self.job.target
        least = tile.left.sifted.constant[tile.x][rows] - chosen
        x, y = tile.x.start + rows, tile.y.start + columns
        loss = tile.left.reach[x].astype(np.float64) * tile.right.norm[y]
        loss += tile.left.loss[x] + tile.right.loss[y]
        most = self.filter.results(least + 2.0 * loss)
        most += most * filters.RESULT_ERROR[self.job.dtype]
        least[np.isnan(least)] = -np.inf
        rows, columns = rows + tile.i.start, columns + tile.j.start
        infinite = np.flatnonzero(chosen == np.inf)
        if infinite.size:
            self._give(tile.both, rows[infinite], columns[infinite], chosen[infinite])
            finite = chosen < np.inf
            rows, columns, least, most = (a[finite] for a in (rows, columns, least, most))
        with self._lock:
            kept = self._count + rows.size <= MOST_KEPT
            if kept:
                self._count += rows.size
                self._kept.append(
                    Kept(rows.astype(np.int32), columns.astype(np.int32), least, tile.both)
                )
        if not kept:
            self._give(tile.both, rows, columns, self._results(rows, columns))
            return
        known = np.flatnonzero(most < np.inf)
        rows, columns, most = rows[known], columns[known], most[known]
        target.expect(rows, columns, most)
        if tile.both:
            target.expect(columns, rows, most)

    def _give(self, both: bool, rows: Index, columns: Index, values: Array) -> None:
        self.job.target.take(rows, columns, values)
        if both:
            self.job.target.take(columns, rows, values)

    def _forget(self) -> None:
        """Drop pairs that are beyond the limits by now."""
        kept, self._kept = self._kept, []
        for pairs in kept:
            near = pairs.least <= self._limits(pairs.rows)
            if pairs.both:
                near |= pairs.least <= self._limits(pairs.columns)
            if near.any():
                some = (each[near] for each in pairs[:3])
                self._kept.append(Kept(*some, pairs.both))
        self._count = sum(pairs.rows.size for pairs in self._kept)

    def settle(self) -> None:
        """Compute what is kept, and let the target have it."""
        self._forget()
        self.job.target.settle()
        kept, self._kept, self._count = self._kept, [], 0
        for both in (False, True):
            alike = [pairs for pairs in kept if pairs.both == both]
            if alike:
                rows = np.concatenate([pairs.rows for pairs in alike]).astype(np.intp)
                columns = np.concatenate([pairs.columns for pairs in alike]).astype(np.intp)
                self._compute(rows, columns, both)

    def _compute(self, rows: Index, columns: Index, both: bool) -> None:
        order = np.argsort(rows, kind="stable")  # rows that meet several others stay in the cache
        rows, columns = rows[order], columns[order]
        parts = cut(0, rows.size, max(FEWEST, COMPUTED // self.job.x.width))

        def part(number: int) -> None:
            some = parts[number]
            self._give(both, rows[some], columns[some], self._results(rows[some], columns[some]))

        threads.run(part, len(parts), self.most_threads)

    def _results(self, rows: Index, columns: Index) -> Array:
        """The divergences of pairs, in the caller's unit."""
        job, sides = self.job, self.job.target.sides
        x, y = job.x, job.y
        if sides.swapped:
            x, y, rows, columns = y, x, columns, rows
        elif sides.symmetric:  # in either order the same bits
            rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
        results = np.empty(rows.size)
        if rows.size:
            job.invalid.found(job.work.pairs(*x.some(rows), *y.some(columns), results))
            job.work.convert(results)
        with self._lock:
            self.computed += rows.size
        return results


def _rounded(values: Array, towards: float, dtype: str) -> Array:
    """In fewer digits, and on no account beyond."""
    with np.errstate(over="ignore"):
        return np.nextafter(values.astype(dtype), np.dtype(dtype).type(towards))
