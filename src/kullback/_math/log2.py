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
from typing import Any

import numpy as np

from kullback._jit import inline
from kullback._math import series
from kullback._math.bits import bits, fma, from_bits, to_float
from kullback._math.log import FRACTION, FRACTION_SINGLE, log_normal, log_normal_singles
from kullback._math.tables import FAST, table

# Bounds that the tests hold them to, in units in the last place. The polynomial is cut where its
# error is below that of e + log2 c; close to 1, where that is 0, it shows: 8.1 and 1.9 were seen,
# elsewhere 1.9 and 1.3.
LOG2_ULP = 9.0
LOG2_SINGLE_ULP = 3.0

LOG2_E = 1.4426950408889634
LOG2_E_SINGLE = np.float32(LOG2_E)
INDEX_BITS, INDEX_BITS_SINGLE = 4, 5  # of the table's index
SHIFT, SHIFT_SINGLE = 52 - INDEX_BITS, 23 - INDEX_BITS_SINGLE
# The first interval begins here, so that the one with the middle index is around 1.
FIRST = (1023 << 52) - (1 << 51) - (1 << (SHIFT - 1))
FIRST_SINGLE = np.int32((127 << 23) - (1 << 22) - (1 << (SHIFT_SINGLE - 1)))
MINUS_ONE_SINGLE = np.float32(-1.0)


def entries(kind: Any) -> tuple[list[Any], list[Any]]:
    """1/c and log2 c of every interval, in float64 or float32."""
    single = kind is np.float32
    first, shift = (int(FIRST_SINGLE), SHIFT_SINGLE) if single else (FIRST, SHIFT)
    count = 1 << (INDEX_BITS_SINGLE if single else INDEX_BITS)
    edges = (first + (np.arange(count + 1) << shift)).astype(np.int32 if single else np.int64)
    edges = edges.view(kind).astype(np.float64)
    inverses = [kind(2.0 / (low + high)) for low, high in pairwise(edges)]
    inverses[count // 2] = kind(1.0)
    context = Context(prec=40)
    ln2 = Decimal(2).ln(context)
    logs = [-context.divide(Decimal(float(x)).ln(context), ln2) for x in inverses]
    return inverses, [kind(float(log)) for log in logs]


_inverse, _log = (table(part) for part in entries(np.float64))
_inverse_single, _log_single = (table(part) for part in entries(np.float32))


@inline
def by_table(x: float) -> float:
    """log2 x for 2**-1022 <= x < inf; at 0 a finite number, so that x log2 x is 0 there."""
    shifted = bits(x) - FIRST
    index = shifted >> SHIFT
    f = fma(from_bits((shifted & FRACTION) + FIRST), _inverse(index), -1.0)
    return fma(f, series.log2(f), to_float(shifted >> 52) + _log(index))


@inline
def by_table_singles(x: float) -> float:
    """The same of sixteen lanes."""
    shifted = bits(x) - FIRST_SINGLE
    index = shifted >> SHIFT_SINGLE
    m = from_bits((shifted & FRACTION_SINGLE) + FIRST_SINGLE)
    f = fma(m, _inverse_single(index), MINUS_ONE_SINGLE)
    return fma(f, series.log2_single(f), to_float(shifted >> 23) + _log_single(index))


@inline
def by_division(x: float) -> float:
    """As `by_table`."""
    return log_normal(x) * LOG2_E


@inline
def by_division_singles(x: float) -> float:
    """As `by_table_singles`."""
    return log_normal_singles(x) * LOG2_E_SINGLE


log2_normal = by_table if FAST else by_division
log2_normal_singles = by_table_singles if FAST else by_division_singles
