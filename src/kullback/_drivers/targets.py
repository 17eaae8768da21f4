"""Where the tiles of a matrix go: to itself, or to its upper triangle; `nearest` keeps less."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from kullback._process.arrays import Array


class Target(Protocol):
    """Takes tiles of results, (a block of rows, one of columns, values), in any order and thread.

    Where `symmetric`, tiles stand for their mirror images too, and only pairs above the diagonal
    count. `space` makes room for a tile; where `direct`, what is written there needs no `write`.
    """

    @property
    def symmetric(self) -> bool: ...

    @property
    def direct(self) -> bool: ...

    def space(self, i: slice, j: slice) -> Array: ...

    def write(self, i: slice, j: slice, values: Array) -> None: ...


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
    direct = False

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
