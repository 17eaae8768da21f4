"""Kullback-Leibler divergence: the sum of x ln(x/y) - x + y."""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._math.bits import select
from kullback._math.log import LN2, log
from kullback._math.sums import times_power_of_two


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    relative_entropy = arithmetic.relative_entropy_by_rest

    @inline
    def term(x, y, d, rest, alpha):
        return relative_entropy(x, y, rest)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    @inline
    def apart(x, x_exponent, y, y_exponent, alpha):
        if x_exponent < y_exponent:
            return times_power_of_two(y, y_exponent), 0.0
        ln = log(x / y) + (x_exponent - y_exponent) * LN2
        return times_power_of_two(x * (ln - 1.0), x_exponent), 0.0

    return Terms(term, finish, apart, gaps="q")
