"""The row pairs that the fast kernel has left UNCERTIFIED: near, then exact.

fast ──► near ──► exact      (a user's own f has no near loop)
         the same loop, by differences: near-equal rows, rows of any scale, -0.0
                  Python integers and `decimal`, a thousand times slower
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from kullback._drivers.sources import counting
from kullback._exact import rows as exact_rows
from kullback._kernels import UNCERTIFIED
from kullback._kernels.terms.record import Divergence
from kullback._process import threads
from kullback._process.arrays import Array, Index

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
        with np.errstate(invalid="ignore"):  # a signaling NaN
            p, q = (
                rows[index[places]].astype(np.float64) + 0.0
                for rows, index in ((self.p, self.p_index), (self.q, self.q_index))
            )
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
    for some in _cut(np.flatnonzero(out == UNCERTIFIED), given.k):
        out[some] = _exact(work, given.copied(some))
    return int(np.isnan(out).sum())


def _cut(places: Index, k: int) -> Iterator[Index]:
    """Some at a time, whose rows of k bins may be copied."""
    step = max(1, AT_ONCE // k)
    return (places[start : start + step] for start in range(0, places.size, step))


def _by_near(work: RowWork, given: RowPairs, places: Index, out: Array) -> None:
    """Let the near kernels do these places, each what those before leave."""
    in_place = given.dtype in IN_PLACE
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


def _exact(work: RowWork, given: RowPairs) -> Array:
    """Results of rows, whatever their numbers."""
    form = work.divergence.exact
    assert form is not None
    options = exact_rows.Options(
        work.rule, work.amount, work.divergence.gaps, work.normalize, work.divergence.alpha
    )
    results = np.full(len(given.p), np.nan)
    for r in np.flatnonzero(_valid(given.p) & _valid(given.q)):
        p, q = given.p[r].tolist(), given.q[r].tolist()
        results[r] = exact_rows.divergence(form, p, q, options, threads.stop_if_cancelled)
    return results


def _valid(rows: Array) -> Array:
    """Whether no entry is negative, NaN or infinite."""
    return np.asarray(((rows >= 0.0) & (rows < np.inf)).all(axis=1))
