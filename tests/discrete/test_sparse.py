"""Sparse rows against the oracle of dense ones: all words, rules, and what rows may look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from kullback import condensed, kl_divergence, pairwise
from oracle.divergences import METRICS, ORACLES, ROWWISE, SYMMETRIC
from support.calls import (
    FUNCTIONS,
    MATRIX_OPTIONS,
    call,
    compare,
    core_or_varied_metric,
    each_metric,
    each_word,
    metric,
    suitable,
)
from support.strategies import rows, simplex, with_zeros

OPTIONS = [{}, *MATRIX_OPTIONS]
each_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def some_rows(n=9, k=60, seed=0):
    """Rows with a fifth of their bins, among them equal ones, near ones and ones in proportion."""
    rng = np.random.default_rng(seed)
    x = with_zeros(rng, simplex(rng, n, k), 0.8)
    x[:, :5] = simplex(rng, n, 5)
    x[1] = x[0]
    x[2] = 3.0 * x[0]
    x[3] = x[0] * (1.0 + 1e-9 * rng.random(k))
    x[4, 5:] = 0.0
    x[5] = np.where(x[0] > 0, simplex(rng, 1, k)[0], 0.0)
    x[6] = np.eye(k)[k - 1]
    return x


def check_matrix(word, x, y=None, **options):
    """Compare the matrix of sparse rows with the oracle's of dense ones."""
    options = suitable(word, options)
    others = None if y is None else sparse.csc_array(y)
    got = pairwise(sparse.csr_array(x), others, metric(word), invalid="nan", **options)
    compare(word, got, x[:, None], (x if y is None else y)[None], "matrix", **options)


@each_word
@each_option
def test_row_pairs_are_those_of_dense_rows(word, options):
    p, q = some_rows(), some_rows(seed=1)
    q[5:8] = p[5:8]
    options = suitable(word, options)
    got = call(word, sparse.csr_array(p), sparse.coo_matrix(q), invalid="nan", **options)
    compare(word, got, p, q, "rows", **options)


@each_metric
@each_option
def test_matrices_are_those_of_dense_rows(word, options):
    x = some_rows()
    check_matrix(word, x[:6], x[4:], **options)
    check_matrix(word, x[:7], **options)
