"""Jeffreys' divergence, KL in both directions: the sum of (x - y) ln(x/y)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, log_ratio, real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """(x - y) ln(x/y)."""
    d = real(x - y)
    return d * log_ratio(real(x), real(y), d) if x and y else INFINITE


RECORDS = (
    Divergence(
        "jeffreys",
        symmetric=True,
        function="jeffreys_divergence",
        home="discrete.divergences",
        kernel="jeffreys",
        exact=Exact(exact),
        additive=True,
        gaps="either",
        matrix_form="product",
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    import numpy as np

    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import select
    from kullback._math.tracing import traced

    log_ratio = arithmetic.log_ratio_by_rest

    @traced
    def term(x, y, d, rest, alpha):
        return ((x - y) + rest) * log_ratio(x, y, rest)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    return Terms(term, finish, gaps="either", curvature=1.0)
