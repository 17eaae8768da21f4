"""Bhattacharyya's distance: -ln(1 - h), h half the sum of (sqrt x - sqrt y)**2.

Of distributions 1 - h is the affinity, the sum of sqrt(x y), which is summed too for when it is
small.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, minus_ln_of_rest, real
from kullback._kernels.terms.hellinger import exact, make_root, make_term
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def finish_exact(total: Decimal, alpha: float) -> Decimal:
    """From half the sum of squares; measures may have nothing left."""
    return minus_ln_of_rest(total)


def affinity_exact(x: int, y: int, alpha: float) -> Decimal:
    """sqrt(x y)."""
    return (real(x) * real(y)).sqrt()


def far_exact(affinity: Decimal, alpha: float) -> Decimal:
    """From the affinity."""
    return -affinity.ln() if affinity else INFINITE


RECORDS = (
    Divergence(
        "bhattacharyya",
        symmetric=True,
        function="bhattacharyya_distance",
        home="discrete.distances",
        kernel="bhattacharyya",
        exact=Exact(exact, finish_exact, affinity_exact, far_exact),
        matrix_form="product",
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    from kullback._kernels.arithmetic import Terms
    from kullback._math.affinity import minus_log_affinity
    from kullback._math.tracing import traced

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return minus_log_affinity(0.5 * total * back, affinity, back, normalize)

    root = make_root(arithmetic)
    return Terms(make_term(arithmetic), finish, affinity=root, curvature=0.125, rooted=True)
