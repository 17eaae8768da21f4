"""Rényi's divergence of order alpha, from sums of terms that are not negative.

With alpha >= 1/2 (below it, x and y change places and alpha becomes 1 - alpha), b = alpha - 1,
L = ln(x/y) and G(z) = e**z - 1 - z >= 0, the sum T of

    (x**alpha y**(1 - alpha) - alpha x - (1 - alpha) y) / b  =  R(x, y) + x G(b L) / b

gives ln(1 + b T) / b. At b = 0 this is KL, and nothing happens on the way there. For b < 0 the
second term is negative, and at most half of the first while x and y are near; where they are far
apart the left side does not cancel. 1 + b T, the affinity, is summed too for when it is small.
For b > 0 terms may overflow: `careful` then takes the largest exponent out.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels import UNCERTIFIED
from kullback._kernels.terms.arithmetic import Arithmetic, Terms
from kullback._kernels.terms.hellinger import NEARLY_NOTHING, minus_log_affinity
from kullback._math.bits import fma, larger, magnitude, select
from kullback._math.exp import exp, exp_tail, expm1
from kullback._math.log import LN2, log
from kullback._math.log_ratio import FLOOR, log_ratio, log_ratio_by_rest, relative_entropy_by_rest
from kullback._math.sums import times_power_of_two

TINY_ORDER = 2.0**-100  # a smaller |alpha - 1| changes nothing
DOWN = 2.0**-500  # x and y are about 2**900: this leaves room above, for exponentials, and below
# Where alpha is below it, what p lacks, divided by alpha, needs more room; digits are lost below,
# but of results that are 0, for all else is in proportion to alpha.
SMALL_ORDER = 2.0**-300
FURTHER_DOWN = 2.0**-1000
LARGEST = 2.0**900  # b T beyond which the largest exponent is taken out
LARGE = 100.0  # the logarithm of a power of x/y to which 1 and b add nothing
FAR_APART = 1.0  # |b L| / |b| beyond which the left side is used for b < 0


@inline
def exponent_of(alpha):
    """b, for the order of alpha and 1 - alpha that is at least 1/2; 0 for KL."""
    b = -min(alpha, 1.0 - alpha) if alpha < 1.0 else alpha - 1.0
    return 0.0 if abs(b) < TINY_ORDER and alpha > 0.5 else b


@inline
def down_of(alpha):
    """What x and y are multiplied by."""
    return FURTHER_DOWN if alpha < SMALL_ORDER else DOWN


@inline
def ordered(x, y, alpha):
    """Where alpha is below 1/2, the other way round."""
    swap = alpha < 0.5
    return select(swap, y, x), select(swap, x, y)


@inline
def _term(x, y, d, rest, alpha):
    b, down = exponent_of(alpha), down_of(alpha)
    x, y = ordered(x, y, alpha)
    rest = select(alpha < 0.5, -rest, rest)
    z = b * log_ratio_by_rest(x, y, rest)
    gain = exp_tail(z)
    share = relative_entropy_by_rest(x, y, rest) * down
    if b != 0.0:
        share = share + x * (down / b) * gain
    if b < 0.0:
        power = select(y == FLOOR, -1.0, expm1(z))
        direct = fma(x * (down / b), power, (y - x) * down)
        share = select(magnitude(z) > -b * FAR_APART, direct, share)
    return share


@inline
def _affinity(x, y, alpha):
    """x**alpha y**(1 - alpha), wanted for alpha < 1 alone."""
    if alpha >= 1.0:
        return x
    x, y = ordered(x, y, alpha)
    power = exp(exponent_of(alpha) * log_ratio(x, y, x - y))
    return select((x == FLOOR) | (y == FLOOR), 0.0, x * power)


@inline
def _finish(total, affinity, gap, back, normalize, alpha):
    b = exponent_of(alpha)
    if alpha < 0.5:  # 1 - alpha takes its place: b = -alpha
        lost = total * (back * (alpha / down_of(alpha)))
        return minus_log_affinity(lost, affinity, back, normalize) / (1.0 - alpha)
    scaled = total * (back / DOWN)
    if b == 0.0:
        return select(gap, np.inf, scaled)
    if b < 0.0:
        lost = -b * scaled
        result = minus_log_affinity(lost, affinity, back, normalize) / -b
        return select(lost < NEARLY_NOTHING, scaled, result)
    grown = b * scaled
    usable = grown < LARGEST
    grown = select(usable, grown, 0.0)
    result = log_ratio(1.0 + grown, 1.0, grown) / b
    finite = total < np.inf
    huge = (log(b * select(finite, total, 1.0)) + log(back / DOWN)) / b
    result = select(grown < NEARLY_NOTHING, scaled, result)
    return select(gap, np.inf, select(usable, result, select(finite, huge, UNCERTIFIED)))


@inline
def _apart(x, x_exponent, y, y_exponent, alpha):
    b, down = exponent_of(alpha), down_of(alpha)
    if alpha < 0.5:
        x, x_exponent, y, y_exponent = y, y_exponent, x, x_exponent
    ln = log(x / y) + (x_exponent - y_exponent) * LN2
    root = exp(0.5 * b * ln)  # the power itself may overflow where x is tiny
    kept = times_power_of_two(x * root, x_exponent) * root
    if x_exponent < y_exponent:
        return times_power_of_two(y * down, y_exponent), kept
    if b * ln > LARGE:  # a power that may overflow where x is tiny
        root = exp(b * ln / 3.0)
        return times_power_of_two(x * down * root, x_exponent) * root * (root / b), kept
    share = ln - 1.0 if b == 0.0 else expm1(b * ln) / b - 1.0
    return times_power_of_two(x * down * share, x_exponent), kept


@inline
def _logarithm(ln_p, ln_q, alpha):
    """Of p**alpha q**(1 - alpha)."""
    return ln_p + (alpha - 1.0) * (ln_p - ln_q)


def make(arithmetic: Arithmetic) -> Terms:
    """Finite orders; in float64 only."""
    return Terms(
        _term, _finish, _apart, affinity=_affinity, gaps="q", first_order=True, logarithm=_logarithm
    )


@inline
def _log_term(x, y, d, rest, alpha):
    return larger(log_ratio_by_rest(x, y, rest), 0.0)


@inline
def _log_finish(total, affinity, gap, back, normalize, alpha):
    return select(gap, np.inf, total)


@inline
def _log_apart(x, x_exponent, y, y_exponent, alpha):
    return max(0.0, log(x / y) + (x_exponent - y_exponent) * LN2), 0.0


def make_infinite(arithmetic: Arithmetic) -> Terms:
    """Order infinity: the largest ln(x/y); bins where x = 0 do not count."""
    return Terms(
        _log_term, _log_finish, _log_apart, gaps="q", first_order=True, linear=True, largest=True
    )
