"""Jensen-Shannon divergence: half the relative entropies of x and y to their mean.

With t = x + y and both arguments doubled, no mean has to be formed:
JS = (R(2 min, t) + R(2 max, t)) / 4, R(x, y) = x ln(x/y) - x + y >= 0, and the differences
2 min - t = -|x - y|, 2 max - t = |x - y| are exact. The logarithm of the larger one's ratio
lies in [0, ln 2], so it needs no exponent.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._kernels.terms.kl import exact as kl_exact
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """Half the relative entropies of x and y to their mean, everything doubled."""
    return (kl_exact(2 * x, x + y) + kl_exact(2 * y, x + y)) / 4


def finish_exact(total: Decimal, alpha: float) -> Decimal:
    """The distance where alpha is 1/2."""
    return total.sqrt() if alpha == 0.5 else total


RECORDS = (
    Divergence(
        "js",
        symmetric=True,
        function="js_divergence",
        home="discrete.divergences",
        kernel="js",
        exact=Exact(exact, finish_exact, most=math.log(2.0)),
        additive=True,
        matrix_form="entropic",
    ),
    Divergence(
        "js_distance",
        symmetric=True,
        function="js_distance",
        home="discrete.divergences",
        kernel="js",
        exact=Exact(exact, finish_exact, most=math.sqrt(math.log(2.0))),
        root=True,
        alpha=0.5,
        matrix_form="entropic",
    ),
)


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    from kullback._kernels.arithmetic import Terms, root_of_product
    from kullback._math.bits import fma, larger, magnitude, select, smaller
    from kullback._math.flow import branch
    from kullback._math.log import LN2
    from kullback._math.tracing import traced

    relative_entropy = arithmetic.relative_entropy
    of_larger = arithmetic.relative_entropy_of_larger

    @traced
    def term(x, y, d, rest, alpha):
        """Four times one bin's share; a zero needs nothing else."""
        minus_apart = -magnitude(d)
        low = smaller(x, y)
        total = x + y
        product, tail = of_larger(larger(x, y), total, minus_apart)
        return fma(product, tail, relative_entropy(low + low, total, minus_apart))

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        """Of distributions, at most ln 2."""
        result = 0.25 * total * back
        return select(normalize, smaller(result, LN2), result)

    @traced
    def root(value, total, back, alpha):
        """The distance where alpha is 1/2."""
        return branch(
            alpha == 0.5, lambda: root_of_product(value, 0.25 * total, back), lambda: value
        )

    return Terms(term, finish, root=root, curvature=0.125)
