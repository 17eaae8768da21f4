"""Kullback-Leibler divergence as a matrix product, centred twice.

With r the reference row and L = ln(q/r), 0 where q = 0:

    KL(p || q) = e(p) + f(q) - sum (p - r) L,
    e(p) = sum R(p, r),   f(q) = sum over q > 0 of R(r, q), minus sum over q = 0 of r,

R(x, y) = x ln(x/y) - x + y. Each number on the right is computed from a - r A, the difference of
entry and reference to its last digit. The product's error is at most proportional to
sum |p - r| |L|, by Cauchy and Schwarz with the weights 1/r and r, so the squared norms are
sum (p - r)**2 / r and sum r L**2. Masks: p > 0, and q = 0.

Jeffreys' divergence is KL both ways. With D = p - r and L = ln(p/r) of either side, masks p = 0,

    J(p, q) = sum (p - q) (ln p - ln q) = c(p) + c(q) - sum D(p) L(q) - sum L(p) D(q),

c = sum D L, of which every term is >= 0.
"""

from __future__ import annotations

from typing import Any

from kullback._kernels.matrices.products import Outcome, Side
from kullback._kernels.matrices.reference import SCALE, SMALLEST
from kullback._math.bits import fma, select
from kullback._math.log_ratio import FLOOR, log_ratio, relative_entropy
from kullback._math.tracing import traced


@traced
def _of_p(live: Any, a: float, p: float, r: float, d: float) -> Any:
    share = relative_entropy(fma(p, SCALE, FLOOR), r * SCALE, d * SCALE)
    return d, share, d * d / r, (a > 0.0) & live, 0.0


@traced
def _of_q(live: Any, a: float, q: float, r: float, d: float) -> Any:
    there = (a > 0.0) & live
    y = select(there, q * SCALE, 1.0)
    x = select(there, r * SCALE, 1.0)
    d = select(there, d * SCALE, 0.0)
    log = log_ratio(y, x, d)
    share = select(there, relative_entropy(x, y, -d), -(r * SCALE))
    outside = select(there & (q < SMALLEST), 1.0, 0.0)
    return log, share, r * (log * log), (a == 0.0) & live, outside


@traced
def _difference(live: Any, a: float, p: float, r: float, d: float) -> Any:
    return d, 0.0 * d, d * d / r, (a == 0.0) & live, 0.0


@traced
def _logarithm(live: Any, a: float, p: float, r: float, d: float) -> Any:
    there = (a > 0.0) & live
    y = select(there, p * SCALE, 1.0)
    log = log_ratio(y, select(there, r * SCALE, 1.0), select(there, d * SCALE, 0.0))
    outside = select(there & (p < SMALLEST), 1.0, 0.0)
    return log, d * log, r * (log * log), there, outside


@traced
def _whole(total: float, most: float) -> float:
    return total


@traced
def _itself(total: float) -> float:
    return total


@traced
def _in_both(x: int, y: int) -> int:
    return x & y


@traced
def _in_one(x: int, y: int) -> int:
    return x ^ y


P_SIDE = Side(_of_p, SCALE, masks=True)
Q_SIDE = Side(_of_q, SCALE, masks=True)
DIFFERENCE = Side(_difference, 1.0, masks=True)
LOGARITHM = Side(_logarithm, 1.0, masks=False)
KL = Outcome(_whole, _itself, _in_both)
JEFFREYS = Outcome(_whole, _itself, _in_one)
