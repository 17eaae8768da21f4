"""Hellinger's and Bhattacharyya's distances of sparse rows.

With r = sqrt(e), e being what a row has in every bin (0 but for pseudocounts), and
g = sqrt(p) - r = (p - e) / (sqrt(p) + r), the affinity of two rows in k bins is

    sum sqrt(p q) = k r r' + r' sum g + r sum g' + sum over the bins of both of g g'.
"""

from __future__ import annotations

from kullback._kernels.sparse.forms import Side, Walk
from kullback._math.bits import select, smaller, square_root
from kullback._math.log import log
from kullback._math.tracing import traced

INFINITE = float("inf")
SIZE_OF_ROOTS = 0.375  # of SIZE roundings: 3 of a root, and as many of a product and a sum


@traced
def _entry(p, more, absent, given):
    root = more / (square_root(p) + square_root(absent))
    return root, root, root, 0.0, 0.0, 0.0


@traced
def _affinity(shares, row):
    """r, and what it is multiplied by: half of k r, and sum g."""
    root = square_root(row.absent)
    return root, shares[0] + 0.5 * row.k * root


@traced
def _left(shares, row):
    root, rest = _affinity(shares, row)
    return 0.5 * row.mass, 1.0, -root, -rest, SIZE_OF_ROOTS * row.mass, 0.0


@traced
def _right(shares, row):
    root, rest = _affinity(shares, row)
    return 1.0, 0.5 * row.mass, rest, root, SIZE_OF_ROOTS * row.mass, 0.0


@traced
def _minus_product(x1, x2, y1, y2):
    return -(x1 * y1)


@traced
def _root(total, second, counts, options):
    value = select(options.normalize, smaller(total, 1.0), total)
    return square_root(value), total


HELLINGER = Walk(Side(_entry, _left), Side(_entry, _right), _minus_product, _root, owns=4)


@traced
def _near_left(shares, row):
    """Of measures, 1 - H**2 takes the place of the affinity."""
    root, rest = _affinity(shares, row)
    size = select(row.normalize, 0.0, 1.0 + row.mass)
    return select(row.normalize, 0.0, 0.5 - 0.5 * row.mass), 1.0, root, rest, size, 0.0


@traced
def _near_right(shares, row):
    root, rest = _affinity(shares, row)
    size = select(row.normalize, 0.0, 1.0 + row.mass)
    return 1.0, select(row.normalize, 0.0, 0.5 - 0.5 * row.mass), rest, root, size, 0.0


@traced
def _product(x1, x2, y1, y2):
    return x1 * y1


@traced
def _logarithm(total, second, counts, options):
    """An error of the affinity counts the more, the nearer it is to 1; none is infinitely far."""
    there = total > 0.0
    value = -log(select(there, total, 1.0))
    none = select(options.plain & options.normalize, total, 1.0) == 0.0
    return select(none, INFINITE, value), select(none, INFINITE, total * value)


BHATTACHARYYA = Walk(
    Side(_entry, _near_left), Side(_entry, _near_right), _product, _logarithm, owns=4
)
