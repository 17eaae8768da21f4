"""The forms that are a matrix product, and what has to be added to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.forms import Place, Prepared, padded
from kullback._drivers.rows import Work
from kullback._drivers.sources import Rows
from kullback._kernels import build
from kullback._kernels.matrices.reference import CHUNK
from kullback._math.lanes import WIDTH
from kullback._process import blas
from kullback._process.memory import aligned

Array = NDArray[Any]

MOST_FOR_MEAN = 128  # rows that the reference row is the mean of
WORD = 64


@np.errstate(all="ignore")  # what overflows is not certified, and refined
def multiply_in_chunks(left: Array, right: Array, out: Array) -> None:
    """out = left @ right.T, of which no more than CHUNK columns are summed in one go."""
    with blas.product():
        np.matmul(left[:, :CHUNK], right[:, :CHUNK].T, out=out)
    for start in range(CHUNK, left.shape[1], CHUNK):
        columns = slice(start, start + CHUNK)
        with blas.product():
            part = left[:, columns] @ right[:, columns].T
        out += part


class Product:
    """Rows are measured from a reference row, and multiplied in chunks of columns."""

    multiplies = True

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.k = x.array.shape[-1]
        self.r = reference_row(work, x, y)
        self.r[self.k :] = 1.0  # divided by, in columns that do not exist

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        multiply_in_chunks(x[0], y[0], out)

    def _support(self, count: int) -> Array:
        """Bits of the bins of each row, in whole words."""
        return np.zeros((count, -(-self.k // WORD) * WIDTH), np.uint8)


class Centred(Product):
    """Kullback-Leibler divergence."""

    def space(self, count: int) -> Prepared:
        numbers = tuple(np.empty(count) for _ in range(3))
        return aligned((count, self.r.size)), *numbers, self._support(count)

    def left(self, rows: Array, made: Prepared) -> None:
        centred, e, chi, _, support = made
        given = (self.r, self.work.amount, self.work.normalize)
        build.left(rows.dtype.str[1:])(rows, *given, centred, e, chi, support)

    def right(self, rows: Array, made: Prepared) -> None:
        given = (self.r, self.work.amount, self.work.normalize)
        build.right(rows.dtype.str[1:])(rows, *given, *made)

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        _, e, chi, _, support = x
        _, *right, gaps = y
        right = [*right, gaps.view(np.uint64)]
        given = (bool(gaps.any()), self.k, self.work.normalize, place.diagonal)
        return bool(build.certify()(out, e, chi, support.view(np.uint64), *right, *given))


class Roots(Product):
    """Hellinger's and Bhattacharyya's distances."""

    def space(self, count: int) -> Prepared:
        return aligned((count, self.r.size)), np.empty(count)

    def left(self, rows: Array, made: Prepared) -> None:
        given = (self.r, self.work.amount, self.work.normalize)
        build.roots(rows.dtype.str[1:])(rows, *given, *made)

    right = left

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        kernel = build.certify_roots(self.work.kernel == "bhattacharyya")
        return bool(kernel(out, x[1], y[1], self.k, self.work.normalize, place.above))


class Symmetrized(Product):
    """Jeffreys' divergence."""

    def space(self, count: int) -> Prepared:
        numbers = tuple(np.empty(count) for _ in range(3))
        return aligned((count, 2 * self.r.size)), *numbers, self._support(count)

    def left(self, rows: Array, made: Prepared) -> None:
        self._both(rows, made, logs_first=False)

    def right(self, rows: Array, made: Prepared) -> None:
        self._both(rows, made, logs_first=True)

    def _both(self, rows: Array, made: Prepared, logs_first: bool) -> None:
        given = (self.r, self.work.amount, self.work.normalize, logs_first)
        build.both(rows.dtype.str[1:])(rows, *given, *made)

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        sides = ((*side[1:-1], side[-1].view(np.uint64)) for side in (x, y))
        given = (self.k, self.work.normalize, place.above)
        return bool(build.certify_both()(out, *next(sides), *next(sides), *given))


@np.errstate(all="ignore")  # rows that overflow are refined, whatever the reference
def reference_row(work: Work, x: Rows, y: Rows) -> Array:
    """The mean of (at most MOST_FOR_MEAN of) the rows, positive, with zeros to a multiple of 8.

    Any positive row will do: the nearer it is to the rows, the less has to be done twice.
    """
    k = x.array.shape[-1]
    total = np.zeros(k)
    for rows in (x, y) if y is not x else (x,):
        count = rows.lead[0]
        step = -(-count // MOST_FOR_MEAN)
        for start in range(0, count, 64 * step):
            some = np.asarray(rows.array[start : start + 64 * step : step], np.float64)
            some = some + (work.amount if work.rule == "pseudocount" else 0.0)
            if work.normalize:
                some = some / some.sum(axis=1, keepdims=True)
            total += np.where((some >= 0) & (some < np.inf), some, 0.0).sum(axis=0)
    total += (total.sum() or 1.0) * 2.0**-40 / k
    mean = np.zeros(padded(k))
    mean[:k] = total / total.sum() if work.normalize else total / max(1, x.lead[0] + y.lead[0])
    return mean
