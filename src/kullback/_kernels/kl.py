"""Kullback-Leibler divergence: the sum of x ln(x/y) - x + y."""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.bits import select
from kullback._math.log import LN2
from kullback._math.log_ratio import FLOOR, relative_entropy


@inline
def term(x: float, y: float, d: float) -> float:
    """One bin's share; x and y are floored: FLOOR stands for 0. Infinite where y = 0 < x."""
    return select((y == FLOOR) & (x != FLOOR), np.inf, relative_entropy(x, y, d))


@inline
def tail(x: float, n: int) -> float:
    """What `term` grows by when y, already far below x, is a further 2**-n smaller."""
    return x * n * LN2


@inline
def finish(total: float, normalize: bool) -> float:
    """From the sum of the terms of two rows to the divergence."""
    return total
