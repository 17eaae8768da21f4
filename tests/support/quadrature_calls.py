"""Densities for the tests of quadrature, and how its results are compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

PROMISE = 1e-9
normal, gamma, beta, student = stats.norm, stats.gamma, stats.beta, stats.t


def log_normal_density(mean, scale):
    constant = np.log(scale * np.sqrt(2 * np.pi))
    return lambda x: -0.5 * ((x - mean) / scale) ** 2 - constant


def check(result, want):
    """The value as promised, and the error not promised too small."""
    assert result.converged
    assert result.value == pytest.approx(want, rel=PROMISE, abs=0)
    assert abs(result.value - want) <= max(result.error, 1e-12 * want)
