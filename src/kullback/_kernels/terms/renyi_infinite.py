"""Rényi's divergence of order infinity: the largest ln(x/y); bins where x = 0 do not count."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, log_ratio, real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """ln(x/y) where it is positive."""
    if not x or (y and x <= y):
        return Decimal(0)
    return log_ratio(real(x), real(y), real(x - y)) if y else INFINITE


RECORD = Divergence(
    "renyi",
    symmetric=False,
    function="renyi_divergence",
    home="discrete.families",
    kernel="renyi_infinite",
    exact=Exact(exact, largest=True),
    gaps="q",
    metric=False,
)
RECORDS = ()  # a member stands for itself: `kullback.Renyi(math.inf)`


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    import numpy as np

    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import larger, select
    from kullback._math.tracing import traced

    log_ratio = arithmetic.log_ratio_by_rest

    @traced
    def term(x, y, d, rest, alpha):
        return larger(log_ratio(x, y, rest), 0.0)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total)

    return Terms(term, finish, gaps="q", first_order=True, linear=True, largest=True)
