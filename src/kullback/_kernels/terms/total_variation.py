"""Total variation distance: half the sum of |x - y|."""

from __future__ import annotations

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._kernels.terms.hellinger import apart
from kullback._math.bits import magnitude, select, smaller


def make(arithmetic: Arithmetic) -> Terms:
    """The terms, the same in any arithmetic."""

    @inline
    def term(x, y, d, rest, alpha):
        return magnitude(d)

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        result = 0.5 * total * back
        return select(normalize, smaller(result, 1.0), result)

    return Terms(term, finish, apart, first_order=True, linear=True)
