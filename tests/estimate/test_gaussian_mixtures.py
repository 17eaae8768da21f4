"""Mixtures of Gaussians: the bounds hold, and are KL where KL has a closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from kullback.estimate import gaussian_mixture_kl, kl_monte_carlo
from oracle import closed_forms as exact

CASES = [(2, 1, 1, 1.0), (3, 4, 2, 1.0), (5, 3, 5, 1.0), (4, 4, 3, 4.0), (6, 6, 10, 0.5)]
NEAR = 1e-10  # the upper bound is improved until its steps are so small


def mixture(rng, a, d, spread):
    return rng.random(a) + 0.1, rng.normal(0, spread, (a, d)), rng.gamma(2, 0.5, (a, d)) + 0.1


def log_density(weights, means, variances):
    shares = np.log(weights / weights.sum())

    def log(x):
        parts = np.log(2 * np.pi * variances) + (x[:, None] - means) ** 2 / variances
        return logsumexp(shares - 0.5 * parts.sum(axis=-1), axis=1)

    return log


def draw(rng, n, weights, means, variances):
    chosen = rng.choice(len(weights), n, p=weights / weights.sum())
    return means[chosen] + np.sqrt(variances[chosen]) * rng.normal(size=(n, means.shape[1]))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_bounds_bracket_monte_carlo(case):
    a, b, d, spread = case
    rng = np.random.default_rng(a * b * d)
    p, q = mixture(rng, a, d, spread), mixture(rng, b, d, spread)
    got = gaussian_mixture_kl(*p, *q)
    sampled = kl_monte_carlo(log_density(*p), log_density(*q), draw(rng, 50_000, *p))
    slack = 4 * sampled.standard_error
    assert got.lower - slack <= sampled.value <= got.upper + slack
    assert got.lower < got.upper
    assert abs(got.value - sampled.value) < abs(got.upper - got.lower)


def test_distant_components_make_all_three_meet():
    """Where no components overlap, a pair is a pair: KL of the weights and of each pair."""
    means = np.array([0.0, 1e3, 2e3])
    p = np.array([1.0, 2.0, 5.0]), means, np.array([1.0, 2.0, 3.0])
    q = np.array([2.0, 2.0, 4.0]), means + 1, np.array([1.0, 1.0, 1.0])
    shares = p[0] / p[0].sum()
    pairs = [exact.normal(0, np.sqrt(v), 1, 1) for v in p[2]]
    want = shares @ (np.log(shares * q[0].sum() / q[0]) + pairs)
    got = gaussian_mixture_kl(*p, *q)
    assert got.value == pytest.approx(want, rel=1e-12)
    assert got.upper == pytest.approx(want, rel=1e-9)
    assert got.lower <= want


def test_two_gaussians_have_their_divergence():
    rng = np.random.default_rng(3)
    means, scales = rng.normal(size=(2, 4)), rng.gamma(2, 1, (2, 4)) + 0.1
    want = sum(
        exact.normal(m, s, mean, scale)
        for m, s, mean, scale in zip(means[0], scales[0], means[1], scales[1], strict=True)
    )
    variances = scales**2
    got = gaussian_mixture_kl([1], means[:1], variances[:1], [7], means[1:], variances[1:])
    assert got.value == pytest.approx(want, rel=1e-13)
    assert got.upper == pytest.approx(want, rel=1e-13)
    assert got.lower <= want
    bits = gaussian_mixture_kl([1], means[:1], variances[:1], [7], means[1:], variances[1:], base=2)
    np.testing.assert_allclose(np.array(bits), np.array(got) / np.log(2), rtol=1e-15)


@pytest.mark.parametrize("amount", [1e-3, 1e-6])
def test_near_gaussians_keep_their_digits(amount):
    means, variances = np.array([[1.0, -2.0]]), np.array([[0.5, 3.0]])
    other = means + amount, variances * (1 + amount)
    got = gaussian_mixture_kl([1], means, variances, [1], *other)
    want = sum(
        exact.normal(m, np.sqrt(v), n, np.sqrt(w))
        for m, v, n, w in zip(*(x[0] for x in (means, variances, *other)), strict=True)
    )
    assert got.value == pytest.approx(want, rel=1e-15 / amount)


def test_equal_mixtures_are_at_zero():
    rng = np.random.default_rng(4)
    p = mixture(rng, 5, 3, 1.0)
    order = rng.permutation(5)
    got = gaussian_mixture_kl(*p, *(x[order] for x in p))
    assert abs(got.value) < 1e-15
    assert got.lower == 0
    assert got.upper < 1e-6


def test_components_without_weight_and_one_dimension():
    p = [1.0, 0.0, 2.0], [0.0, 1e9, 3.0], [1.0, 1e-9, 2.0]
    q = [1.0, 1.0], [1.0, 2.0], [2.0, 1.0]
    got = gaussian_mixture_kl(*p, *q)
    want = gaussian_mixture_kl([1.0, 2.0], [0.0, 3.0], [1.0, 2.0], *q)
    np.testing.assert_allclose(np.array(got), np.array(want), rtol=1e-12)
    column = [np.array(x)[:, None] if i % 3 else x for i, x in enumerate((*p, *q))]
    assert gaussian_mixture_kl(*column) == got


def test_splitting_a_component_changes_no_bound_for_the_worse():
    """The upper bound by pairs is that of the mixture: components may be split at will."""
    p = np.array([1.0, 2.0]), np.array([0.0, 3.0]), np.array([1.0, 2.0])
    q = np.array([1.0, 1.0]), np.array([1.0, 2.0]), np.array([2.0, 1.0])
    split = [np.repeat(x, 2) for x in p]
    assert gaussian_mixture_kl(*split, *q).upper == pytest.approx(
        gaussian_mixture_kl(*p, *q).upper, rel=1e-6
    )


@pytest.mark.parametrize(
    ("place", "given", "message"),
    [
        (0, [1, -1], "weights_p must be finite"),
        (0, [0, 0], "not all 0"),
        (0, [1, 1, 1], r"weights_p have shape \(3,\)"),
        (1, [[1, 2], [1, 2]], "variances_p have shape"),
        (2, [1, 0], "variances_p above 0"),
        (2, [1, np.inf], "variances_p above 0"),
        (4, [1, np.nan], "means_q must be finite"),
    ],
)
def test_what_is_no_mixture_is_refused(place, given, message):
    arguments = [[1, 1], [0.0, 1.0], [1.0, 1.0]] * 2
    arguments[place] = given
    with pytest.raises(ValueError, match=message):
        gaussian_mixture_kl(*arguments)


def test_dimensions_must_agree():
    one, two = ([1], [0.0], [1.0]), ([1], [[0.0, 1.0]], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="p has 1 dimensions and q 2"):
        gaussian_mixture_kl(*one, *two)
