"""Groups of rows to their divergences: each row from the mean of its group, by the KL rows kernel.

    sums ─► factors ─► mean, rounded, and what that cost ─► KL of each row from it ─► weighted sum

Small groups go through it by the tile of whole groups. One of more than WHOLE entries goes alone,
each step by all threads, in bands of rows or parts of columns; nothing of its size is allocated
but its mean. What is not certified comes out of integers and `decimal`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.groups import BLOCK, Groups, cut
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import counting
from kullback._exact import generalized_js as exact
from kullback._kernels import UNCERTIFIED, build
from kullback._kernels.means.common import FACTORS, GROUP, MASS, MEANS, PART, ROW, SUMS
from kullback._kernels.means.long import CHUNK
from kullback._kernels.means.short import is_short, short_room
from kullback._math.lanes import WIDTH
from kullback._process import threads
from kullback._process.arrays import Array, Index
from kullback._process.memory import threads_with_room

SMALL = 200_000  # elements that one thread does
TILE = 1 << 18  # elements of a tile that is read where it lies: about 0.3 ms
WHOLE = 1 << 17  # elements of a group up to which it is done whole ...
PART_SIZE = 1 << 17  # ... or of a part of its columns: not below WHOLE, so that bits are the same


class GroupWork(NamedTuple):
    """What to do with each group: weights by `choice`, and the options."""

    groups: Groups
    weights: Array  # (number of different ones, m)
    choice: NDArray[np.intp]  # which of them a group has
    most: Array  # what a result is at most
    work: Work  # KL, with the options that reach the kernels
    invalid: Invalid
    most_threads: int | None

    def threads(self) -> int:
        """At most so many."""
        return self.most_threads or threads.default_threads()


def run(job: GroupWork, out: Array) -> None:
    """out[g] = the divergence of group g; `out` is flat."""
    groups = job.groups
    size = groups.m * groups.k
    large = size > WHOLE
    step = 1 if large else max(1, (TILE if groups.in_place else BLOCK) // size)

    def tile(number: int) -> None:
        chosen = slice(number * step, min((number + 1) * step, groups.count))
        direct = out.dtype == np.float64
        values = out[chosen] if direct else np.empty(chosen.stop - chosen.start)
        if (_one_large if large else _whole)(job, chosen, values):
            _finish(job, chosen, values)
        job.work.convert(values)
        if not direct:
            with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
                out[chosen] = values

    many = job.threads() if not large and groups.count * size > SMALL else 1
    if groups.count:
        threads.run(tile, -(-groups.count // step), many)


def _whole(job: GroupWork, chosen: slice, out: Array) -> int:
    """Results of some groups in nats, nan or UNCERTIFIED, and how many are."""
    rows, index = job.groups.whole(chosen, slice(0, job.groups.m))
    known = Known(job, chosen)
    known.make_means(rows, index)
    known.compare(rows, index, slice(0, job.groups.m))
    return known.write_results(out)


def _one_large(job: GroupWork, chosen: slice, out: Array) -> int:
    """As `_whole`, of one group: rows in bands, columns in parts, each step by all threads."""
    groups, m, k = job.groups, job.groups.m, job.groups.k
    bands = cut(m, max(1, BLOCK // k))
    parts = cut(k, -(-max(1, PART_SIZE // m) // WIDTH) * WIDTH)
    many = threads_with_room(groups.converted, job.threads(), f"rows of {k} bins")
    known = Known(job, chosen, len(parts))

    def add_sums(number: int) -> None:
        known.make_sums(*groups.whole(chosen, bands[number]), bands[number].start)

    def make_means(number: int) -> None:
        known.make_part(number, *groups.part(chosen, parts[number]), parts[number])

    def compare(number: int) -> None:
        known.compare(*groups.whole(chosen, bands[number]), bands[number])

    threads.run(add_sums, len(bands), many)
    known.make_factors()
    threads.run(make_means, len(parts), many)
    threads.run(compare, len(bands), many)
    return known.write_results(out)


class Known:
    """What the kernels know of the rows of some groups and of their means."""

    def __init__(self, job: GroupWork, chosen: slice, parts: int = 1) -> None:
        self.m, self.k, self.work = job.groups.m, job.groups.k, job.work
        self.choice, self.weights, self.most = job.choice[chosen], job.weights, job.most
        self.count = count = chosen.stop - chosen.start
        self.rows, self.group = np.empty(ROW * count * self.m), np.empty(GROUP * count)
        self.mean, self.parts = np.empty(count * self.k + WIDTH), np.zeros((parts, PART * count))
        self.values = np.zeros(count * self.m)
        self.unusable = 0

    def make_means(self, rows: Array, index: Index) -> None:
        """Of all groups."""
        known = (self.rows, self.group, self.mean, self.parts[0])
        if not is_short(self.m, self.k):
            self.unusable = self._run(rows, index, 0, self.k, SUMS | FACTORS | MEANS, known)
            return
        given = (rows, index, self.weights.reshape(-1), self.choice, (self.m, self.k, self.k))
        space = np.empty(short_room(self.m, self.k))
        kernel = build.short_mean_rows()
        self.unusable = kernel(*given, self.work.amount, self.work.normalize, known, space)

    def make_sums(self, rows: Array, index: Index, first: int) -> None:
        """Of some rows, from the row `first` of the only group on."""
        known = (self.rows[ROW * first :], self.group, self.mean, self.parts[0])
        self._run(rows, index, 0, self.k, SUMS, known)

    def make_factors(self) -> None:
        """Once the sums of all rows are known."""
        known = (self.rows, self.group, self.mean, self.parts[0])
        self.unusable = self._run(np.empty((0, self.k)), counting(0), 0, self.k, FACTORS, known)

    def make_part(self, number: int, rows: Array, index: Index, begin: int, columns: slice) -> None:
        """Some columns of the mean of the only group."""
        known = (self.rows, self.group, self.mean[columns.start :], self.parts[number])
        self._run(rows, index, begin, columns.stop - columns.start, MEANS, known)

    def _run(
        self, rows: Array, index: Index, begin: int, width: int, phases: int, known: Any
    ) -> int:
        given = (rows, index, begin, self.weights.reshape(-1), self.choice)
        options = ((self.m, width, self.k), self.work.amount, self.work.normalize, phases)
        return int(build.mean_rows()(*given, *options, known, np.empty(3 * CHUNK)))

    def compare(self, rows: Array, index: Index, band: slice) -> None:
        """KL of some rows from the means of their groups."""
        means = self.mean[: self.count * self.k].reshape(self.count, self.k)
        group = _repeated(self.count, band.stop - band.start)
        values = self.values[band.start : band.start + index.size]
        if not self.unusable:
            self.work.pairs(rows, index, means, group, values)
        elif (usable := (self.group[MASS::GROUP] > 0.0)[group]).any():
            some = np.empty(int(usable.sum()))
            self.work.pairs(rows, index[usable], means, group[usable], some)
            values[usable] = some

    def write_results(self, out: Array) -> int:
        """In nats, nan or UNCERTIFIED, and how many are."""
        total = self.parts[0]
        for part in self.parts[1:]:
            total += part
        known = (self.rows, self.group, self.mean, total)
        given = (self.values, known, self.weights.reshape(-1), self.choice, self.most)
        return int(build.weighted_sums()(*given, self.m, self.work.normalize, out))


@lru_cache(16)
def _repeated(count: int, times: int) -> Index:
    """0, 1, ... count - 1, each so many times."""
    return np.repeat(counting(count), times)


def _finish(job: GroupWork, chosen: slice, values: Array) -> None:
    """In place, what no kernel vouches for; ValueError where a row is no distribution."""
    for g in np.flatnonzero(values == UNCERTIFIED):
        values[g] = _exact(job, chosen.start + int(g))
    job.invalid.found(int(np.isnan(values).sum()))


def _exact(job: GroupWork, g: int) -> float:
    """The result of one group in nats; nan if a row of it is no distribution."""
    amount, normalize, choice = job.work.amount, job.work.normalize, job.choice[g]
    filled = np.zeros(job.groups.m, bool)
    for part in job.groups.columns(g):
        if not ((part >= 0.0) & (part < np.inf)).all():
            return math.nan
        filled |= part.any(axis=1)
    if normalize and not filled.all():
        return math.nan
    weights = job.weights[choice].tolist()
    value = exact.divergence(
        lambda: (part.tolist() for part in job.groups.columns(g)), weights, amount, normalize
    )
    return min(value, float(job.most[choice])) if normalize else value
