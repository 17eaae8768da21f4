"""Cross-entropy: the sum of x ln(whole/y); with x for y, entropy.

d = y - whole has all digits, and so has the logarithm of a y that is nearly the whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, log_ratio, real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """x ln(whole/y)."""
    if not x:
        return Decimal(0)
    return real(x) * -log_ratio(real(y), real(whole), real(y - whole)) if y else INFINITE


RECORDS = (
    Divergence(
        "cross_entropy",
        symmetric=False,
        function="cross_entropy",
        home="discrete.entropies",
        kernel="cross_entropy",
        exact=Exact(exact),
        gaps="q",
        homogeneous=False,
        metric=False,
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    import numpy as np

    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import select
    from kullback._math.tracing import traced

    log_ratio = arithmetic.log_ratio

    @traced
    def term(x, y, d, whole, alpha):
        return x * log_ratio(whole, y, -d)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    return Terms(term, finish, gaps="q", against_whole=True, first_order=True, linear=True)
