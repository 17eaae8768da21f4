"""The passes over a row pair of logits, a and b, in steps of eight lanes.

a and b are measured from their largest entries, A and B, and T is divided by last, so that a
common shift disappears exactly:

    x = e**((a - A)/T),  u = ((b - B) - (a - A))/T - shift,  y = x e**u

    X = sum x,  Y = sum y,  M = sum x u,  E = sum x (e**u - 1 - u),  every term of E being >= 0

With p = x/X and q = y/Y, P = Y/X = 1 + M/X + E/X, whatever the shift is. The fast pass takes X, Y
and M T without a shift, from rounded differences; the doubled one has every difference in two
parts, so that near-equal logits, however large, and probabilities, however small, keep their
digits.

In the fast pass, whose results are never small, x and y are scaled by 2**-64, so that M T is finite
where all differences are, and e**LEAST_EXPONENT stands for all that is less. In the doubled one
they are scaled by 2**SCALE, and the least x is 2**-FLOOR_BITS, which is 2**-1875 of the largest.
Either adds nothing to X and Y that a result shows, and its x u is left out of M: `kl` bounds what
that costs (JS needs M only where x u is small).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kullback._math.bits import fma, larger, select
from kullback._math.exp import exp_lowered, power_of_integer, reduced
from kullback._math.lanes import lanes_of
from kullback._math.log import LN2
from kullback._math.sums import two_product, two_sum
from kullback._math.tracing import traced

SCALE = 900.0  # the smallest subnormal result is far above the smallest x and y
FLOOR_BITS = 975.0
LOWEST = (SCALE + FLOOR_BITS) * -LN2  # (a - A)/T of that x
LEAST = -970.0  # the power of two of the least y
FURTHEST = 4000.0  # e**-FURTHEST is 0 beside all others
LEAST_EXPONENT = -660.0


@traced
def fast_step(sums, a, b, frame, heat):
    """X, Y, M T and the sum of x u (a - A) in lanes, with eight columns more, times 2**-64."""
    a_below, b_below = a - frame[0], b - frame[1]
    z = a_below * heat.inverse
    kept = z > LEAST_EXPONENT
    z = select(kept, z, LEAST_EXPONENT)
    x = exp_lowered(z)
    moment = select(kept, x * (b_below - a_below), 0.0)
    y = exp_lowered(larger(b_below * heat.inverse, LEAST_EXPONENT))
    return sums[0] + x, sums[1] + y, sums[2] + moment, fma(moment, z, sums[3])


class Columns(NamedTuple):
    """What the doubled pass knows of eight columns."""

    x: Any
    y: Any
    u: Any  # may be -inf or NaN where b - B or u overflows
    below: Any  # a - A
    floored: Any  # where x is the least one
    near: Any  # where e**u - 1 and e**u - 1 - u are known ...
    increase: Any  # ... as these two
    tail: Any


@traced
def quotient(high, low, heat):
    """(high + low) / T in two parts."""
    z, error = two_product(high, heat.inverse)
    return z, error + fma(high, heat.inverse_low, low * heat.inverse)


@traced
def differences(a, b, frame, heat):
    """(a - A)/T, raised to LOWEST, and u, each in two parts; a - A, and where it was raised."""
    lowest = LOWEST * heat.temperature
    below, a_low = two_sum(a, lanes_of(-frame[0]))
    floored = ~(below > lowest)
    a_high = select(floored, lowest, below)
    a_low = select(floored, 0.0, a_low)
    b_high, b_low = two_sum(b, lanes_of(-frame[1]))
    empty = b == -np.inf
    b_high = select(empty, -FURTHEST * heat.temperature + lowest, b_high)
    b_low = select(empty, 0.0, b_low)
    high, error = two_sum(b_high, -a_high)
    low = error + (b_low - a_low)
    together = high + low
    u, u_low = quotient(together, low - (together - high), heat)
    u, error = two_sum(u, lanes_of(-frame[2]))
    return quotient(a_high, a_low, heat), (u, u_low + error), below, floored


@traced
def doubled(a, b, frame, heat):
    """Eight columns, every difference of logits being taken in two parts."""
    (z, z_low), (u, u_low), below, floored = differences(a, b, frame, heat)
    n, r, tail = reduced(z, z_low)
    factor = 1.0 + (r + tail)
    m, r, tail = reduced(larger(u, -FURTHEST), select(u > -FURTHEST, u_low, 0.0))
    increase = r + tail
    scaled = n + SCALE
    x = factor * power_of_integer(scaled)
    y = fma(factor, increase, factor) * power_of_integer(larger(scaled + m, LEAST))
    return Columns(x, y, u, below, floored, m == 0.0, increase, tail)


@traced
def excess_of(columns, moment):
    """The terms of E, where those of M are `moment`."""
    far = (columns.y - columns.x) - moment
    return select(columns.near, columns.x * columns.tail, far)
