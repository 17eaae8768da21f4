"""Finds rows that are equal, or in proportion, in time that goes with the rows, not the pairs.

Rows are grouped by a key and then compared, bit by bit, with the first of their group. Counts in
proportion are equal once they are divided by what they have in common, which is exact; other
numbers in proportion are not looked for.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kullback._process.arrays import Array, Index

BLOCK = 1 << 16  # numbers looked at in one go
FEWEST = 4  # equal rows: of fewer, a pair each is compared
LARGEST_COUNT = 2.0**53


class EqualRows:
    """Rows, and which of them are equal; nothing is done before that is asked for."""

    def __init__(self, rows: Array, in_proportion: bool) -> None:
        self.rows = rows
        self.in_proportion = in_proportion

    @cached_property
    def _divisors(self) -> Array:
        return np.concatenate([self._divisors_of(self.rows[block]) for block in self._blocks()])

    @cached_property
    def _groups(self) -> tuple[Array, Index, Index]:
        """The keys in order, the first row with each, and for each row the first that equals it.

        A row is -1 where it has only its key in common with the first, or its group is small.
        """
        keys = [_keys(self._bits(block)) for block in self._blocks()]
        different, first, inverse = np.unique(
            np.concatenate(keys), return_index=True, return_inverse=True
        )
        equal = first[inverse.reshape(-1)]
        for block in self._blocks():
            same = (self._bits(block) == self._bits(equal[block])).all(axis=1)
            equal[block] = np.where(same, equal[block], -1)
        sizes = np.bincount(equal + 1, minlength=len(self.rows) + 1)
        return different, first, np.where(sizes[equal + 1] >= FEWEST, equal, -1)

    @property
    def firsts(self) -> Index:
        """For each row, the number of the first that is equal to it, or -1: see `_groups`."""
        return self._groups[2]

    def find(self, rows: Array) -> Index:
        """For each of other rows, the number of the first that is equal to it, or -1."""
        different, first, equal = self._groups
        bits = _reduced(rows, self._divisors_of(rows))
        keys = _keys(bits)
        places = np.minimum(np.searchsorted(different, keys), different.size - 1)
        found = equal[first[places]]
        same = (bits == self._bits(found)).all(axis=1) & (found >= 0) & (different[places] == keys)
        return np.asarray(np.where(same, found, -1))

    def _blocks(self) -> list[slice]:
        step = max(1, BLOCK // self.rows.shape[1])
        return [slice(start, start + step) for start in range(0, len(self.rows), step)]

    def _bits(self, rows: slice | Index) -> Array:
        return _reduced(self.rows[rows], self._divisors[rows])

    def _divisors_of(self, rows: Array) -> Array:
        """The greatest common divisors of rows of counts; 1 for other rows."""
        divisors = np.ones(len(rows), rows.dtype)
        if self.in_proportion:
            with np.errstate(invalid="ignore"):  # a signaling NaN
                counts = (rows >= 0.0) & (rows <= LARGEST_COUNT) & (rows == np.rint(rows))
            whole = counts.all(axis=1)
            found = np.gcd.reduce(rows[whole].astype(np.int64), axis=1)
            divisors[whole] = np.maximum(found, 1)
        return divisors


def _reduced(rows: Array, divisors: Array) -> Array:
    """The bits of rows divided by their divisors."""
    with np.errstate(invalid="ignore"):
        return np.asarray(rows / divisors[:, None]).view(f"u{rows.itemsize}")


def _keys(bits: Array) -> Array:
    """A number for each row, nearly always another one where the bits differ."""
    factors = np.arange(1, 2 * bits.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = bits.astype(np.uint64)
    mixed ^= mixed >> np.uint64(29)
    return np.asarray((mixed * (factors | np.uint64(1))).sum(axis=1))
