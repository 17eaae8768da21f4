"""Centres against their definition: nothing else makes the sum of divergences less."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy.optimize import minimize

from kullback.cluster import DivergenceKMeans

METRICS = ("kl", "reverse_kl", "hellinger", "jeffreys", "js")


def definition(metric: str, p: Any, c: Any) -> Any:
    """The divergence of a row from a centre, as it is defined, with mpmath."""

    def kl(a: Any, b: Any) -> Any:
        return mp.fsum(x * mp.log(x / y) for x, y in zip(a, b, strict=True) if x)

    if metric == "hellinger":
        return mp.fsum((mp.sqrt(x) - mp.sqrt(y)) ** 2 for x, y in zip(p, c, strict=True)) / 2
    if metric == "js":
        m = [(x + y) / 2 for x, y in zip(p, c, strict=True)]
        return (kl(p, m) + kl(c, m)) / 2
    forward = kl(p, c) if metric != "reverse_kl" else 0
    return forward + (kl(c, p) if metric != "kl" else 0)


def total(metric: str, rows: Any, weights: Any, centre: Any) -> Any:
    mp.mp.dps = 40
    p = [[mp.mpf(float(x)) / mp.fsum(map(float, row)) for x in row] for row in rows]
    c = [mp.mpf(float(x)) for x in centre]
    c = [x / mp.fsum(c) for x in c]
    return mp.fsum(
        w * definition(metric, row, c) for w, row in zip(map(float, weights), p, strict=True)
    )


def one_cluster(metric: str) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(3)
    rows = random.gamma(0.4, size=(9, 5)) + 1e-4
    weights = random.uniform(0.2, 3.0, 9)
    fitted = DivergenceKMeans(1, metric=metric, tol=0.0, random_state=0).fit(
        rows, sample_weight=weights
    )
    return rows, weights, fitted


@pytest.mark.parametrize("metric", METRICS)
def test_inertia_is_the_definition(metric: str) -> None:
    rows, weights, fitted = one_cluster(metric)
    exact = total(metric, rows, weights, fitted.cluster_centers_[0])
    assert fitted.inertia_ == pytest.approx(float(exact), rel=1e-12)
    assert fitted.cluster_centers_.sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("metric", METRICS)
def test_no_step_away_from_a_centre_makes_the_sum_less(metric: str) -> None:
    """Along every pair of bins: a convex function with a minimum there has no lower value."""
    rows, weights, fitted = one_cluster(metric)
    centre = fitted.cluster_centers_[0]
    least = total(metric, rows, weights, centre)
    for size in (1e-6, 1e-3):
        for i in range(5):
            for j in range(5):
                other = centre.copy()
                other[i] += size * centre[j]
                other[j] -= size * centre[j]
                assert total(metric, rows, weights, other) >= least


@pytest.mark.parametrize("metric", METRICS)
def test_a_general_optimiser_finds_the_same_centre(metric: str) -> None:
    rows, weights, fitted = one_cluster(metric)

    def shares(logits: Any) -> Any:
        e = np.exp(logits - logits.max())
        return e / e.sum()

    found = minimize(
        lambda t: float(total(metric, rows, weights, shares(t))),
        np.zeros(5),
        options={"gtol": 1e-8},
    )
    np.testing.assert_allclose(shares(found.x), fitted.cluster_centers_[0], atol=2e-5)
