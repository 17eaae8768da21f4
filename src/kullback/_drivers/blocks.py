"""The blocks in which a result is stored that does not fit into memory."""

from __future__ import annotations

import math
from itertools import pairwise

Block = tuple[slice, slice]

SIDE = 1024  # rows and columns of a block: 8 MB
MOST_PAIRS = 1 << 22  # of one that chunks make larger: 32 MB


def of_matrix(n: int, m: int, chunks: tuple[int, ...] | None, symmetric: bool) -> list[Block]:
    """Blocks of whole chunks; of a symmetric matrix those on and above the diagonal."""
    height, width = _whole(chunks[0]) if chunks else SIDE, _whole(chunks[1]) if chunks else SIDE
    if symmetric:  # the mirror image of a block is one too
        height = width = _both(height, width)
    rows, columns = _cut(n, height), _cut(m, width)
    return [(i, j) for i in rows for j in columns if not symmetric or i.start <= j.start]


def of_triangle(n: int, chunks: tuple[int, ...] | None) -> list[Block]:
    """Blocks of the upper triangle; whole rows of it where it is stored in chunks."""
    if not chunks:
        return of_matrix(n, n, None, symmetric=True)
    height = max(1, min(SIDE, MOST_PAIRS // max(1, n)))
    return [(i, slice(i.start, n)) for i in _cut(n, height)]


def _whole(chunk: int) -> int:
    return chunk * max(1, SIDE // chunk)


def _both(height: int, width: int) -> int:
    """A side that is whole chunks both ways, if a block of that size fits into memory."""
    side = math.lcm(height, width)
    return side if side * side <= MOST_PAIRS else SIDE


def _cut(n: int, step: int) -> list[slice]:
    edges = [*range(0, n, step), n]
    return [slice(a, b) for a, b in pairwise(edges)] if n else []
