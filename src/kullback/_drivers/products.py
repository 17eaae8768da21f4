"""The forms that are a matrix product, and what has to be added to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kullback._drivers.forms import Place, Prepared, padded
from kullback._drivers.rows import Work
from kullback._drivers.sources import Rows
from kullback._kernels.matrices import build
from kullback._kernels.matrices.reference import CHUNK, least_of_sums, product_error
from kullback._process import blas
from kullback._process.arrays import Array
from kullback._process.memory import aligned

MOST_FOR_MEAN = 128  # rows that the reference row is the mean of
WORD = 64
ADDED = 1 << 20  # numbers of a product that are added to another in one go: 8 MB


@np.errstate(all="ignore")  # what overflows is not certified, and refined
def multiply_in_chunks(left: Array, right: Array, out: Array) -> None:
    """out = left @ right.T, of which no more than CHUNK columns are summed in one go."""
    with blas.product():
        np.matmul(left[:, :CHUNK], right[:, :CHUNK].T, out=out)
    step = max(1, ADDED // max(1, len(right)))
    for start in range(CHUNK, left.shape[1], CHUNK):
        columns = slice(start, start + CHUNK)
        for row in range(0, len(left), step):
            some = slice(row, row + step)
            with blas.product():
                part = left[some, columns] @ right[:, columns].T
            out[some] += part


class Description(NamedTuple):
    """What prepares the parts of a row of x, and of y, and what certifies.

    A part is a kernel's word. They lie side by side, those of x as those of y that they meet.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    outcome: str


DESCRIPTIONS = {
    "kl": Description(("p",), ("q",), "kl"),
    "jeffreys": Description(("difference", "logarithm"), ("logarithm", "difference"), "jeffreys"),
    "hellinger": Description(("root",), ("root",), "hellinger"),
    "bhattacharyya": Description(("root",), ("root",), "bhattacharyya"),
}


class Product:
    """Rows are measured from a reference row, and multiplied in chunks of columns."""

    multiplies = True

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.description = DESCRIPTIONS[str(work.kernel)]
        self.alike = set(self.description.left) == set(self.description.right)
        self.k = x.width
        self.r = reference_row(work, x, y)
        self.r[self.k :] = 1.0  # divided by, in columns that do not exist
        self.width = len(self.description.left) * self.r.size

    def space(self, count: int) -> Prepared:
        """Factors; constants, sizes and norms; a mask of bits in whole words."""
        mask = np.zeros((count, -(-self.k // WORD) * WORD // 8), np.uint8)
        return aligned((count, self.width)), *np.zeros((3, count)), mask

    def left(self, rows: Array, made: Prepared) -> None:
        self._prepare(self.description.left, rows, made)

    def right(self, rows: Array, made: Prepared) -> None:
        self._prepare(self.description.right, rows, made)

    def _prepare(self, sides: tuple[str, ...], rows: Array, made: Prepared) -> None:
        factors, constant, size, norm, mask = made
        given = (self.r, self.work.amount, self.work.normalize)
        for part, side in enumerate(sides):
            kernel = build.prepare(side, rows.dtype.str[1:])
            kernel(rows, *given, self._part(factors, part), mask, constant, size, norm)
        np.sqrt(norm, out=norm)

    def _part(self, factors: Array, part: int) -> Array:
        return factors[:, part * self.r.size : (part + 1) * self.r.size]

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        """Where rows meet themselves, either part's product is the other's, transposed."""
        if x is not y or len(self.description.right) == 1:
            multiply_in_chunks(x[0], y[0], out)
            return
        multiply_in_chunks(self._part(x[0], 0), self._part(y[0], 1), out)
        out += out.T

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        masks = x[-1].view(np.uint64), y[-1].view(np.uint64)
        options = (
            product_error(self.width),
            least_of_sums(self.k) if self.work.normalize else 0.0,
            1.0 if self.work.normalize else np.inf,
            bool(masks[1].any() or (self.alike and masks[0].any())),
        )
        sides = (*x[1:-1], masks[0], *y[1:-1], masks[1])
        return bool(build.certify(self.description.outcome)(out, *sides, *options, *place))


@np.errstate(all="ignore")  # rows that overflow are refined, whatever the reference
def reference_row(work: Work, x: Rows, y: Rows) -> Array:
    """The mean of (at most MOST_FOR_MEAN of) the rows, positive, with zeros to a multiple of 8.

    Any positive row will do: the nearer it is to the rows, the less has to be done twice.
    """
    k = x.width
    total = np.zeros(k)
    for rows in (x, y) if y is not x else (x,):
        count = rows.lead[0]
        step = -(-count // MOST_FOR_MEAN)
        at_once = max(1, min(64, ADDED // k)) * step
        for start in range(0, count, at_once):
            some = np.asarray(rows.some(slice(start, start + at_once, step)), np.float64)
            some = some + (work.amount if work.rule == "pseudocount" else 0.0)
            if work.normalize:
                some = some / some.sum(axis=1, keepdims=True)
            total += np.where((some >= 0) & (some < np.inf), some, 0.0).sum(axis=0)
    total += (total.sum() or 1.0) * 2.0**-40 / k
    mean = np.zeros(padded(k))
    mean[:k] = total / total.sum() if work.normalize else total / max(1, x.lead[0] + y.lead[0])
    return mean
