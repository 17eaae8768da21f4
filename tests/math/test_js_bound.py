"""The bound of JS that is a product: proved for all ratios p/q, and held against rows.

On a grid of steps h, a function that is at least m there and no steeper than L is at least
m - L h / 2 in between. kappa'' = kappa/4 - 1/(4 ln 2 cosh(t/2)), and |kappa'| <= kappa/2 <= 1/2.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import coefficients
from coefficients import kappa
from kullback import js_divergence
from kullback._kernels.matrices import build
from kullback._kernels.matrices.cosines import FREQUENCY as W
from kullback._kernels.matrices.cosines import PARTS, RATIO, C
from kullback._math.lanes import WIDTH
from support.strategies import simplex, with_zeros

STEP = 1e-5
ROUNDING = 1e-12  # of numbers below 60


def least(function, start: float, stop: float, steepness: float) -> float:
    """What the function is at least between start and stop, both included."""
    grid = np.arange(start, stop + STEP, STEP)
    return float(function(grid).min()) - steepness * STEP / 2 - ROUNDING


def bend_of_kappa(t):
    """The second derivative of kappa."""
    return kappa(t) / 4 - 1 / (4 * math.log(2) * np.cosh(t / 2))


def above(t):
    """How far the cosine is above kappa."""
    return 1 - C + C * np.cos(W * t) - kappa(t)


def bend_of_above(t):
    """Its second derivative."""
    return -C * W**2 * np.cos(W * t) - bend_of_kappa(t)


def close(t):
    """How far the bound of a bin is above RATIO times its share of JS, per sqrt(p q)."""
    cosh = np.cosh(t / 2)
    return cosh - 1 + C * (1 - np.cos(W * t)) - RATIO * (cosh - kappa(t))


def bend_of_close(t):
    """Its second derivative."""
    cosh = np.cosh(t / 2)
    return cosh / 4 + C * W**2 * np.cos(W * t) - RATIO * (cosh / 4 - bend_of_kappa(t))


def test_the_cosine_is_nowhere_below_kappa():
    """Both are even and 1 at 0; beyond 8, kappa <= e**(-t/2) (2 + t) / (2 ln 2) < 1 - 2 C."""
    assert least(bend_of_above, 0.0, 0.1, 0.4) > 0  # so that it is convex, with its least at 0
    assert least(above, 0.1, 8.0, C * W + 0.5) > 0
    assert math.exp(-4) * 10 / (2 * math.log(2)) < 1 - 2 * C


def test_the_bound_is_nowhere_less_than_its_ratio_to_js():
    """Beyond 9, (1 - RATIO) cosh(t/2) > 1 and the rest is not negative."""
    steep = (1 - RATIO) * math.sinh(4.5) / 2 + C * W + RATIO / 2
    assert least(bend_of_close, 0.0, 0.5, 0.4) > 0
    assert least(close, 0.5, 9.0, steep) > 0
    assert (1 - RATIO) * math.cosh(4.5) > 1


def test_the_second_derivative_is_that_of_kappa():
    t, h = np.linspace(0.1, 9, 50), 1e-3
    numeric = (kappa(t + h) - 2 * kappa(t) + kappa(t - h)) / h**2
    np.testing.assert_allclose(bend_of_kappa(t), numeric, atol=1e-7)


def test_the_coefficient_is_as_large_as_it_can_be():
    best, ratio = coefficients.js_bound(W)
    assert best - 5e-4 < C < best
    assert RATIO < ratio < RATIO + 1e-3


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_bound_of_rows(normalize, share):
    """Of the features as they are made, in float32, measured from any row."""
    rng = np.random.default_rng(1)
    x = with_zeros(rng, simplex(rng, 40, 37), share) * (1 if normalize else 3)
    x[7] = x[3] * (1 + 1e-3 * rng.random(37))
    width = -(-37 // WIDTH) * WIDTH
    u = np.empty((40, PARTS * width), np.float32)
    constant, norm, error = np.empty((3, 40))
    mean = rng.random(PARTS * width) * 0.1
    build.cosine_features("f8")(x, 0.0, normalize, mean, u, constant, norm, error)
    v = u.astype(float)
    bound = constant[:, None] + constant - v @ v.T
    slack = 2e-7 * norm[:, None] * norm
    js = js_divergence(x[:, None], x[None], normalize=normalize)
    assert (bound <= js + slack).all()
    assert (bound >= RATIO * js - slack).all()
    assert (error < 1e-11).all()
