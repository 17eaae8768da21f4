"""KL of densities by quadrature: what it warns of, and what it refuses."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from kullback.estimate import ConvergenceWarning, kl_quadrature
from support.quadrature_calls import check, log_normal_density, normal


def test_digits_that_the_logarithms_do_not_have_are_confessed():
    with pytest.warns(ConvergenceWarning, match="above rtol=1e-09"):
        got = kl_quadrature(normal(0, 1), normal(1e-8, 1))
    assert not got.converged
    assert abs(got.value - 5e-17) <= got.error < 1e-6 * 5e-17
    check(kl_quadrature(normal(0, 1), normal(1e-6, 1), rtol=1e-8), 5e-13)


def test_densities_that_are_not_normalized_are_noticed():
    with pytest.warns(ConvergenceWarning, match=r"the integral of p 2\.50662827, not 1"):
        got = kl_quadrature(lambda x: -x * x / 2, normal())
    assert not got.converged


def test_a_peak_that_is_missed_is_noticed_and_can_be_named():
    one, other = log_normal_density(0, 1), log_normal_density(12345.6789, 1e-2)

    def needle(x):  # at a grid's distance from everything
        return np.logaddexp(one(x), other(x)) - np.log(2)

    with pytest.warns(ConvergenceWarning, match=r"the integral of p 0\.5"):
        kl_quadrature(needle, stats.cauchy())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = kl_quadrature(needle, stats.cauchy(), points=[12345.64, 12345.6789, 12345.72])
    alone = kl_quadrature(one, stats.cauchy()).value
    there = -stats.cauchy.logpdf(12345.6789) - 0.5 * np.log(2 * np.pi * np.e * 1e-4)
    assert got.value == pytest.approx((alone + there) / 2 - np.log(2), rel=1e-7)


def test_a_distribution_whose_log_density_underflows_is_named():
    class Underflowing(stats.rv_continuous):
        def _pdf(self, x):
            return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

    with pytest.warns(ConvergenceWarning, match="does not underflow"):
        got = kl_quadrature(normal(100, 1), Underflowing()())
    assert not got.converged
    check(kl_quadrature(normal(1, 1), Underflowing()()), 0.5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kl_quadrature(stats.poisson(3), normal()), TypeError, "p is a discrete"),
        (lambda: kl_quadrature(normal(), [1, 2]), TypeError, r"q is \[1, 2\]"),
        (lambda: kl_quadrature(normal(), lambda x: 1.0), ValueError, r"q gives shape \(\)"),
        (lambda: kl_quadrature(normal(), lambda x: np.log(x)), ValueError, "q is NaN at"),
        (
            lambda: kl_quadrature(lambda x: np.full(x.shape, -np.inf), normal()),
            ValueError,
            "p is -inf at every point",
        ),
        (lambda: kl_quadrature(normal(), normal(), base=1), ValueError, "base is 1"),
        (lambda: kl_quadrature(normal(), normal(), rtol=0), ValueError, "rtol is 0"),
        (lambda: kl_quadrature(np.sin, np.cos, support=(1, 0)), ValueError, "support is"),
    ],
)
def test_what_is_no_density_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
