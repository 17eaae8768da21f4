"""Points and weights for expectations under a standard normal, the same ones at every call.

With the same points a bound is a smooth function of the Gaussian, and an optimizer for smooth
functions can maximize it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, roots_hermitenorm
from scipy.stats import qmc

from kullback._process.arrays import Floats


class Points(NamedTuple):
    """Points z, (n, d), and their weights, (n,), whose sum is 1."""

    z: Floats
    weights: Floats


def sobol(n: int, d: int, seed: int) -> Points:
    """At least n quasi-random points, half of them the opposites: odd moments are exact.

    The second moments are made exact, too: then a Gaussian target is projected exactly.
    """
    power = max((n - 1).bit_length() - 1, d.bit_length())  # Sobol's points come in powers of two
    half = ndtri(qmc.Sobol(d, seed=seed).random_base2(power))
    z = np.concatenate([half, -half])
    scale = np.linalg.cholesky(z.T @ z / len(z))
    return Points(np.linalg.solve(scale, z.T).T, np.full(len(z), 1.0 / len(z)))


def hermite(n: int) -> Points:
    """Gauss and Hermite's n points of one dimension: exact for polynomials of degree 2 n - 1."""
    nodes, weights = roots_hermitenorm(n)
    return Points(nodes[:, None], weights / weights.sum())
