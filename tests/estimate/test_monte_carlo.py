"""The Monte Carlo estimators: right on average, honest about their error, the same in chunks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from kullback.estimate import Estimate, kl_monte_carlo
from oracle import closed_forms as exact

P, Q = stats.norm(0, 1), stats.norm(0.3, 1.2)
TRUTH = exact.normal(0, 1, 0.3, 1.2)
UNBIASED = ["k1", "k3"]


def samples(n, seed=0):
    return np.random.default_rng(seed).normal(0, 1, n)


@pytest.mark.parametrize("estimator", UNBIASED)
def test_the_mean_of_many_samples_is_near_the_truth(estimator):
    got = kl_monte_carlo(P, Q, samples(1_000_000), estimator=estimator)
    assert abs(got.value - TRUTH) < 4 * got.standard_error < 0.01


def test_k2_has_another_expectation():
    """Half the second moment of a quadratic of a normal variable."""
    got = kl_monte_carlo(P, Q, samples(1_000_000), estimator="k2")
    a, b, c = 1 / (2 * 1.44) - 0.5, -0.3 / 1.44, np.log(1.2) + 0.09 / 2.88
    want = (3 * a**2 + b**2 + c**2 + 2 * a * c) / 2
    assert abs(got.value - want) < 4 * got.standard_error < 0.003
    assert abs(want - TRUTH) > 10 * got.standard_error


@pytest.mark.parametrize("estimator", UNBIASED)
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_cover_the_truth_as_often_as_they_say(estimator, confidence):
    runs, covered = 1000, 0
    rng, q = np.random.default_rng(1), stats.norm(0.3, 0.9)  # lighter tails: r has all moments
    truth = exact.normal(0, 1, 0.3, 0.9)
    for _ in range(runs):
        result = kl_monte_carlo(P.logpdf, q.logpdf, rng.normal(0, 1, 500), estimator=estimator)
        low, high = result.interval(confidence)
        covered += low <= truth <= high
    spread = math.sqrt(confidence * (1 - confidence) / runs)
    assert abs(covered / runs - confidence) < 3 * spread


def test_near_densities_make_k3_the_better_one():
    errors = {
        estimator: kl_monte_carlo(
            P, stats.norm(0.01, 1), samples(10_000), estimator=estimator
        ).standard_error
        for estimator in ("k1", "k2", "k3")
    }
    assert errors["k3"] < errors["k1"] / 50
    assert errors["k2"] < errors["k1"] / 50


def test_k2_and_k3_are_never_negative():
    for n in (1, 2, 5):
        for seed in range(20):
            for estimator in ("k2", "k3"):
                assert kl_monte_carlo(P, Q, samples(n, seed), estimator=estimator).value >= 0


@pytest.mark.parametrize("estimator", ["k1", "k2", "k3"])
@pytest.mark.parametrize("chunk", [1, 7, 999, 1000, 10**9])
def test_chunks_do_not_matter(estimator, chunk):
    x = samples(1000)
    d = Q.logpdf(x) - P.logpdf(x)
    terms = {"k1": -d, "k2": d * d / 2, "k3": np.exp(d) - 1 - d}[estimator]
    got = kl_monte_carlo(P, Q, x, estimator=estimator, chunk=chunk)
    assert got.value == pytest.approx(terms.mean(), rel=1e-12)
    assert got.standard_error == pytest.approx(terms.std(ddof=1) / np.sqrt(1000), rel=1e-12)


def test_a_large_offset_costs_the_variance_nothing():
    x = samples(5000)
    got = kl_monte_carlo(P.logpdf, lambda x: Q.logpdf(x) - 1e7, x, chunk=100)
    want = kl_monte_carlo(P, Q, x)
    assert got.standard_error == pytest.approx(want.standard_error, rel=1e-6)


def test_samples_in_several_dimensions_and_on_disk(tmp_path):
    x = np.random.default_rng(0).normal(size=(1000, 3))
    p, q = stats.multivariate_normal(np.zeros(3)), stats.multivariate_normal(np.full(3, 0.1))
    np.save(tmp_path / "samples.npy", x)
    mapped = np.load(tmp_path / "samples.npy", mmap_mode="r")
    got = kl_monte_carlo(p, q, mapped, chunk=128)
    assert got.value == pytest.approx((p.logpdf(x) - q.logpdf(x)).mean(), rel=1e-12)


def test_probabilities_will_do_and_the_base_divides():
    p, q = stats.poisson(3), stats.poisson(4)
    x = p.rvs(1000, random_state=0)
    nats, bits = kl_monte_carlo(p, q, x), kl_monte_carlo(p, q, x, base=2)
    assert bits.value == pytest.approx(nats.value / np.log(2), rel=1e-15)
    assert bits.standard_error == pytest.approx(nats.standard_error / np.log(2), rel=1e-15)


@pytest.mark.parametrize("estimator", ["k1", "k2", "k3"])
@pytest.mark.parametrize("chunk", [10, 10_000])
def test_a_sample_where_q_is_zero_makes_it_infinite(estimator, chunk):
    got = kl_monte_carlo(P, stats.expon(), samples(100), estimator=estimator, chunk=chunk)
    assert got.value == np.inf
    assert np.isnan(got.standard_error)


def test_one_sample_has_no_standard_error():
    got = kl_monte_carlo(P, Q, [0.5])
    assert got.value == P.logpdf(0.5) - Q.logpdf(0.5)
    assert np.isnan(got.standard_error)
    assert all(np.isnan(got.interval()))


def test_the_interval_is_by_students_distribution():
    low, high = Estimate(2.0, 0.5, 4.0).interval(0.9)
    assert high - 2 == pytest.approx(0.5 * stats.t(4).ppf(0.95), rel=1e-12)
    assert low + high == 4
    for confidence in (0, 1, -1, math.nan):
        with pytest.raises(ValueError, match="confidence is"):
            Estimate(1.0, 1.0).interval(confidence)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kl_monte_carlo(P, Q, []), ValueError, "n > 0"),
        (lambda: kl_monte_carlo(P, Q, np.ones((2, 2, 2))), ValueError, r"shape \(2, 2, 2\)"),
        (lambda: kl_monte_carlo(P, Q, [1.0], estimator="k4"), ValueError, "estimator is 'k4'"),
        (lambda: kl_monte_carlo(P, Q, [1.0], chunk=0), ValueError, "chunk is 0"),
        (lambda: kl_monte_carlo(P, Q, [1.0], base=0.5), ValueError, "base is 0.5"),
        (lambda: kl_monte_carlo(1, Q, [1.0]), TypeError, "log_p is 1"),
        (
            lambda: kl_monte_carlo(P, lambda x: x[:1], [1.0, 2.0]),
            ValueError,
            r"shape \(1,\) for points of shape \(2,\)",
        ),
        (
            lambda: kl_monte_carlo(stats.expon(), Q, [1.0, 2.0, -1.0], chunk=2),
            ValueError,
            "log_p is -inf at sample 2.*no sample of p",
        ),
        (lambda: kl_monte_carlo(P, lambda x: x * np.nan, [1.0]), ValueError, "log_q is nan"),
        (lambda: kl_monte_carlo(P, Q, ["a"]), TypeError, "samples has dtype"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
