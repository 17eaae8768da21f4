"""What the course says of densities, and of models that are fitted to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kullback import entropy, estimate, kl_divergence, project
from support.projection_targets import two_modes

# Densities


@pytest.mark.parametrize(
    ("p", "q", "value"),
    [
        ((0, 1), (0, 2), 0.318147),
        ((0, 2), (0, 1), 0.806853),
        ((1, 1), (0, 1), 0.5),
        ((0.5, 0.8), (0, 1), 0.168144),  # a VAE's term
    ],
)
def test_the_gaussian_values_of_the_course(p, q, value):
    p, q = stats.norm(*p), stats.norm(*q)
    found = estimate.kl_quadrature(p, q)
    assert found.value == pytest.approx(value, abs=5e-7)
    x = p.rvs(50_000, random_state=0)
    y = q.rvs(50_000, random_state=1)
    sampled = estimate.kl_monte_carlo(p, q, x)
    assert abs(sampled.value - value) < 4 * sampled.standard_error < 0.05
    by_neighbors = estimate.kl_nearest_neighbor(x, y)
    if p.std() <= q.std():  # else there are no samples of q where p has many: it is too small
        assert abs(by_neighbors.value - value) < 4 * by_neighbors.standard_error < 0.1
    else:
        assert 0 < by_neighbors.value < value
    single = ([1.0], [p.mean()], [p.var()]), ([1.0], [q.mean()], [q.var()])
    assert estimate.gaussian_mixture_kl(*single[0], *single[1]).value == pytest.approx(
        value, abs=5e-7
    )


def test_a_vaes_term_is_the_sum_over_its_coordinates():
    means, log_variances = [0.5, -0.3], [-0.5, -1.0]
    spreads = np.exp(np.array(log_variances) / 2)
    terms = [
        estimate.kl_quadrature(stats.norm(m, s), stats.norm()).value
        for m, s in zip(means, spreads, strict=True)
    ]
    assert sum(terms) == pytest.approx(0.407205, abs=5e-7)
    term = -0.5 * sum(1 + v - m * m - np.exp(v) for m, v in zip(means, log_variances, strict=True))
    assert sum(terms) == pytest.approx(term, rel=1e-12)


def test_bins_of_densities_lose_information_and_finer_ones_less():
    p, q = stats.norm(0, 1), stats.norm(0.7, 1.3)
    truth = estimate.kl_quadrature(p, q).value
    found = []
    for bins in (2, 8, 32, 128, 512):
        edges = np.concatenate([[-np.inf], np.linspace(-6, 6, bins - 1), [np.inf]])
        masses = [np.diff(each.cdf(edges)) for each in (p, q)]
        found.append(kl_divergence(*masses))
    assert found == sorted(found)
    assert truth * (1 - 1e-4) < found[-1] < truth


# Models: forward and reverse


def test_forward_divergence_is_mean_seeking_and_reverse_is_mode_seeking():
    forward = project.moment_projection(two_modes)
    assert forward.mean == pytest.approx(0, abs=1e-12)
    assert forward.variance == pytest.approx(10, rel=1e-12)
    for start in (-1.0, 1.0):
        reverse = project.information_projection(two_modes, start, method="quadrature")
        assert reverse.gaussian.mean == pytest.approx(3 * start, abs=0.05)
        assert reverse.gaussian.variance == pytest.approx(1, abs=0.06)
        wide = stats.norm(forward.mean, forward.variance**0.5)
        narrow = stats.norm(reverse.gaussian.mean, reverse.gaussian.variance**0.5)
        divergence = estimate.kl_quadrature
        assert divergence(two_modes, wide).value < divergence(two_modes, narrow).value
        assert divergence(narrow, two_modes).value < divergence(wide, two_modes).value


def test_maximum_likelihood_is_the_least_forward_divergence():
    """Of a model with one parameter: from the observed frequencies, and by the likelihood."""
    counts = np.array([37, 40, 18, 5])
    shares = np.linspace(0.05, 0.95, 181)
    models = stats.binom.pmf(np.arange(4), 3, shares[:, None])
    divergences = kl_divergence(counts, models)
    likelihoods = counts @ np.log(models).T
    assert np.argmin(divergences) == np.argmax(likelihoods)
    rising = divergences + likelihoods / counts.sum()  # minus the entropy of the frequencies
    np.testing.assert_allclose(rising, -entropy(counts), rtol=1e-12)
    best = (counts @ np.arange(4)) / (3 * counts.sum())
    assert abs(shares[np.argmin(divergences)] - best) <= 0.0025


def test_the_evidence_lower_bound_is_short_of_the_evidence_by_the_reverse_divergence():
    def unnormalized(x):
        return two_modes(x) + 5.0  # ln Z = 5

    found = project.information_projection(unnormalized, 1.0, method="quadrature")
    fitted = stats.norm(found.gaussian.mean, found.gaussian.variance**0.5)
    divergence = estimate.kl_quadrature(fitted, two_modes).value
    assert found.bound == pytest.approx(5 - divergence, abs=1e-9)


def test_both_gradients_of_the_bound_lead_to_one_place():
    found = [
        project.information_projection(two_modes, 1.0, method=method, n_points=8192).gaussian
        for method in ("reparameterization", "score_function", "quadrature")
    ]
    for each in found:
        assert each.mean == pytest.approx(found[-1].mean, abs=0.005)
        assert each.variance == pytest.approx(found[-1].variance, abs=0.01)


def joint_logarithm(x, weights, means, scales):
    """Ln p(x, z) of a mixture of Gaussians: a row for each x, a column for each z."""
    return np.log(weights) + stats.norm.logpdf(x[:, None], means, scales)


def test_em_makes_the_divergence_zero_and_never_lowers_the_bound():
    x = np.concatenate([stats.norm(m, 1).rvs(200, random_state=m + 9) for m in (-3, 0, 4)])
    parameters = np.full(3, 1 / 3), np.array([-1.0, 0.1, 1.0]), np.full(3, 2.0)
    q = np.full((x.size, 3), 1 / 3)
    bounds = []
    for _ in range(60):
        joint = joint_logarithm(x, *parameters)
        evidence = np.logaddexp.reduce(joint, axis=1)
        posterior = np.exp(joint - evidence[:, None])
        for step in ("before", "after"):
            bound = (q * joint).sum() + entropy(q).sum()
            # ln p(x) = bound + KL(q || p(z | x)), whatever q is.
            gap = kl_divergence(q, posterior).sum()
            assert evidence.sum() == pytest.approx(bound + gap, rel=1e-12)
            bounds.append(bound)
            if step == "before":
                q = posterior  # the E-step
        assert kl_divergence(q, posterior).max() == 0
        weights = q.sum(axis=0)
        means = x @ q / weights
        spreads = np.sqrt((q * (x[:, None] - means) ** 2).sum(axis=0) / weights)
        parameters = weights / x.size, means, spreads  # the M-step
    assert (np.diff(bounds) >= -1e-9).all()
    np.testing.assert_allclose(np.sort(parameters[1]), [-3, 0, 4], atol=0.4)
