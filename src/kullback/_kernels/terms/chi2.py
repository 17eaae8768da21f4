"""Pearson's chi-squared divergence: the sum of (x - y)**2 / y."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """(x - y)**2 / y."""
    return real(x - y) ** 2 / real(y) if y else INFINITE


RECORDS = (
    Divergence(
        "chi2",
        symmetric=False,
        function="chi2_divergence",
        home="discrete.distances",
        kernel="chi2",
        exact=Exact(exact),
        additive=True,
        gaps="q",
        takes_base=False,
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    import numpy as np

    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import select
    from kullback._math.tracing import traced

    down = arithmetic.down
    nothing = type(down)(0.0)
    most = type(down)(2.0 ** (100 if float(down) < 2.0**-500 else 20))

    @traced
    def term(x, y, d, rest, alpha):
        """Where it is not too large for the scale of the rows ..."""
        ratio = d / y
        return select(ratio < most, d * ratio, nothing)

    @traced
    def large(x, y, alpha):
        """... and where it is, made smaller."""
        d = x - y
        ratio = d / y
        return select(ratio < most, nothing, (d * down) * ratio)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back + affinity * (back / down))

    return Terms(term, finish, affinity=large, gaps="q")
