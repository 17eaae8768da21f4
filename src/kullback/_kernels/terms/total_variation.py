"""Total variation distance: half the sum of |x - y|."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """|x - y| / 2."""
    return real(abs(x - y)) / 2


RECORDS = (
    Divergence(
        "total_variation",
        symmetric=True,
        function="total_variation_distance",
        home="discrete.distances",
        kernel="total_variation",
        exact=Exact(exact),
        additive=True,
        takes_base=False,
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms, the same in any arithmetic."""
    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import magnitude, select, smaller
    from kullback._math.tracing import traced

    @traced
    def term(x, y, d, rest, alpha):
        return magnitude(d)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        result = 0.5 * total * back
        return select(normalize, smaller(result, 1.0), result)

    return Terms(term, finish, first_order=True, linear=True)
