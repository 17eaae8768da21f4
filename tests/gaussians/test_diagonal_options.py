"""Diagonal Gaussians row by row: layouts, options, and what is no Gaussian."""

from __future__ import annotations

import numpy as np
import pytest

import kullback as kl
from support.gaussian_calls import each_spread
from support.gaussian_rows import gaussians
from support.tolerances import assert_same_bits


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


FAULTS = [
    ("mean_p", np.nan, "mean", "NaN"),
    ("mean_p", np.inf, "mean", "infinite"),
    ("var_p", -1e-17, "variance", "negative"),
    ("var_p", np.inf, "variance", "infinite"),
    ("var_p", np.nan, "variance", "NaN"),
    ("mean_q", -np.inf, "mean", "infinite"),
    ("var_q", 0.0, "variance above 0", "zero"),
    ("var_q", -2.0, "variance above 0", "negative"),
    ("var_q", np.nan, "variance above 0", "NaN"),
]


@pytest.mark.parametrize("d", [3, 40])
@pytest.mark.parametrize(("name", "value", "what", "kind"), FAULTS)
def test_what_is_no_gaussian(d, name, value, what, kind):
    rng = np.random.default_rng(6)
    names = ("mean_p", "var_p", "mean_q", "var_q")
    arrays = [*gaussians(rng, (5, d), "var"), *gaussians(rng, (5, d), "var")]
    right = kl.gaussian_kl_divergence(*arrays)
    shares = kl.gaussian_kl_divergence(*arrays, axis=None)
    wrong = arrays[names.index(name)]
    wrong[2, 1] = wrong[4, 0] = value
    fault = rf"^{name} is no {what}: row 2, dimension 1 is {kind} \({value}\) \(2 such rows"
    with pytest.raises(ValueError, match=fault):
        kl.gaussian_kl_divergence(*arrays)
    right[[2, 4]] = np.nan
    assert_same_bits(kl.gaussian_kl_divergence(*arrays, invalid="nan"), right)
    shares[2, 1] = shares[4, 0] = np.nan
    assert_same_bits(kl.gaussian_kl_divergence(*arrays, invalid="nan", axis=None), shares)


def test_log_variances_that_are_none():
    for l0, l1, name in ((np.inf, 0, "var_p"), (np.nan, 0, "var_p"), (0, -np.inf, "var_q")):
        with pytest.raises(ValueError, match=f"^{name} is no .*log-variance: dimension 0"):
            kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var")
        got = kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var", invalid="nan")
        assert np.isnan(got)
    with pytest.raises(ValueError, match=r"^log_var is no log-variance: dimension 1 is infinite"):
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
