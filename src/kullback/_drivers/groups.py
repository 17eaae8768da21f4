"""Groups of rows of an array as a kernel needs them, and what is to be done with them.

Rows whose bins are neighbours are read where they lie, wherever rows and groups are; of any others
as much is converted as is asked for.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.rows import Invalid
from kullback._process.threads import default_threads

Array = NDArray[Any]
FLOAT64 = np.dtype(np.float64)


class Groups:
    """The rows (last axis) of groups (the axis before) as a kernel needs them."""

    def __init__(self, array: Array, result: np.dtype[Any]) -> None:
        if array.dtype.kind == "b":
            array = array.view(np.uint8)
        self.lead = array.shape[:-2]
        self.count = math.prod(self.lead)
        self.m, self.k = array.shape[-2:]
        self.dtype = array.dtype.newbyteorder("=") if array.dtype.kind in "iu" else result
        stacked = _stacked(array)
        self.in_place = bool(
            stacked is not None
            and array.dtype == self.dtype
            and array.dtype.isnative
            and array.flags.aligned
            and (self.k == 1 or array.strides[-1] == array.itemsize)
            and not any(stride % array.itemsize for stride in array.strides)
        )
        self.array = array if stacked is None else stacked

    def block(self, groups: slice, rows: slice, columns: slice) -> Array:
        """Some columns of some rows of some groups, in three dimensions: counts as they are."""
        if self.array.ndim == 3:
            found = self.array[groups, rows, columns]
        else:
            places = np.unravel_index(np.arange(groups.start, groups.stop), self.lead)
            chosen: tuple[Any, ...] = (*places, rows, columns)
            found = self.array[chosen]
        return found if self.in_place else np.ascontiguousarray(found, self.dtype)


def _stacked(array: Array) -> Array | None:
    """The same memory with one axis of groups, or None if it is not at equal distances."""
    if array.ndim <= 3:
        return array if array.ndim == 3 else array[None]
    shape, strides = array.shape[:-2], array.strides[:-2]
    axes = [(size, stride) for size, stride in zip(shape, strides, strict=True) if size != 1]
    for (_, outer), (size, inner) in pairwise(axes):
        if outer != size * inner:
            return None
    count = math.prod(shape)
    step = axes[-1][1] if axes else 0
    return np.lib.stride_tricks.as_strided(
        array, (count, *array.shape[-2:]), (step, *array.strides[-2:]), writeable=False
    )


class Job(NamedTuple):
    """What to do with each group: weights by `choice`, and the options."""

    groups: Groups
    weights: Array  # (number of different ones, m), each summing to 2**WEIGHTS_SCALE or more
    choice: NDArray[np.intp]  # which of them a group has
    most: Array  # what a result is at most
    rule: str
    amount: float
    normalize: bool
    unit: float
    invalid: Invalid
    most_threads: int | None

    def threads(self) -> int:
        """At most so many."""
        return self.most_threads or default_threads()


def converted(rows: Array, dtype: np.dtype[Any]) -> Array:
    """Rows in another dtype, their bins neighbours; `astype` keeps the order of the strides.

    Where rows repeat the same memory, that is an order in which the bins are apart.
    """
    return rows if rows.dtype == dtype else rows.astype(dtype, order="C")


def cut(length: int, step: int) -> list[slice]:
    """Slices of `step`, the last one shorter."""
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]
