"""Densities whose logarithm becomes -inf inside their support: right, infinite, or uncertain.

SciPy takes the logarithm of a density where a distribution has no formula of its own for it: it
underflows where a power still counts, and may lose its digits long before. Single distributions
had the fault in their formulas, too (scipy/scipy#12490, scipy/scipy#9403).
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import special, stats

from kullback.estimate import ConvergenceWarning, kl_quadrature

MEAN, SCALE = -3.0, 4.0
Q = stats.norm(MEAN, SCALE)


def cross_entropy(first, second):
    """-E ln q of the normal density, from the first two moments."""
    spread = second - 2 * MEAN * first + MEAN * MEAN
    return 0.5 * math.log(2 * math.pi * SCALE**2) + spread / (2 * SCALE**2)


def pareto(b):
    """E ln p is ln b - (b + 1) E ln x, and E ln x is 1/b."""
    return math.log(b) - (b + 1) / b + cross_entropy(b / (b - 1), b / (b - 2))


def inverse_weibull(c):
    """x**-c is exponential: E x**-c is 1, and E ln x is Euler's constant over c."""
    moments = (math.gamma(1 - k / c) for k in (1, 2))
    return math.log(c) - (c + 1) * np.euler_gamma / c - 1 + cross_entropy(*moments)


def log_jf_skew_t(a, b):
    """Of the skew t of Jones and Faddy, without the cancellation in 1 - x/sqrt(a + b + x**2)."""
    norm = (a + b - 1) * math.log(2) + special.betaln(a, b) + 0.5 * math.log(a + b)

    def log(x):
        root = np.hypot(math.sqrt(a + b), x)
        small = np.log(a + b) - np.log(root) - np.log(root + np.abs(x))
        large = np.log1p(np.abs(x) / root)
        up, down = np.where(x > 0, large, small), np.where(x > 0, small, large)
        return (a + 0.5) * up + (b + 0.5) * down - norm

    return log


@pytest.mark.parametrize("b", [2.001, 2.01, 2.1, 2.5, 4.0, 9.0])
@pytest.mark.parametrize(
    ("family", "truth"), [(stats.pareto, pareto), (stats.invweibull, inverse_weibull)]
)
def test_a_power_that_underflows_is_followed_to_its_end(family, truth, b):
    """pareto(2.01) gave 7.914 +- 0.0034, where 8.4415 is right."""
    found = kl_quadrature(family(b), Q)
    assert found.converged
    assert abs(found.value - truth(b)) <= found.error + 1e-12 * truth(b)
    assert found.error < 1e-9 * truth(b)


@pytest.mark.parametrize(
    "p",
    [
        stats.pareto(2),
        stats.pareto(1.5),
        stats.pareto(1.99),
        stats.invweibull(2),
        stats.invweibull(1),
        stats.kappa3(2.0),
        stats.kappa3(1),
        stats.pareto(2, loc=-7, scale=1e-3),
    ],
    ids=lambda p: f"{p.dist.name}{p.args}{p.kwds}",
)
def test_an_integral_that_diverges_is_infinite(p):
    """pareto(2) gave 17.68 +- 0.044."""
    found = kl_quadrature(p, Q)
    assert found.value == np.inf
    assert found.converged


def test_kappa3_is_as_its_density():
    def log_kappa3(x):
        return math.log(a) - (a + 1) / a * np.logaddexp(math.log(a), a * np.log(x))

    for a in (2.01, 3.0):
        want = kl_quadrature(log_kappa3, Q, support=(0.0, np.inf))
        found = kl_quadrature(stats.kappa3(a), Q)
        assert abs(found.value - want.value) <= found.error + want.error


@pytest.mark.parametrize(("a", "b"), [(2, 2), (3, 3), (1.5, 3), (3, 1.5), (1.2, 1.3), (2, 8)])
def test_a_density_that_breaks_off_has_an_error_that_is_true(a, b):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = kl_quadrature(stats.jf_skew_t(a, b), Q)
    want = kl_quadrature(log_jf_skew_t(a, b), Q)
    assert want.converged
    assert abs(found.value - want.value) <= found.error + want.error


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.8, 0.8), (1, 5)])
def test_where_it_breaks_off_too_early_that_is_said(a, b):
    with pytest.warns(ConvergenceWarning, match="the log density p is -inf inside its support"):
        found = kl_quadrature(stats.jf_skew_t(a, b), Q)
    assert found.value == np.inf
    assert not found.converged
    assert kl_quadrature(log_jf_skew_t(a, b), Q).value == np.inf


def test_light_tails_that_underflow_are_nothing():
    for p in (stats.laplace(), stats.gumbel_r(), stats.invgauss(1), stats.weibull_min(3)):
        for q in (stats.t(3, -1, 2), Q):
            if p.support()[0] == -np.inf or q is not Q:
                found = kl_quadrature(p, q)
                assert found.converged
