"""The binary logarithm of lanes, for sums of x log2 x: no division where tables are fast.

x = 2**e m with m in one of 16 intervals (32 in float32) around c, f = m/c - 1, and

    log2 x = (e + log2 c) + f h(f),      h(f) = log2(1 + f) / f.

1/c is rounded first and log2 c taken of what was rounded, so that f has one rounding. The interval
around 1 has c = 1, so that near x = 1 the result is a product, with all its digits.
Source: the usual table-driven method (P. T. P. Tang, "Table-Driven Implementation of the Logarithm
Function", ACM Trans. Math. Softw. 16, 1990), with the table in two registers.
"""

from __future__ import annotations

from decimal import Context, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, to_float
from kullback._math.log import LOG2_E, fraction, fraction_width, log_normal
from kullback._math.precision import constant
from kullback._math.tables import FAST, table
from kullback._math.tracing import traced

# Bounds that the tests hold them to, in units in the last place. The polynomial is cut where its
# error is below that of e + log2 c; close to 1, where that is 0, it shows: 8.1 and 1.9 were seen,
# elsewhere 1.9 and 1.3.
LOG2_ULP = 9.0
LOG2_SINGLE_ULP = 3.0


class Intervals(NamedTuple):
    """Those of one precision: how they are found in the bits of a number, and how many they are."""

    kind: Any
    first: int  # the bits of the least number of the first one: the middle one is around 1
    shift: int  # of the bits, which leaves the index
    number: int

    def edges(self) -> Any:
        """The numbers between them, and both ends, in float64."""
        whole = self.first + (np.arange(self.number + 1) << self.shift)
        return whole.astype(f"i{self.kind().itemsize}").view(self.kind).astype(np.float64)


def _intervals(kind: Any, width: int, bias: int, index_bits: int) -> Intervals:
    shift = width - index_bits
    first = (bias << width) - (1 << (width - 1)) - (1 << (shift - 1))
    return Intervals(kind, first, shift, 1 << index_bits)


def entries(intervals: Intervals) -> tuple[list[float], list[float]]:
    """1/c and log2 c of every interval, rounded to its precision."""
    kind = intervals.kind
    inverses = [kind(2.0 / (low + high)) for low, high in pairwise(intervals.edges())]
    inverses[intervals.number // 2] = kind(1.0)
    context = Context(prec=40)
    ln2 = Decimal(2).ln(context)
    logs = [-context.divide(Decimal(float(x)).ln(context), ln2) for x in inverses]
    return [float(x) for x in inverses], [float(kind(float(log))) for log in logs]


_DOUBLE, _SINGLE = _intervals(np.float64, 52, 1023, 4), _intervals(np.float32, 23, 127, 5)
_first = constant(_DOUBLE.first, _SINGLE.first)
_shift = constant(_DOUBLE.shift, _SINGLE.shift)
_inverse, _log = map(table, *map(entries, (_DOUBLE, _SINGLE)))


@traced
def by_table(x: float) -> float:
    """log2 x for 2**-1022 <= x < inf; at 0 a finite number, so that x log2 x is 0 there.

    In lanes of float32 for 2**-126 <= x < inf.
    """
    first = _first(x)
    shifted = bits(x) - first
    index = shifted >> _shift(x)
    f = fma(from_bits((shifted & fraction(x)) + first), _inverse(index), -1.0)
    return fma(f, series.log2(f), to_float(shifted >> fraction_width(x)) + _log(index))


@traced
def by_division(x: float) -> float:
    """As `by_table`."""
    return log_normal(x) * LOG2_E


log2_normal = by_table if FAST else by_division
