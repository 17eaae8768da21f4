"""The score function's gradient of the bound: from values of ln p alone, without its gradient.

Around the Gaussian reached so far, whose samples x = mean + L z are fixed, the bound of a Gaussian
near it (in coordinates of z: mean m, factor R) is a weighted mean over the same values of ln p,
with weights N(z; m, R R') / N(z; 0, I). Its gradient at m = 0, R = I is the score function's
estimator, whose variance is that of ln p: so a quadratic is fitted to ln p and its mean, which is
known, taken out (a control variate). What is left is what a Gaussian does not fit.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from kullback._process.arrays import Floats
from kullback.project.gaussians import Shape
from kullback.project.points import Points
from kullback.project.targets import Target
from kullback.project.walk import Local, Step

POINTS_EACH = 4  # points for a coefficient of the quadratic: with fewer it would fit noise


def around(target: Target, shape: Shape, points: Points) -> Local:
    """The bound near any Gaussian."""

    def local(mean: Floats, factor: Floats) -> tuple[float, Step]:
        values = target.values(mean + points.z @ factor.T)
        bound = float(points.weights @ values) + shape.entropy(shape.vector(mean, factor))
        if not np.isfinite(values).all():
            return -np.inf, lambda vector: (0.0, np.zeros_like(vector))
        return bound, _gain(shape, points, values)

    return local


def _gain(shape: Shape, points: Points, values: Floats) -> Step:
    z = points.z
    slope, curvature, rest = _quadratic(points, values)
    at_start = 0.5 * (z**2).sum(axis=1)

    def gain(vector: Floats) -> tuple[float, Floats]:
        mean, factor = shape.parts(vector)
        u = solve_triangular(factor, (z - mean).T, lower=True).T
        ln_ratio = at_start - 0.5 * (u**2).sum(axis=1)
        ratio = points.weights * np.exp(ln_ratio - ln_ratio.max())
        ratio /= ratio.sum()
        expected = ratio @ rest
        share = ratio * (rest - expected)  # the derivative by each ln_ratio
        back = solve_triangular(factor, u.T, lower=True, trans="T").T
        by_mean = share @ back + slope + curvature @ mean
        by_factor = np.tril((share[:, None] * back).T @ u + curvature @ factor)
        fitted = slope @ mean + 0.5 * (
            mean @ curvature @ mean + (factor * (curvature @ factor)).sum()
        )
        gradient = shape.gradient(by_mean, by_factor, factor)
        gradient[shape.d : 2 * shape.d] += 1.0
        return float(expected + fitted + vector[shape.d : 2 * shape.d].sum()), gradient

    return gain


def _quadratic(points: Points, values: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope and curvature, at z = 0, of the quadratic nearest to the values, and what it leaves."""
    z, d = points.z, points.z.shape[1]
    rows, columns = np.tril_indices(d)
    if (rows.size + d + 1) * POINTS_EACH > len(z):
        rows = columns = np.arange(d)
    if (rows.size + d + 1) * POINTS_EACH > len(z):
        return np.zeros(d), np.zeros((d, d)), values
    features = np.concatenate([np.ones((len(z), 1)), z, z[:, rows] * z[:, columns]], axis=1)
    root = np.sqrt(points.weights)
    found = np.linalg.lstsq(features * root[:, None], values * root, rcond=None)[0]
    curvature = np.zeros((d, d))
    curvature[rows, columns] = found[1 + d :]
    quadratic = features[:, 1:] @ found[1:]
    return found[1 : 1 + d], curvature + curvature.T, values - quadratic
