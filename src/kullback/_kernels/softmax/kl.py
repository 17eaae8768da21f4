"""KL of softmax rows, from the sums of `softmax_steps`.

With e = E/X, m = M/X and P = 1 + s, s = e + m, whatever the shift in u,

    KL = ln P - m = e - (s - ln(1 + s))

The first form is good where the rows are far apart. The second has all its digits where s is small
beside the root of e, as it is once ln P is in the shift: s is then 0 but for rounding, and KL is e,
a sum of terms that are not negative, which are exactly 0 where u is. How the shift is rounded does
not matter.
"""

from __future__ import annotations

from kullback._jit import inline
from kullback._kernels.softmax.exponentials import Divergence
from kullback._kernels.softmax.steps import exact_step
from kullback._math.bits import larger
from kullback._math.log import log
from kullback._math.log_ratio import log_ratio, relative_entropy

CLOSE = 0.5  # e below it makes P lie in [0.3, 2.4]
LOSS = 16.0  # how many times larger than the result its parts may be ...
EXCESS_LOSS = 2.0  # ... and e, whose errors are larger, and which one more pass makes equal to it
BY_EXPONENT = 0.25  # an exponent z is off by z 2**-54 on average, x u by x u z times as much


@inline
def log_of_quotient(sums):
    """ln P of the sums of an exact pass."""
    if sums[3] < CLOSE * sums[0]:
        s = (sums[3] + sums[2]) / sums[0]
        return -log_ratio(1.0, 1.0 + s, -s)
    return log(sums[1] / sums[0])


@inline
def from_moment(sums):
    """KL by the first form, the size of what it is made of, and ln P.

    The mean of |u| is at most |mean u| + 2 ln(1 + P): by Jensen's inequality for its part u > 0.
    """
    quotient = sums[1] / sums[0]
    mean = sums[2] / sums[0]
    log_p = log(quotient)
    size = abs(mean) + abs(log_p) + 2.0 * log(1.0 + quotient)
    return larger(0.0, log_p - mean), size, log_p  # nan stays nan


@inline
def from_excess(sums):
    """KL by the second form, e, and ln P, for e below CLOSE."""
    excess = sums[3] / sums[0]
    s = excess + sums[2] / sums[0]
    value = larger(0.0, excess - relative_entropy(1.0, 1.0 + s, -s))
    return value, excess, -log_ratio(1.0, 1.0 + s, -s)


@inline
def direct_plan(sums):
    """Exponents are rounded, which shows in small probabilities if the result hangs on them."""
    value, size, log_p = from_moment(sums)
    size = larger(1.0 + size, abs(sums[3] / sums[0]) * BY_EXPONENT)
    return value, size <= LOSS * value, log_p


@inline
def plan(sums):
    """Of the sums of an exact pass, with any shift."""
    if sums[3] < CLOSE * sums[0]:
        value, size, log_p = from_excess(sums)
        return value, size <= EXCESS_LOSS * value, log_p
    value, size, log_p = from_moment(sums)
    return value, size <= LOSS * value, log_p


KL = Divergence(direct_plan, plan, exact_step, plan, infinite=True)
