"""Rows of eight Gaussians to lanes of a workspace, one Gaussian in each lane, and back."""

from __future__ import annotations

from kullback._jit import outline
from kullback._kernels.gaussians.cholesky import get, put
from kullback._kernels.matrices.reference import load_columns
from kullback._math.bits import smaller
from kullback._math.lanes import WIDTH
from kullback._math.memory import entry, store_lanes
from kullback._math.shuffles import transposed
from kullback._math.tracing import traced


@traced
def _gather_columns(source, at, c, count, space, target):
    lanes = transposed(tuple(load_columns(source, place, c, count) for place in at))
    for r in range(WIDTH):
        put(space, target + c + r, lanes[r])


@outline
def gather(source, at, count, space, target):
    """`count` neighbours of eight rows, transposed; up to a whole multiple of WIDTH are written."""
    for c in range(0, count, WIDTH):
        _gather_columns(source, at, c, count, space, target)


@traced
def _scatter_columns(space, source, c, target, at):
    rows = transposed(tuple(get(space, source + c + r) for r in range(WIDTH)))
    for r in range(WIDTH):
        store_lanes(target, at[r] + c, rows[r])


@outline
def scatter(space, source, count, target, at):
    """The other way: `count` places, a whole multiple of WIDTH, to neighbours in eight rows."""
    for c in range(0, count, WIDTH):
        _scatter_columns(space, source, c, target, at)


@traced
def places(index, start, last, count):
    """Where eight rows of `count` numbers begin, the last one again where there are fewer."""
    return tuple(entry(index, smaller(start + i, last)) * count for i in range(WIDTH))


@traced
def places_in_order(start, last, count):
    """As `places`, of rows that are all meant."""
    return tuple(smaller(start + i, last) * count for i in range(WIDTH))
