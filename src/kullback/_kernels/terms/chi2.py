"""Pearson's chi-squared divergence: the sum of (x - y)**2 / y."""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._math.bits import select
from kullback._math.sums import times_power_of_two


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    down = arithmetic.down
    nothing = type(down)(0.0)
    most = type(down)(2.0 ** (100 if float(down) < 2.0**-500 else 20))

    @inline
    def term(x, y, d, rest, alpha):
        """Where it is not too large for the scale of the rows ..."""
        ratio = d / y
        return select(ratio < most, d * ratio, nothing)

    @inline
    def large(x, y, alpha):
        """... and where it is, made smaller."""
        d = x - y
        ratio = d / y
        return select(ratio < most, nothing, (d * down) * ratio)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back + affinity * (back / down))

    @inline
    def apart(x, x_exponent, y, y_exponent, alpha):
        if x_exponent < y_exponent:
            return times_power_of_two(y, y_exponent), 0.0
        return 0.0, times_power_of_two(x * (x / y) * down, 2 * x_exponent - y_exponent)

    return Terms(term, finish, apart, affinity=large, gaps="q")
