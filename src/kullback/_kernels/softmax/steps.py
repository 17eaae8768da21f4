"""The passes over a row pair of logits, a and b, in steps of eight lanes.

a and b are measured from their largest entries, A and B, and T is divided by last, so that a
common shift disappears exactly:

    x = e**((a - A)/T),  u = ((b - B) - (a - A))/T - shift,  y = x e**u

    X = sum x,  Y = sum y,  M = sum x u,  E = sum x (e**u - 1 - u),  every term of E being >= 0

With p = x/X and q = y/Y, P = Y/X = 1 + M/X + E/X, whatever the shift is. The direct pass takes X, Y
and M without a shift, from rounded differences; the exact one has every difference in two parts,
so that near-equal logits, however large, and probabilities, however small, keep their digits.

In the exact pass x and y are scaled by 2**scale, and x = 2**-FLOOR_BITS stands for 0, where x u is
0. In the direct one, whose results are never small, e**LEAST_EXPONENT stands for it.
"""

from __future__ import annotations

import numpy as np

from kullback._jit import inline
from kullback._math.bits import fma, larger, select
from kullback._math.exp import exp_normal, power_of_integer, reduced
from kullback._math.lanes import lanes_of
from kullback._math.log import LN2
from kullback._math.sums import two_product, two_sum

SCALE = 900.0  # the smallest subnormal result is far above the smallest x and y
FLOOR_BITS = 975.0
LEAST = -970.0  # the power of two of the least y
FURTHEST = 4000.0  # e**-FURTHEST is 0 beside all others
LEAST_EXPONENT = -700.0


@inline
def direct_step(sums, a, b, frame, heat, wide):
    """X, Y, M and the sum of x u (a - A)/T in lanes, with eight columns more."""
    z = (a - frame[0]) * heat.inverse
    w = (b - frame[1]) * heat.inverse
    kept = z > LEAST_EXPONENT
    z = select(kept, z, LEAST_EXPONENT)
    x = exp_normal(z)
    moment = select(kept, x * (w - z), 0.0)
    y = exp_normal(larger(w, LEAST_EXPONENT))
    return sums[0] + x, sums[1] + y, sums[2] + moment, fma(moment, z, sums[3])


@inline
def quotient(high, low, heat):
    """(high + low) / T in two parts."""
    z, error = two_product(high, heat.inverse)
    return z, error + fma(high, heat.inverse_low, low * heat.inverse)


@inline
def below_top(x, top, heat, wide):
    """The logits of eight columns less the largest of their row, in two parts, not divided."""
    if wide:
        high, low = two_sum(x * heat.before, lanes_of(-(top * heat.before)))
        return high * heat.first * heat.second, low * heat.first * heat.second
    return two_sum(x, lanes_of(-top))


@inline
def differences(a, b, frame, heat, wide):
    """(a - A)/T and u, each in two parts, u T without the shift, and where x stands for 0."""
    top_a, top_b, shift, scale = frame
    lowest = (scale + FLOOR_BITS) * -LN2 * heat.temperature
    a_high, a_low = below_top(a, top_a, heat, wide)
    floored = ~(a_high > lowest)
    a_high = select(floored, lowest, a_high)
    a_low = select(floored, 0.0, a_low)
    b_high, b_low = below_top(b, top_b, heat, wide)
    empty = b == -np.inf
    b_high = select(empty, -FURTHEST * heat.temperature + lowest, b_high)
    b_low = select(empty, 0.0, b_low)
    high, error = two_sum(b_high, -a_high)
    low = error + (b_low - a_low)
    together = high + low
    u, u_low = quotient(together, low - (together - high), heat)
    u, error = two_sum(u, lanes_of(-shift))
    return quotient(a_high, a_low, heat), (u, u_low + error), together, floored


@inline
def powers(a, b, frame, heat, wide):
    """x, y, x u; e**u - 1 and e**u - 1 - u where `near` holds; `near`."""
    (z, z_low), (u, u_low), together, floored = differences(a, b, frame, heat, wide)
    n, r, tail = reduced(z, z_low)
    factor = 1.0 + (r + tail)
    far = ~(u > -FURTHEST)
    m, r, tail = reduced(select(far, -FURTHEST, u), select(far, 0.0, u_low))
    increase = r + tail
    scaled = n + frame[3]
    x = factor * power_of_integer(scaled)
    y = fma(factor, increase, factor) * power_of_integer(larger(scaled + m, LEAST))
    moment = x * u
    if wide:  # u may overflow where x u does not
        moment = select(far, fma(x * heat.inverse, together, -(x * frame[2])), moment)
    return x, y, select(floored, 0.0, moment), increase, tail, m == 0.0


@inline
def excess_of(x, y, moment, tail, near):
    """The terms of E."""
    return select(near, x * tail, (y - x) - moment)


@inline
def exact_step(sums, a, b, frame, heat, wide):
    """X, Y, M and E in lanes, with eight columns more."""
    x, y, moment, _, tail, near = powers(a, b, frame, heat, wide)
    excess = excess_of(x, y, moment, tail, near)
    return sums[0] + x, sums[1] + y, sums[2] + moment, sums[3] + excess
