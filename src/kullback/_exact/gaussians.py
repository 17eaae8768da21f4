"""Pairs of diagonal Gaussians of any size, right to the last bit.

Floats are exactly the numbers that they say, and a difference, a product or a quotient of them is
rounded to DIGITS. All that the metrics know of the spreads is z = ln(v0/v1), right to its last
digits, and the variances themselves, in a range of exponents that no square or quotient leaves:

    kl             (e**z - 1 - z + (m0 - m1)**2 / v1) / 2
    jeffreys       that both ways
    bhattacharyya  ln cosh(z/2) / 2 + (m0 - m1)**2 / (4 (v0 + v1))
    wasserstein2   max(v0, v1) (1 - e**(-|z|/2))**2 + (m0 - m1)**2, of the sum the root
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext

import numpy as np

from kullback._exact.functions import CONTEXT, NEAR, exp_tail, expm1, ln1p, log_ratio
from kullback._process.arrays import Array, contiguous

HALF = Decimal("0.5")
LN2 = float(np.log(2.0))
# With z or ln((m0 - m1)**2 / v1) above it KL is above e**712 / 2, with ln((m0 - m1)**2 / max(v0,
# v1)) above it Bhattacharyya's distance above e**712 / 8; the largest float is e**709.8.
FARTHEST = 712.5


def divergences(
    metric: str, spread: str, sides: Iterable[Array], poll: Callable[[], None]
) -> Array:
    """Metric of each row of means and spreads of p and q, (n, d), in nats; nan of no Gaussians.

    What is nan or infinite by the size of its numbers alone is found for all rows at once. `poll`
    is called for each of the others, and may raise.
    """
    m0, s0, m1, s1 = np.broadcast_arrays(*(contiguous(side) for side in sides))
    right = np.isfinite(m0) & np.isfinite(m1) & _says_width(s0, spread) & _says_width(s1, spread)
    if metric != "wasserstein2":
        right &= s1 > (-np.inf if spread == "log_var" else 0.0)
    valid = right.all(axis=1)
    found = np.where(valid, np.inf, np.nan)
    far = _far(metric, _logarithm(s0, spread), _logarithm(s1, spread), m0, m1).any(axis=1)
    if metric == "hellinger":
        found[far & valid] = 1.0
    for r in np.flatnonzero(valid & ~far):
        poll()
        rows = (side[r].tolist() for side in (m0, s0, m1, s1))
        found[r] = divergence(metric, spread, zip(*rows, strict=True))
    return found


def divergence(
    metric: str, spread: str, dimensions: Iterable[tuple[float, float, float, float]]
) -> float:
    """Metric of one pair of Gaussians, from mean and spread of p and of q in each dimension."""
    log_of, variance_of = SPREADS[spread]
    term, finish = METRICS[metric]
    with localcontext(CONTEXT):
        total = Decimal(0)
        for dimension in dimensions:
            m0, x0, m1, x1 = map(Decimal, dimension)
            z = log_of(x0, x1) if x0 != x1 else Decimal(0)
            total += term((m0 - m1) ** 2, z, variance_of(x0), variance_of(x1))
        return float(finish(total))


def _says_width(s: Array, spread: str) -> Array:
    return np.asarray(s < np.inf if spread == "log_var" else (s >= 0.0) & (s < np.inf))


@np.errstate(divide="ignore", invalid="ignore")
def _logarithm(s: Array, spread: str) -> Array:
    """Logarithms of variances, rounded."""
    if spread == "log_var":
        return s
    return np.asarray(np.log(s) * (2.0 if spread == "std" else 1.0))


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _far(metric: str, l0: Array, l1: Array, m0: Array, m1: Array) -> Array:
    """Where one dimension alone makes the metric infinite: a point p, or more than e**FARTHEST."""
    half = 0.5 * l0 - 0.5 * l1  # of z, which may overflow
    square = 2.0 * (np.log(np.abs(0.5 * m0 - 0.5 * m1)) + LN2)
    if metric == "wasserstein2":
        return np.zeros(half.shape, bool)
    if metric == "kl":
        far = (half > 0.5 * FARTHEST) | (square - l1 > FARTHEST)
    elif metric == "jeffreys":
        far = (np.abs(half) > 0.5 * FARTHEST) | (square - np.minimum(l0, l1) > FARTHEST)
    else:
        far = square - np.maximum(l0, l1) > FARTHEST
    return np.asarray(far | (half == -np.inf))


def _quotient(square: Decimal, v: Decimal) -> Decimal:
    """0 of equal means, whatever the variance; infinite where only that is too small to be held."""
    return square / v if square else square


def _log_cosh(w: Decimal) -> Decimal:
    """ln((e**w + e**-w) / 2)."""
    if abs(w) > NEAR:
        return abs(w) + ((1 + (-2 * abs(w)).exp()) / 2).ln()
    return ln1p(((expm1(w) - expm1(-w)) / 2) ** 2) / 2


def _kl(square: Decimal, z: Decimal, v0: Decimal, v1: Decimal) -> Decimal:
    return (exp_tail(z) + _quotient(square, v1)) / 2


def _jeffreys(square: Decimal, z: Decimal, v0: Decimal, v1: Decimal) -> Decimal:
    return _kl(square, z, v0, v1) + _kl(square, -z, v1, v0)


def _bhattacharyya(square: Decimal, z: Decimal, v0: Decimal, v1: Decimal) -> Decimal:
    return (_log_cosh(z * HALF) + _quotient(square, v0 + v1) * HALF) / 2


def _wasserstein(square: Decimal, z: Decimal, v0: Decimal, v1: Decimal) -> Decimal:
    return square + (max(v0, v1) * expm1(-abs(z) * HALF) ** 2 if z else 0)


Term = Callable[[Decimal, Decimal, Decimal, Decimal], Decimal]
Finish = Callable[[Decimal], Decimal]
METRICS: dict[str, tuple[Term, Finish]] = {
    "kl": (_kl, Decimal),
    "jeffreys": (_jeffreys, Decimal),
    "bhattacharyya": (_bhattacharyya, Decimal),
    "hellinger": (_bhattacharyya, lambda total: (-expm1(-total)).sqrt()),
    "wasserstein2": (_wasserstein, lambda total: total.sqrt()),
}
# ln(v0/v1) of two spreads that differ, and the variance of one.
SPREADS: dict[str, tuple[Callable[[Decimal, Decimal], Decimal], Callable[[Decimal], Decimal]]] = {
    "var": (lambda x0, x1: log_ratio(x0, x1, x0 - x1), Decimal),
    "std": (lambda x0, x1: 2 * log_ratio(x0, x1, x0 - x1), lambda x: x * x),
    "log_var": (lambda x0, x1: x0 - x1, Decimal.exp),
}
