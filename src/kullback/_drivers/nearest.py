"""Targets of tiles that keep what is near: the k best of each row, or all within a radius.

As every target does, they take tiles (a block of rows i, one of columns j, their divergences) in
any order and from any thread. What they keep depends on neither: a nearer pair is kept before one
that is further, and of equally far ones that with the lower column. NaN is near nothing.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from kullback._kernels import build
from kullback._kernels.selection import EMPTY
from kullback._process import threads
from kullback._process.arrays import Array, Index

ORDERED_AT_ONCE = 1 << 14  # places: 1 ms
MANY = 8  # one in so many columns
BLOCK = 256  # rows whose pairs within a radius lie together
Triples = tuple[Array, Array, Array]


class Meeting(NamedTuple):
    """Which pairs a tile has.

    symmetric: only those above the diagonal, and each stands for its mirror image; own: a row is
    not its own neighbour; swapped: the rows of a tile are what is searched, its columns who asks.
    """

    symmetric: bool = False
    own: bool = False
    swapped: bool = False

    def of(self, i: slice, j: slice, values: Array) -> list[tuple[slice, slice, Array, int]]:
        """Tiles whose rows ask, and on which side of the diagonal they count: see `offer`."""
        if self.symmetric:
            crossing = j.start < i.stop
            return [(i, j, values, int(crossing)), (j, i, values.T, -int(crossing))]
        return [(j, i, values.T, 0) if self.swapped else (i, j, values, 0)]


class _Search:
    """What the two targets have in common."""

    direct = False

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.symmetric = meeting.symmetric
        self._lock = threading.Lock()

    def space(self, i: slice, j: slice) -> Array:
        return np.zeros((i.stop - i.start, j.stop - j.start))


class Nearest(_Search):
    """The best of each row, from its place `first` on; the places before are the caller's."""

    def __init__(self, distances: Array, indices: Array, first: int, meeting: Meeting) -> None:
        super().__init__(meeting)
        self.distances, self.indices, self.first = distances, indices, first
        distances[:, first:] = np.inf
        indices[:, first:] = EMPTY
        self.limits = np.full(len(distances), np.inf)
        self.last = np.full(len(distances), EMPTY)
        self.single = distances.dtype == np.float32
        self.seeds = distances.shape[1] - first
        self._in_order = False

    def asks_for_many(self, m: int) -> bool:
        """Whether it keeps so many of m columns that it had better sort them."""
        return bool(self.seeds > m // MANY)

    def sort(self, matrix: Array, most_threads: int) -> None:
        """Take the best of the whole matrix, and nothing else."""
        if self.meeting.own:
            np.fill_diagonal(matrix, np.nan)
        step = max(1, ORDERED_AT_ONCE // matrix.shape[1])

        def part(number: int) -> None:
            rows = slice(number * step, (number + 1) * step)
            order = np.argsort(matrix[rows], axis=1, kind="stable")[:, : self.seeds]  # NaN last
            found = np.take_along_axis(matrix[rows], order, axis=1)
            self.distances[rows, self.first :] = found
            self.indices[rows, self.first :] = np.where(np.isnan(found), -1, order)

        threads.run(part, -(-len(matrix) // step), most_threads)
        self._in_order = True

    def sample(self, rows: slice) -> Nearest:
        """A target that asks for as many neighbours of some of the rows."""
        count = self.distances[rows].shape[0]
        size = count, self.distances.shape[1] - self.first + self.meeting.own
        empty = np.empty(size, self.distances.dtype), np.empty(size, np.intp)
        return Nearest(*empty, 0, Meeting(swapped=self.meeting.swapped))

    def write(self, i: slice, j: slice, values: Array) -> None:
        for rows, columns, tile, side in self.meeting.of(i, j, values):
            found = np.empty((2, tile.size), np.intp)
            chosen = np.empty(tile.size)
            place = (rows.start, columns.start, side, self.meeting.own)
            count = build.offer(self.single)(tile, *place, self.limits, self.last, *found, chosen)
            if count:
                self.take(found[0, :count], found[1, :count], chosen[:count])

    def take(self, rows: Index, columns: Index, values: Array) -> None:
        """Let the best be those of them and of these pairs, none of which is among them."""
        if self.single:
            with np.errstate(over="ignore"):
                values = values.astype(np.float32).astype(np.float64)
        self._insert(rows, columns, values)

    def expect(self, rows: Index, columns: Index, most: Array) -> None:
        """These pairs will come, and with no more than that: their limits hold from now on."""
        if self.single:
            most = np.nextafter(most.astype(np.float32), np.float32(np.inf)).astype(np.float64)
        self._insert(rows, ~columns, most)

    def settle(self) -> None:
        """The pairs that were expected come now."""
        kernel = build.settled(self.distances.dtype.str[1:])
        kernel(self.distances, self.indices, self.first, self.last)

    def _insert(self, rows: Index, columns: Index, values: Array) -> None:
        kernel = build.insert(self.distances.dtype.str[1:])
        best = (self.distances, self.indices, self.first)
        with self._lock:
            kernel(rows, columns, values, *best, self.limits, self.last)

    def finish(self, most_threads: int) -> None:
        """Put every row in order; places that nothing has filled become NaN, in column -1."""
        if self._in_order:
            return
        n, width = self.distances.shape
        step = max(1, ORDERED_AT_ONCE // width)
        kernel = build.ordered(self.distances.dtype.str[1:])

        def part(number: int) -> None:
            place = (number * step, min(n, (number + 1) * step))
            kernel(self.distances, self.indices, self.first, *place)

        threads.run(part, -(-n // step), most_threads)


class Within(_Search):
    """All pairs at or below a radius."""

    def __init__(
        self, n: int, radius: float, dtype: np.dtype[np.floating], meeting: Meeting
    ) -> None:
        super().__init__(meeting)
        self.n, self.radius, self.dtype = n, radius, dtype
        self.limits, self.last = np.full(n, radius), np.zeros(n, np.intp)
        self.seeds = 0  # the limits are known
        self._pieces: list[list[Triples]] = [[] for _ in range(-(-n // BLOCK))]

    def sample(self, rows: slice) -> Within:
        """A target that asks for the neighbours of some of the rows."""
        count = len(range(self.n)[rows])
        return Within(count, self.radius, self.dtype, Meeting(swapped=self.meeting.swapped))

    def write(self, i: slice, j: slice, values: Array) -> None:
        for rows, columns, tile, side in self.meeting.of(i, j, values):
            with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
                tile = tile.astype(self.dtype)
            near = tile <= self.radius
            if side or self.meeting.own:
                apart = np.arange(columns.start, columns.stop)
                apart = apart - np.arange(rows.start, rows.stop)[:, None]
                near &= apart * side > 0 if side else apart != 0
            self._keep(rows.start, columns.start, near, tile)

    def _keep(self, row: int, column: int, near: Array, tile: Array) -> None:
        """Keep what is near of a tile, by blocks of rows."""
        for block in range(row // BLOCK, (row + len(tile) - 1) // BLOCK + 1):
            start = max(block * BLOCK - row, 0)
            some = slice(start, (block + 1) * BLOCK - row)
            r, c = np.nonzero(near[some])
            if r.size:
                self._add(block, r + start + row, c + column, tile[some][r, c])

    def expect(self, rows: Index, columns: Index, most: Array) -> None:
        """Nothing is learnt from that."""

    def settle(self) -> None:
        """There is nothing to take out."""

    def take(self, rows: Index, columns: Index, values: Array) -> None:
        """Keep those of these pairs that are near."""
        with np.errstate(over="ignore"):
            values = values.astype(self.dtype)
        near = np.flatnonzero(values <= self.radius)
        blocks = rows[near] // BLOCK
        for block in np.unique(blocks):
            some = near[blocks == block]
            self._add(block, rows[some], columns[some], values[some])

    def add_diagonal(self, values: Array) -> None:
        """Keep each row as its own neighbour, before all others; it is at 0, or NaN."""
        for block in range(len(self._pieces)):
            some = np.arange(block * BLOCK, min(self.n, (block + 1) * BLOCK))
            some = some[values[some] <= self.radius]
            self._add(block, some, some, values[some])

    def _add(self, block: int, rows: Index, columns: Index, values: Array) -> None:
        """Keep these pairs, whose rows are in this block."""
        short = (rows - block * BLOCK).astype(np.intp), columns.astype(np.int32)
        with self._lock:
            self._pieces[block].append((*short, values))

    def finish(self, by_value: bool) -> Triples:
        """Values, columns and where each row begins, of all rows; nothing is kept."""
        counts = np.zeros(self.n + 1, np.int64)
        for number, pieces in enumerate(self._pieces):
            own = counts[1 + number * BLOCK : 1 + (number + 1) * BLOCK]
            for rows, _, _ in pieces:
                own += np.bincount(rows, minlength=own.size)
        ends = np.cumsum(counts)
        values, columns = np.empty(ends[-1], self.dtype), np.empty(ends[-1], np.int32)
        for number, pieces in enumerate(self._pieces):
            if pieces:
                some = slice(ends[number * BLOCK], ends[min(self.n, (number + 1) * BLOCK)])
                r, c, v = (np.concatenate(part) for part in zip(*pieces, strict=True))
                # A row itself is there only where it is to be the first.
                first = np.where(c == r + number * BLOCK, -1, c) if self.meeting.own else c
                order = np.lexsort((first, v, r) if by_value else (c, r))
                values[some], columns[some] = v[order], c[order]
                pieces.clear()
        return values, columns, ends
