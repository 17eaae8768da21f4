"""Monte Carlo from arrays of log-probabilities: as from the functions that give them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from kullback.estimate import kl_monte_carlo

P, Q = stats.norm(0, 1), stats.norm(0.3, 1.2)
X = np.random.default_rng(0).normal(size=5000)
LOG_P, LOG_Q = P.logpdf(X), Q.logpdf(X)


@pytest.mark.parametrize("estimator", ["k1", "k2", "k3"])
@pytest.mark.parametrize("base", [None, 2])
def test_arrays_give_what_functions_give(estimator, base):
    options = {"estimator": estimator, "base": base}
    want = kl_monte_carlo(P, Q, X, **options)
    assert kl_monte_carlo(LOG_P, LOG_Q, **options) == want
    assert kl_monte_carlo(LOG_P, LOG_Q, X, **options) == want
    assert kl_monte_carlo(LOG_P, Q, X, **options) == want
    assert kl_monte_carlo(P, LOG_Q.tolist(), X, **options) == want
    pieces = kl_monte_carlo(LOG_P, LOG_Q, chunk=7, **options)
    np.testing.assert_allclose(pieces, want, rtol=1e-12)


def test_float32_is_read_as_it_is():
    want = kl_monte_carlo(LOG_P.astype("f4").astype(float), LOG_Q)
    assert kl_monte_carlo(LOG_P.astype("f4"), LOG_Q) == want


def test_a_sample_that_q_never_draws_is_infinite():
    log_q = LOG_Q.copy()
    log_q[7] = -np.inf
    found = kl_monte_carlo(LOG_P, log_q)
    assert found.value == math.inf
    assert math.isnan(found.standard_error)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ((LOG_P, LOG_Q[:9]), ValueError, r"numbers of samples differ: {'log_p': 5000, 'log_q': 9}"),
        ((LOG_P, Q, X[:9]), ValueError, "numbers of samples differ"),
        ((LOG_P, Q), TypeError, "log_q is a function: give the samples"),
        ((np.ones((4, 7)), np.ones((4, 7))), ValueError, r"log_p has shape \(4, 7\).*sequence"),
        (([], []), ValueError, r"log_p has shape \(0,\)"),
        ((3.0, LOG_Q), TypeError, "log_p is 3.0"),
        ((["a"], [0.0]), TypeError, "log_p has dtype"),
        (([0.0, np.nan], [0.0, 0.0]), ValueError, "log_p is nan at sample 1$"),
        (([0.0, -np.inf], [0.0, 0.0]), ValueError, "log_p is -inf at sample 1: no sample of p"),
        (([0.0, 0.0], [np.inf, 0.0]), ValueError, "log_q is inf at sample 0"),
    ],
)
def test_what_does_not_fit_is_refused(given, kind, message):
    with pytest.raises(kind, match=message):
        kl_monte_carlo(*given)
