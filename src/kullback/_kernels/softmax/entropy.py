"""Entropy of a softmax row, whose partner is the row itself.

With z = (a - A)/T, x = e**z and X = sum x, H = ln X + sum x (-z) / X: two terms that are not
negative. X is n, the number of largest logits, and a rest that is summed apart, so that
ln X = ln n + ln(1 + rest/n) keeps its digits where one bin has nearly everything.
"""

from __future__ import annotations

from kullback._kernels.softmax.steps import SCALE, differences
from kullback._kernels.softmax.sums import Divergence
from kullback._math.bits import select
from kullback._math.exp import power_of_integer, reduced
from kullback._math.log import log
from kullback._math.log_ratio import log_ratio
from kullback._math.tracing import traced

UNIT = 2.0**-SCALE


@traced
def of_fast(sums, reach, heat):
    """Nothing: the doubled pass does all."""
    return 0.0, False, 0.0


@traced
def step(sums, a, b, frame, heat):
    """n, the rest and the sum of x (-z) in lanes, with eight columns more."""
    (z, z_low), _, _, floored = differences(a, b, frame, heat)
    n, r, tail = reduced(z, z_low)
    x = select(floored, 0.0, (1.0 + (r + tail)) * power_of_integer(n + SCALE))
    top = (z == 0.0) & (z_low == 0.0)
    whole, rest = select(top, x, 0.0), select(top, 0.0, x)
    return sums[0] + whole, sums[1] + rest, sums[2] - x * (z + z_low), sums[3]


@traced
def of_doubled(sums):
    """Every row is certified."""
    part = sums[1] / sums[0]
    spread = log(sums[0] * UNIT) + log_ratio(1.0 + part, 1.0, part)
    return spread + sums[2] / (sums[0] + sums[1]), True, 0.0


ENTROPY = Divergence(of_fast, step, of_doubled, infinite=False)
