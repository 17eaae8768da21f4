"""Cross-entropy: the sum of x ln(whole/y); with x for y, entropy.

d = y - whole has all digits, and so has the logarithm of a y that is nearly the whole.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._math.bits import select
from kullback._math.log import LN2, log
from kullback._math.sums import times_power_of_two


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    log_ratio = arithmetic.log_ratio

    @inline
    def term(x, y, d, whole, alpha):
        return x * log_ratio(whole, y, -d)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    @inline
    def apart(x, x_exponent, y, y_exponent, alpha):
        if abs(y_exponent) < 1000:  # of a y that is nearly 1 too, with all digits
            ln = log(times_power_of_two(y, y_exponent))
        else:
            ln = log(y) + y_exponent * LN2
        return times_power_of_two(-x * ln, x_exponent), 0.0

    return Terms(term, finish, apart, gaps="q", against_whole=True, first_order=True)
