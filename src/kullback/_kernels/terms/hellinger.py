"""Hellinger's distance: the root of half the sum of (sqrt x - sqrt y)**2.

A term is d**2 / (sqrt x + sqrt y)**2, which does not cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kullback._exact.functions import real
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """Half of (x - y)**2 / (sqrt x + sqrt y)**2."""
    return real(x - y) ** 2 / (real(x).sqrt() + real(y).sqrt()) ** 2 / 2


def finish_exact(total: Decimal, alpha: float) -> Decimal:
    """The root."""
    return total.sqrt()


RECORDS = (
    Divergence(
        "hellinger",
        symmetric=True,
        function="hellinger_distance",
        home="discrete.distances",
        kernel="hellinger",
        exact=Exact(exact, finish_exact),
        takes_base=False,
        matrix_form="product",
    ),
)


def make_root(arithmetic: Arithmetic) -> Callable[..., Any]:
    """sqrt(x y), where x y may be as large as 2**1804; entries below 1 do not count beside that."""
    from kullback._math.bits import square_root
    from kullback._math.tracing import traced

    down = type(arithmetic.down)(float(arithmetic.down) ** 0.5)
    up = type(down)(1.0 / float(down))

    @traced
    def root(x, y, alpha):
        return square_root((x * down) * (y * down)) * up

    return root


def make_term(arithmetic: Arithmetic) -> Callable[..., Any]:
    """Twice a bin's share of the square of the distance."""
    from kullback._math.bits import fma
    from kullback._math.tracing import traced

    root = make_root(arithmetic)
    two = type(arithmetic.floor)(2.0)

    @traced
    def term(x, y, d, rest, alpha):
        return d * (d / fma(two, root(x, y, alpha), x + y))

    return term


def make(arithmetic: Arithmetic) -> Terms:
    """The terms in one arithmetic."""
    from kullback._kernels.arithmetic import Terms, root_of_product
    from kullback._math.bits import select, smaller
    from kullback._math.tracing import traced

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        result = 0.5 * total * back
        return select(normalize, smaller(result, 1.0), result)

    @traced
    def root(value, total, back, alpha):
        return root_of_product(value, 0.5 * total, back)

    return Terms(make_term(arithmetic), finish, root=root, rooted=True, curvature=0.125)
