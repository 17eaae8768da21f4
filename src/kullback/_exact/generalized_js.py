"""The divergence of m discrete rows from their weighted mean, whatever the numbers.

With x the entries as integers, A their sum over a row and r the row of the largest weight, a row's
probability differs from that of r by u = (x_i A_r - x_r A_i) / (A_i A_r): 0 where the two are
proportional, rounded once elsewhere. From the mean it differs by d = u - sum w u, and since u_r = 0
this costs a part sqrt(m) of the digits at most: sum w u**2 - (sum w u)**2 >= sum w u**2 / m.
Every term, w y R(d/y) with y the mean and R(t) = (1 + t) ln(1 + t) - t, is >= 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext

from kullback._exact.functions import CONTEXT, real, relative_entropy

UNIT = 1074  # entries are whole numbers in units of 2**-UNIT

Rows = Sequence[Sequence[float]]


def divergence(
    parts: Callable[[], Iterable[Rows]], weights: Sequence[float], amount: float, normalize: bool
) -> float:
    """In nats, of rows that are distributions; `parts` gives some columns of them at a time.

    It is called twice: for the sums of the rows, and for the terms.
    """
    wholes = [0] * len(weights)
    for part in parts():
        for i, row in enumerate(part):
            wholes[i] += sum(map(_whole_number, row)) + len(row) * _whole_number(amount)
    chosen = [i for i, w in enumerate(weights) if w]
    chosen.sort(key=lambda i: -weights[i])
    units = [wholes[i] if normalize else 1 << UNIT for i in chosen]
    with localcontext(CONTEXT):
        shares = [Decimal(weights[i]) for i in chosen]
        total = sum(shares)
        shares = [w / total for w in shares]
        result = Decimal(0)
        for part in parts():
            for column in zip(*(part[i] for i in chosen), strict=True):
                bins = [_whole_number(a) + _whole_number(amount) for a in column]
                result += _column(bins, units, shares)
        return float(result)


def _whole_number(x: float) -> int:
    numerator, denominator = x.as_integer_ratio()
    return numerator << (UNIT + 1 - denominator.bit_length())


def _column(bins: list[int], units: list[int], shares: list[Decimal]) -> Decimal:
    """What one bin adds, its first row being the one that the others are compared with."""
    b, whole = bins[0], units[0]
    apart = [
        real(a * whole - b * unit) / real(unit * whole) for a, unit in zip(bins, units, strict=True)
    ]
    if not any(apart):
        return Decimal(0)
    further = sum((w * u for w, u in zip(shares, apart, strict=True)), Decimal(0))
    mean = real(b) / real(whole) + further
    terms = Decimal(0)
    for a, u, w in zip(bins, apart, shares, strict=True):
        # Where a row's share is next to nothing, rounding could bring t below -1.
        t = max((u - further) / mean, Decimal(-1)) if a else Decimal(-1)
        terms += w * mean * relative_entropy(t)
    return terms
