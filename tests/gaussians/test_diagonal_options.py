"""Diagonal Gaussians row by row: layouts, options, and what is no Gaussian."""

from __future__ import annotations

import numpy as np
import pytest

import kullback as kl
from support.gaussian_calls import decades
from support.tolerances import assert_same_bits


@pytest.mark.parametrize("d", [3, 40])
def test_shapes_broadcast_without_copies(d):
    rng = np.random.default_rng(1)
    m0, v0 = decades(rng, (4, 6, d), "var")
    m1, v1 = decades(rng, (6, 1), "var")
    for q in ((m1, v1), (m1[0], v1[:, 0][:1]), (0.5, v0[1]), (m0[:, :1], 2.0)):
        full = [np.ascontiguousarray(np.broadcast_to(x, m0.shape)) for x in (m0, v0, *q)]
        for axis in (-1, None):
            got = kl.gaussian_kl_divergence(m0, v0, *q, axis=axis)
            assert_same_bits(got, kl.gaussian_kl_divergence(*full, axis=axis))
    got = kl.gaussian_kl_divergence(m0, v0, m1, v1, axis=1)
    swapped = [np.moveaxis(np.broadcast_to(x, m0.shape), 1, -1).copy() for x in (m0, v0, m1, v1)]
    assert_same_bits(got, kl.gaussian_kl_divergence(*swapped))


def test_float32_that_overflows_is_infinite():
    with np.errstate(all="raise"):
        far = kl.gaussian_kl_divergence(*np.float32([1e38, 1e-30, -1e38, 1e-30]))
    assert far == np.inf
    assert far.dtype == np.float32


FAULTS = [
    ("mean_p", np.nan, "mean", "NaN"),
    ("mean_p", np.inf, "mean", "infinite"),
    ("var_p", -1e-17, "variance", "negative"),
    ("var_p", np.inf, "variance", "infinite"),
    ("var_q", 0.0, "variance above 0", "zero"),
    ("var_q", -2.0, "variance above 0", "negative"),
    ("var_q", np.nan, "variance above 0", "NaN"),
]


@pytest.mark.parametrize(("name", "value", "what", "kind"), FAULTS)
def test_what_is_no_gaussian_is_said(name, value, what, kind):
    names = ("mean_p", "var_p", "mean_q", "var_q")
    arrays = [np.ones((5, 3)) for _ in names]
    arrays[names.index(name)][[2, 4], [1, 0]] = value
    fault = rf"^{name} is no {what}: row 2, dimension 1 is {kind} \({value}\) \(2 such rows"
    with pytest.raises(ValueError, match=fault):
        kl.gaussian_kl_divergence(*arrays)


def test_log_variances_that_are_none():
    for l0, l1, name in ((np.inf, 0, "var_p"), (np.nan, 0, "var_p"), (0, -np.inf, "var_q")):
        with pytest.raises(ValueError, match=f"^{name} is no .*log-variance: dimension 0"):
            kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var")
        got = kl.gaussian_kl_divergence(0, l0, 0, l1, spread="log_var", invalid="nan")
        assert np.isnan(got)
    with pytest.raises(ValueError, match=r"^log_var is no log-variance: dimension 1 is infinite"):
        kl.standard_gaussian_kl_divergence([0, 0], [0, np.inf])


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
