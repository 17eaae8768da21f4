"""Groups of rows of an array, as the kernels need them: whole, or in bands and columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from kullback._drivers.sources import counting
from kullback._process.arrays import Array, Index, contiguous

BLOCK = 1 << 16  # elements that are converted at once: half a megabyte


class Groups:
    """The rows (last axis) of groups (the axis before) of an array, as float64.

    Rows of one block of memory are used where they lie, in whatever order; of any others as much is
    converted as is asked for.
    """

    def __init__(self, array: Array) -> None:
        self.array, self.lead = array, array.shape[:-2]
        self.count = math.prod(self.lead)
        self.m, self.k = array.shape[-2:]
        strides = array.strides
        order = sorted(range(array.ndim - 1), key=lambda axis: -strides[axis])
        memory = array.transpose(*order, array.ndim - 1)
        native = array.dtype == np.float64 and array.dtype.isnative and array.flags.aligned
        self.in_place = bool(native and memory.flags.c_contiguous)
        if self.in_place:
            self.rows = memory.reshape(-1, self.k)
            self.steps = [stride // (self.k * array.itemsize) for stride in strides[:-1]]
            self.in_order = order == list(range(array.ndim - 1))

    def whole(self, groups: slice, band: slice) -> tuple[Array, Index]:
        """An array that holds these rows of these groups, and where in it each one is."""
        if not self.in_place:
            found = self._converted(groups, band, slice(0, self.k))
            return found, counting(len(found))
        if self.in_order and band.stop - band.start == self.m:
            found = self.rows[groups.start * self.m : groups.stop * self.m]
            return found, counting(len(found))
        first = np.zeros((groups.stop - groups.start, 1), np.intp)
        for place, step in zip(self._places(groups), self.steps, strict=False):
            first += place[:, None] * step
        numbers = first + counting(band.stop)[band] * self.steps[-1]
        return self.rows, numbers.reshape(-1)

    @property
    def converted(self) -> int:
        """The bytes of a row and of the mean of all; of the mean alone where rows are read."""
        return int(self.k) * 8 * (1 if self.in_place else 2)

    def part(self, group: slice, columns: slice) -> tuple[Array, Index, int]:
        """As `whole`, and the column of it that is the first of these."""
        every = slice(0, self.m)
        if self.in_place:
            return *self.whole(group, every), columns.start
        found = self._converted(group, every, columns)
        return found, counting(self.m), 0

    def _converted(self, groups: slice, band: slice, columns: slice) -> Array:
        chosen: tuple[Any, ...] = (*self._places(groups), band, columns)
        found = contiguous(self.array[chosen])
        return found.reshape(-1, found.shape[-1])

    def _places(self, groups: slice) -> tuple[Index, ...]:
        numbers = np.arange(groups.start, groups.stop)
        return np.unravel_index(numbers, self.lead) if self.lead else ()

    def columns(self, g: int) -> Iterator[Array]:
        """All rows of a group, some columns at a time."""
        for some in cut(self.k, max(1, BLOCK // self.m)):
            yield self._converted(slice(g, g + 1), slice(0, self.m), some)


def cut(length: int, step: int) -> list[slice]:
    """Slices of `step`, the last one shorter."""
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]
