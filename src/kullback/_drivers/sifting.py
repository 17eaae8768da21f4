"""A tile of a search: the product of a filter, sifted while it is in the cache.

What the bound does not put beyond the limit of its row is kept, and the target told what it is at
most, by which the limits become less. So a tile in which too much would pass is first asked for the
nearest few by their bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kullback._drivers import filters
from kullback._drivers.filters import Sifted
from kullback._drivers.kept import KeptPairs
from kullback._drivers.sources import Rows
from kullback._drivers.tiles import cut, within
from kullback._kernels import build
from kullback._math.lanes import SINGLE_WIDTH
from kullback._process import blas, threads
from kullback._process.arrays import Array, Index

EXPECTED = 16  # pairs that pass, for each row and column of a tile; where more do, seeds come first
AT_ONCE = 64  # rows of a tile of which everything may pass
FAR = 1 << 60  # a column that no tile has
LOST = 2.0**-22  # more than the rounding of a sum loses of the larger of two numbers
PART = 1 << 16  # numbers of rows that are prepared in one go


class Panel(NamedTuple):
    """Rows and columns that are prepared at once, and the tiles in which they meet."""

    rows: slice
    columns: slice
    tiles: list[tuple[slice, slice]]
    both: bool


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


class Sifting:
    """Panels of one search: what is prepared, and the tiles that are made of it."""

    def __init__(self, kept: KeptPairs) -> None:
        self.kept, self.job, self.filter = kept, kept.job, kept.filter
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

        threads.run(tile, len(panel.tiles), self.kept.most_threads, progress)
        self.kept.forget()

    def _side(self, source: Rows, prepare: Callable[..., None], rows: slice) -> Side:
        """Some rows, prepared by all threads."""
        sieve = self.filter
        parts = cut(rows.start, rows.stop, max(1, PART // source.width))
        made = filters.space(sieve, rows.stop - rows.start)

        def part(number: int) -> None:
            some = parts[number]
            given = source.tile(some.start, some.stop)[0]
            filters.fill(sieve, prepare, given, made.part(within(some, rows)))

        threads.run(part, len(parts), self.kept.most_threads)
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

    def _need(self, side: Side, own: slice, rows: slice) -> Array:
        """What W must be at least in these rows: see `sieve`."""
        constant = side.sifted.constant[own]
        return _rounded(constant - self.kept.limits(rows), -np.inf, self.filter.dtype)

    def _sift(self, tile: Tile, product: Array, room: int) -> bool:
        """Offer the target all pairs that may be near; False if there are more than `room`."""
        job, left, right, x, y = self.job, tile.left, tile.right, tile.x, tile.y
        dtype = self.filter.dtype
        wide = slice(y.start, y.stop + SINGLE_WIDTH)  # whole lanes
        limit = np.zeros(wide.stop - wide.start, dtype)
        if tile.both:
            limit[: product.shape[1]] = _rounded(self.kept.limits(tile.j), np.inf, dtype)
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
        return bool(count >= 0)

    def _seed(self, tile: Tile, product: Array) -> None:
        """Keep the nearest few of each row, and column, by their bounds."""
        self._keep(tile, *self._seeds(tile, product))
        if tile.both:
            turned = tile.turned()
            columns, rows, chosen = self._seeds(turned, np.ascontiguousarray(product.T))
            product[rows, columns] = -np.inf
            self._keep(turned, columns, rows, chosen)

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
        return tile.i.start - tile.j.start if self.job.target.meeting.own else FAR

    def _keep(self, tile: Tile, rows: Index, columns: Index, chosen: Array) -> None:
        """Keep pairs with their W, or tell the target that they are infinitely far."""
        least, most = self._bounds(tile, rows, columns, chosen)
        rows, columns = rows + tile.i.start, columns + tile.j.start
        infinite = chosen == np.inf
        if infinite.any():
            self.kept.give(rows[infinite], columns[infinite], chosen[infinite], tile.both)
            rows, columns, least, most = (a[~infinite] for a in (rows, columns, least, most))
        self.kept.add(rows, columns, (least, most), tile.both)

    def _bounds(
        self, tile: Tile, rows: Index, columns: Index, chosen: Array
    ) -> tuple[Array, Array]:
        """What pairs are at least, as the filter counts, and at most, as a result."""
        x, y = tile.x.start + rows, tile.y.start + columns
        least = tile.left.sifted.constant[x] - chosen
        loss = tile.left.reach[x].astype(np.float64) * tile.right.norm[y]
        loss += tile.left.loss[x] + tile.right.loss[y]
        most = self.filter.results(least + 2.0 * loss)
        most += most * filters.RESULT_ERROR[self.job.dtype]
        least[np.isnan(least)] = -np.inf
        return least, most


def _rounded(values: Array, towards: float, dtype: str) -> Array:
    """In fewer digits, and on no account beyond."""
    with np.errstate(over="ignore"):
        return np.asarray(np.nextafter(values.astype(dtype), np.dtype(dtype).type(towards)))
