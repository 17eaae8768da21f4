"""Matrices against the oracle, for all metrics, options and sizes of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kullback import condensed, pairwise
from oracle.divergences import SYMMETRIC
from support.calls import (
    LONG,
    MATRIX_OPTIONS,
    VARIED_METRICS,
    compare,
    core_metric,
    core_or_varied_metric,
    each_metric,
    metric,
    suitable,
)
from support.strategies import MATRICES, matrix, rows, simplex


def check(word, x, y=None, **options):
    """Compare `pairwise` with the oracle."""
    options = suitable(word, options)
    got = pairwise(x, y, metric(word), invalid="nan", **options)
    compare(word, got, x[:, None], (x if y is None else y)[None], "matrix", **options)


@each_metric
@pytest.mark.parametrize("name", MATRICES)
def test_every_digit_is_right_between_two_sets_of_rows_and_within_one(word, name):
    x = matrix(name)
    check(word, x[:4], x[4:])
    check(word, matrix(name, n=6, k=11))


@pytest.mark.parametrize("word", SYMMETRIC)
def test_condensed_is_right(word):
    i, j = np.triu_indices(5, 1)
    for name in MATRICES:
        x = matrix(name, n=5, k=11)
        compare(word, condensed(x, metric(word)), x[i], x[j], "matrix")


@core_metric
@pytest.mark.parametrize("options", MATRIX_OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["some_zeros", "counts", "clusters_1e-8", "with_subnormals"])
def test_options_are_applied_to_the_exact_numbers(word, options, name):
    x = matrix(name, n=7, k=8)
    check(word, x[:4], x[3:], **options)
    check(word, x[:4], **options)


@pytest.mark.parametrize("word", VARIED_METRICS)
@pytest.mark.parametrize("options", MATRIX_OPTIONS, ids=str)
def test_options_are_the_same_for_every_metric(word, options):
    x = matrix("some_zeros", n=7, k=8)
    check(word, x[:4], x[3:], **options)
    check(word, x[:4], **options)


@each_metric
@pytest.mark.parametrize("name", ["random", "some_zeros", "clusters_1e-4", "counts", "heavy_bins"])
def test_float32_matrices_are_float32_and_right(word, name):
    x = matrix(name, k=LONG).astype(np.float32)
    for y in (x[5:], None):
        assert pairwise(x[:5], y, metric(word)).dtype == np.float32
        check(word, x[:5], y)


@core_or_varied_metric
@given(data=st.data(), k=st.integers(1, 5))
def test_any_matrix_is_right(word, data, k):
    kinds = st.sampled_from(["simplex", "zeros", "counts", "small_counts", "subnormal", "any"])
    x = np.array([data.draw(rows(data.draw(kinds), k)) for _ in range(3)])
    check(word, x)
    check(word, x[:2], x[1:])


@each_metric
@pytest.mark.parametrize("k", [1, 2, 3, 255, 257, 2000])
def test_rows_of_every_length_are_right(word, k):
    x = simplex(np.random.default_rng(k), 3, k)
    x[2] = x[1] * (1 + 1e-7 * np.cos(np.arange(k)))
    x[2, 0] *= 1.0 + 1e-7
    check(word, x[:2], x[1:])
