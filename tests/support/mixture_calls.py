"""Generalized Jensen-Shannon divergences for the tests: options, and how they are compared."""

from __future__ import annotations

import numpy as np
import pytest

from kullback.discrete.generalized_js import generalized_js_divergence
from oracle.tables import mixtures
from support.strategies import FAMILIES, family
from support.tolerances import assert_close

OPTIONS = [
    {},
    {"normalize": False},
    {"base": 2},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-10},
    {"pseudocount": 1e-300},
    {"normalize": False, "pseudocount": 0.125},
]
each_family = pytest.mark.parametrize("name", FAMILIES)
each_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def check(ps, weights=None, **options):
    """(..., m, k) against the oracle."""
    got = generalized_js_divergence(ps, weights, over=-2, invalid="nan", **options)
    assert_close(got, mixtures(ps, weights, **options), "rows")


def triples(name):
    """Groups of a pair of rows and a third that is far away."""
    p, q = family(name)
    return np.stack([p, q, np.roll(p, 1, axis=0)], axis=1)
