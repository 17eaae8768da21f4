"""Row pairs of logits to results: tiles of whole rows, or rows that are long and few in parts."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import frexp, ldexp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.rows import Invalid
from kullback._drivers.sources import Index, Rows
from kullback._kernels import UNCERTIFIED
from kullback._kernels.softmax import build
from kullback._kernels.softmax.exponentials import PART, Heat
from kullback._kernels.softmax.rows import FIRST, NEXT, NUMBERS, PASSES, SURVEY
from kullback._kernels.softmax.steps import SCALE
from kullback._process import threads

Array = NDArray[Any]

SMALL = 150_000  # elements: about 0.3 ms, below which a second thread costs more than it brings
TILE = 1 << 17  # elements of a tile that is read where it lies
CONVERTED_TILE = 1 << 16  # of one that is converted first
LONG = 32 * PART  # columns of a row from which on it is done in parts ...
FEW = 4  # ... where there are fewer rows for each thread; so many at a time
HUGE = 1 << 20  # columns of a row from which on it always is
PARTS = 16  # that make a tile

MILD = 2.0**100  # temperatures up to it, and down to its inverse, need no powers of two
BEFORE = -3  # the power of two that keeps differences of differences finite


class Way(NamedTuple):
    """A kernel, the scale of probabilities, and the power of two that a temperature is given."""

    wide: bool
    scale: float
    exponent: int


# Each for the rows that the one before leaves: the last for results beyond 2**120.
WAYS = (Way(False, SCALE, 0), Way(True, SCALE, -100), Way(True, -64.0, -900))


@lru_cache(64)
def heat(temperature: float, way: Way) -> Heat:
    """The temperature as the kernels take it."""
    if not way.wide:
        return _heat(temperature, 1.0, 1.0, 1.0)
    mantissa, exponent = frexp(temperature)
    before = BEFORE if exponent > -900 else 0  # else logits themselves may be subnormal
    more = way.exponent - exponent - before
    powers = (ldexp(1.0, n) for n in (before, more // 2, more - more // 2))
    return _heat(ldexp(mantissa, way.exponent), *powers)


def _heat(temperature: float, before: float, first: float, second: float) -> Heat:
    inverse = 1.0 / temperature
    rest = 1 / Fraction(temperature) - Fraction(inverse)
    return Heat(temperature, inverse, float(rest), before, first, second)


class Work(NamedTuple):
    """What is done with each row pair."""

    divergence: str
    temperature: float
    unit: float  # results are divided by it: ln(base)

    @property
    def first_way(self) -> int:
        """The first that may be tried."""
        return 0 if 1.0 / MILD <= self.temperature <= MILD else 1

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """Results in nats of row pairs in float64 `out`; how many have no softmax (nan)."""
        dtype, invalid = p.dtype.str[1:], 0
        out[:] = UNCERTIFIED
        for way in WAYS[self.first_way :]:
            kernel = build.rows(self.divergence, way.wide, dtype)
            options = (way.scale, tuple(heat(self.temperature, way)))
            left, found = kernel(p, p_index, q, q_index, *options, out)
            invalid += found
            if not left:
                return int(invalid)
        out[out == UNCERTIFIED] = np.inf
        return int(invalid)


def run(
    work: Work, p: Rows, q: Rows, out: Array, invalid: Invalid, most_threads: int | None
) -> None:
    """out[r] = the divergence of row r of p from row r of q; `out` is flat."""
    count, k = out.size, p.array.shape[-1]
    in_place = p.in_place and q.in_place
    many = most_threads or threads.default_threads()
    if k >= HUGE or (k >= LONG and count < FEW * many):
        for start in range(0, count, FEW * many):
            numbers = range(start, min(start + FEW * many, count))
            values = _in_parts(work, p, q, numbers, many)
            invalid.found(int(np.isnan(values).sum()))
            _write(values, work, out[start : start + values.size])
        return
    step = max(1, (TILE if in_place else CONVERTED_TILE) // k)

    def tile(number: int) -> None:
        start, stop = number * step, min((number + 1) * step, count)
        values = np.empty(stop - start)
        invalid.found(work.pairs(*p.tile(start, stop), *q.tile(start, stop), values))
        _write(values, work, out[start:stop])

    threads.run(tile, -(-count // step), many if count * k > SMALL else 1)


def _write(values: Array, work: Work, out: Array) -> None:
    """From nats to what the caller asked for."""
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        out[:] = values / work.unit


class _Row:
    """A row pair that is done in parts: what comes next, and what is known."""

    def __init__(self, number: int, parts: int, way: int) -> None:
        self.number = number
        self.way = way
        self.parts = np.empty((parts, NUMBERS))
        self.stage, self.passes = SURVEY, 0
        self.tops, self.shift = (0.0, 0.0), 0.0
        self.value = UNCERTIFIED

    def settle(self, divergence: str) -> bool:
        """Whether the result is known, once the numbers of all parts are."""
        told = build.settle(divergence, WAYS[self.way].wide)(self.parts, self.stage)
        self.value = told[0]
        if self.stage == SURVEY:
            self.stage, self.tops = FIRST, told[2:]
            return self._left() if told[1] else False
        self.passes = 0 if self.stage == FIRST else self.passes + 1
        self.shift += told[2]
        self.stage = NEXT
        if not told[1] and self.passes < PASSES:
            return False
        self.value = self.value if self.value < np.inf else UNCERTIFIED
        return self._left()

    def _left(self) -> bool:
        """Whether this is the result; if it is left, the next way begins."""
        if self.value != UNCERTIFIED:
            return True
        self.way, self.stage, self.passes, self.shift = self.way + 1, SURVEY, 0, 0.0
        if self.way == len(WAYS):
            self.value = np.inf
        return self.way == len(WAYS)


def _in_parts(work: Work, p: Rows, q: Rows, numbers: range, many: int) -> Array:
    """Results of some rows in nats; all threads share each pass over those that are not done."""
    k = p.array.shape[-1]
    every = [_Row(r, -(-k // PART), work.first_way) for r in numbers]
    rows = every
    tiles = -(-k // (PARTS * PART))

    def tile(number: int) -> None:
        row, place = rows[number // tiles], number % tiles
        way = WAYS[row.way]
        columns = slice(place * PARTS * PART, (place + 1) * PARTS * PART)
        p_part, q_part = p.part(row.number, columns), q.part(row.number, columns)
        kernel = build.parts(work.divergence, way.wide, p_part.dtype.str[1:])
        frame = (*row.tops, row.shift, way.scale)
        given = (row.stage, frame, tuple(heat(work.temperature, way)))
        kernel(p_part, q_part, *given, row.parts[place * PARTS : (place + 1) * PARTS])

    while rows:
        threads.run(tile, len(rows) * tiles, many)
        rows = [row for row in rows if not row.settle(work.divergence)]
    return np.array([row.value for row in every])
