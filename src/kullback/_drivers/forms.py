"""The forms in which a tile of a matrix can be computed; those with a matrix product: `products`.

Each prepares rows of either side, a tuple of arrays with a row for each, and has `tile`: fill
out[i, j], in nats, with UNCERTIFIED where it is not sure, and return whether there may be any.
A form knows which kernels to call, and in what order; not what they compute.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from kullback._drivers.rows import Work
from kullback._drivers.sources import Rows
from kullback._kernels import UNCERTIFIED
from kullback._kernels.matrices import build
from kullback._math.lanes import SINGLE_WIDTH, WIDTH
from kullback._process.arrays import Array
from kullback._process.memory import aligned

FEWEST_IN_SINGLE = 64  # bins
Prepared = tuple[Array, ...]


class Place(NamedTuple):
    """Where a tile lies: j >= i + above is wanted; at j = i + diagonal a row meets itself."""

    above: int
    diagonal: int


class Form(Protocol):
    """`space` makes arrays for some rows of a side, and `left` or `right` fills them.

    A row of the first of them has `width` numbers. Where `alike`, both sides make the same of it.
    Where `multiplies`, `multiply` is called first, for many tiles at once, and `tile` finds its
    part of the product in `out`.
    """

    multiplies: bool
    alike: bool
    width: int

    def space(self, count: int) -> Prepared: ...

    def left(self, rows: Array, made: Prepared) -> None: ...

    def right(self, rows: Array, made: Prepared) -> None: ...

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None: ...

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool: ...


class NoProduct:
    multiplies = False
    alike = True

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        """Nothing to do."""


class Pairs(NoProduct):
    """Every pair by the row-wise kernel: any divergence, any rule."""

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        del work, y
        self.width = x.width

    def space(self, count: int) -> Prepared:
        return ()

    def left(self, rows: Array, made: Prepared) -> None:
        """Nothing to prepare."""

    right = left

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        for i, row in enumerate(out):
            row[max(0, i + place.above) :] = UNCERTIFIED
        return True


class NearPairs(NoProduct):
    """The same by the kernel that does what other forms leave: every digit, in float64."""

    __init__ = Pairs.__init__
    space, left, right, tile = Pairs.space, Pairs.left, Pairs.right, Pairs.tile


class Entropic(NoProduct):
    """One logarithm for each pair and bin."""

    def __init__(self, work: Work, x: Rows, y: Rows) -> None:
        self.work = work
        self.k = x.width
        # In few bins the roundings of float32 do not average out.
        single = x.dtype == np.float32 and self.k >= FEWEST_IN_SINGLE
        self.dtype = np.dtype(np.float32 if single else np.float64)
        self.width = -(-self.k // SINGLE_WIDTH) * SINGLE_WIDTH

    def space(self, count: int) -> Prepared:
        return aligned((count, self.width), self.dtype), np.empty(count), np.empty(count)

    def left(self, rows: Array, made: Prepared) -> None:
        kernel = build.scaled(rows.dtype.str[1:], self.dtype == np.float32)
        kernel(rows, self.work.amount, self.work.normalize, *made)

    right = left

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        kernel = build.entropic_tile(self.dtype.str[1:])
        given = (self.k, self.work.normalize, self.work.alpha == 0.5, place.above)
        return bool(kernel(*x, *y, *given, out))


def padded(k: int) -> int:
    """The number of columns of prepared rows: whole sets of lanes."""
    return -(-k // WIDTH) * WIDTH
