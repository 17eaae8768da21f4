"""Sparse rows against the oracle of dense ones: all words, rules, and what rows may look like."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from kullback import condensed, pairwise
from oracle.divergences import SYMMETRIC
from support.calls import (
    MATRIX_OPTIONS,
    call,
    compare,
    core_or_varied_metric,
    core_or_varied_word,
    each_metric,
    each_word,
    metric,
    suitable,
)
from support.strategies import simplex, with_zeros

each_option = pytest.mark.parametrize("options", MATRIX_OPTIONS, ids=str)


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


def check_rows(word, p, q, **options):
    """Compare the row-wise function of sparse rows with the oracle of dense ones."""
    options = suitable(word, options)
    got = call(word, sparse.csr_array(p), sparse.coo_matrix(q), invalid="nan", **options)
    compare(word, got, p, q, "rows", **options)


def check_matrix(word, x, y=None, **options):
    """Compare the matrix of sparse rows with the oracle of dense ones."""
    options = suitable(word, options)
    others = None if y is None else sparse.csc_array(y)
    got = pairwise(sparse.csr_array(x), others, metric(word), invalid="nan", **options)
    compare(word, got, x[:, None], (x if y is None else y)[None], "matrix", **options)


def two_sets():
    p, q = some_rows(), some_rows(seed=1)
    q[5:8] = p[5:8]
    return p, q


@each_word
def test_row_pairs_are_those_of_dense_rows(word):
    check_rows(word, *two_sets())


@core_or_varied_word
@each_option
def test_row_pairs_take_all_options(word, options):
    check_rows(word, *two_sets(), **options)


@each_metric
@pytest.mark.parametrize("options", [{}, {"pseudocount": 0.5}], ids=str)
def test_matrices_are_those_of_dense_rows(word, options):
    x = some_rows()
    check_matrix(word, x[:6], x[4:], **options)
    check_matrix(word, x[:7], **options)


@core_or_varied_metric
@each_option
def test_matrices_take_all_options(word, options):
    x = some_rows()
    check_matrix(word, x[:6], x[4:], **options)
    check_matrix(word, x[:7], **options)


@pytest.mark.parametrize("word", SYMMETRIC)
def test_condensed_is_the_upper_triangle_to_the_last_bit(word):
    x = sparse.csr_array(some_rows())
    square = pairwise(x, metric=metric(word))
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(condensed(x, metric(word)), square[np.triu_indices(9, 1)])
