"""Diagonal Gaussians for the tests, and how their matrices are compared with the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from kullback import pairwise_gaussian
from oracle import gaussians as oracle
from support.tolerances import assert_close

SPREADS, METRICS, SYMMETRIC = oracle.SPREADS, oracle.METRICS, oracle.SYMMETRIC

each_metric = pytest.mark.parametrize("word", METRICS)
each_spread = pytest.mark.parametrize("spread", SPREADS)


def as_spread(log_variance, spread):
    """What stands for these variances, as nearly as floats can."""
    if spread == "log_var":
        return log_variance
    return np.exp(log_variance if spread == "var" else 0.5 * log_variance)


def gaussians(n, d, spread="var", seed=0, width=1.0):
    rng = np.random.default_rng((seed, n, d))
    return rng.normal(size=(n, d)), as_spread(width * rng.normal(size=(n, d)), spread)


def check(word, *given, spread="var", **options):
    got = pairwise_gaussian(*given, metric=word, spread=spread, **options)
    options.pop("invalid", None)
    assert_close(got, oracle.pairwise(word, *given, spread=spread, **options), "matrix", word)


def symmetric(a):
    """The lower triangle and its mirror image: symmetric to the last bit."""
    return np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)


def covariances(rng, n, d, condition=10.0):
    """With eigenvalues from 1 to 1/condition, in directions of their own."""
    axes = np.linalg.qr(rng.normal(size=(n, d, d)))[0]
    values = condition ** -rng.random((n, d))
    values[:, 0], values[:, -1] = 1.0, 1.0 / condition
    return symmetric((axes * values[:, None]) @ axes.transpose(0, 2, 1))


def condition(cov):
    """Of the matrices of correlations, which is what the promise is made of."""
    root = np.sqrt(np.einsum("...ii->...i", cov))
    return np.linalg.cond(cov / root[..., None] / root[..., None, :])


def full_pair(n, d, condition=10.0, seed=0):
    rng = np.random.default_rng((seed, n, d))
    means = rng.normal(size=(2, n, d))
    return means[0], covariances(rng, n, d, condition), means[1], covariances(rng, n, d, condition)


def spreads_of(variances, spread):
    """Numbers whose variances are about those given: exact ones of their own."""
    if spread == "var":
        return variances
    return np.sqrt(variances) if spread == "std" else np.log(variances)


def decades(rng, shape, spread, size=1.0):
    """Means, and spreads over `size` decades on either side of 1."""
    return rng.normal(size=shape), spreads_of(10.0 ** rng.uniform(-size, size, shape), spread)
