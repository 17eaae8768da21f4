"""Diagonal Gaussians row by row: the oracle at every distance; layouts, options and faults."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback as kl
import reference_gaussian as oracle
from tolerances import TINY, assert_same_bits

LIMIT = 1e-13  # the promise
DIMENSIONS = (1, 2, 7, 15, 16, 17, 64, 600)  # on both sides of short rows, lanes and blocks
each_spread = pytest.mark.parametrize("spread", oracle.SPREADS)


def is_close(got, want, relative=LIMIT, absolute=TINY):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= relative * np.abs(want) + absolute
    near |= np.isinf(want) & (got > np.finfo(np.float64).max * (1 - relative))
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def assert_gaussian(got, want, *given_arrays, relative=LIMIT, absolute=TINY):
    right = is_close(got, want, relative, absolute)
    if not np.all(right):
        at = tuple(int(i) for i in np.argwhere(~np.atleast_1d(right))[0])
        shown = [np.broadcast_to(x, np.shape(want))[at] for x in given_arrays]
        raise AssertionError(
            f"{(~right).sum()} of {right.size} are off; at {at}: {np.atleast_1d(got)[at]!r}, "
            f"expected {np.atleast_1d(want)[at]!r}, of {shown}"
        )


def spreads_of(variances, spread):
    """Numbers whose variances are about those given: exact ones of their own."""
    if spread == "var":
        return variances
    return np.sqrt(variances) if spread == "std" else np.log(variances)


def gaussians(rng, shape, spread, size=1.0):
    """Means, and spreads over `size` decades on either side of 1."""
    return rng.normal(size=shape), spreads_of(10.0 ** rng.uniform(-size, size, shape), spread)


@each_spread
@pytest.mark.parametrize("d", DIMENSIONS)
def test_random_gaussians(spread, d):
    rng = np.random.default_rng(d)
    p, q = gaussians(rng, (3, d), spread), gaussians(rng, (3, d), spread)
    got = kl.gaussian_kl_divergence(*p, *q, spread=spread)
    assert_gaussian(got, oracle.rowwise(*p, *q, spread=spread))
    shares = kl.gaussian_kl_divergence(*p, *q, spread=spread, axis=None)
    assert_gaussian(shares, oracle.terms(*p, *q, spread=spread), *p, *q)


@each_spread
@pytest.mark.parametrize("gap", [10.0**-i for i in range(17)])
def test_near_gaussians_keep_their_digits(spread, gap):
    """`gap` apart in the means, the spreads or both: no digit is lost, nothing is negative."""
    rng = np.random.default_rng(7)
    m, s = gaussians(rng, (4, 20), spread)
    near_m = m + np.sqrt(rng.uniform(0, 1, m.shape)) * gap
    factor = 1 + rng.uniform(-0.5, 0.5, s.shape) * gap
    near_s = s + np.log(factor) if spread == "log_var" else s * factor
    for q in ((near_m, s), (m, near_s), (near_m, near_s)):
        got = kl.gaussian_kl_divergence(m, s, *q, spread=spread)
        assert (got >= 0).all()
        assert_gaussian(got, oracle.rowwise(m, s, *q, spread=spread))
        shares = kl.gaussian_kl_divergence(m, s, *q, spread=spread, axis=None)
        assert_gaussian(shares, oracle.terms(m, s, *q, spread=spread), m, s, *q)


@each_spread
def test_around_the_seams(spread):
    """Ratios of spreads at which the formulas change over: 2/3, 3/2, powers of two, e**(n/2)."""
    rng = np.random.default_rng(3)
    seams = np.concatenate([[2 / 3, 3 / 2, 0.75, 4 / 3, 0.7, 1.4], 2.0 ** np.arange(-4, 4.5, 0.5)])
    ratios = np.concatenate([seams * (1 + e) for e in (-1e-3, -1e-9, 0, 1e-16, 1e-9, 1e-3)])
    base = spreads_of(rng.uniform(0.1, 10, ratios.shape), spread)
    other = base + np.log(ratios) if spread == "log_var" else base * ratios
    got = kl.gaussian_kl_divergence(0, base, 0, other, spread=spread, axis=None)
    assert_gaussian(got, oracle.terms(0.0, base, 0.0, other, spread=spread), base, other)


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
        assert_gaussian(got, want, *p, *q)
        sums = kl.gaussian_kl_divergence(
            *(np.broadcast_to(x, s0.shape) for x in (*p, *q)), spread=spread
        )
        assert sums == np.inf or is_close(sums, want.sum())


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
    assert_gaussian(got, oracle.rowwise(m0, s0, m1, s1, spread=spread))


@each_spread
@pytest.mark.parametrize("d", [1, 5, 40])
def test_standard_gaussian(spread, d):
    rng = np.random.default_rng(d)
    for size in (0.001, 0.5, 5.0):
        m, s = gaussians(rng, (5, d), spread, size)
        m *= size
        got = kl.standard_gaussian_kl_divergence(m, s, spread=spread)
        assert_gaussian(got, oracle.standard(m, s, spread))
        unit = 0.0 if spread == "log_var" else 1.0
        assert_same_bits(got, kl.gaussian_kl_divergence(m, s, 0.0, unit, spread=spread))
        shares = kl.standard_gaussian_kl_divergence(m, s, spread=spread, axis=None)
        assert_gaussian(shares, oracle.terms(m, s, 0.0, unit, spread=spread))


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
        with pytest.raises(ValueError, match=r"var_q is .*of q must be finite"):
            kl.gaussian_kl_divergence(0, one, 0, point, spread=spread)


@pytest.mark.parametrize("d", [3, 40])
def test_shapes_broadcast_without_copies(d):
    rng = np.random.default_rng(1)
    m0, v0 = gaussians(rng, (4, 6, d), "var")
    m1, v1 = gaussians(rng, (6, 1), "var")
    for q in ((m1, v1), (m1[0], v1[:, 0][:1]), (0.5, v0[1]), (m0[:, :1], 2.0)):
        full = [np.ascontiguousarray(np.broadcast_to(x, m0.shape)) for x in (m0, v0, *q)]
        for axis in (-1, None):
            got = kl.gaussian_kl_divergence(m0, v0, *q, axis=axis)
            assert_same_bits(got, kl.gaussian_kl_divergence(*full, axis=axis))
    got = kl.gaussian_kl_divergence(m0, v0, m1, v1, axis=1)
    swapped = [np.moveaxis(np.broadcast_to(x, m0.shape), 1, -1).copy() for x in (m0, v0, m1, v1)]
    assert_same_bits(got, kl.gaussian_kl_divergence(*swapped))


@pytest.mark.parametrize("d", [3, 40])
def test_layouts_have_the_same_bits(d):
    rng = np.random.default_rng(2)
    arrays = [*gaussians(rng, (50, d), "var"), *gaussians(rng, (50, d), "var")]
    frozen = [x.copy() for x in arrays]
    for x in frozen:
        x.flags.writeable = False
    for axis in (-1, None):
        want = kl.gaussian_kl_divergence(*arrays, axis=axis)
        for other in (
            [np.asfortranarray(x) for x in arrays],
            [np.repeat(x, 2, axis=1)[:, ::2] for x in arrays],
            [x[::-1].copy()[::-1] for x in arrays],
            [x.astype(">f8") for x in arrays],
            [x.tolist() for x in arrays],
            frozen,
        ):
            assert_same_bits(kl.gaussian_kl_divergence(*other, axis=axis), want)
    large = [np.tile(np.asfortranarray(x), (40, 60)) for x in arrays]  # converted tile by tile
    want = kl.gaussian_kl_divergence(*(np.ascontiguousarray(x) for x in large))
    assert_same_bits(kl.gaussian_kl_divergence(*(np.asfortranarray(x) for x in large)), want)


@each_spread
@pytest.mark.parametrize("d", [2, 64])
def test_threads_and_splits_have_the_same_bits(spread, d):
    rng = np.random.default_rng(4)
    n = 900_000 // d
    p, q = gaussians(rng, (n, d), spread), gaussians(rng, (n, d), spread)
    want = kl.gaussian_kl_divergence(*p, *q, spread=spread, threads=1)
    assert_same_bits(kl.gaussian_kl_divergence(*p, *q, spread=spread, threads=7), want)
    parts = [
        kl.gaussian_kl_divergence(*(x[i : i + 1000] for x in (*p, *q)), spread=spread)
        for i in range(0, n, 1000)
    ]
    assert_same_bits(np.concatenate(parts), want)


@each_spread
def test_float32_in_and_out(spread):
    rng = np.random.default_rng(5)
    p, q = gaussians(rng, (30, 50), spread), gaussians(rng, (30, 50), spread)
    singles = [x.astype(np.float32) for x in (*p, *q)]
    for axis in (-1, None):
        got = kl.gaussian_kl_divergence(*singles, spread=spread, axis=axis)
        assert got.dtype == np.float32
        doubles = [x.astype(np.float64) for x in singles]
        want = kl.gaussian_kl_divergence(*doubles, spread=spread, axis=axis)
        assert_same_bits(got, want.astype(np.float32))
    assert kl.gaussian_kl_divergence(singles[0], *doubles[1:], spread=spread).dtype == np.float64
    assert kl.standard_gaussian_kl_divergence(0, 1).dtype == np.float64
    with np.errstate(all="raise"):
        far = kl.gaussian_kl_divergence(*np.float32([1e38, 1e-30, -1e38, 1e-30]))
    assert far == np.inf
    assert far.dtype == np.float32


@pytest.mark.parametrize("spread", ["var", "std"])
def test_a_result_in_the_last_octave_is_finite(spread):
    """It is half of a ratio that float64 does not hold."""
    wide, narrow = (2.0**1023, 0.5) if spread == "var" else (2.0**512, 1.0)
    result = 2.0**1023
    assert kl.gaussian_kl_divergence(0, wide, 0, narrow, spread=spread) == result
    pair = [[0.0]], [[wide]], [[0.0]], [[narrow]]
    assert kl.pairwise_gaussian(*pair, "kl", spread=spread) == result
    assert kl.pairwise_gaussian(*pair, "jeffreys", spread=spread) == result


FAULTS = [
    ("mean_p", np.nan, "mean must be finite"),
    ("mean_p", np.inf, "mean must be finite"),
    ("var_p", -1e-17, "of p must be finite and not negative"),
    ("var_p", np.inf, "of p must be"),
    ("var_p", np.nan, "of p must be"),
    ("mean_q", -np.inf, "mean must be finite"),
    ("var_q", 0.0, "variance of q must be finite and above 0"),
    ("var_q", -2.0, "of q must be"),
    ("var_q", np.nan, "of q must be"),
]


@pytest.mark.parametrize("d", [3, 40])
@pytest.mark.parametrize(("name", "value", "message"), FAULTS)
def test_what_is_no_gaussian(d, name, value, message):
    rng = np.random.default_rng(6)
    names = ("mean_p", "var_p", "mean_q", "var_q")
    arrays = [*gaussians(rng, (5, d), "var"), *gaussians(rng, (5, d), "var")]
    right = kl.gaussian_kl_divergence(*arrays)
    shares = kl.gaussian_kl_divergence(*arrays, axis=None)
    wrong = arrays[names.index(name)]
    wrong[2, 1] = wrong[4, 0] = value
    with pytest.raises(ValueError, match=rf"^{name}\[2, 1\] is .*{message}.*2 such entries"):
        kl.gaussian_kl_divergence(*arrays)
    right[[2, 4]] = np.nan
    assert_same_bits(kl.gaussian_kl_divergence(*arrays, invalid="nan"), right)
    shares[2, 1] = shares[4, 0] = np.nan
    assert_same_bits(kl.gaussian_kl_divergence(*arrays, invalid="nan", axis=None), shares)


def test_log_variances_that_are_none():
    for l0, l1, name in ((np.inf, 0, "var_p"), (np.nan, 0, "var_p"), (0, -np.inf, "var_q")):
        with pytest.raises(ValueError, match=f"^{name} is .*log-variance"):
            kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var")
        got = kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var", invalid="nan")
        assert np.isnan(got)
    with pytest.raises(ValueError, match=r"^log_var\[1\] is inf: a log-variance of p"):
        kl.standard_gaussian_kl_divergence([0, 0], [0, np.inf])


def test_out():
    rng = np.random.default_rng(8)
    arrays = [*gaussians(rng, (9, 20), "var"), *gaussians(rng, (9, 20), "var")]
    want = kl.gaussian_kl_divergence(*arrays)
    out = np.empty(9)
    assert kl.gaussian_kl_divergence(*arrays, out=out) is out
    assert_same_bits(out, want)
    strided = np.empty((9, 2))[:, 0]
    assert kl.gaussian_kl_divergence(*arrays, out=strided) is strided
    assert_same_bits(strided, want)
    shares = np.empty((20, 9)).T
    kl.gaussian_kl_divergence(*arrays, out=shares, axis=None)
    assert_same_bits(shares, kl.gaussian_kl_divergence(*arrays, axis=None))
    for bad in (np.empty(8), np.empty(9, np.float32), arrays[0][:, 0], [0.0] * 9):
        with pytest.raises(ValueError, match=r"^out"):
            kl.gaussian_kl_divergence(*arrays, out=bad)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"spread": "sd"}, ValueError, 'spread is .sd.; it must be "var", "std" or "log_var"'),
        ({"invalid": "skip"}, ValueError, "invalid is 'skip'"),
        ({"base": 1}, ValueError, "base is 1"),
        ({"threads": 0}, ValueError, "threads is 0"),
        ({"axis": 2}, ValueError, "axis is 2"),
        ({"axis": 0.5}, TypeError, "axis is 0.5"),
    ],
)
def test_options_out_of_range(options, kind, message):
    with pytest.raises(kind, match=message):
        kl.gaussian_kl_divergence(np.zeros((2, 3)), np.ones((2, 3)), 0.0, 1.0, **options)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"do not broadcast: mean_p has shape \(2,\), var_p has"):
        kl.gaussian_kl_divergence([0, 0], [1, 1, 1], 0, 1)
    with pytest.raises(ValueError, match=r"no dimensions: mean has shape \(3, 0\)"):
        kl.standard_gaussian_kl_divergence(np.empty((3, 0)), 0)
    with pytest.raises(ValueError, match="axis is 1, but mean has shape"):
        kl.standard_gaussian_kl_divergence(0, 0, axis=1)  # numbers are of one dimension
    with pytest.raises(TypeError, match="var_q has dtype complex128"):
        kl.gaussian_kl_divergence(0, 1, 0, 1j)
    assert kl.gaussian_kl_divergence(np.empty((0, 3)), 1, 0, 1).shape == (0,)
    assert kl.gaussian_kl_divergence(np.empty((0, 3)), 1, 0, 1, axis=None).shape == (0, 3)
