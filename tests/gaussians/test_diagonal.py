"""Diagonal Gaussians row by row against the oracle, at every distance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback as kl
from oracle import gaussians as oracle
from support.gaussian_calls import decades, each_spread, spreads_of
from support.tolerances import assert_close, assert_same_bits

DIMENSIONS = (1, 2, 7, 15, 16, 17, 64, 600)  # on both sides of short rows, lanes and blocks


@each_spread
@pytest.mark.parametrize("d", DIMENSIONS)
def test_random_gaussians(spread, d):
    rng = np.random.default_rng(d)
    p, q = decades(rng, (3, d), spread), decades(rng, (3, d), spread)
    got = kl.gaussian_kl_divergence(*p, *q, spread=spread)
    assert_close(got, oracle.rowwise(*p, *q, spread=spread), "gaussian")
    shares = kl.gaussian_kl_divergence(*p, *q, spread=spread, axis=None)
    assert_close(shares, oracle.terms(*p, *q, spread=spread), "gaussian")


@each_spread
@pytest.mark.parametrize("gap", [10.0**-i for i in range(17)])
def test_near_gaussians_keep_their_digits(spread, gap):
    """`gap` apart in the means, the spreads or both: no digit is lost, nothing is negative."""
    rng = np.random.default_rng(7)
    m, s = decades(rng, (4, 20), spread)
    near_m = m + np.sqrt(rng.uniform(0, 1, m.shape)) * gap
    factor = 1 + rng.uniform(-0.5, 0.5, s.shape) * gap
    near_s = s + np.log(factor) if spread == "log_var" else s * factor
    for q in ((near_m, s), (m, near_s), (near_m, near_s)):
        got = kl.gaussian_kl_divergence(m, s, *q, spread=spread)
        assert (got >= 0).all()
        assert_close(got, oracle.rowwise(m, s, *q, spread=spread), "gaussian")
        shares = kl.gaussian_kl_divergence(m, s, *q, spread=spread, axis=None)
        assert_close(shares, oracle.terms(m, s, *q, spread=spread), "gaussian")


@each_spread
def test_around_the_seams(spread):
    """Ratios of spreads at which the formulas change over: 2/3, 3/2, powers of two, e**(n/2)."""
    rng = np.random.default_rng(3)
    seams = np.concatenate([[2 / 3, 3 / 2, 0.75, 4 / 3, 0.7, 1.4], 2.0 ** np.arange(-4, 4.5, 0.5)])
    ratios = np.concatenate([seams * (1 + e) for e in (-1e-3, -1e-9, 0, 1e-16, 1e-9, 1e-3)])
    base = spreads_of(rng.uniform(0.1, 10, ratios.shape), spread)
    other = base + np.log(ratios) if spread == "log_var" else base * ratios
    got = kl.gaussian_kl_divergence(0, base, 0, other, spread=spread, axis=None)
    assert_close(got, oracle.terms(0.0, base, 0.0, other, spread=spread), "gaussian")


EXTREMES = {
    "var": [5e-324, 1e-310, 1e-300, 1e-150, 1e-8, 1.0, 1e8, 1e150, 1e300, 1.7e308],
    "std": [5e-324, 1e-310, 1e-300, 1e-150, 1e-8, 1.0, 1e8, 1e150, 1e300, 1.7e308],
    "log_var": [-1e308, -3000.0, -1500.0, -745.0, -700.0, -1.0, 0.0, 5.0, 700.0, 712.0, 3000.0],
}
MEANS = [0.0, 5e-324, 1e-300, 1e-150, 1.0, -1e150, 1e300, -1.7e308, 1.7e308]


@each_spread
def test_every_pair_of_extremes(spread):
    """Right to the last digits wherever the value is a number, infinite where it is none."""
    s = np.array(EXTREMES[spread])
    s0, s1, m0 = (x.ravel() for x in np.meshgrid(s, s, MEANS))
    m1 = np.roll(m0, 1)
    for p, q in (((0.0, s0), (0.0, s1)), ((m0, s0), (0.0, s1)), ((m0, s0), (m1, s1))):
        got = kl.gaussian_kl_divergence(*p, *q, spread=spread, axis=None)
        want = oracle.terms(*p, *q, spread=spread)
        assert_close(got, want, "gaussian")
        sums = kl.gaussian_kl_divergence(
            *(np.broadcast_to(x, s0.shape) for x in (*p, *q)), spread=spread
        )
        if sums < np.inf:
            assert_close(sums, want.sum(), "gaussian")


@each_spread
def test_equal_gaussians_are_at_distance_zero(spread):
    rng = np.random.default_rng(0)
    extremes = np.array(EXTREMES[spread])
    for s in (extremes, spreads_of(10.0 ** rng.uniform(-300, 300, 1000), spread)):
        m = rng.normal(size=s.shape) * 1e100
        for axis in (-1, None):
            got = kl.gaussian_kl_divergence(m, s, m, s, spread=spread, axis=axis)
            assert_same_bits(got, np.zeros_like(got))


@each_spread
@given(data=st.data())
def test_any_gaussians(spread, data):
    number = st.floats(allow_nan=False, allow_infinity=False)
    width = number if spread == "log_var" else st.floats(5e-324, 1.7e308)
    d = data.draw(st.integers(1, 20))
    m0, m1 = (np.array(data.draw(st.lists(number, min_size=d, max_size=d))) for _ in "pq")
    s0, s1 = (np.array(data.draw(st.lists(width, min_size=d, max_size=d))) for _ in "pq")
    got = kl.gaussian_kl_divergence(m0, s0, m1, s1, spread=spread)
    assert got >= 0
    assert_close(got, oracle.rowwise(m0, s0, m1, s1, spread=spread), "gaussian")


@each_spread
@pytest.mark.parametrize("d", [1, 5, 40])
def test_standard_gaussian(spread, d):
    rng = np.random.default_rng(d)
    for size in (0.001, 0.5, 5.0):
        m, s = decades(rng, (5, d), spread, size)
        m *= size
        got = kl.standard_gaussian_kl_divergence(m, s, spread=spread)
        assert_close(got, oracle.standard(m, s, spread), "gaussian")
        unit = 0.0 if spread == "log_var" else 1.0
        assert_same_bits(got, kl.gaussian_kl_divergence(m, s, 0.0, unit, spread=spread))
        shares = kl.standard_gaussian_kl_divergence(m, s, spread=spread, axis=None)
        assert_close(shares, oracle.terms(m, s, 0.0, unit, spread=spread), "gaussian")


def test_reference_values():
    assert round(float(kl.gaussian_kl_divergence(0, 1, 0, 2, spread="std")), 6) == 0.318147
    assert round(float(kl.gaussian_kl_divergence(0, 2, 0, 1, spread="std")), 6) == 0.806853
    assert kl.gaussian_kl_divergence(1, 1, 0, 1) == 0.5
    assert round(float(kl.standard_gaussian_kl_divergence(0.5, 0.8, spread="std")), 6) == 0.168144
    got = kl.standard_gaussian_kl_divergence([0.5, -0.3], [-0.5, -1.0])
    assert round(float(got), 6) == 0.407205
    assert kl.gaussian_kl_divergence(1, 1, 0, 1, base=2) == pytest.approx(0.5 / math.log(2), 1e-15)


def test_a_point_is_infinitely_far():
    for spread, point, one in (("var", 0.0, 1.0), ("std", 0, 1), ("log_var", -np.inf, 0.0)):
        assert kl.gaussian_kl_divergence(0, point, 0, one, spread=spread) == np.inf
        assert kl.standard_gaussian_kl_divergence(0, point, spread=spread) == np.inf
        got = kl.gaussian_kl_divergence([0, 0], [one, point], 0, one, spread=spread, axis=None)
        assert_same_bits(got, np.array([0.0, np.inf]))
        with pytest.raises(ValueError, match=r"var_q is no .*: dimension 0 is"):
            kl.gaussian_kl_divergence(0, one, 0, point, spread=spread)


def test_log_variances_whose_difference_is_too_large_have_finite_results():
    largest = np.finfo(float).max
    for l0, l1, kl_value, overlap in (
        (-9.98e291, largest, largest / 2 + 4.99e291, largest / 4 + 2.495e291),
        (-1e308, 1e308, 1e308, 5e307),
    ):
        assert kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var") == kl_value
        pair = [[0.0]], [[l0]], [[0.0]], [[l1]]
        assert kl.pairwise_gaussian(*pair, "kl", spread="log_var") == kl_value
        assert kl.pairwise_gaussian(*pair, "bhattacharyya", spread="log_var") == overlap
    assert kl.gaussian_kl_divergence(0, 1e308, 0, -1e308, spread="log_var") == np.inf


@pytest.mark.parametrize("spread", ["var", "std"])
def test_a_result_in_the_last_octave_is_finite(spread):
    """It is half of a ratio that float64 does not hold."""
    wide, narrow = (2.0**1023, 0.5) if spread == "var" else (2.0**512, 1.0)
    result = 2.0**1023
    assert kl.gaussian_kl_divergence(0, wide, 0, narrow, spread=spread) == result
    pair = [[0.0]], [[wide]], [[0.0]], [[narrow]]
    assert kl.pairwise_gaussian(*pair, "kl", spread=spread) == result
    assert kl.pairwise_gaussian(*pair, "jeffreys", spread=spread) == result
