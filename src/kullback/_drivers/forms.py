"""The forms in which a tile of a matrix can be computed.

Each has `tile(x, y, above, out)`: fill out[i, j] for j >= i + above, in nats, with nan where it is
not sure, and return whether that is so anywhere; `above` is far below 0 where all pairs are wanted.
A form knows which kernels to call, and in what order; not what they compute.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.rows import Work
from kullback._drivers.source import Rows
from kullback._kernels import build
from kullback._kernels.centred import CHUNK
from kullback._math.lanes import WIDTH

Array = NDArray[Any]

MOST_FOR_MEAN = 512  # rows that the reference row is the mean of
WORD = 64


class Form(Protocol):
    """`left` and `right` prepare rows of either side: a tuple of arrays with a row for each.

    Where `multiplies`, `multiply` is called first, for many tiles at once, and `tile` finds its
    part of the product in `out`.
    """

    multiplies: bool

    def multiply(self, x: tuple[Array, ...], y: tuple[Array, ...], out: Array) -> None: ...

    def left(self, rows: Array) -> tuple[Array, ...]: ...

    def right(self, rows: Array) -> tuple[Array, ...]: ...

    def tile(self, x: tuple[Array, ...], y: tuple[Array, ...], above: int, out: Array) -> bool: ...


class NoProduct:
    multiplies = False

    def multiply(self, x: tuple[Array, ...], y: tuple[Array, ...], out: Array) -> None:
        """Nothing to do."""


class Pairs(NoProduct):
    """Every pair by the row-wise kernel: any divergence, any rule."""

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        del work, x, y

    def left(self, rows: Array) -> tuple[Array, ...]:
        return ()

    right = left

    def tile(self, x: tuple[Array, ...], y: tuple[Array, ...], above: int, out: Array) -> bool:
        for i, row in enumerate(out):
            row[max(0, i + above) :] = np.nan
        return True


class Entropic(NoProduct):
    """One logarithm for each pair and bin."""

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.k = x.array.shape[-1]

    def left(self, rows: Array) -> tuple[Array, ...]:
        scaled = np.empty((len(rows), padded(self.k)))
        constant, weight = np.empty(len(rows)), np.empty(len(rows))
        kernel = build.scaled(rows.dtype.str[1:])
        kernel(rows, self.work.amount, self.work.normalize, scaled, constant, weight)
        return scaled, constant, weight

    right = left

    def tile(self, x: tuple[Array, ...], y: tuple[Array, ...], above: int, out: Array) -> bool:
        kernel = build.entropic_tile()
        return bool(kernel(*x, *y, self.k, self.work.normalize, above, out))


class Centred:
    """A matrix product, and what has to be added to it."""

    multiplies = True

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.k = x.array.shape[-1]
        self.r = reference_row(work, x, y)
        self.r[self.k :] = 1.0  # divided by, in columns that do not exist

    def left(self, rows: Array) -> tuple[Array, ...]:
        centred, e, chi, support = self._space(rows, 2)
        kernel = build.left(rows.dtype.str[1:])
        kernel(rows, self.r, self.work.amount, self.work.normalize, centred, e, chi, support)
        return centred, e, chi, support.view(np.uint64)

    def right(self, rows: Array) -> tuple[Array, ...]:
        logs, f, size, spread, gaps = self._space(rows, 3)
        kernel = build.right(rows.dtype.str[1:])
        given = (self.work.amount, self.work.normalize, logs, f, size, spread, gaps)
        kernel(rows, self.r, *given)
        return logs, f, size, spread, gaps.view(np.uint64)

    def _space(self, rows: Array, vectors: int) -> tuple[Array, ...]:
        n = len(rows)
        words = -(-self.k // WORD)
        numbers = tuple(np.empty(n) for _ in range(vectors))
        return np.empty((n, self.r.size)), *numbers, np.zeros((n, words * WIDTH), np.uint8)

    def multiply(self, x: tuple[Array, ...], y: tuple[Array, ...], out: Array) -> None:
        centred, logs = x[0], y[0]
        np.matmul(centred[:, :CHUNK], logs[:, :CHUNK].T, out=out)
        for start in range(CHUNK, self.k, CHUNK):
            columns = slice(start, start + CHUNK)
            out += centred[:, columns] @ logs[:, columns].T

    def tile(self, x: tuple[Array, ...], y: tuple[Array, ...], above: int, out: Array) -> bool:
        left, right = x[1:], y[1:]
        any_gap = bool(right[-1].any())
        kernel = build.certify()
        return bool(kernel(out, *left, *right, any_gap, self.k, self.work.normalize))


FORMS: dict[str, type[Pairs] | type[Entropic] | type[Centred]] = {
    "pairs": Pairs,
    "entropic": Entropic,
    "centred": Centred,
}


def padded(k: int) -> int:
    """The number of columns of prepared rows: whole sets of lanes."""
    return -(-k // WIDTH) * WIDTH


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
                with np.errstate(all="ignore"):
                    some = some / some.sum(axis=1, keepdims=True)
            total += np.where((some >= 0) & (some < np.inf), some, 0.0).sum(axis=0)
    total += (total.sum() or 1.0) * 2.0**-40 / k
    mean = np.zeros(padded(k))
    mean[:k] = total / total.sum() if work.normalize else total / max(1, x.lead[0] + y.lead[0])
    return mean
