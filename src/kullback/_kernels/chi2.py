"""Pearson's chi-squared divergence: the sum of (x - y)**2 / y."""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms import Arithmetic, Terms
from kullback._math.bits import select
from kullback._math.sums import times_power_of_two


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    down = arithmetic.down  # a term may be far larger than the rows' scale

    @inline
    def term(x, y, d, rest, alpha):
        return (d * down) * (d / y)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * (back / down))

    @inline
    def apart(x, x_exponent, y, y_exponent, alpha):
        if x_exponent < y_exponent:
            return times_power_of_two(y * down, y_exponent), 0.0
        return times_power_of_two(x * (x / y) * down, 2 * x_exponent - y_exponent), 0.0

    return Terms(term, finish, apart, gaps="q")
