"""Rows of an array as a kernel needs them: C-contiguous, native, float64 or float32.

An array that is so already is used where it lies. Any other (integers, strided, Fortran-ordered,
byte-swapped, memory-mapped, broadcast) is converted tile by tile, in the threads that need it, so
that no second array of its size ever exists.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]

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


class Rows:
    """The rows (last axis) of `array`, broadcast to the leading shape `lead`."""

    def __init__(self, array: NDArray[Any], lead: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.own = array.shape[:-1]
        self.lead = lead
        self.dtype = dtype
        self.width = array.shape[-1]
        self.in_place = bool(
            array.dtype == dtype
            and array.dtype.isnative
            and array.flags.c_contiguous
            and array.flags.aligned
        )
        if not self.in_place and array.size <= SMALL:
            array = np.ascontiguousarray(array, dtype)
            self.in_place = True
        self.array = array.reshape(-1, array.shape[-1]) if self.in_place else array

    def tile(self, start: int, stop: int) -> tuple[NDArray[Any], Index]:
        """An array that holds rows start ... stop - 1 of all, and where in it each one is."""
        if self.in_place:
            if self.own == self.lead:
                return self.array[start:stop], counting(stop - start)
            return self.array, self._own_numbers(start, stop)
        if len(self.lead) == 1 and self.own == self.lead:
            rows = self.array[start:stop]
        else:
            numbers = np.unravel_index(self._own_numbers(start, stop), self.own or (1,))
            rows = self.array[numbers] if self.own else self.array[None]
        return np.ascontiguousarray(rows, self.dtype), counting(stop - start)

    def _own_numbers(self, start: int, stop: int) -> Index:
        """Which of the array's own rows are rows start ... stop - 1 of the broadcast ones."""
        places = np.unravel_index(np.arange(start, stop), self.lead or (1,))
        numbers = np.zeros(stop - start, np.intp)
        places = places[len(places) - len(self.own) :]
        for size, place in zip(self.own, places, strict=True):
            numbers = numbers * size + (place if size > 1 else 0)
        return numbers
