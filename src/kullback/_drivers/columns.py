"""Columns of a table to counts: between edges, by code; and the values of given ranks."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._kernels import build, counting
from kullback._process import threads
from kullback._process.arrays import Array

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

TILE = 1 << 16  # values that are converted, and read twice, in the cache
SORTED = 1 << 16  # values that are sorted as a whole
CELLS = 1 << 12
SAMPLE = 1 << 12
NOT_A_TIME = np.iinfo(np.int64).min


class Column:
    """Numbers in pieces of any real dtype, as float64; NaN is missing, and so is NaT in `times`."""

    def __init__(self, pieces: list[Array], times: bool = False) -> None:
        self.pieces = pieces
        self.times = times
        self.size = sum(piece.size for piece in pieces)

    def tiles(self) -> list[tuple[int, int]]:
        """Piece and start of each tile."""
        sizes = enumerate(piece.size for piece in self.pieces)
        return [(number, start) for number, size in sizes for start in range(0, size, TILE)]

    def tile(self, number: int, start: int) -> Numbers:
        """The values of a tile, in place if they can be."""
        return self._numbers(self.pieces[number][start : start + TILE])

    def _numbers(self, given: Array) -> Numbers:
        numbers = np.ascontiguousarray(given, np.float64)
        if self.times:
            numbers[given == NOT_A_TIME] = np.nan
        return numbers

    def values(self) -> Numbers:
        """All that are not missing, copied."""
        numbers = [self._numbers(piece) for piece in self.pieces] or [np.empty(0)]
        whole = np.concatenate(numbers)
        return whole[~np.isnan(whole)]

    def has_few_integers(self) -> bool:
        """Whether a cell for each value between the least and the greatest will do."""
        if self.times or any(piece.dtype.kind not in "iu" for piece in self.pieces):
            return False
        greatest = max(float(piece.max()) for piece in self.pieces if piece.size)
        return greatest - self.least_integer() < CELLS

    def least_integer(self) -> float:
        """The least value of a column of integers."""
        return min(float(piece.min()) for piece in self.pieces if piece.size)

    def missing(self) -> int:
        """How many values there are not."""
        return self.size - self.values().size

    def sample(self) -> Numbers:
        """Some that are not missing, in ascending order; the same ones each time."""
        places = np.random.default_rng(0).integers(0, max(1, self.size), SAMPLE)
        taken, before = [], 0
        for piece in self.pieces:
            here = places[(before <= places) & (places < before + piece.size)] - before
            taken.append(self._numbers(piece[here]))
            before += piece.size
        some = np.concatenate(taken)
        return np.sort(some[~np.isnan(some)])

    def each(self, work: Callable[[Numbers], None], most_threads: int) -> None:
        """Call `work` with every tile, on as many threads."""
        tiles = self.tiles()
        few = 1 if self.size <= 2 * TILE else most_threads
        threads.run(lambda number: work(self.tile(*tiles[number])), len(tiles), few)


def count_at_least(column: Column, edges: Numbers, most_threads: int) -> Counts:
    """How many values are not below each edge; none that is missing is."""
    counts = np.zeros(edges.size, np.int64)
    lock = threading.Lock()
    kernel = build.at_least()

    def work(values: Numbers) -> None:
        part = np.zeros(edges.size, np.int64)
        kernel(values, edges, part)
        with lock:
            np.add(counts, part, out=counts)

    column.each(work, most_threads)
    return counts


def count_codes(codes: Array, categories: int, most_threads: int) -> Counts:
    """How many are -1, 0, ... categories - 1; other codes are not allowed."""
    step = 4 * TILE
    counts = np.zeros(categories + 1, np.int64)
    lock = threading.Lock()
    kernel = build.codes(codes.dtype.str[1:])

    def work(number: int) -> None:
        part = np.zeros((counting.TABLES, categories + 1), np.int64)
        kernel(np.ascontiguousarray(codes[number * step : (number + 1) * step]), part)
        with lock:
            np.add(counts, part.sum(axis=0), out=counts)

    threads.run(work, -(-codes.size // step), most_threads)
    return counts


class Ranked(NamedTuple):
    """The values that have certain ranks, and their neighbours, in ascending order."""

    kept: Numbers
    starts: NDArray[np.intp]  # of each group of neighbours, in `kept`
    ranks: NDArray[np.intp]  # of the first of each group
    size: int  # how many values there are in all
    ends: Ends
    distinct: bool  # whether it is known that no value comes twice

    def value(self, rank: int) -> float:
        """The value of a rank, from 0, that was asked for."""
        group = int(np.searchsorted(self.ranks, rank, "right")) - 1
        return float(self.kept[self.starts[group] + rank - self.ranks[group]])

    def around(self, value: float) -> tuple[int, int]:
        """How many values are below one that was asked for, and how many are not above it."""
        first, last = (int(np.searchsorted(self.kept, value, side)) for side in ("left", "right"))
        group = int(np.searchsorted(self.starts, first, "right")) - 1
        before = int(self.ranks[group] - self.starts[group])
        return before + first, before + last


class Listed(NamedTuple):
    """The same of few different integers: how often each comes from the first one on."""

    first: float
    before: NDArray[np.intp]  # how many values are below the first, the next, ...
    ends: Ends
    distinct: bool = False

    @property
    def size(self) -> int:
        return int(self.before[-1])

    def value(self, rank: int) -> float:
        return self.first + int(np.searchsorted(self.before, rank, "right")) - 1

    def around(self, value: float) -> tuple[int, int]:
        place = int(value - self.first)
        return int(self.before[place]), int(self.before[place + 1])


class Ends(NamedTuple):
    """The least and the greatest finite value, NaN if there is none, and whether others are."""

    least: float
    greatest: float
    infinite: bool


RanksOf = Callable[[int], NDArray[np.intp]]


def ranked(column: Column, ranks_of: RanksOf, most_threads: int) -> Ranked | Listed:
    """The values of the ranks that `ranks_of` asks for when it is told how many values there are.

    Exactly: all values in the cells that hold them are sorted.
    """
    if column.size <= SORTED:
        return _sorted(column)
    if column.has_few_integers():
        return _listed(column, most_threads)
    low, factor = _cells_for(column.sample())
    counts, ends = _count_cells(column, low, factor, most_threads)
    size = int(counts[:-1].sum())
    before = np.r_[0, counts[:-1].cumsum()]
    wanted = np.zeros(CELLS + 1, np.uint8)
    wanted[np.searchsorted(before, ranks_of(size), "right") - 1] = 1
    kept = _collect(column, low, factor, wanted, most_threads)
    cells = np.flatnonzero(wanted)
    starts = np.r_[0, counts[cells].cumsum()][:-1]
    return Ranked(kept, starts, before[cells], size, ends, False)


def _sorted(column: Column) -> Ranked:
    kept = np.sort(column.values())
    finite = kept[np.isfinite(kept)]
    least, greatest = (finite[0], finite[-1]) if finite.size else (math.nan, math.nan)
    distinct = bool((kept[1:] != kept[:-1]).all())
    zero = np.zeros(1, np.intp)
    ends = Ends(float(least), float(greatest), finite.size < kept.size)
    return Ranked(kept, zero, zero, kept.size, ends, distinct)


def _listed(column: Column, most_threads: int) -> Listed:
    counts, ends = _count_cells(column, column.least_integer(), 1.0, most_threads)
    return Listed(ends.least, np.r_[0, counts[:-1].cumsum()], ends)


def _cells_for(sample: Numbers) -> tuple[float, float]:
    """Where cells of equal width begin, and how many there are a unit."""
    if sample.size:
        low, high = sample[sample.size // 100], sample[-1 - sample.size // 100]
        with np.errstate(over="ignore", invalid="ignore"):
            width = high - low
        if 2.0**-900 < width < 2.0**900:
            return float(low), float(CELLS / width)
    return 0.0, 2.0**-1000  # everything finite is in the first cell


def _count_cells(
    column: Column, low: float, factor: float, most_threads: int
) -> tuple[Counts, Ends]:
    """How many values lie in each cell, and the ends of all."""
    counts = np.zeros(CELLS + 1, np.int64)
    found = [Ends(math.nan, math.nan, False)]
    lock = threading.Lock()
    kernel = build.cells()

    def work(values: Numbers) -> None:
        part = np.zeros(CELLS + 1, np.int64)
        kernel(values, low, factor, part)
        ends = _ends(values)
        with lock:
            np.add(counts, part, out=counts)
            found.append(ends)

    column.each(work, most_threads)
    least, greatest, infinite = zip(*found, strict=True)
    ends = Ends(float(np.fmin.reduce(least)), float(np.fmax.reduce(greatest)), any(infinite))
    return counts, ends


def _ends(values: Numbers) -> Ends:
    least, greatest = np.fmin.reduce(values), np.fmax.reduce(values)
    infinite = bool(np.isinf((least, greatest)).any())
    if infinite:
        finite = values[np.isfinite(values)]
        least, greatest = (finite.min(), finite.max()) if finite.size else (math.nan, math.nan)
    return Ends(float(least), float(greatest), infinite)


def _collect(
    column: Column, low: float, factor: float, wanted: NDArray[np.uint8], most_threads: int
) -> Numbers:
    """The values in the cells that are wanted, in ascending order."""
    parts: list[Numbers] = []
    kernel = build.collect()

    def work(values: Numbers) -> None:
        room = np.empty(values.size + 1)
        found = kernel(values, low, factor, wanted, room)
        parts.append(room[:found].copy())

    column.each(work, most_threads)
    return np.sort(np.concatenate(parts))


def iterate(count: int, work: Callable[[int, int], Any], most_threads: int | None) -> Iterator[Any]:
    """work(i, threads for it), i = 0 ... count - 1, on all threads; the results in order."""
    many = most_threads or threads.default_threads()
    results: list[Any] = [None] * count

    def one(number: int) -> None:
        results[number] = work(number, max(1, many // max(1, count)))

    threads.run(one, count, many)
    return iter(results)
