"""Pairs that may be near: kept while the limits become less, and computed in the end.

What a limit leaves of them is at best the neighbours alone. Which pairs are computed changes no
result, since each is computed by itself, by `rows`.
"""

from __future__ import annotations

import threading
from typing import NamedTuple, Protocol

import numpy as np

from kullback._drivers import filters
from kullback._drivers.filters import Filter
from kullback._drivers.nearest import Meeting
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Rows
from kullback._drivers.tiles import cut
from kullback._process import threads
from kullback._process.arrays import Array, Index

MOST_KEPT = 1 << 20  # pairs: 16 MB
COMPUTED, FEWEST = 1 << 20, 16  # numbers of the rows that are computed in one go, and pairs


class Target(Protocol):
    """What takes pairs: `limits` and `last` are those of each row, `seeds` how many it asks for."""

    meeting: Meeting
    limits: Array
    last: Index
    seeds: int

    def take(self, rows: Index, columns: Index, values: Array) -> None: ...

    def expect(self, rows: Index, columns: Index, most: Array) -> None: ...

    def settle(self) -> None: ...

    def sample(self, rows: slice) -> Target: ...


class Job(NamedTuple):
    """Queries x, what is searched, y, and who takes what is near."""

    work: Work
    x: Rows
    y: Rows
    target: Target
    invalid: Invalid
    dtype: str  # of the results


class Kept(NamedTuple):
    """Pairs that may be near, and their bounds; where `both`, either row may want the other."""

    rows: Array  # as int32
    columns: Array
    least: Array
    both: bool

    def those(self, which: Array) -> Kept:
        """Some of them."""
        return Kept(self.rows[which], self.columns[which], self.least[which], self.both)


class KeptPairs:
    """What the threads of one search share."""

    def __init__(self, job: Job, sieve: Filter, most_threads: int) -> None:
        self.job, self.filter, self.most_threads = job, sieve, most_threads
        self.computed = 0  # pairs
        self._lock = threading.Lock()
        self._kept: list[Kept] = []
        self._count = 0

    def limits(self, rows: slice | Index) -> Array:
        """The limits of some rows as the filter takes them, with what results may be wrong by."""
        limits = self.filter.limits(self.job.target.limits[rows])
        return limits + np.abs(limits) * filters.RESULT_ERROR[self.job.dtype]

    def add(self, rows: Index, columns: Index, bounds: tuple[Array, Array], both: bool) -> None:
        """Keep pairs by their least and their most, or, if there are too many, compute them."""
        least, most = bounds
        with self._lock:
            fits = self._count + rows.size <= MOST_KEPT
            if fits:
                self._count += rows.size
                short = rows.astype(np.int32), columns.astype(np.int32)
                self._kept.append(Kept(*short, least, both))
        if not fits:
            self.give(rows, columns, self._results(rows, columns), both)
            return
        known = np.flatnonzero(most < np.inf)
        rows, columns, most = rows[known], columns[known], most[known]
        self.job.target.expect(rows, columns, most)
        if both:
            self.job.target.expect(columns, rows, most)

    def give(self, rows: Index, columns: Index, values: Array, both: bool) -> None:
        """Let the target have pairs whose divergences are known."""
        self.job.target.take(rows, columns, values)
        if both:
            self.job.target.take(columns, rows, values)

    def forget(self) -> None:
        """Drop pairs that are beyond the limits by now; compute all others if there are many."""
        kept, self._kept = self._kept, []
        for pairs in kept:
            near = self._within(pairs, 1.0)
            if near.any():
                self._kept.append(pairs.those(near))
        self._count = sum(pairs.rows.size for pairs in self._kept)
        if self._count > MOST_KEPT // 2:
            self.settle()

    def settle(self) -> None:
        """Compute what the limits leave, the nearest first: their results are the last limits."""
        kept, self._kept, self._count = self._kept, [], 0
        self.job.target.settle()
        for both in (False, True):
            alike = [pairs for pairs in kept if pairs.both == both]
            if alike:
                rows = np.concatenate([pairs.rows for pairs in alike])
                columns = np.concatenate([pairs.columns for pairs in alike])
                pairs = Kept(rows, columns, np.concatenate([pairs.least for pairs in alike]), both)
                first = self._within(pairs, self.filter.ratio)
                self._compute(pairs.those(first))
                rest = pairs.those(~first)
                self._compute(rest.those(self._within(rest, 1.0)))

    def _within(self, pairs: Kept, share: float) -> Array:
        """Which may be below this share of a limit that concerns them."""
        near = pairs.least <= share * self.limits(pairs.rows)
        if pairs.both:
            near |= pairs.least <= share * self.limits(pairs.columns)
        return np.asarray(near)

    def _compute(self, pairs: Kept) -> None:
        if not pairs.rows.size:
            return
        order = np.argsort(pairs.rows, kind="stable")  # a row that meets several stays in the cache
        rows, columns = pairs.rows[order].astype(np.intp), pairs.columns[order].astype(np.intp)
        parts = cut(0, rows.size, max(FEWEST, COMPUTED // self.job.x.width))

        def part(number: int) -> None:
            i, j = rows[parts[number]], columns[parts[number]]
            self.give(i, j, self._results(i, j), pairs.both)

        threads.run(part, len(parts), self.most_threads)

    def _results(self, rows: Index, columns: Index) -> Array:
        """The divergences of pairs, in the caller's unit."""
        job, meeting = self.job, self.job.target.meeting
        x, y = job.x, job.y
        if meeting.swapped:
            x, y, rows, columns = y, x, columns, rows
        elif meeting.symmetric:  # in either order the same bits
            rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
        results = np.empty(rows.size)
        if rows.size:
            job.invalid.found(job.work.matrix_pairs(*x.those(rows), *y.those(columns), results))
            job.work.convert(results)
        with self._lock:
            self.computed += rows.size
        return results
