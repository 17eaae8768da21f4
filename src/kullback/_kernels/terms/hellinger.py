"""Hellinger's and Bhattacharyya's distances, from the sum of (sqrt x - sqrt y)**2.

A term is d**2 / (sqrt x + sqrt y)**2, which does not cancel. With h half their sum, Hellinger's
distance is sqrt(h), Bhattacharyya's -ln(1 - h), where 1 - h is the
affinity, the sum of sqrt(x y) of distributions, which is summed too for when it is small.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._kernels.terms.arithmetic import Arithmetic, Terms, root_of_product
from kullback._math.bits import fma, select, smaller, square_root
from kullback._math.log import log
from kullback._math.log_ratio import log_ratio
from kullback._math.sums import times_power_of_two

SMALL = 2.0**-960
NEARLY_NOTHING = 2.0**-60  # a number that is its own logarithm of 1 plus it


def make_root(arithmetic: Arithmetic):
    """sqrt(x y), where x y may be as large as 2**1804; entries below 1 do not count beside that."""
    down = type(arithmetic.down)(float(arithmetic.down) ** 0.5)
    up = type(down)(1.0 / float(down))

    @inline
    def root(x, y, alpha):
        return square_root((x * down) * (y * down)) * up

    return root


def _make_term(arithmetic: Arithmetic):
    root = make_root(arithmetic)
    two = type(arithmetic.floor)(2.0)

    @inline
    def term(x, y, d, rest, alpha):
        return d * (d / fma(two, root(x, y, alpha), x + y))

    return term


@inline
def apart(x, x_exponent, y, y_exponent, alpha):
    """The larger one, and the root of the product."""
    most = y if x_exponent < y_exponent else x
    odd = (x_exponent + y_exponent) & 1
    root = np.sqrt(x * y * (1 + odd))
    return (
        times_power_of_two(most, max(x_exponent, y_exponent)),
        times_power_of_two(root, (x_exponent + y_exponent - odd) >> 1),
    )


def make(arithmetic: Arithmetic) -> Terms:
    """Hellinger's distance."""

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        result = 0.5 * total * back
        return select(normalize, smaller(result, 1.0), result)

    @inline
    def root(value, total, back, alpha):
        return root_of_product(value, 0.5 * total, back)

    return Terms(_make_term(arithmetic), finish, apart, root=root, rooted=True)


def make_bhattacharyya(arithmetic: Arithmetic) -> Terms:
    """Bhattacharyya's distance."""

    @inline
    def finish(total, affinity, gap, back, normalize, alpha):
        return minus_log_affinity(0.5 * total * back, affinity, back, normalize)

    return Terms(_make_term(arithmetic), finish, apart, affinity=make_root(arithmetic))


@inline
def minus_log_affinity(lost, affinity, back, normalize):
    """-ln(1 - lost): from `lost` while that is small; else of distributions from the affinity."""
    rest = 1.0 - lost
    near = -log_ratio(select(lost < 0.5, rest, 1.0), 1.0, select(lost < 0.5, -lost, 0.0))
    if_tiny = lost < NEARLY_NOTHING
    kept = affinity * back
    tiny = kept < SMALL  # as a number, but not yet its logarithm
    far = -log(select(normalize, select(tiny, affinity, kept), rest))
    far = far - select(tiny, log(back), 0.0) if normalize else far
    far = select(rest > 0.0, far, select(normalize, far, np.inf))
    return select(if_tiny, lost, select(lost < 0.5, near, far))
