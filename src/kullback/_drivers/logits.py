"""Row pairs of logits to results: tiles of whole rows, or rows that are long and few in parts."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from kullback._drivers.rows import Invalid
from kullback._drivers.sources import Rows
from kullback._exact import logits as exact
from kullback._kernels import UNCERTIFIED
from kullback._kernels.softmax import build
from kullback._kernels.softmax.parts import DOUBLED, FAST, NUMBERS, SURVEY
from kullback._kernels.softmax.rows import PASSES
from kullback._kernels.softmax.sums import PART, Heat
from kullback._process import threads
from kullback._process.arrays import Array, Index

SMALL = 150_000  # elements: about 0.3 ms, below which a second thread costs more than it brings
TILE = 1 << 17  # elements of a tile that is read where it lies
CONVERTED_TILE = 1 << 16  # of one that is converted first
LONG = 32 * PART  # columns of a row from which on it is done in parts ...
FEW = 4  # ... where there are fewer rows for each thread; so many at a time
HUGE = 1 << 20  # columns of a row from which on it always is
PARTS = 16  # that make a tile

MILD = 2.0**100  # the kernels take temperatures up to it, and down to its inverse


@lru_cache(64)
def heat(temperature: float, weight: float) -> Heat:
    """The temperature and the weight as the kernels take them."""
    inverse = 1.0 / temperature
    low = float(1 / Fraction(temperature) - Fraction(inverse))
    return Heat(temperature, inverse, low, weight)


class LogitWork(NamedTuple):
    """What is done with each row pair."""

    divergence: str
    temperature: float
    unit: float  # results are divided by it: ln(base)
    weight: float = 0.5  # of p, in skewed JS

    @property
    def mild(self) -> bool:
        """Whether the kernels take the temperature."""
        return 1.0 / MILD <= self.temperature <= MILD

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index) -> Array:
        """Results in nats of row pairs; nan where one has no softmax."""
        out = np.full(p_index.size, UNCERTIFIED)
        if self.mild:
            kernel = build.rows(self.divergence, p.dtype.str[1:])
            kernel(p, p_index, q, q_index, tuple(heat(self.temperature, self.weight)), out)
        for r in np.flatnonzero(out == UNCERTIFIED):
            out[r] = self.exact(p[p_index[r]], q[q_index[r]])
        return out

    def exact(self, p: Array, q: Array) -> float:
        """The result in nats of a row pair that no kernel vouches for."""
        rows = p.tolist(), q.tolist()
        if self.divergence == "entropy":
            return exact.entropy(rows[0], self.temperature, threads.stop_if_cancelled)
        given = (self.divergence, *rows, self.temperature)
        return exact.divergence(*given, threads.stop_if_cancelled, self.weight)


def run(
    work: LogitWork, p: Rows, q: Rows, out: Array, invalid: Invalid, most_threads: int | None
) -> None:
    """out[r] = the divergence of row r of p from row r of q; `out` is flat."""
    count, k = out.size, p.array.shape[-1]
    in_place = p.in_place and q.in_place
    many = most_threads or threads.default_threads()

    def write(start: int, values: Array) -> None:
        invalid.found(int(np.isnan(values).sum()))
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            out[start : start + values.size] = values / work.unit

    if work.mild and (k >= HUGE or (k >= LONG and count < FEW * many)):
        for start in range(0, count, FEW * many):
            numbers = range(start, min(start + FEW * many, count))
            write(start, _in_parts(work, p, q, numbers, many))
        return
    step = max(1, (TILE if in_place else CONVERTED_TILE) // k)

    def tile(number: int) -> None:
        start, stop = number * step, min((number + 1) * step, count)
        write(start, work.pairs(*p.tile(start, stop), *q.tile(start, stop)))

    threads.run(tile, -(-count // step), many if count * k > SMALL else 1)


class _Row:
    """A row pair that is done in parts: what comes next, and what is known."""

    def __init__(self, number: int, parts: int) -> None:
        self.number = number
        self.parts = np.empty((parts, NUMBERS))
        self.stage, self.passes = SURVEY, 0
        self.frame, self.reach = (0.0, 0.0, 0.0), 0.0
        self.value = UNCERTIFIED

    def settle(self, divergence: str, degree: Heat) -> bool:
        """Whether all is done that the kernels can do, once the numbers of all parts are known."""
        kernel = build.settle(divergence)
        self.value, good, *told = kernel(self.parts, self.stage, self.reach, tuple(degree))
        if self.stage == SURVEY:
            self.frame, self.reach, self.stage = (told[0], told[1], 0.0), told[2], FAST
        else:
            self.frame = (*self.frame[:2], self.frame[2] + told[0])
            self.passes += self.stage == DOUBLED
            self.stage = DOUBLED
        return bool(good) or self.passes == PASSES


def _in_parts(work: LogitWork, p: Rows, q: Rows, numbers: range, many: int) -> Array:
    """Results of some rows in nats; all threads share each pass over those that are not done."""
    k = p.array.shape[-1]
    every = [_Row(r, -(-k // PART)) for r in numbers]
    rows, degree = every, heat(work.temperature, work.weight)
    tiles = -(-k // (PARTS * PART))

    def tile(number: int) -> None:
        row, place = rows[number // tiles], number % tiles
        columns = slice(place * PARTS * PART, (place + 1) * PARTS * PART)
        p_part, q_part = p.part(row.number, columns), q.part(row.number, columns)
        kernel = build.parts(work.divergence, p_part.dtype.str[1:])
        given = (row.stage, row.frame, tuple(degree))
        kernel(p_part, q_part, *given, row.parts[place * PARTS : (place + 1) * PARTS])

    while rows:
        threads.run(tile, len(rows) * tiles, many)
        rows = [row for row in rows if not row.settle(work.divergence, degree)]
    for row in every:
        if row.value == UNCERTIFIED:
            row.value = work.exact(*(x.part(row.number, slice(None)) for x in (p, q)))
    return np.array([row.value for row in every])
