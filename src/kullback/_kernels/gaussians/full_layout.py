"""Where the numbers of eight Gaussians with full covariances lie, while rows are made of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from kullback._kernels.gaussians.cholesky import row_of
from kullback._math.lanes import WIDTH, lanes_of
from kullback._math.memory import entry
from kullback._math.tracing import traced


class Layout(NamedTuple):
    """Where things lie in a workspace, which begins with mean and covariance of a row."""

    apart: Any  # from here on in pairs of lanes
    a: Any
    z: Any
    row: Any
    inverses: Any  # of D
    v: Any  # V, then L D, then D**-1 L**-1
    factor: Any  # L
    inverse: Any  # L**-1
    roots: Any  # from here on in single lanes
    left: Any
    right: Any
    sums: Any


@traced
def layout(d):
    """Of a workspace for d dimensions."""
    triangle = d * (d + 1) >> 1
    apart = (d * d + d + 7 & -8) >> 1
    v = apart + 5 * d
    roots = 2 * (v + 3 * triangle)
    left = roots + d
    right = left + half_width(d)
    pairs = (apart, apart + d, apart + 2 * d, apart + 3 * d, apart + 4 * d)
    triangles = (v, v + triangle, v + 2 * triangle)
    return Layout(*pairs, *triangles, roots, left, right, right + half_width(d))


@traced
def half_width(d):
    """Numbers that a row of one kind becomes: a triangle and a vector, to whole lanes."""
    return (d * (d + 1) >> 1) + d + 7 & -8


def workspace(d: int) -> int:
    """How many float64 a call needs."""
    return int(WIDTH * (layout(d).sums + 4))


@traced
def weights(given, d):
    """What entries of covariances, and of means, are multiplied by in p and divided by in q."""
    at = 2 * d + row_of(0 * d, d)
    return lanes_of(entry(given, at)), lanes_of(entry(given, at + 1))
