"""What is projected on the Gaussians: two modes, a bent one, and one that is Gaussian itself."""

from __future__ import annotations

import numpy as np


def two_modes(x):
    """Half of N(-3, 1) and half of N(3, 1), normalized."""
    both = np.logaddexp(-((x + 3) ** 2) / 2, -((x - 3) ** 2) / 2)
    return both - np.log(2 * np.sqrt(2 * np.pi))


def correlated(d, seed=0):
    """A Gaussian log density without its constant, its moments, and ln Z."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(d, d))
    covariance = root @ root.T / d + 0.3 * np.eye(d)
    mean, precision = rng.normal(size=d), np.linalg.inv(covariance)

    def log(x):
        return -0.5 * np.einsum("ni,ij,nj->n", x - mean, precision, x - mean) + 7

    def slope(x):
        return (mean - x) @ precision

    ln_z = 7 + 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]
    return log, slope, mean, covariance, ln_z


def banana(x):
    return -(x[:, 0] ** 2) / 8 - 2 * (x[:, 1] - 0.3 * x[:, 0] ** 2) ** 2
