"""KL of softmax rows, from the sums of `steps`.

With e = E/X, m = M/X and P = 1 + s, s = e + m, whatever the shift in u,

    KL = ln P - m = e - (s - ln(1 + s))

The first form is good where the rows are far apart. The second has all its digits where s is small
beside the root of e, as it is once ln P is in the shift: s is then 0 but for rounding, and KL is e,
a sum of terms that are not negative, which are exactly 0 where u is. How the shift is rounded does
not matter.

What M leaves out, of up to 2**40 columns: |u| is below reach / T but for |(a - A)/T|, which x makes
nothing of. In the fast pass x is below e**-660 < 2**-952, and 2**-912 reach must be below 2**-55 of
the result. In the doubled pass x is below 2**-1875: where |u| <= SEEN that is 2**-1135 of X, 0
in float64; where x is below 2**-7500 it is 0 for any |u| < 2**1126; what is left makes M a NaN.
"""

from __future__ import annotations

import numpy as np

from kullback._kernels.softmax.steps import LOWEST, doubled, excess_of
from kullback._kernels.softmax.sums import Divergence
from kullback._math.bits import larger, magnitude, select
from kullback._math.flow import branch
from kullback._math.log import log
from kullback._math.log_ratio import log_ratio, relative_entropy
from kullback._math.tracing import traced

CLOSE = 0.5  # e below it makes P lie in [0.3, 2.4]
LOSS = 16.0  # how many times larger than the result its parts may be ...
EXCESS_LOSS = 2.0  # ... and e, whose errors are larger, and which one more pass makes equal to it
BY_EXPONENT = 0.25  # an exponent z is off by z 2**-54 on average, x u by x u z times as much
BY_REACH = 2.0**-853  # size <= LOSS result makes 2**-912 reach / T at most 2**-55 of it
SEEN = 2.0**700


@traced
def log_of_quotient(sums):
    """ln P of the sums of a doubled pass whose E is below CLOSE * X."""
    s = (sums[3] + sums[2]) / sums[0]
    return -log_ratio(1.0, 1.0 + s, -s)


@traced
def from_moment(sums, inverse):
    """KL by the first form, the size of what it is made of, and ln P, where M is times `inverse`.

    The mean of |u| is at most |mean u| + 2 ln(1 + P): by Jensen's inequality for its part u > 0.
    KL may be inf, being too large, if M is a number. A NaN stays one.
    """
    quotient = sums[1] / sums[0]
    mean = sums[2] / sums[0] * inverse
    log_p = log(quotient)
    size = magnitude(mean) + magnitude(log_p) + 2.0 * log(1.0 + quotient)
    value = larger(0.0, log_p - mean)
    return select(magnitude(sums[2]) < np.inf, value, np.nan), size, log_p


@traced
def from_excess(sums):
    """KL by the second form, e, and ln P, for e below CLOSE."""
    excess = sums[3] / sums[0]
    s = excess + sums[2] / sums[0]
    value = larger(0.0, excess - relative_entropy(1.0, 1.0 + s, -s))
    return value, excess, -log_ratio(1.0, 1.0 + s, -s)


@traced
def of_fast(sums, reach, heat):
    """Exponents are rounded, which shows in small probabilities if the result hangs on them."""
    value, size, log_p = from_moment(sums, heat.inverse)
    size = larger(1.0 + size, magnitude(sums[3] / sums[0]) * heat.inverse * BY_EXPONENT)
    return value, larger(size, reach * BY_REACH * heat.inverse) <= LOSS * value, log_p


@traced
def step(sums, a, b, frame, heat):
    """X, Y, M and E in lanes, with eight columns more."""
    columns = doubled(a, b, frame, heat)
    seen = (columns.below > 4.0 * LOWEST * heat.temperature) & ~(magnitude(columns.u) < SEEN)
    moment = select(columns.floored, select(seen, np.nan, 0.0), columns.x * columns.u)
    excess = excess_of(columns, moment)
    return sums[0] + columns.x, sums[1] + columns.y, sums[2] + moment, sums[3] + excess


@traced
def of_doubled(sums):
    """With any shift."""

    def near():
        value, size, log_p = from_excess(sums)
        return value, size <= EXCESS_LOSS * value, log_p

    def far():
        value, size, log_p = from_moment(sums, 1.0)
        return value, size <= LOSS * value, log_p

    return branch(sums[3] < CLOSE * sums[0], near, far)


KL = Divergence(of_fast, step, of_doubled, infinite=True)
