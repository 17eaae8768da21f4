"""Kullback-Leibler divergence: the sum of x ln(x/y) - x + y."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import INFINITE, real, relative_entropy
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int = 1, alpha: float = 0.0) -> Decimal:
    """y R(t), R(t) = (1 + t) ln(1 + t) - t, t = (x - y)/y."""
    return real(y) * relative_entropy(real(x - y) / real(y)) if y else INFINITE


EXACT = Exact(exact)
RECORDS = (
    Divergence(
        "kl",
        symmetric=False,
        function="kl_divergence",
        home="discrete.divergences",
        kernel="kl",
        exact=EXACT,
        additive=True,
        gaps="q",
        matrix_form="product",
    ),
    Divergence(
        "reverse_kl",
        symmetric=False,
        kernel="kl",
        exact=EXACT,
        additive=True,
        gaps="q",
        reverse=True,
        matrix_form="product",
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    import numpy as np

    from kullback._kernels.arithmetic import Terms
    from kullback._math.bits import select
    from kullback._math.tracing import traced

    relative_entropy = arithmetic.relative_entropy_by_rest

    @traced
    def term(x, y, d, rest, alpha):
        return relative_entropy(x, y, rest)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        return select(gap, np.inf, total * back)

    return Terms(term, finish, gaps="q", curvature=0.5)
