"""KL of two Gaussians of many dimensions: the steps of `gaussian_full`, by NumPy's LAPACK.

Eight matrices of some hundred rows leave the caches, and blocks of one are multiplied faster.
"""

from __future__ import annotations

import numpy as np

from kullback._kernels.gaussians.full import COV_P, COV_Q, MEAN_P, MEAN_Q, NEAR, ROUNDING
from kullback._math.series import WIDE
from kullback._process.arrays import Array

BLOCK = 64  # rows of a triangle that is divided by as if it were full
FARTHEST = 0.5  # of the eigenvalues of E for which the series holds


def divergence(
    mean_p: Array, cov_p: Array, mean_q: Array, cov_q: Array, tolerance: float
) -> tuple[float, int]:
    """KL in nats, or nan, and what is at fault: bits as of `gaussian_full`."""
    status = 0
    for mean, bit in ((mean_p, MEAN_P), (mean_q, MEAN_Q)):
        status |= 0 if np.isfinite(mean).all() else bit
    p, q = _factor(cov_p, tolerance), _factor(cov_q, tolerance)
    status |= (COV_P if p is None else 0) | (COV_Q if q is None else 0)
    if status or p is None or q is None:
        return np.nan, status
    with np.errstate(over="ignore", invalid="ignore"):
        value = 0.5 * _by_factors(cov_p, cov_q, p, q)
        apart = 0.5 * mean_p - 0.5 * mean_q  # twice that may overflow
        z = divided(q[0], np.ldexp(apart, 1 - q[1])[:, None])[:, 0]
        value += 0.5 * float(z @ z)
    return (float("inf") if np.isnan(value) else value), 0


def _factor(cov: Array, tolerance: float) -> tuple[Array, Array] | None:
    """Cholesky's factor of the scaled lower triangle, and the powers of two of the scales."""
    diagonal = np.diagonal(cov)
    if not ((diagonal > 0) & (diagonal < np.inf)).all():
        return None
    power = (np.frexp(diagonal)[1] - 1) >> 1
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.ldexp(np.ldexp(cov, -power), -power[:, None])
        if unlike_mirrored(scaled, tolerance).any():
            return None
    try:
        factor = np.linalg.cholesky(np.tril(scaled) + np.tril(scaled, -1).T)
    except np.linalg.LinAlgError:
        return None
    pivots = np.diagonal(factor) ** 2
    if not (pivots > len(cov) * ROUNDING * np.diagonal(scaled)).all():
        return None
    return factor, power


def unlike_mirrored(matrices: Array, tolerance: float) -> Array:
    """Which entries differ too much from their mirror images; by the scale of `gaussian_full`."""
    off = matrices - np.swapaxes(matrices, -1, -2)
    diagonal = np.einsum("...ii->...i", matrices)
    room = diagonal[..., :, None] * diagonal[..., None, :] * tolerance**2
    return np.asarray(~(off * off <= room))


def _by_factors(
    cov_p: Array, cov_q: Array, p: tuple[Array, Array], q: tuple[Array, Array]
) -> float:
    """2 KL but for the means."""
    power = p[1] - q[1]
    logs = np.log(np.diagonal(p[0]) / np.diagonal(q[0])) + power * np.log(2.0)
    x = np.tril(divided(q[0], np.ldexp(p[0], power[:, None])))
    diagonal = np.diagonal(x)
    total = float((diagonal * diagonal - 1.0 - 2.0 * logs).sum() + (np.tril(x, -1) ** 2).sum())
    return _near(cov_p, cov_q, q) if total < NEAR else total


def _near(cov_p: Array, cov_q: Array, q: tuple[Array, Array]) -> float:
    """The same by the eigenvalues t of E: the sum of t - ln(1 + t)."""
    factor, power = q
    apart = np.tril(cov_p - cov_q)
    apart = np.ldexp(np.ldexp(apart, -power), -power[:, None])
    apart = apart + np.tril(apart, -1).T
    half = divided(factor, apart)
    t = np.linalg.eigvalsh(divided(factor, half.T))
    s = t / (2.0 + t)
    tail = np.polynomial.polynomial.polyval(s * s, WIDE)
    inside = t * s - 2.0 * s**3 * tail  # ln(1 + t) = 2 atanh(s)
    terms = np.where(np.abs(t) < FARTHEST, inside, t - np.log1p(t))
    return float(terms.sum())


def divided(left: Array, right: Array) -> Array:
    """left**-1 right for a lower triangle: halves, so that most of it is a matrix product."""
    d = len(left)
    if d <= BLOCK:
        return np.asarray(np.linalg.solve(left, right))
    half = d // 2
    upper = divided(left[:half, :half], right[:half])
    lower = divided(left[half:, half:], right[half:] - left[half:, :half] @ upper)
    return np.concatenate([upper, lower])
