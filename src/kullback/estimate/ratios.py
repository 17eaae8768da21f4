"""The excess e**d - 1 - d of a logarithm of a ratio: what KL's non-negative form is made of.

With d = ln(q/p), p (e**d - 1 - d) = p ln(p/q) - p + q, which is never negative and whose integral
is KL where p and q are densities. Near d = 0 it is d**2/2, all digits of which come from d.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from kullback._process.arrays import Array

FAR = 30.0  # beyond it, e**d is nearly all of the excess
NEAR = 1.0  # beyond it, at most two bits of e**d - 1 - d cancel
# Coefficients of (e**d - 1 - d)/d**2; the first term left out is below 2**-54 of the sum.
_SERIES = [1 / factorial(n) for n in range(20, 1, -1)]


def excess(d: Array) -> Array:
    """e**d - 1 - d, right to some units in the last place; infinite at both infinities."""
    d = np.asarray(d, np.float64)
    inside = np.clip(d, -NEAR, NEAR)
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.where(np.isposinf(d), d, np.expm1(d) - d)
        return np.where(np.abs(d) > NEAR, far, inside * inside * np.polyval(_SERIES, inside))


def log_share(p: Array, q: Array) -> Array:
    """Ln(p ln(p/q) - p + q) from ln p and ln q: without overflow, and where either density is 0."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        d = q - p
        near = p + np.log(excess(d))
        small = q + np.log1p(-(1.0 + d) * np.exp(-d))  # p beside q
        return np.where(np.isneginf(p), q, np.where(d > FAR, small, near))
