"""Pseudocounts on shares: one warning, where they outweigh 1 % of all rows; else none."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import kullback as kl

P = np.array([[0.9, 0.05, 0.05], [0.5, 0.25, 0.25]])
Q = np.array([[0.1, 0.45, 0.45], [0.2, 0.4, 0.4]])
CALLS = {
    "row-wise": lambda p, q, c: kl.kl_divergence(p, q, pseudocount=c),
    "index": lambda p, q, c: kl.population_stability_index(p, q, pseudocount=c),
    "entropy": lambda p, q, c: kl.entropy(p, pseudocount=c),
    "pairwise": lambda p, q, c: kl.pairwise(p, q, pseudocount=c),
    "condensed": lambda p, q, c: kl.condensed(p, pseudocount=c),
    "several": lambda p, q, c: kl.generalized_js_divergence(p, pseudocount=c),
    "joint": lambda p, q, c: kl.mutual_information(p / 2, pseudocount=c),
    "conditional": lambda p, q, c: kl.conditional_kl_divergence(p / 2, q / 2, pseudocount=c),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_pseudocounts_on_shares_are_one_warning(call):
    with pytest.warns(UserWarning, match="already sum to 1") as caught:
        call(P, Q, 0.5)
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_counts_and_small_pseudocounts_are_no_warning(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(100 * P, 100 * Q, 0.5)
        call(P, Q, 0.001)
        call(P, Q, 0.0)


def test_rows_of_which_some_are_counts_are_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kl.kl_divergence(np.r_[P, 7 * P], np.r_[Q, Q], pseudocount=0.5)
        kl.kl_divergence(P, 100 * Q, pseudocount=0.5)
        kl.kl_divergence(np.eye(3, dtype=int), [[1, 1, 1]], pseudocount=0.5)  # one observation


def test_what_the_warning_is_about():
    actual, expected = [0.70, 0.20, 0.10], [0.20, 0.20, 0.60]
    with pytest.warns(UserWarning, match="3 pseudocounts outweigh 1 %"):
        hidden = kl.population_stability_index(actual, expected, pseudocount=0.5)
    assert hidden < 0.3 < 1 < kl.population_stability_index(actual, expected)


@pytest.mark.parametrize("dtype", ["f4", "f2"])
def test_shares_in_single_precision_are_shares(dtype):
    p = np.full((2, 8), 0.125, dtype)
    with pytest.warns(UserWarning, match="8 pseudocounts"):
        kl.js_divergence(p, p, pseudocount=0.5)
