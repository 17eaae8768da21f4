"""The row pairs that the fast kernel has left UNCERTIFIED: near, then exact.

fast ──► near ──► exact      (a user's own f has no near loop)
         the same loop, by differences: near-equal rows, rows of any scale, -0.0
                  Python integers and `decimal`, a thousand times slower
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from kullback._drivers.sources import counting
from kullback._exact import rows as exact_rows
from kullback._kernels import UNCERTIFIED
from kullback._kernels.terms.record import Divergence
from kullback._process import threads
from kullback._process.arrays import Array, Index, contiguous

AT_ONCE = 1 << 16  # elements that are copied in one go: half a megabyte
# Dtypes whose near kernels are worth their 2 s of compilation; others are converted before.
IN_PLACE = ("f8", "f4", "i8")


class RowPairs(NamedTuple):
    """Row pairs as the kernels take them: rows, and which of them meet."""

    p: Array
    p_index: Index
    q: Array
    q_index: Index

    @property
    def k(self) -> int:
        return int(self.p.shape[1])

    @property
    def dtype(self) -> str:
        return self.p.dtype.str[1:]

    def part(self, start: int, stop: int) -> RowPairs:
        """Those from one place to another."""
        return self._replace(p_index=self.p_index[start:stop], q_index=self.q_index[start:stop])

    def some(self, places: Index) -> RowPairs:
        """Those at these places, the rows where they lie."""
        return self._replace(p_index=self.p_index[places], q_index=self.q_index[places])

    def copied(self, places: Index) -> RowPairs:
        """Those at these places, in float64, one row after the other; 0 for -0.0."""
        p = contiguous(self.p[self.p_index[places]]) + 0.0
        q = contiguous(self.q[self.q_index[places]]) + 0.0
        return RowPairs(p, counting(places.size), q, counting(places.size))


class RowWork(Protocol):
    """What is done with row pairs: see `rows.Work`."""

    @property
    def divergence(self) -> Divergence: ...
    @property
    def rule(self) -> str: ...
    @property
    def amount(self) -> float: ...
    @property
    def normalize(self) -> bool: ...

    def near(self, given: RowPairs) -> tuple[Any, ...]: ...

    def fast(self, given: RowPairs) -> Any: ...

    def fast_above(self, given: RowPairs) -> float: ...

    def run(self, kernel: Any, given: RowPairs, out: Array) -> int: ...


def fill(work: RowWork, given: RowPairs, out: Array) -> int:
    """Compute what is UNCERTIFIED in `out`; how many results are nan."""
    _by_near(work, given, np.flatnonzero(out == UNCERTIFIED), out)
    return _exact_rest(work, given, out)


def fill_near(work: RowWork, given: RowPairs, out: Array) -> int:
    """What the fast kernel and `fill` would write to `out`, of pairs that are nearly all near.

    The near kernels do them first. Below half of what the fast one certifies it would have
    left them: both results are right to far better than that factor. It does all others.
    """
    _by_near(work, given, counting(out.size), out)
    others = np.flatnonzero(~((out >= 0.0) & (out < work.fast_above(given))))
    if others.size:
        results = np.empty(others.size)
        work.run(work.fast(given), given.some(others), results)
        out[others] = np.where(results == UNCERTIFIED, out[others], results)
    return _exact_rest(work, given, out)


def _exact_rest(work: RowWork, given: RowPairs, out: Array) -> int:
    """Compute what no kernel certifies; how many results are nan."""
    for r in np.flatnonzero(out == UNCERTIFIED):
        out[r] = _exact(work, given.p[given.p_index[r]], given.q[given.q_index[r]])
    return int(np.isnan(out).sum())


def _cut(places: Index, k: int) -> Iterator[Index]:
    """Some at a time, whose rows of k bins may be copied."""
    step = max(1, AT_ONCE // k)
    return (places[start : start + step] for start in range(0, places.size, step))


def _by_near(work: RowWork, given: RowPairs, places: Index, out: Array) -> None:
    """Let the near kernels do these places, each what those before leave."""
    in_place = given.dtype in IN_PLACE or given.k > AT_ONCE  # long rows are never copied
    for some in [places] if in_place else _cut(places, given.k):
        pairs = given.some(some) if in_place else given.copied(some)
        results, left = np.full(some.size, UNCERTIFIED), counting(some.size)
        for kernel in work.near(pairs):
            found = np.empty(left.size)
            remaining = work.run(kernel, pairs.some(left), found)
            results[left] = found
            if not remaining:
                break
            left = left[found == UNCERTIFIED]
        out[some] = results


def _exact(work: RowWork, p: Array, q: Array) -> float:
    """The result of one row pair, whatever its numbers."""
    form = work.divergence.exact
    assert form is not None
    if not (_valid(p) and _valid(q)):
        return math.nan
    return exact_rows.divergence(form, lambda: parts(p, q), exact_options(work))


def exact_options(work: RowWork) -> exact_rows.Options:
    """What is made of rows before they are compared, as the exact form takes it."""
    record = work.divergence
    return exact_rows.Options(work.rule, work.amount, record.gaps, work.normalize, record.alpha)


def parts(p: Array, q: Array) -> Iterator[tuple[list[float], list[float]]]:
    """The same columns of both rows, some at a time, as floats; may raise at any time."""
    for start in range(0, p.size, exact_rows.BINS_AT_ONCE):
        threads.stop_if_cancelled()
        some = slice(start, start + exact_rows.BINS_AT_ONCE)
        yield contiguous(p[some]).tolist(), contiguous(q[some]).tolist()


def _valid(row: Array) -> bool:
    """Whether no entry is negative, NaN or infinite."""
    some = (row[start : start + AT_ONCE] for start in range(0, row.size, AT_ONCE))
    return all(bool(((part >= 0.0) & (part < np.inf)).all()) for part in some)
