"""Jeffreys' divergence, KL in both directions: the sum of (x - y) ln(x/y)."""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._math.bits import select
from kullback._math.log import LN2, log
from kullback._math.sums import times_power_of_two


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    log_ratio = arithmetic.log_ratio_by_rest

    @inline
    def term(x, y, d, rest, alpha):
        return ((x - y) + rest) * log_ratio(x, y, rest)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    @inline
    def apart(x, x_exponent, y, y_exponent, alpha):
        ln = abs(log(x / y) + (x_exponent - y_exponent) * LN2)
        most = y if x_exponent < y_exponent else x
        return times_power_of_two(most * ln, max(x_exponent, y_exponent)), 0.0

    return Terms(term, finish, apart, gaps="either")
