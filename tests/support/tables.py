"""Joint distributions to try the functions of tables with."""

from __future__ import annotations

import numpy as np

AMOUNTS = [10.0**-i for i in range(0, 17, 2)]


def tables(seed, *shape):
    return np.random.default_rng(seed).gamma(0.7, size=shape) + 1e-6


def nearly_independent(amount, shape=(5, 7), seed=0):
    rng = np.random.default_rng(seed)
    independent = np.outer(rng.random(shape[0]) + 0.01, rng.random(shape[1]) + 0.01)
    return independent * (1 + amount * rng.uniform(-0.9, 1, shape))
