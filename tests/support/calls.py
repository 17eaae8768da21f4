"""How the tests call the package: every word's function and metric, and what many files share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import kullback
from kullback import pairwise
from oracle.divergences import METRICS, ORACLES, ROWWISE, oracle_of, values_and_sizes
from support.strategies import simplex, with_zeros
from support.tolerances import assert_close


def call(word: str, *rows: Any, **options: Any) -> Any:
    """The row-wise function of a word, with the parameters that the word stands for."""
    oracle = oracle_of(word)
    function = getattr(kullback, oracle.public)
    return function(*rows, *oracle.arguments, **oracle.keywords, **options)


def metric(word: str) -> Any:
    """What `pairwise` and `condensed` know a word by."""
    oracle = oracle_of(word)
    if oracle.parametric is None:
        return word
    return getattr(kullback, oracle.parametric)(*oracle.arguments, **oracle.keywords)


FUNCTIONS: dict[str, Callable[..., Any]] = {word: partial(call, word) for word in ROWWISE}

# Drivers and loops know nothing of formulas, and every kernel takes a second or two to compile.
# What is theirs alone is therefore tested with KL and JS, and options with three more, which stand
# for what terms may ask of the loops: no gap on either side, a second sum, the whole of the row.
CORE = ["kl", "js", "js_distance"]
CORE_METRICS = ["kl", "reverse_kl", "js", "js_distance"]
VARIED = ["jeffreys", "renyi_0.25", "cross_entropy"]
VARIED_METRICS = [word for word in VARIED if word in METRICS]
if os.environ.get("HYPOTHESIS_PROFILE") == "thorough":
    VARIED = [word for word in ROWWISE if word not in CORE]
    VARIED_METRICS = [word for word in METRICS if word not in CORE_METRICS]

MATRIX_OPTIONS = [
    {"base": 2},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-10, "zeros": "skip"},
    {"zeros": "skip"},
    {"zeros": 1e-10},
    {"normalize": False},
    {"normalize": False, "zeros": "skip"},
    {"normalize": False, "zeros": 1e-10, "base": 10},
    {"normalize": False, "pseudocount": 1.0},
]

each_word = pytest.mark.parametrize("word", ROWWISE)
core_word = pytest.mark.parametrize("word", CORE)
core_or_varied_word = pytest.mark.parametrize("word", CORE + VARIED)
each_metric = pytest.mark.parametrize("word", METRICS)
core_metric = pytest.mark.parametrize("word", CORE_METRICS)
core_or_varied_metric = pytest.mark.parametrize("word", CORE_METRICS + VARIED_METRICS)
each_float = pytest.mark.parametrize("dtype", [np.float64, np.float32])
LONG = 32  # bins from which on rows have kernels of their own, and float32 rows have float32 ones


def suitable(word: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options without `base` where there is no logarithm."""
    has_base = ORACLES[word].takes_base
    return {name: value for name, value in options.items() if has_base or name != "base"}


def compare(word: str, got: Any, p: Any, q: Any, operation: str, **options: Any) -> None:
    """Every result within its tolerance of the oracle's value for the same rows."""
    want, size, promised = values_and_sizes(word, p, q, **options)
    assert np.shape(got) == want.shape
    kept = promised > 0 if ORACLES[word].public == "f_divergence" else ...
    assert_close(np.asarray(got)[kept], want[kept], operation, word, size[kept])


def by_rows(word: str, x: Any, y: Any, **options: Any) -> np.ndarray:
    """The matrix by the row-wise function, which other tests compare with the oracle."""
    if word == "reverse_kl":
        return call("kl", y[None], x[:, None], **options)
    return call(word, x[:, None], y[None], **options)


def check(word: str, p: Any, q: Any, **options: Any) -> None:
    """Compare the row-wise function with the oracle."""
    options = suitable(word, options)
    compare(word, FUNCTIONS[word](p, q, invalid="nan", **options), p, q, "rows", **options)


def rows_of(n, k, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return simplex(rng, n, k).astype(dtype), with_zeros(rng, simplex(rng, n, k), 0.1).astype(dtype)


def assert_says(error, *words):
    message = str(error.value)
    for word in words:
        assert re.search(word, message), f"{word!r} is not in: {message}"


def every_function(p, q, **options):
    words = [word for word in ROWWISE if suitable(word, options) == options]
    return [
        *(lambda f=FUNCTIONS[word]: f(p, q, **options) for word in words),
        *(lambda word=word: pairwise(p, q, metric(word), **options) for word in METRICS),
    ]
