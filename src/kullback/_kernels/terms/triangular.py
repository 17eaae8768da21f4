"""Triangular discrimination: the sum of (x - y)**2 / (x + y)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """(x - y)**2 / (x + y)."""
    return real(x - y) ** 2 / real(x + y)


RECORDS = (
    Divergence(
        "triangular",
        symmetric=True,
        function="triangular_discrimination",
        home="discrete.distances",
        kernel="triangular",
        exact=Exact(exact),
        additive=True,
        takes_base=False,
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms, the same in any arithmetic."""
    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import select, smaller
    from kullback._math.tracing import traced

    @traced
    def term(x, y, d, rest, alpha):
        return d * (d / (x + y))

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        result = total * back
        return select(normalize, smaller(result, 2.0), result)

    return Terms(term, finish, curvature=0.5)
