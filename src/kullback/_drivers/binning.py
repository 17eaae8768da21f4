"""Samples to counts: tiles of whole samples, or of parts of a long one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._kernels import binning as kernel
from kullback._kernels import build
from kullback._process import threads
from kullback._process.arrays import Array, contiguous

Counts = NDArray[np.int64]

SMALL = 200_000  # values that one thread counts
TILE = 1 << 19  # values of a tile that are read where they lie: 0.5 ms
CONVERTED_TILE = 1 << 16  # of one that is converted or put together first
EVEN = 2.0**-10  # edges that are so close to even, in bins, are found by a multiplication
LEAST_MARGIN = 2.0**-40


class Tile(NamedTuple):
    """Samples first ... last - 1, of which it has the values start ... stop - 1 if it is one."""

    first: int
    last: int
    start: int
    stop: int


def _counted(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """NumPy takes booleans for small integers where it counts."""
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype.newbyteorder("=")


class Stack:
    """Samples of one length: the rows of an array."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.count, self.length = array.shape
        self.size = array.size
        self.dtype = _counted(array.dtype)

    def pooled(self) -> Array:
        """All values."""
        return self.array.reshape(-1).astype(self.dtype, copy=False)

    def tiles(self) -> Iterator[Tile]:
        in_place = self.array.flags.c_contiguous and _kind(self.array.dtype) == self.array.dtype
        most = TILE if in_place else CONVERTED_TILE
        step = max(1, most // max(1, self.length))
        for first in range(0, self.count, step):
            last = min(first + step, self.count)
            for start in range(0, self.length if step == 1 else 1, most):
                stop = min(start + most, self.length) if step == 1 else self.length
                yield Tile(first, last, start, stop)

    def values(self, tile: Tile) -> tuple[Array, NDArray[np.intp]]:
        """The values one after the other, and where each sample begins and the last one ends."""
        values = self.array[tile.first : tile.last, tile.start : tile.stop].reshape(-1)
        return values, np.arange(tile.last - tile.first + 1) * (tile.stop - tile.start)


class Sequence:
    """Samples of any lengths and dtypes."""

    def __init__(self, samples: list[Array]) -> None:
        self.samples = samples
        self.count = len(samples)
        self.lengths = np.array([sample.size for sample in samples], np.intp)
        self.size = int(self.lengths.sum())
        kinds = {_counted(sample.dtype) for sample in samples}
        self.dtype = np.result_type(*kinds) if kinds else np.dtype(np.float64)

    def pooled(self) -> Array:
        """All values, copied."""
        return np.concatenate(self.samples or [np.empty(0)]).astype(self.dtype, copy=False)

    def tiles(self) -> Iterator[Tile]:
        first, size = 0, 0
        for number, sample in enumerate(self.samples):
            other = sample.dtype != self.samples[first].dtype
            if number > first and (other or size + sample.size > CONVERTED_TILE):
                yield from self._parts(first, number, size)
                first, size = number, 0
            size += sample.size
        if self.samples:
            yield from self._parts(first, self.count, size)

    def _parts(self, first: int, last: int, size: int) -> Iterator[Tile]:
        step = TILE if last - first == 1 else max(1, size)
        for start in range(0, max(1, size), step):
            yield Tile(first, last, start, min(start + step, size))

    def values(self, tile: Tile) -> tuple[Array, NDArray[np.intp]]:
        """As for `Stack`."""
        if tile.last - tile.first == 1:
            values = self.samples[tile.first][tile.start : tile.stop]
            return values, np.array([0, values.size], np.intp)
        values = np.concatenate(self.samples[tile.first : tile.last])
        return values, np.r_[0, self.lengths[tile.first : tile.last].cumsum()]


Samples = Stack | Sequence


def _kind(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which values reach the kernel."""
    return np.dtype(np.float32) if dtype.newbyteorder("=") == np.float16 else _counted(dtype)


class Route(NamedTuple):
    """Edges as the kernel takes them; see `_kernels.binning`."""

    edges: Array
    starts: NDArray[np.intp]
    low: float
    factor: float
    even: float
    margin: float


def route_for(edges: Array) -> Route:
    """Which edges are in each cell, and whether they are even; edges may be infinite."""
    n = edges.size - 1
    numbers = edges.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    low = float(finite[0]) if finite.size else 0.0
    with np.errstate(over="ignore"):
        width = float(finite[-1] - low) if finite.size else 0.0
    if not 2.0**-900 < width < 2.0**900:
        return Route(edges, np.array([0, n + 1]), low, 0.0, 0.0, kernel.UNEVEN)
    cells = n * (16 if n <= 512 else 4)
    factor = cells / width
    places = np.clip((numbers - low) * factor, 0, cells - 1).astype(np.intp)
    starts = np.searchsorted(places, np.arange(cells + 1)).astype(np.intp)
    even, margin = _evenness(numbers, width) if finite.size == n + 1 else (0.0, kernel.UNEVEN)
    return Route(edges, starts, low, factor, even, margin)


def _evenness(edges: Array, width: float) -> tuple[float, float]:
    """What the kernel multiplies or divides by, and the margin; the arithmetic is the kernel's."""
    low, n = edges[0], edges.size - 1
    step = width / n
    before = (np.nextafter(edges, -np.inf) - low) / step
    if np.array_equal((edges - low) / step, np.arange(n + 1)) and (before < np.arange(n + 1)).all():
        return step, kernel.SHARP
    apart = float(np.abs((edges - low) * (n / width) - np.arange(n + 1)).max())
    return n / width, max(apart, LEAST_MARGIN) if apart < EVEN else kernel.UNEVEN


def run(samples: Samples, edges: Array, counts: Counts, most_threads: int | None) -> None:
    """counts[i, j] = how many values of sample i lie in bin j; counts are 0 before."""
    n = edges.size - 1
    tiles = list(samples.tiles()) if n else []
    lock = threading.Lock()

    @cache
    def route(dtype: np.dtype[Any]) -> Route:
        return route_for(edges.astype(dtype))

    def tile(number: int) -> None:
        values, offsets = samples.values(tiles[number])
        kind = _kind(values.dtype)
        # Integers of 64 bits that NumPy compares as such; all else is compared as float64 too.
        exact = kind.itemsize == 8 and kind.kind in "iu" and kind == np.result_type(kind, edges)
        given = route(kind if exact else np.dtype(np.float64))
        values = contiguous(values, kind)
        space = np.empty(kernel.scratch_for(n), np.int64)
        first, last, *_ = tiles[number]
        alone = last - first > 1  # a tile of one sample may be a part of it
        part = counts[first:last] if alone else np.zeros((1, n), np.int64)
        build.bin_counts(kind.str[1:], exact)(values, offsets, *given, space, part)
        if not alone:
            with lock:
                counts[first] += part[0]

    threads.run(tile, len(tiles), _threads(samples, most_threads))


def _threads(samples: Samples, most_threads: int | None) -> int:
    return (most_threads or threads.default_threads()) if samples.size > SMALL else 1


def extremes(samples: Samples, most_threads: int | None) -> tuple[Any, Any] | None:
    """The least and the largest value that is not NaN; None if there are none."""
    tiles = [t for t in samples.tiles() if t.stop > t.start]
    found: list[tuple[Any, Any]] = [(0, 0)] * len(tiles)

    def tile(number: int) -> None:
        values, _ = samples.values(tiles[number])
        # Of what is a number; a tile of nothing else has no extremes, which is told by NaN.
        found[number] = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)

    threads.run(tile, len(tiles), _threads(samples, most_threads))
    known = [each for each in found if each[0] == each[0]]
    if not known:
        return None
    return np.min([low for low, _ in known]), np.max([high for _, high in known])
