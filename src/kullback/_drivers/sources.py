"""Rows of an array as a kernel needs them: C-contiguous, native, float64 or float32.

An array that is so already is used where it lies. Any other (integers, strided, Fortran-ordered,
byte-swapped, memory-mapped, broadcast) is converted tile by tile, in the threads that need it, so
that no second array of its size ever exists.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kullback._process.arrays import Index, contiguous

MOST_IN_USE = 0.8  # of all columns, where those that are 0 in all rows are left out
SMALL = 1 << 16  # elements: so few are converted at once, not by the tile


class Source(Protocol):
    """Rows that a matrix is made of: `lead` is how many, `width` how many numbers each has."""

    @property
    def lead(self) -> tuple[int, ...]: ...

    @property
    def width(self) -> int: ...

    def tile(self, start: int, stop: int) -> tuple[NDArray[Any], Index]: ...


@cache
def _counting(count: int) -> Index:
    return np.arange(count)


def counting(count: int) -> Index:
    """0, 1, ... count - 1, from a store: for a kernel that reads rows in their order."""
    stored = 1 << (count - 1).bit_length() if count > 1 else 1
    return _counting(stored)[:count]


def columns_in_use(matrices: list[NDArray[Any]]) -> Index | None:
    """The columns that are not 0 in all rows, at least one; None: nearly all, soon found out."""
    k = matrices[0].shape[1]
    used = np.zeros(k, bool)
    step = max(64, SMALL // k)
    for rows in matrices:
        for start in range(0, len(rows), step):
            used |= (rows[start : start + step] != 0).any(axis=0)
            if np.count_nonzero(used) > MOST_IN_USE * k:
                return None
    used[0] |= not used.any()
    return np.flatnonzero(used)


class Rows:
    """The rows (last axis, or last `axes`) of `array`, broadcast to the leading shape `lead`.

    columns: of a matrix, those that are read; None: all.
    """

    def __init__(
        self,
        array: NDArray[Any],
        lead: tuple[int, ...],
        dtype: np.dtype[Any],
        axes: int = 1,
        columns: Index | None = None,
    ) -> None:
        self.own = array.shape[: array.ndim - axes]
        self.lead = lead
        self.dtype = dtype
        self.columns = slice(None) if columns is None else columns
        self.width = math.prod(array.shape[array.ndim - axes :])
        if columns is not None:
            self.width = columns.size
        self.in_place = bool(
            columns is None
            and array.dtype == dtype
            and array.dtype.isnative
            and array.flags.c_contiguous
            and array.flags.aligned
        )
        if not self.in_place and array.size <= SMALL:
            array = contiguous(array[..., self.columns], dtype)
            self.columns = slice(None)
            self.in_place = True
        self.array = array.reshape(-1, self.width) if self.in_place else array

    @property
    def converted(self) -> int:
        """The bytes of a row that is converted first; 0 for one that is read where it lies."""
        return 0 if self.in_place else self.width * self.dtype.itemsize

    def tile(self, start: int, stop: int) -> tuple[NDArray[Any], Index]:
        """An array that holds rows start ... stop - 1 of all, and where in it each one is."""
        if self.in_place and self.own == self.lead:
            return self.array[start:stop], counting(stop - start)
        if self.in_place:
            return self.those(np.arange(start, stop))
        if len(self.lead) == 1 and self.own == self.lead:
            rows = self.some(slice(start, stop))
        else:
            return self.those(np.arange(start, stop))
        return self._converted(rows), counting(stop - start)

    def those(self, numbers: Index) -> tuple[NDArray[Any], Index]:
        """As `tile`, of any rows of all."""
        own = numbers if self.own == self.lead else self.own_numbers(numbers)
        if self.in_place:
            return self.array, own
        chosen, places = np.unique(own, return_inverse=True)
        rows = self.array[np.unravel_index(chosen, self.own)] if self.own else self.array
        return self._converted(rows[..., self.columns]), places.reshape(-1).astype(
            np.intp, copy=False
        )

    def between(self, rows: slice) -> Rows:
        """Some of the rows, where none is broadcast."""
        some = self.array[rows]
        columns = None if isinstance(self.columns, slice) else self.columns
        return Rows(some, some.shape[:1], self.dtype, columns=columns)

    def some(self, rows: slice) -> NDArray[Any]:
        """Rows of a matrix as they were given, in the columns that are read."""
        return np.asarray(self.array[rows, self.columns])

    def part(self, number: int, columns: slice) -> NDArray[Any]:
        """Some columns of one of the broadcast rows."""
        own = int(self.own_numbers(np.array([number]))[0])
        if self.in_place:
            return self.array[own, columns]
        place: tuple[Any, ...] = np.unravel_index(own, self.own) if self.own else ()
        return contiguous(self.array[(*place, columns)], self.dtype)

    def _converted(self, rows: NDArray[Any]) -> NDArray[Any]:
        return contiguous(rows, self.dtype).reshape(-1, self.width)

    def own_numbers(self, rows: Index) -> Index:
        """Which of the array's own rows these of the broadcast ones are."""
        places = np.unravel_index(rows, self.lead or (1,))
        numbers = np.zeros(rows.size, np.intp)
        places = places[len(places) - len(self.own) :]
        for size, place in zip(self.own, places, strict=True):
            numbers = numbers * size + (place if size > 1 else 0)
        return numbers
