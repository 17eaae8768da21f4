"""Reverse projections on the Gaussians: the evidence lower bound, and which mode is sat on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from kullback.estimate import ConvergenceWarning, kl_quadrature
from kullback.project import Gaussian, information_projection, moment_projection
from oracle import closed_forms as exact
from support.projection_targets import banana, correlated, two_modes

METHODS = ["reparameterization", "score_function"]
FEW = {"n_points": 1024}


@pytest.mark.parametrize("method", [*METHODS, "quadrature"])
@pytest.mark.parametrize("start", [-1.0, 1.0, -4.0, 6.0])
def test_the_reverse_projection_sits_on_the_mode_of_its_start(method, start):
    got = information_projection(two_modes, start, method=method)
    assert got.converged
    side = math.copysign(1, start)
    assert side * got.gaussian.mean == pytest.approx(2.9843, abs=0.01)
    assert got.gaussian.variance == pytest.approx(1.047, abs=0.02)
    # ln Z is 0: the bound is minus the divergence.
    divergence = kl_quadrature(
        stats.norm(got.gaussian.mean, got.gaussian.variance**0.5), two_modes
    ).value
    assert abs(got.bound + divergence) <= 4 * got.bound_error + 1e-9
    assert divergence == pytest.approx(math.log(2), abs=0.006)


def test_quadrature_finds_the_maximum_to_many_digits():
    got = information_projection(two_modes, 1.0, method="quadrature")

    def divergence(v):
        return kl_quadrature(stats.norm(v[0], math.exp(v[1])), two_modes, rtol=1e-12).value

    at = np.array([got.gaussian.mean, 0.5 * math.log(got.gaussian.variance)])
    least = divergence(at)
    assert got.bound == pytest.approx(-least, abs=1e-10)
    assert got.bound_error < 1e-10
    for step in (np.array([1e-4, 0]), np.array([0, 1e-4])):
        above, below = divergence(at + step), divergence(at - step)
        assert min(above, below) > least
        slope, curvature = (above - below) / 2e-4, (above + below - 2 * least) / 1e-8
        assert abs(slope / curvature) < 1e-6  # the distance from the minimum


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("with_gradient", [False, True])
@pytest.mark.parametrize("d", [1, 3])
def test_a_gaussian_target_is_found_and_its_constant(method, with_gradient, d):
    log, slope, mean, covariance, ln_z = correlated(d)
    gradient = slope if with_gradient else None
    got = information_projection(
        log, np.zeros(d), gradient=gradient, covariance="full", method=method, **FEW
    )
    np.testing.assert_allclose(got.gaussian.mean, mean, atol=1e-6)
    np.testing.assert_allclose(got.gaussian.covariance, covariance, atol=1e-6)
    assert got.bound == pytest.approx(ln_z, abs=1e-8)
    assert got.bound_error < 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_independent_coordinates_have_the_conditional_variances(method):
    """Mean field is too narrow: 1 / precision, and the bound is short by KL in closed form."""
    log, slope, mean, covariance, ln_z = correlated(3)
    got = information_projection(log, np.zeros(3), gradient=slope, method=method, **FEW)
    precision = np.linalg.inv(covariance)
    np.testing.assert_allclose(got.gaussian.mean, mean, atol=1e-6)
    np.testing.assert_allclose(got.gaussian.covariance, np.diag(1 / np.diag(precision)), atol=1e-6)
    short = 0.5 * (np.log(np.diag(precision)).sum() - np.linalg.slogdet(precision)[1])
    assert abs(got.bound - (ln_z - short)) < 4 * got.bound_error < 0.2


@pytest.mark.parametrize("method", METHODS)
def test_a_curved_target_is_found_by_both_gradients(method):
    """E[banana] is known for any Gaussian, so the best one comes from a search without samples."""

    def minus_bound(v):
        m, s, c, t = v[0], math.exp(v[1]), v[2], math.exp(v[3])
        # x = m + s z, y = n + c z + t w; in a = x**2: mean m**2 + s**2, variance, covariance.
        n, var_a = v[4], 4 * m * m * s * s + 2 * s**4
        away = n - 0.3 * (m * m + s * s)
        square = away**2 + c * c + t * t + 0.09 * var_a - 0.6 * (2 * m * s * c)
        return (m * m + s * s) / 8 + 2 * square - v[1] - v[3]

    best = minimize(minus_bound, np.array([0.0, 0.0, 0.0, 0.0, 0.0]), tol=1e-12)
    m, s, c, t, n = best.x[0], math.exp(best.x[1]), best.x[2], math.exp(best.x[3]), best.x[4]
    got = information_projection(
        banana, np.array([0.3, 0.2]), covariance="full", method=method, n_points=8192
    )
    allowed = 1e-2 if method == "reparameterization" else 5e-2
    np.testing.assert_allclose(got.gaussian.mean, [m, n], atol=allowed)
    want = np.array([[s * s, s * c], [s * c, c * c + t * t]])
    np.testing.assert_allclose(got.gaussian.covariance, want, atol=allowed)
    at_best = -best.fun + math.log(2 * math.pi * math.e)
    assert abs(got.bound - at_best) < 4 * got.bound_error + allowed**2


def test_the_bound_of_reparameterization_never_falls():
    for target, start in [(two_modes, 8.0), (two_modes, -1.0)]:
        history = information_projection(target, start, **FEW).history
        assert len(history) > 2
        assert (np.diff(history) >= -1e-9).all()
    history = information_projection(banana, np.array([5.0, 5.0]), **FEW).history
    assert (np.diff(history) >= -1e-9).all()


def test_a_result_is_the_same_at_every_call_and_another_seed_is_near():
    one, again = (information_projection(banana, [1.0, 1.0], **FEW) for _ in range(2))
    assert (one.gaussian.mean == again.gaussian.mean).all()
    assert (one.gaussian.covariance == again.gaussian.covariance).all()
    assert one.bound == again.bound
    other = information_projection(banana, [1.0, 1.0], seed=5, **FEW)
    assert (other.gaussian.mean != one.gaussian.mean).any()
    np.testing.assert_allclose(other.gaussian.mean, one.gaussian.mean, atol=0.05)
    assert abs(other.bound - one.bound) < 5 * one.bound_error


def test_a_start_may_be_a_gaussian():
    start = Gaussian(np.array([1.0, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]]))
    got = information_projection(banana, start, covariance="full", **FEW)
    want = information_projection(banana, [0.5, 0.5], covariance="full", **FEW)
    np.testing.assert_allclose(got.gaussian.covariance, want.gaussian.covariance, atol=1e-4)
    number = information_projection(two_modes, Gaussian(4.0, 0.5), method="quadrature")
    assert isinstance(number.gaussian.mean, float)
    assert number.gaussian.mean == pytest.approx(2.9843, abs=1e-4)


def test_a_walk_that_is_cut_short_is_noticed():
    with pytest.warns(ConvergenceWarning, match="has not converged"):
        got = information_projection(two_modes, 20.0, max_iterations=2, **FEW)
    assert not got.converged
    assert len(got.history) == 2


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: information_projection(1.0, 0.0), TypeError, "log_target is 1.0"),
        (lambda: information_projection(two_modes, 0.0, method="exact"), ValueError, "method is"),
        (lambda: information_projection(two_modes, 0.0, covariance="x"), ValueError, "covariance"),
        (lambda: information_projection(two_modes, 0.0, n_points=1), ValueError, "n_points is 1"),
        (lambda: information_projection(two_modes, np.nan), ValueError, "start is nan"),
        (lambda: information_projection(banana, np.ones((2, 2))), ValueError, "start is"),
        (
            lambda: information_projection(banana, [0.0, 0.0], method="quadrature"),
            ValueError,
            "for one dimension, and start has 2",
        ),
        (
            lambda: information_projection(two_modes, Gaussian(0.0, -1.0)),
            ValueError,
            "not positive definite",
        ),
        (
            lambda: information_projection(stats.expon.logpdf, 1.0),
            ValueError,
            "log_target is not finite at",
        ),
        (lambda: information_projection(lambda x: 1.0, 0.0), ValueError, r"gives shape \(\)"),
        (
            lambda: information_projection(two_modes, 0.0, gradient=lambda x: x[:1]),
            ValueError,
            r"gradient gives shape \(1,\)",
        ),
    ],
)
def test_what_cannot_be_projected_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_two_directions_of_gaussians_have_their_closed_forms():
    """A Gaussian is its own projection, in both directions."""
    target = stats.norm(1.5, 0.7)
    forward = moment_projection(target)
    reverse = information_projection(target.logpdf, 0.0, method="quadrature")
    for got in (forward, reverse.gaussian):
        assert exact.normal(got.mean, got.variance**0.5, 1.5, 0.7) < 1e-10
    assert reverse.bound == pytest.approx(0, abs=1e-10)
