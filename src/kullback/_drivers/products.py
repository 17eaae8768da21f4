"""The forms that are a matrix product, and what has to be added to it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.forms import Place, Prepared, padded
from kullback._drivers.rows import Work
from kullback._drivers.sources import Rows
from kullback._kernels import build
from kullback._kernels.matrices.reference import CHUNK, least_of_sums, product_error
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


class Description(NamedTuple):
    """The kernels of a form: what prepares rows of x, and of y, part by part, and what certifies.

    The parts of a row lie side by side, those of x beside those of y that they are multiplied by.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    outcome: str


DESCRIPTIONS = {
    "kl": Description(("p",), ("q",), "kl"),
    "jeffreys": Description(("p", "q"), ("q", "p"), "kl"),
    "hellinger": Description(("root",), ("root",), "hellinger"),
    "bhattacharyya": Description(("root",), ("root",), "bhattacharyya"),
}


class Product:
    """Rows are measured from a reference row, and multiplied in chunks of columns."""

    multiplies = True

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.description = DESCRIPTIONS[str(work.kernel)]
        self.k = x.width
        self.r = reference_row(work, x, y)
        self.r[self.k :] = 1.0  # divided by, in columns that do not exist
        self.width = len(self.description.left) * self.r.size
        self.mask_bytes = -(-self.k // WORD) * WORD // 8

    def space(self, count: int) -> Prepared:
        """Factors; constants, sizes and norms; masks in whole words."""
        masks = np.zeros((count, len(self.description.left) * self.mask_bytes), np.uint8)
        return aligned((count, self.width)), *np.zeros((3, count)), masks

    def left(self, rows: Array, made: Prepared) -> None:
        self._prepare(self.description.left, rows, made)

    def right(self, rows: Array, made: Prepared) -> None:
        self._prepare(self.description.right, rows, made)

    def _prepare(self, sides: tuple[str, ...], rows: Array, made: Prepared) -> None:
        factors, constant, size, norm, masks = made
        given = (self.r, self.work.amount, self.work.normalize)
        for part, side in enumerate(sides):
            own = factors[:, part * self.r.size : (part + 1) * self.r.size]
            mask = masks[:, self._mask(part)]
            build.prepare(side, rows.dtype.str[1:])(rows, *given, own, mask, constant, size, norm)
        np.sqrt(norm, out=norm)

    def _mask(self, part: int) -> slice:
        return slice(part * self.mask_bytes, (part + 1) * self.mask_bytes)

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        multiply_in_chunks(x[0], y[0], out)

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        left, right, outcome = self.description
        zeros = self._any_zero(left, x) or self._any_zero(right, y)
        options = (
            product_error(self.width),
            least_of_sums(self.k) if self.work.normalize else 0.0,
            1.0 if self.work.normalize else np.inf,
            zeros,
        )
        sides = (array for side in (x, y) for array in (*side[1:-1], side[-1].view(np.uint64)))
        return bool(build.certify(outcome)(out, *sides, *options, *place))

    def _any_zero(self, sides: tuple[str, ...], made: Prepared) -> bool:
        """Whether any entry is 0 on the side of q: else no pair is infinite."""
        parts = [part for part, side in enumerate(sides) if side == "q"]
        return any(made[-1][:, self._mask(part)].any() for part in parts)


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
