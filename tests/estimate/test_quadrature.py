"""KL of densities by quadrature against closed forms: scales, tails and ends."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import stats

from kullback.estimate import ConvergenceWarning, kl_monte_carlo, kl_quadrature
from oracle import closed_forms as exact
from support.quadrature_calls import beta, check, gamma, log_normal_density, normal, student


def log_laplace(x):
    return -np.abs(x) - np.log(2)


NORMALS = [
    (0, 1, 0, 2),
    (0, 2, 0, 1),
    (1, 1, 0, 1),
    (0, 1, 300, 0.1),
    (1e6, 1, 1e6 + 1, 2),
    (0, 1e-6, 0, 1e6),
    (0, 1e6, 0, 1e-6),
    (-5, 1e-3, 5, 1e-3),
    (0, 1, 1e-2, 1),
    (0, 1, 1e-4, 1),
    (0, 1, 1e-6, 1),
    (0, 1, 0, 1 + 2.0**-20),
]


@pytest.mark.parametrize("parameters", NORMALS, ids=str)
def test_normal(parameters):
    m, s, mean, scale = parameters
    want = exact.normal(*parameters)
    check(kl_quadrature(normal(m, s), normal(mean, scale)), want)
    check(kl_quadrature(log_normal_density(m, s), log_normal_density(mean, scale)), want)
    check(kl_quadrature(normal(m, s), log_normal_density(mean, scale)), want)


@pytest.mark.parametrize("means", [(1, 1 / 3), (1, 3), (1e-8, 1e8)])
def test_exponential(means):
    a, b = means
    got = kl_quadrature(stats.expon(scale=a), stats.expon(scale=b))
    check(got, exact.exponential(a, b))
    got = kl_quadrature(
        lambda x: -x / a - np.log(a), lambda x: -x / b - np.log(b), support=(0, np.inf)
    )
    check(got, exact.exponential(a, b))


GAMMAS = [(2, 1, 3, 0.5), (0.1, 1, 2, 1), (0.05, 1, 0.3, 0.5), (0.01, 1, 1, 1), (50, 1, 0.5, 0.5)]


@pytest.mark.parametrize("parameters", GAMMAS, ids=str)
def test_gamma_with_its_singularity_at_zero(parameters):
    a, s, b, t = parameters
    check(kl_quadrature(gamma(a, scale=s), gamma(b, scale=t)), exact.gamma(*parameters))


BETAS = [(2, 3, 4, 1), (0.5, 0.5, 1, 1), (0.5, 0.5, 2, 3), (30, 2, 1, 5), (1, 1, 300, 700)]


@pytest.mark.parametrize("parameters", BETAS, ids=str)
def test_beta_with_singularities_at_both_ends(parameters):
    a, b, c, d = parameters
    check(kl_quadrature(beta(a, b), beta(c, d)), exact.beta(*parameters))


@pytest.mark.parametrize("parameters", [(0, 1, 1, 2), (0, 1e-3, 1, 10), (2, 1, 2, 1.5)], ids=str)
def test_laplace_with_its_edge(parameters):
    m, s, mean, scale = parameters
    check(
        kl_quadrature(stats.laplace(m, s), stats.laplace(mean, scale)), exact.laplace(*parameters)
    )


@pytest.mark.parametrize("nu", [2.05, 2.1, 2.5, 3, 5, 30])
@pytest.mark.parametrize("to", [(0, 1), (3, 0.5)])
def test_student_to_normal(nu, to):
    check(kl_quadrature(student(nu), normal(*to)), exact.student_to_normal(nu, *to))


@pytest.mark.parametrize("nu", [0.5, 1, 1.5, 1.99, 2])
def test_student_to_normal_is_infinite_without_a_variance(nu):
    assert kl_quadrature(student(nu), normal()).value == np.inf


def test_heavy_tails_on_both_sides():
    check(kl_quadrature(stats.cauchy(0, 1), stats.cauchy(2, 3)), exact.cauchy(0, 1, 2, 3))
    check(kl_quadrature(stats.cauchy(0, 1), stats.cauchy(1e5, 1)), exact.cauchy(0, 1, 1e5, 1))
    check(kl_quadrature(stats.pareto(1.1), stats.pareto(3)), exact.pareto(1.1, 3))
    assert kl_quadrature(stats.cauchy(), log_laplace).value == np.inf
    # SciPy's Laplace density underflows from 745 on: the tail beyond comes from before.
    want = np.log(2) + 2 * np.sqrt(3) / np.pi - float(student(3).entropy())
    check(kl_quadrature(student(3), log_laplace), want)
    with pytest.warns(ConvergenceWarning, match=r"above rtol.*does not underflow"):
        got = kl_quadrature(student(3), stats.laplace())
    assert abs(got.value - want) <= got.error < 1e-3 * want
    with pytest.warns(ConvergenceWarning, match="does not underflow"):
        assert kl_quadrature(stats.cauchy(), stats.laplace()).value == np.inf


def test_a_light_tail_inside_a_heavy_one():
    with mpmath.workdps(30):

        def share(x):
            ratio = mpmath.pi * (1 + x * x) / mpmath.sqrt(2 * mpmath.pi)
            return mpmath.npdf(x) * (mpmath.log(ratio) - x * x / 2)

        want = float(2 * mpmath.quad(share, [0, 1, 2, 4, 8, 16, 32]))
    check(kl_quadrature(normal(), stats.cauchy()), want)


def test_two_modes_and_one():
    with mpmath.workdps(30):

        def p(x):
            return (mpmath.npdf(x, -3, 1) + mpmath.npdf(x, 3, 1)) / 2

        def share(x):
            return p(x) * mpmath.log(p(x) / mpmath.npdf(x, 0, mpmath.sqrt(10)))

        want = float(2 * mpmath.quad(share, [0, 1.5, 3, 4.5, 6, 9, 14, 20]))
    one, other = log_normal_density(-3, 1), log_normal_density(3, 1)
    got = kl_quadrature(
        lambda x: np.logaddexp(one(x), other(x)) - np.log(2), normal(0, np.sqrt(10))
    )
    check(got, want)


def test_log_densities_that_overflow_are_not_taken_for_zero():
    constant = np.log(2) + float(mpmath.loggamma(1.25))

    def quartic(x):
        return -(x**4) - constant  # -inf from 1e77 on

    square = float(mpmath.gamma(0.75) / mpmath.gamma(0.25))
    entropy = 0.25 + constant
    want = 0.5 * np.log(2 * np.pi) + square / 2 - entropy
    check(kl_quadrature(quartic, normal()), want)
    check(kl_quadrature(normal(), quartic), 3 + constant - 0.5 * np.log(2 * np.pi * np.e))
    t = student(5)
    check(kl_quadrature(t, quartic), 25 + constant - float(t.entropy()))  # E x**4 = 25


def test_equal_densities_are_at_zero():
    assert kl_quadrature(normal(), normal()).value == 0
    assert kl_quadrature(beta(0.5, 2), beta(0.5, 2)).value == 0


def test_a_support_within_another_and_the_other_way_round():
    uniform = stats.uniform
    check(kl_quadrature(uniform(0, 1), uniform(-1, 3)), np.log(3))
    want = 0.5 * np.log(2 * np.pi)  # E x**2 / 2 = 1 = the entropy
    check(kl_quadrature(stats.expon(), normal()), want)
    for p, q in [
        (uniform(0, 2), uniform(0, 1)),
        (uniform(0, 1), uniform(5, 1)),
        (normal(), stats.expon()),
        (uniform(0, 2), lambda x: np.where((x >= 0) & (x <= 1), 0.0, -np.inf)),
        (log_normal_density(0, 1), lambda x: np.where(np.abs(x) < 10, -np.log(20), -np.inf)),
    ]:
        assert kl_quadrature(p, q).value == np.inf


def test_a_density_without_mass_where_p_is_nothing_is_finite():
    got = kl_quadrature(normal(), lambda x: np.where(np.abs(x) < 50, -np.log(100), -np.inf))
    check(got, np.log(100) - 0.5 * np.log(2 * np.pi * np.e))


def test_a_singularity_at_the_end_of_a_support_inside_the_other():
    p = stats.arcsine()
    check(kl_quadrature(p, stats.uniform(-1, 3)), np.log(12 / np.pi))
    check(kl_quadrature(p, stats.uniform(0, 1)), np.log(4 / np.pi))
    assert kl_quadrature(stats.uniform(-1, 3), p).value == np.inf


def test_a_distribution_that_overflows_far_out_is_taken():
    p = stats.exponpow(2.7)  # SciPy's logarithm is NaN from 1e114 on
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(p.logpdf(1e120))
    x = p.rvs(20_000, random_state=0)
    got = kl_quadrature(p, stats.expon())
    sampled = kl_monte_carlo(p, stats.expon(), x)
    assert got.converged
    assert abs(got.value - sampled.value) < 4 * sampled.standard_error


def test_the_base_divides_the_value_and_the_error():
    nats = kl_quadrature(normal(0, 1), normal(0, 2))
    bits = kl_quadrature(normal(0, 1), normal(0, 2), base=2)
    assert bits.value == nats.value / np.log(2)
    assert bits.error == nats.error / np.log(2)


def test_new_distributions_are_taken_too():
    new = getattr(stats, "Normal", None)
    if new is None:
        pytest.skip("SciPy has them from 1.15 on")
    got = kl_quadrature(new(mu=1, sigma=1), new(mu=0, sigma=2))
    check(got, exact.normal(1, 1, 0, 2))
