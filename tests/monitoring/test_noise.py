"""The level of noise: alarms without drift come as often as promised.

Each rate is of a seeded simulation, and its interval the central one of 99.99 % of the binomial
distribution around the promised level, widened by 15 % of it for the approximations (25 % where
the distance takes few values, below 30 rows).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import binom, chi2

import kullback as kl
from kullback.monitoring import noise

LEVEL = 0.001
TRIALS = 60_000


def distances(reference, current):
    q = reference / reference.sum(axis=-1, keepdims=True)
    p = current / current.sum(axis=-1, keepdims=True)
    middle = (p + q) / 2
    return np.sqrt((rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=-1) / (2 * math.log(2)))


def interval(trials, level, slack):
    low, high = binom.interval(0.9999, trials, level)
    return low * (1 - slack), high * (1 + slack)


@pytest.mark.parametrize(
    ("n", "m", "bins"),
    [
        (10, 10, 5),
        (1000, 10, 10),
        (50, 50, 10),
        (10, 1000, 5),
        (100, 100, 20),
        (1000, 100, 10),
        (2000, 1000, 50),
        (20_000, 20_000, 50),
        (1_000_000, 1_000_000, 5),
        (1_000_000, 30, 20),
        (1_000_000, 10_000, 50),
    ],
)
def test_bins_of_a_continuous_reference_make_as_many_alarms_as_promised(n, m, bins):
    """Bins cut at order statistics: the shares between them are a Dirichlet distribution's."""
    rng = np.random.default_rng(n + m + bins)
    ranks = np.arange(1, bins) * n // bins
    reference = np.diff(np.r_[0, ranks, n])
    gaps = reference + (np.arange(bins) == 0)
    current = rng.multinomial(m, rng.dirichlet(gaps, TRIALS))
    level = noise.js_level(reference, current[0], LEVEL, n <= 2**16)
    alarms = int((distances(reference, current) > level).sum())
    low, high = interval(TRIALS, LEVEL, 0.15 if min(n, m) >= 30 else 0.25)
    assert (low if min(n, m) >= 30 else 0.4 * TRIALS * LEVEL) <= alarms <= high


@pytest.mark.parametrize(
    ("n", "m", "bins"),
    [(50, 50, 10), (1000, 100, 10), (100, 1000, 10), (1000, 1000, 50), (100_000, 100_000, 12)],
)
def test_categories_make_as_many_alarms_as_promised(n, m, bins):
    """Zipf's shares, so that some are rare: all divisions of what both samples hold together."""
    rng = np.random.default_rng(n + m + bins)
    shares = 1 / np.arange(1, bins + 1)
    pooled = rng.multinomial(n + m, shares / shares.sum())
    current = rng.multivariate_hypergeometric(pooled, m, TRIALS, "marginals")
    level = noise.js_level(pooled - current[0], current[0], LEVEL, False)
    alarms = int((distances(pooled - current, current) > level).sum())
    low, high = interval(TRIALS, LEVEL, 0.15)
    assert low <= alarms <= high


@pytest.mark.parametrize("level", [0.05, 0.001, 1e-5])
def test_two_bins_are_exact(level):
    """Never more often than promised, and the next smaller distance would be."""
    n, m, pooled = 40, 25, np.array([22, 43])
    first = np.arange(0, 23)
    from scipy.stats import hypergeom

    chance = hypergeom(n + m, 22, m).pmf(first)
    current = np.stack([first, m - first], axis=1)
    far = distances(pooled - current, current)
    found = noise.js_level(pooled - current[5], current[5], level, False)
    assert chance[far > found].sum() <= level
    assert chance[far > found * (1 - 1e-6)].sum() > level


def test_where_enough_is_expected_it_is_chi_square_and_both_ways_agree():
    reference, current = np.full(8, 250.0), np.full(8, 230.0)
    level = noise.js_level(reference, current, LEVEL, False)
    scale = (1 / 2000 + 1 / 1840) / 8
    assert level == pytest.approx(math.sqrt(scale * chi2.isf(LEVEL, 7) / math.log(2)), rel=1e-6)
    model = noise.Model(reference + current, reference, False, 2000.0, 1840.0)
    other = math.sqrt(noise._of_many(model, LEVEL, scale) / math.log(2))
    assert other == pytest.approx(level, rel=0.01)


def test_the_whole_function_makes_as_many_alarms_as_promised():
    """Columns of drift itself: numbers with and without gaps, rounded ones, categories."""
    rng = np.random.default_rng(11)
    columns, level = 300, 0.05

    def table(rows):
        made = {}
        for i in range(columns):
            x = rng.normal(size=rows)
            made[f"n{i}"] = x
            made[f"g{i}"] = np.where(rng.random(rows) < 0.1, np.nan, x)
            made[f"r{i}"] = x.round(1)
            made[f"c{i}"] = np.clip(x * 2, -3, 3).astype(int).astype(str)
        return made

    found = kl.drift(table(150), table(90), level=level).drifted
    for kind in "ngrc":
        alarms = sum(name[0] == kind for name in found)
        low, high = interval(columns, level, 0.25)
        assert low <= alarms <= high, kind


def test_values_that_all_differ_cannot_alarm():
    before, now = np.r_[np.ones(50), np.zeros(40)], np.r_[np.zeros(50), np.ones(40)]
    assert noise.js_level(before, now, LEVEL, False) >= 1 - 1e-9


def test_one_bin_has_no_noise():
    assert noise.js_level(np.array([5, 0]), np.array([9, 0]), LEVEL, False) == 0
