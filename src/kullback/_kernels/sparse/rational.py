"""Divergences of sparse rows that need no logarithm.

With sums over the bins of both,

    total variation = (sum p + sum q) / 2 - sum min(p, q),
    triangular      = sum p + sum q - sum 4 p q / (p + q),
    chi-squared     = sum p**2 / q - 2 sum p + sum q,   infinite where q = 0 < p.
"""

from __future__ import annotations

from kullback._kernels.sparse.forms import Side, Walk
from kullback._math.bits import select, smaller
from kullback._math.tracing import traced

INFINITE = float("inf")


@traced
def _itself(p, more, absent, given):
    return p, p, 0.0, 0.0, 0.0, 0.0


@traced
def _whole(shares, row):
    return row.mass, 1.0, row.mass, 0.0


@traced
def _whole_right(shares, row):
    return 1.0, row.mass, row.mass, 0.0


@traced
def _twice_less(x1, x2, y1, y2):
    less = smaller(x1, y1)
    return -(less + less)


@traced
def _half(total, second, counts, options):
    value = 0.5 * total
    return select(options.normalize, smaller(value, 1.0), value), total


@traced
def _harmonic(x1, x2, y1, y2):
    return -(4.0 * x1) * (y1 / (x1 + y1))


@traced
def _up_to_two(total, second, counts, options):
    return select(options.normalize, smaller(total, 2.0), total), total


TOTAL_VARIATION = Walk(Side(_itself, _whole), Side(_itself, _whole_right), _twice_less, _half, 2)
TRIANGULAR = Walk(Side(_itself, _whole), Side(_itself, _whole_right), _harmonic, _up_to_two, 2)


@traced
def _square(p, more, absent, given):
    return p * p, p, 0.0, 0.0, 0.0, 0.0


@traced
def _inverse(p, more, absent, given):
    return 1.0 / p, p, 0.0, 0.0, 0.0, 0.0


@traced
def _minus_twice(shares, row):
    return -2.0 * row.mass, 1.0, 0.0, 0.0


@traced
def _product(x1, x2, y1, y2):
    return x1 * y1


@traced
def _unless_gap(total, second, counts, options):
    gap = second < counts[0]
    return select(gap, INFINITE, total), select(gap, INFINITE, total)


CHI2 = Walk(
    Side(_square, _minus_twice), Side(_inverse, _whole_right), _product, _unless_gap, 2, counts=True
)
