"""Sparse rows that were given: SciPy's matrices and arrays, which are neither imported nor changed.

What is made of them has its columns in order in each row, duplicates summed and zeros left out.
Dense rows beside sparse ones become such rows, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kullback._arguments import arrays, axes
from kullback._arguments.domains import DISTRIBUTIONS, KINDS, NOTHING_LEFT, kind_of, sentence
from kullback._arguments.foreign import is_sparse
from kullback._arguments.options import Chosen
from kullback._drivers.rows import Invalid
from kullback._drivers.sparse.rows import SparseRows
from kullback._process.arrays import Array, Index

MOST_LABELS = 2**31 - 1
AT_ONCE = 1 << 20  # entries of dense rows that are looked at in one go
Entries = tuple[Index, Array, Array]  # where rows begin, columns and values


class Given(NamedTuple):
    """Rows as they were given, with their entries in order."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    entries: Entries
    memory: list[Array]  # which `out` must not overlap

    @property
    def ndim(self) -> int:
        """As of an array."""
        return len(self.shape)

    @property
    def lead(self) -> tuple[int, ...]:
        """The shape without the bins."""
        return self.shape[:-1]


def given_rows(given: Any, name: str, axis: axes.Axis = -1) -> Given:
    """Sparse rows, or dense ones beside them; TypeError or ValueError naming them otherwise."""
    if not is_sparse(given):
        return _of_dense(axes.bins_last(axis, (name, arrays.array(given, name)))[0], name)
    arrays.check_dtype(given, given, name)
    places = axes.resolve_axis(axis, given.ndim, f"{name} has shape {given.shape}")
    if len(places) > 1:
        raise ValueError(f"axis is {axis}, but the bins of sparse rows are on one axis")
    if given.ndim > 2:
        raise ValueError(
            f"{name} has shape {given.shape}; sparse rows have two axes at most: "
            f"{name}.reshape((-1, {given.shape[-1]}))"
        )
    _check_structure(given, name)
    turned = given.T if given.ndim == 2 and places == (0,) else given
    rows = turned if turned.ndim == 2 else turned.reshape((1, -1))
    memory = [part for part in vars(given).values() if isinstance(part, np.ndarray)]
    entries = _in_order(rows.astype(np.float64, copy=False).tocsr())
    if given.dtype.kind == "b":  # True twice is True
        entries = (*entries[:2], np.ones(entries[2].size))
    return Given(name, tuple(map(int, turned.shape)), given.dtype, entries, memory)


def _check_structure(given: Any, name: str) -> None:
    """SciPy and the kernels read where its indices say, so they must not say what is not there."""
    if given.format in ("csr", "csc"):
        along = given.format == "csc" and given.ndim == 2
        starts, across = given.indptr, given.shape[0] if along else given.shape[-1]
        lines = given.shape[-1] if along else math.prod(given.shape[:-1])
        right = starts.size == lines + 1 and starts[0] == 0 and bool((np.diff(starts) >= 0).all())
        right = right and min(given.indices.size, given.data.size) >= starts[-1]
        right = right and _below(given.indices[: starts[-1]], across)
    elif given.format == "coo":
        places = (given.row, given.col) if given.ndim == 2 else (given.col,)
        right = all(_below(*axis) for axis in zip(places, given.shape, strict=True))
        right = right and all(axis.size == given.data.size for axis in places)
    else:
        return
    if not right:
        raise ValueError(
            f"{name} is no valid sparse {given.format} of shape {given.shape}: its indices do not "
            f"fit, as when they were changed by hand; make {name} again from what is right"
        )


def _below(indices: Array, stop: int) -> bool:
    return not indices.size or bool(indices.min() >= 0 and indices.max() < stop)


def _in_order(rows: Any) -> Entries:
    """The entries of a CSR matrix, whatever its flags say of their order."""
    starts = np.ascontiguousarray(rows.indptr, np.int64)
    size = int(starts[-1])
    columns, values = rows.indices[:size], rows.data[:size]
    ascending = np.diff(columns) > 0
    ascending[starts[(starts > 0) & (starts < size)] - 1] = True
    if not ascending.all():
        rows = type(rows)((values.copy(), columns.copy(), starts.copy()), rows.shape)
        rows.sum_duplicates()
        starts = rows.indptr.astype(np.int64)
        columns, values = rows.indices, rows.data
    return _without_zeros(starts, columns, np.ascontiguousarray(values, np.float64))


def _without_zeros(starts: Index, columns: Array, values: Array) -> Entries:
    kept = values != 0.0
    if kept.all():
        return starts, columns, values
    ends = np.concatenate([[0], np.cumsum(kept)])
    return ends[starts], columns[kept], values[kept]


def _of_dense(given: Array, name: str) -> Given:
    if not 1 <= given.ndim <= 2:
        raise ValueError(
            f"{name} has shape {given.shape}; beside sparse rows it must have one axis or two"
        )
    rows = given.reshape(-1, given.shape[-1])
    step = max(1, AT_ONCE // max(1, rows.shape[1]))
    counts, columns, values = [np.zeros(1, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        places = np.nonzero(block)
        counts.append(np.bincount(places[0], minlength=len(block)))
        columns.append(places[1])
        values.append(block[places].astype(np.float64))
    starts = np.cumsum(np.concatenate(counts))
    entries = (starts, np.concatenate(columns), np.concatenate(values))
    return Given(name, given.shape, given.dtype, entries, [given])


def sparse_rows(given: list[Given], chosen: Chosen) -> list[SparseRows]:
    """Rows as the drivers take them, whose bins have the same numbers in all arguments."""
    k = given[0].shape[-1]
    columns = [rows.entries[1] for rows in given]
    labels = k
    if k > MOST_LABELS or k > 4 * sum(map(len, columns)) + AT_ONCE:
        used, places = np.unique(np.concatenate(columns), return_inverse=True)
        labels = used.size
        columns = np.split(places.reshape(-1), np.cumsum([len(each) for each in columns])[:-1])
    return [
        SparseRows(
            k,
            labels,
            rows.entries[0],
            np.ascontiguousarray(bins, np.int32),
            rows.entries[2],
            _invalid(rows, chosen)[0],
        )
        for rows, bins in zip(given, columns, strict=True)
    ]


def _invalid(given: Given, chosen: Chosen) -> tuple[Array, Array]:
    """Which rows are no distributions, and which entries stand in none."""
    starts, _, values = given.entries
    wrong = np.flatnonzero(~DISTRIBUTIONS.right(values))
    found = np.diff(starts) == 0 if chosen.work.normalize else np.zeros(starts.size - 1, bool)
    found[_rows_of(wrong, starts)] = True
    return found, wrong


def reporter(
    chosen: Chosen,
    given: list[Given],
    rows: list[SparseRows],
    pairs: Iterable[tuple[int, int]],
    count: int,
) -> Invalid:
    """What is to happen with rows that are no distributions: if it is an error, now.

    pairs: the rows of the first argument and the last that meet, so many as `count`. Later one of
    them may be left empty by an option: the error then names it. Where none meet, none is wrong.
    """
    if not chosen.raises or not count:
        return Invalid(None)
    faults = "; ".join(filter(None, (_fault(each, chosen) for each in given)))
    if faults:
        raise ValueError(faults)
    named = _left_empty if chosen.work.rule == "skip" else _without_number
    return Invalid(lambda: ValueError(named(given, rows, pairs)))


def _fault(given: Given, chosen: Chosen) -> str:
    """The first bad entry of an argument, and how many rows are bad alike; "" if none is."""
    found, wrong = _invalid(given, chosen)
    if not found.any():
        return ""
    starts, columns, values = given.entries
    first = int(found.argmax())
    places = wrong[(wrong >= starts[first]) & (wrong < starts[first + 1])]
    entry, same = None, np.diff(starts) == 0
    if places.size:
        entry = (int(columns[places[0]]), values[places[0]])
        alike = wrong[KINDS[kind_of(entry[1])](values[wrong])]
        same = np.zeros(found.size, bool)
        same[_rows_of(alike, starts)] = True
    counts = int((same & found).sum()), int((found & ~same).sum())
    return sentence(
        given.name, DISTRIBUTIONS, (first,) if given.lead else (), entry, counts, given.name
    )


def _rows_of(places: Index, starts: Index) -> Index:
    """The rows in which entries stand."""
    return np.asarray(np.searchsorted(starts, places, side="right") - 1)


def _left_empty(
    given: list[Given], rows: list[SparseRows], pairs: Iterable[tuple[int, int]]
) -> str:
    """The first pair of rows that has no bin in common."""
    p, q = rows[0], rows[-1]
    for i, j in pairs:
        bins = p.bins[p.starts[i] : p.starts[i + 1]], q.bins[q.starts[j] : q.starts[j + 1]]
        if not np.isin(*bins).any():
            row = f"row {i} of {given[0].name}" if given[0].lead else given[0].name
            other = f", against row {j} of {given[-1].name}," if given[-1].lead else ""
            return f"{row}{other} {NOTHING_LEFT}"
    return _without_number(given, rows, pairs)


def _without_number(
    given: list[Given], rows: list[SparseRows], pairs: Iterable[tuple[int, int]]
) -> str:
    """All rows are distributions, but a user's own f is no number for some."""
    return (
        f"f is no number for some rows of {given[0].name}; it must be one wherever p and q are "
        'above 0 (invalid="nan" gives NaN there)'
    )
