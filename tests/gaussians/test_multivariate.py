"""KL of Gaussians with full covariances against determinants and inverses in many digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from kullback import multivariate_gaussian_kl_divergence as kl
from kullback import pairwise_gaussian
from kullback._drivers import gaussian_full
from kullback._kernels.gaussians.large import divided
from oracle import gaussians as oracle
from support.gaussian_calls import condition, full_pair, symmetric
from support.tolerances import assert_close, assert_same_bits


def check(mean_p, cov_p, mean_q, cov_q, **options):
    """Within the error that the docstring states."""
    got = np.asarray(kl(mean_p, cov_p, mean_q, cov_q, **options))
    want = oracle.multivariate(mean_p, cov_p, mean_q, cov_q, **options)
    d = np.shape(mean_p)[-1]
    allowed = 2 * (d + 12) * np.maximum(condition(cov_p), condition(cov_q)) * 2.0**-53 * want
    assert got.shape == want.shape
    assert (np.abs(got - want) <= allowed + 2.0**-1073).all(), (got, want, allowed)


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 7, 8, 9, 16])
def test_every_number_of_dimensions(d):
    check(*full_pair(9 if d < 5 else 2, d))


@pytest.mark.parametrize("d", [2, 5, 12])
@pytest.mark.parametrize("c", [1.0, 1e3, 1e6, 1e8])
def test_ill_conditioned_covariances(d, c):
    check(*full_pair(3, d, c))


@pytest.mark.parametrize("d", [1, 2, 3, 9])
@pytest.mark.parametrize("apart", [1e-15, 1e-12, 1e-10, 1e-7, 1e-4, 1e-2, 0.1, 0.3, 1.0])
def test_near_covariances_keep_their_digits(d, apart):
    rng = np.random.default_rng(d)
    mean, cov, other, _ = full_pair(3, d, 100.0)
    root = np.linalg.cholesky(cov)
    error = symmetric(rng.uniform(-1, 1, (3, d, d))) * apart / d / 1.1
    near = symmetric(cov + root @ error @ root.transpose(0, 2, 1))
    check(mean, cov, mean, near)
    check(mean, near, mean, cov)
    check(mean, cov, mean + apart * (other - mean), near)
    check(mean, cov, mean + apart * (other - mean), cov)


def test_a_batch_of_near_and_far_pairs_is_that_of_its_pairs():
    mean, cov, other, far = full_pair(37, 6)
    far[::3] = cov[::3] * (1 + 1e-9)
    far[1::5] = cov[1::5]
    given = mean, cov, other, far
    one_by_one = [kl(*(a[i] for a in given)) for i in range(37)]
    assert_same_bits(kl(*given), np.array(one_by_one))


@pytest.mark.parametrize("d", [1, 2, 3, 16, 50, 260])
def test_equal_gaussians_are_at_distance_zero(d):
    mean, cov, *_ = full_pair(9, d, 1e4)
    assert not kl(mean, cov, mean, cov).any()
    assert (kl(mean, cov, mean, cov * (1 + 2.0**-52)) >= 0).all()


@pytest.mark.parametrize("scale", [1e-145, 1e-30, 1.0, 1e30, 1e145])
def test_scales_do_not_matter(scale):
    """Powers of two change no bit; variances from 1e-290 to 1e290 stand side by side."""
    given = full_pair(5, 6)
    powers = 2.0 ** np.round(np.log2(scale) * np.array([1, 1, -1, 0, 0.5, -0.3]))
    mean_p, cov_p, mean_q, cov_q = given
    square = powers[:, None] * powers
    got = kl(mean_p * powers, cov_p * square, mean_q * powers, cov_q * square)
    assert_same_bits(got, kl(*given))
    want = oracle.multivariate(*(a[0] for a in given))
    assert got[0] == pytest.approx(float(want), rel=1e-13)


def test_p_much_smaller_or_larger_than_q():
    mean_p, cov_p, mean_q, cov_q = full_pair(5, 4)
    for factor in (1e-300, 1e-150, 1e-12, 1e12, 1e150, 1e300):
        got = kl(mean_p, cov_p * factor, mean_q, cov_q)
        want = oracle.multivariate(mean_p, cov_p * factor, mean_q, cov_q)
        assert got == pytest.approx(want, rel=1e-13)
    assert np.isinf(kl(mean_p, cov_p * 1e200, mean_q, cov_q * 1e-200)).all()


def test_diagonal_covariances_are_those_of_the_diagonal_function():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(6, 5)), rng.uniform(0.1, 3, (6, 5))
    full = y[:, None] * np.eye(5)
    got = kl(x[:, None], full[:, None], x, full)
    assert_close(got, pairwise_gaussian(x, y), "matrix")


@given(st.data())
def test_two_dimensions_by_the_formula_of_a_correlation(data):
    """With unit variances and means 0, KL to the uncorrelated is -ln(1 - rho**2) / 2."""
    rho = data.draw(st.floats(-0.99, 0.99))
    got = kl([0, 0], [[1, rho], [rho, 1]], [0, 0], np.eye(2))
    assert got == pytest.approx(-0.5 * np.log1p(-rho * rho), rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("d", [2, 5, 30])
def test_scipys_densities_and_entropies_agree(d):
    """KL = -H(p) - E[ln q], and the expectation of a quadratic form is known from 2 d points."""
    mean_p, cov_p, mean_q, cov_q = (a[0] for a in full_pair(1, d))
    p, q = multivariate_normal(mean_p, cov_p), multivariate_normal(mean_q, cov_q)
    root = np.sqrt(d) * np.linalg.cholesky(cov_p).T
    points = np.concatenate([mean_p + root, mean_p - root])
    want = -p.entropy() - q.logpdf(points).mean()
    assert kl(mean_p, cov_p, mean_q, cov_q) == pytest.approx(want, rel=1e-11)


def by_eigenvalues(mean_p, cov_p, mean_q, cov_q):
    """In NumPy, one pair: for sizes at which the oracle would take hours."""
    root = np.linalg.cholesky(cov_q)
    x = np.linalg.solve(root, np.linalg.cholesky(cov_p))
    t = np.linalg.svd(x)[1] ** 2
    z = np.linalg.solve(root, mean_p - mean_q)
    return 0.5 * ((t - 1 - np.log(t)).sum() + z @ z)


@pytest.mark.parametrize("d", [50, 100, 129, 255, 256, 301])
def test_many_dimensions(d):
    given = full_pair(3, d)
    want = [by_eigenvalues(*(a[i] for a in given)) for i in range(3)]
    assert kl(*given) == pytest.approx(np.array(want), rel=1e-11)


@pytest.mark.parametrize("apart", [0.0, 1e-14, 1e-10, 1e-5, 1e-2, 0.3, 1.0])
def test_both_ways_agree(apart, monkeypatch):
    """The kernel of lanes and LAPACK are different steps to one result."""
    mean, cov, other, _ = full_pair(6, 20, 1e3)
    root = np.linalg.cholesky(cov)
    error = symmetric(np.random.default_rng(0).uniform(-1, 1, cov.shape)) * apart / 25
    near = symmetric(cov + root @ error @ root.transpose(0, 2, 1))
    other = mean + apart * other
    small = kl(mean, cov, other, near)
    monkeypatch.setattr(gaussian_full, "LARGE", 1)
    assert kl(mean, cov, other, near) == pytest.approx(small, rel=1e-11, abs=0)
    check(mean[:2], cov[:2], other[:2], near[:2])


def test_a_triangle_is_divided_by_in_halves():
    rng = np.random.default_rng(0)
    left = np.tril(rng.normal(size=(300, 300))) / 30 + np.eye(300)
    right = rng.normal(size=(300, 20))
    assert left @ divided(left, right) == pytest.approx(right, abs=1e-11)
