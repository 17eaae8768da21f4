"""Exact Gaussians against the oracle, and that no ordinary data needs them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import kullback as kl
from kullback._drivers import gaussians as driver
from kullback._exact import gaussians
from kullback._exact.gaussians import METRICS
from oracle import gaussians as oracle
from support.gaussian_calls import as_spread, each_spread

each_metric = pytest.mark.parametrize("metric", METRICS)
WIDTHS = {
    "var": [5e-324, 1e-300, 0.5, 1.0, 1.0 + 2.0**-52, 1e300, 1.7e308],
    "std": [5e-324, 1e-300, 0.5, 1.0, 1.0 + 2.0**-52, 1e150, 1.7e308],
    "log_var": [-1e308, -3000.0, -700.0, 0.0, 1e-120, 1e-3, 700.0, 3000.0],
}
MEANS = [0.0, 5e-324, -1e150, 1.0, 1.7e308]


def divergences(metric, spread, *sides):
    return gaussians.divergences(metric, spread, sides, lambda: None)


@each_metric
@each_spread
def test_the_nearest_float_of_any_pair(metric, spread):
    pairs = list(itertools.product(MEANS, WIDTHS[spread]))
    m0, s0, m1, s1 = np.array([(*p, *q) for p in pairs[::2] for q in pairs[::3]]).T
    got = divergences(metric, spread, *(x[:, None] for x in (m0, s0, m1, s1)))
    want = oracle.rowwise(*(x[:, None] for x in (m0, s0, m1, s1)), word=metric, spread=spread)
    finite = want < np.inf
    assert np.array_equal(finite, got < np.inf)
    assert (np.abs(got[finite] - want[finite]) <= np.spacing(want[finite])).all()
    assert (got >= 0).all()


@each_metric
@each_spread
def test_equal_gaussians_are_at_distance_zero(metric, spread):
    width = np.array(WIDTHS[spread])[:, None]
    mean = np.linspace(-1e300, 1e300, len(width))[:, None]
    assert not divergences(metric, spread, mean, width, mean, width).any()


@each_metric
@each_spread
def test_points_and_what_is_no_gaussian(metric, spread):
    point, one = (-np.inf, 0.0) if spread == "log_var" else (0.0, 1.0)
    wrong = [[np.nan], [np.inf], [np.nan if spread == "log_var" else -1.0]]
    given = [[point], *wrong], [[one]]
    for width_p, width_q in (given, given[::-1]):
        got = divergences(metric, spread, [[0.0]], width_p, [[0.0]], width_q)
        assert np.isnan(got[1:]).all()
        if metric == "wasserstein2":
            assert got[0] == 1.0
        elif width_q is given[0]:
            assert np.isnan(got[0])
        else:
            assert got[0] == (1.0 if metric == "hellinger" else np.inf)
    assert np.isnan(divergences(metric, spread, [[np.inf]], [[one]], [[0.0]], [[one]])).all()


def encodings(scale, gap):
    """Means and log-variances of two encoders: their scale, and how far apart."""
    rng = np.random.default_rng(5)
    mean, logs, more = rng.normal(size=(3, 40, 20))
    mean, logs = mean * np.sqrt(scale), logs + np.log(scale)
    if gap is None:
        return mean, logs, mean[::-1], logs[::-1]
    return mean, logs, mean * (1 + gap * more), logs * (1 + gap * more)


@each_spread
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e6, 1e30])
@pytest.mark.parametrize("gap", [None, 1e-3, 1e-9, 1e-15, 0.0])
def test_no_ordinary_data_is_left_to_them(spread, scale, gap, monkeypatch):
    def never(*given):
        raise AssertionError(f"{given[:2]} came as far as this")

    monkeypatch.setattr(driver, "divergences", never)
    m0, l0, m1, l1 = encodings(scale, gap)
    given = m0, as_spread(l0, spread), m1, as_spread(l1, spread)
    for axis in (-1, None):
        kl.gaussian_kl_divergence(*given, spread=spread, axis=axis)
        kl.standard_gaussian_kl_divergence(*given[:2], spread=spread, axis=axis)
    for metric in METRICS:
        kl.pairwise_gaussian(*given, metric=metric, spread=spread)
        kl.pairwise_gaussian(*given[:2], metric=metric, spread=spread)
