"""A row pair as `careful` sees it: where it lies, and what an option makes of its entries."""

from __future__ import annotations

from typing import Any, NamedTuple

from kullback._jit import inline
from kullback._math.memory import load

TOP = 900  # rows are scaled so that their largest entry is about 2**TOP


class Pair(NamedTuple):
    """The rules of `rules`, known when a kernel runs: one serves all but the pseudocount."""

    p: Any
    q: Any
    p_at: int
    q_at: int
    k: int
    skips: bool
    fills: bool
    amount: float  # the pseudocount, or what fills a gap


@inline
def filling(pair, has_gaps):
    """The pair, whose rule fills nothing where there are no gaps."""
    fills = pair.fills and has_gaps
    return Pair(pair.p, pair.q, pair.p_at, pair.q_at, pair.k, pair.skips, fills, pair.amount)


@inline
def entries(pair, c):
    """The two entries of a column; a gap that is to be filled is still 0."""
    a = load(pair.p, pair.p_at + c)
    b = load(pair.q, pair.q_at + c)
    return 0.0 if pair.skips and b == 0.0 else a, b
