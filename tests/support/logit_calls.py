"""The functions of logits for the tests, and how they are compared with the oracle."""

from __future__ import annotations

import numpy as np
import pytest

import kullback
from oracle.logits import divergences
from support.tolerances import assert_close

FUNCTIONS = {
    "kl": kullback.kl_divergence_from_logits,
    "js": kullback.js_divergence_from_logits,
}
NOTHING = -np.inf
each_word = pytest.mark.parametrize("word", FUNCTIONS)


def check(word, a, b, temperature=1.0):
    """Both directions against the oracle."""
    for one, other in ((a, b), (b, a)):
        got = FUNCTIONS[word](one, other, temperature=temperature, invalid="nan")
        assert_close(got, divergences(word, one, other, temperature=temperature), "rows")


def logits(n, k, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return scale * rng.normal(size=(n, k)), scale * rng.normal(size=(n, k))


def with_nothing(rng, rows, share):
    """The rows with about this share of their entries -inf, but never all of them."""
    keep = rng.random(rows.shape) >= share
    keep[np.arange(len(rows)), rng.integers(rows.shape[1], size=len(rows))] = True
    return np.where(keep, rows, NOTHING)
