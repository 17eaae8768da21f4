"""Forward projections on the Gaussians: moments, and maximum likelihood."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from kullback.estimate import kl_quadrature
from kullback.project import moment_projection
from support.projection_targets import two_modes


def test_the_forward_projection_of_two_modes_covers_both():
    got = moment_projection(two_modes)
    assert got.mean == pytest.approx(0, abs=1e-14)
    assert got.covariance == pytest.approx(10, rel=1e-13)


DENSITIES = [
    stats.norm(2, 3),
    stats.norm(1e4, 1e-2),
    stats.gamma(0.1),
    stats.beta(0.5, 0.5),
    stats.t(2.5),
    stats.lognorm(1),
    stats.laplace(3, 2),
    stats.uniform(3, 2),
]


@pytest.mark.parametrize("target", DENSITIES, ids=lambda d: d.dist.name)
def test_the_forward_projection_has_the_moments_of_a_density(target):
    got = moment_projection(target)
    spread = max(target.std(), 1e-10 * abs(target.mean()))
    assert abs(got.mean - target.mean()) < 1e-9 * spread + 1e-15 * abs(target.mean())
    assert got.variance == pytest.approx(target.var(), rel=1e-9)


def test_a_density_need_not_be_normalized_nor_live_on_the_whole_line():
    got = moment_projection(lambda x: 700 - 2 * x, support=(0, np.inf))
    assert got.mean == pytest.approx(0.5, rel=1e-12)
    assert got.variance == pytest.approx(0.25, rel=1e-12)


def test_no_other_gaussian_is_nearer():
    got = moment_projection(two_modes)
    least = kl_quadrature(two_modes, stats.norm(got.mean, got.variance**0.5)).value
    for mean, scale in [(0.1, 1.0), (-0.1, 1.0), (0.0, 1.02), (0.0, 0.98)]:
        other = kl_quadrature(two_modes, stats.norm(mean, scale * got.variance**0.5))
        assert other.value > least


def test_of_samples_it_is_the_maximum_of_the_likelihood():
    x = np.random.default_rng(0).gamma(2, 1, 500)
    got = moment_projection(x)
    best = minimize(
        lambda v: -stats.norm.logpdf(x, v[0], math.exp(v[1])).mean(), [0.0, 0.0], tol=1e-12
    )
    assert got.mean == pytest.approx(best.x[0], rel=1e-5)
    assert got.variance == pytest.approx(math.exp(2 * best.x[1]), rel=1e-5)
    assert got.mean == pytest.approx(x.mean(), rel=1e-14)
    assert got.variance == pytest.approx(x.var(), rel=1e-13)


def test_samples_in_several_dimensions_with_weights():
    rng = np.random.default_rng(1)
    x, counts = rng.normal(size=(40, 3)) + 1e6, rng.integers(0, 5, 40)
    full = moment_projection(x, weights=counts)
    repeated = np.repeat(x, counts, axis=0)
    np.testing.assert_allclose(full.mean, repeated.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(full.covariance, np.cov(repeated.T, bias=True), rtol=1e-8)
    assert (full.covariance == full.covariance.T).all()
    diagonal = moment_projection(x, weights=counts, covariance="diagonal")
    np.testing.assert_allclose(diagonal.covariance, np.diag(full.variance), rtol=1e-12)


@pytest.mark.parametrize(
    ("target", "options", "error", "message"),
    [
        (stats.cauchy(), {}, ValueError, "no moment of order 1"),
        (stats.t(1.5), {}, ValueError, "no moment of order 2"),
        (stats.poisson(3), {}, TypeError, "discrete"),
        ([1.0, np.nan], {}, ValueError, "finite"),
        ([], {}, ValueError, "n > 0"),
        ([1.0, 2.0], {"weights": [1.0]}, ValueError, r"weights have shape \(1,\)"),
        ([1.0, 2.0], {"weights": [1.0, -1.0]}, ValueError, "not negative"),
        (stats.norm(), {"weights": [1.0]}, ValueError, "target is a density"),
        ([1.0, 2.0], {"covariance": "low rank"}, ValueError, "covariance is"),
    ],
)
def test_what_has_no_moments_is_refused(target, options, error, message):
    with pytest.raises(error, match=message):
        moment_projection(target, **options)
