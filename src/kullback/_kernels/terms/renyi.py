"""Rényi's divergence of order alpha, from sums of terms that are not negative.

With alpha >= 1/2 (below it, x and y change places and alpha becomes 1 - alpha), b = alpha - 1,
L = ln(x/y) and G(z) = e**z - 1 - z >= 0, the sum T of

    (x**alpha y**(1 - alpha) - alpha x - (1 - alpha) y) / b  =  R(x, y) + x G(b L) / b

gives ln(1 + b T) / b. At b = 0 this is KL, and nothing happens on the way there. For b < 0 the
second term is negative, and at most half of the first while x and y are near; where they are far
apart the left side does not cancel. 1 + b T, the affinity, is summed too for when it is small.
For b > 0 terms may overflow: then the exact form takes over.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kullback._exact.functions import (
    INFINITE,
    exp_tail,
    log_ratio,
    minus_ln_of_rest,
    real,
    relative_entropy,
)
from kullback._kernels.terms.record import Divergence, Exact

if TYPE_CHECKING:
    from kullback._kernels.arithmetic import Arithmetic, Terms

TINY_ORDER = 2.0**-100  # a smaller |alpha - 1| changes nothing
DOWN = 2.0**-500  # x and y are about 2**900: this leaves room above, for exponentials, and below
# Where alpha is below it, what p lacks, divided by alpha, needs more room; digits are lost below,
# but of results that are 0, for all else is in proportion to alpha.
SMALL_ORDER = 2.0**-300
FURTHER_DOWN = 2.0**-1000
LARGEST = 2.0**900  # b T to which 1 is nothing, and whose logarithm is that of its factors
FAR_APART = 1.0  # |b L| / |b| beyond which the left side is used for b < 0


def exact(x: int, y: int, whole: int, alpha: float) -> Decimal:
    """A bin's share of T, of the order that is at least 1/2."""
    order = Decimal(alpha)
    if order < Decimal("0.5"):
        x, y, order = y, x, 1 - order
    b = order - 1
    if not x or not y:
        return INFINITE if b >= 0 and x else (order * real(x) - b * real(y)) / -b if b else real(y)
    d = real(x - y)
    share = real(y) * relative_entropy(d / real(y))
    return share + real(x) * exp_tail(b * log_ratio(real(x), real(y), d)) / b if b else share


def finish_exact(total: Decimal, alpha: float) -> Decimal:
    """ln(1 + b T) / b, and what it is for the other order."""
    order = Decimal(alpha)
    if alpha < 0.5:
        return minus_ln_of_rest(order * total) / (1 - order)
    b = order - 1
    return minus_ln_of_rest(-b * total) / -b if b else total


def affinity_exact(x: int, y: int, alpha: float) -> Decimal:
    """x**alpha y**(1 - alpha), for orders below 1."""
    order = Decimal(alpha)
    power = order * log_ratio(real(x), real(y), real(x - y)) if x and y else -INFINITE
    return real(y) * power.exp()


def far_exact(affinity: Decimal, alpha: float) -> Decimal:
    """From the affinity."""
    return affinity.ln() / (Decimal(alpha) - 1) if affinity else INFINITE


EXACT = Exact(exact, finish_exact, affinity_exact, far_exact)


def record(alpha: float) -> Divergence:
    """Of a finite order other than 1."""
    return Divergence(
        "renyi",
        symmetric=alpha == 0.5,
        function="renyi_divergence",
        home="discrete.families",
        kernel="renyi",
        exact=EXACT if alpha < 1.0 else Exact(exact, finish_exact),
        gaps="q" if alpha > 1.0 else "",
        alpha=alpha,
        metric=False,
    )


RECORDS = ()  # a member stands for itself: `kullback.Renyi(2)`


def make(arithmetic: Arithmetic) -> Terms:
    """Finite orders; in float64 only."""
    import numpy as np

    from kullback._kernels import UNCERTIFIED
    from kullback._kernels.arithmetic import Terms
    from kullback._math.affinity import NEARLY_NOTHING, minus_log_affinity
    from kullback._math.bits import fma, magnitude, select, smaller
    from kullback._math.exp import exp, exp_tail, expm1
    from kullback._math.flow import branch
    from kullback._math.log import log
    from kullback._math.tracing import traced

    floor = arithmetic.floor
    log_ratio, log_ratio_by_rest = arithmetic.log_ratio, arithmetic.log_ratio_by_rest
    relative_entropy = arithmetic.relative_entropy_by_rest

    @traced
    def exponent_of(alpha):
        """b, for the order of alpha and 1 - alpha that is at least 1/2; 0 for KL."""
        b = select(alpha < 1.0, -smaller(alpha, 1.0 - alpha), alpha - 1.0)
        return select((magnitude(b) < TINY_ORDER) & (alpha > 0.5), 0.0, b)

    @traced
    def down_of(alpha):
        """What x and y are multiplied by."""
        return select(alpha < SMALL_ORDER, FURTHER_DOWN, DOWN)

    @traced
    def ordered(x, y, alpha):
        """Where alpha is below 1/2, the other way round."""
        swap = alpha < 0.5
        return select(swap, y, x), select(swap, x, y)

    @traced
    def term(x, y, d, rest, alpha):
        b, down = exponent_of(alpha), down_of(alpha)
        x, y = ordered(x, y, alpha)
        rest = select(alpha < 0.5, -rest, rest)
        z = b * log_ratio_by_rest(x, y, rest)
        gain = exp_tail(z)
        of_kl = relative_entropy(x, y, rest) * down
        share = branch(b != 0.0, lambda: of_kl + x * (down / b) * gain, lambda: of_kl)

        def by_power():
            power = select(y == floor, -1.0, expm1(z))
            direct = fma(x * (down / b), power, (y - x) * down)
            return select(magnitude(z) > -b * FAR_APART, direct, share)

        return branch(b < 0.0, by_power, lambda: share)

    @traced
    def affinity(x, y, alpha):
        """x**alpha y**(1 - alpha), wanted for alpha < 1 alone."""

        def by_power():
            first, second = ordered(x, y, alpha)
            power = exp(exponent_of(alpha) * log_ratio(first, second, first - second))
            return select((first == floor) | (second == floor), 0.0, first * power)

        return branch(alpha < 1.0, by_power, lambda: x)

    @traced
    def finish(total, affinity, gap, back, normalize, alpha):
        b, scaled = exponent_of(alpha), total * (back / DOWN)

        def of_small_order():  # 1 - alpha takes the place of alpha: b = -alpha
            lost = total * (back * (alpha / down_of(alpha)))
            return minus_log_affinity(lost, affinity, back, normalize) / (1.0 - alpha)

        def below_one():
            lost = -b * scaled
            result = minus_log_affinity(lost, affinity, back, normalize) / -b
            return select(lost < NEARLY_NOTHING, scaled, result)

        def above_one():
            grown = b * scaled
            usable = grown < LARGEST
            grown = select(usable, grown, 0.0)
            result = log_ratio(1.0 + grown, 1.0, grown) / b
            finite = total < np.inf
            huge = (log(b * select(finite, total, 1.0)) + log(back / DOWN)) / b
            result = select(grown < NEARLY_NOTHING, scaled, result)
            return select(gap, np.inf, select(usable, result, select(finite, huge, UNCERTIFIED)))

        def of_kl():
            return select(gap, np.inf, scaled)

        def of_large_order():
            return branch(b == 0.0, of_kl, lambda: branch(b < 0.0, below_one, above_one))

        return branch(alpha < 0.5, of_small_order, of_large_order)

    return Terms(term, finish, affinity=affinity, gaps="q", first_order=True, curvature=0.5)
