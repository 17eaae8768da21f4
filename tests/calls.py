"""How the tests call the package: every word's function, and what several files ask of it."""

from __future__ import annotations

import re

import numpy as np
import pytest

import kullback
from kullback import pairwise
from reference import ORACLES, ROWWISE
from strategies import simplex, with_zeros

FUNCTIONS = {word: getattr(kullback, ORACLES[word].public) for word in ROWWISE}
each_word = pytest.mark.parametrize("word", ROWWISE)
each_metric = pytest.mark.parametrize("metric", ORACLES)
each_float = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def rows_of(n, k, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return simplex(rng, n, k).astype(dtype), with_zeros(rng, simplex(rng, n, k), 0.1).astype(dtype)


def assert_says(error, *words):
    message = str(error.value)
    for word in words:
        assert re.search(word, message), f"{word!r} is not in: {message}"


def every_function(p, q, **options):
    return [
        *(lambda f=f: f(p, q, **options) for f in FUNCTIONS.values()),
        *(lambda m=m: pairwise(p, q, m, **options) for m in ORACLES),
    ]
