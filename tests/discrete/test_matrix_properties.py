"""Matrices: what must hold, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from kullback import condensed, pairwise
from oracle.divergences import SYMMETRIC
from support.calls import CORE_METRICS, LONG, VARIED_METRICS, each_float, each_metric, metric
from support.strategies import MATRICES, matrix
from support.tolerances import assert_close, assert_same_bits

symmetric_only = pytest.mark.parametrize("word", SYMMETRIC)
each_matrix = pytest.mark.parametrize("name", MATRICES)


@each_metric
@each_float
def test_equal_rows_are_at_distance_zero_and_nothing_is_negative(word, dtype):
    for name in MATRICES:
        with np.errstate(over="ignore", under="ignore"):
            x = matrix(name, n=40, k=14 if dtype == np.float64 else LONG).astype(dtype)
        x = x[np.isfinite(x).all(axis=1) & x.any(axis=1)]
        for got in (pairwise(x, metric=metric(word)), pairwise(x, x.copy(), metric(word))):
            assert np.all(got >= 0), name
            assert not np.signbit(got).any(), name
            assert np.all(got[(x[:, None] == x).all(axis=-1)] == 0.0), name


@each_metric
def test_proportional_counts_are_at_distance_zero(word):
    counts = np.random.default_rng(0).integers(0, 1000, (20, 12))
    assert np.all(np.diagonal(pairwise(counts, counts * 3, metric(word))) == 0.0)


@symmetric_only
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"pseudocount": 0.1}], ids=str)
def test_symmetric_metrics_are_symmetric_to_the_last_bit(word, options):
    if "pseudocount" in options and word not in CORE_METRICS + VARIED_METRICS:
        return  # it takes a kernel of its own
    for name in MATRICES:
        got = pairwise(matrix(name, n=75), metric=metric(word), **options)
        assert_same_bits(got, got.T)
        assert_same_bits(np.diagonal(got), np.zeros(len(got)))


@symmetric_only
@each_float
def test_the_same_rows_given_twice_are_symmetric_too(word, dtype):
    """SciPy takes no matrix that is not: scikit-learn/scikit-learn #32848."""
    x = matrix("random", n=75).astype(dtype)
    frame = pytest.importorskip("pandas").DataFrame(x)
    want = pairwise(x, metric=metric(word))
    for one, other in ((x, x), (x, x[:]), (frame, frame), (frame.to_numpy(), frame.to_numpy())):
        got = np.asarray(pairwise(one, other, metric(word)))
        assert_same_bits(got, want)
        squareform(got, checks=True)


@each_matrix
def test_js_lies_between_0_and_ln_2(name):
    x = matrix(name, n=60)
    for y in (None, x[::-2] * 0.5):
        assert np.all(pairwise(x, y, "js") <= np.log(2))
        assert np.all(pairwise(x, y, "js", base=2) <= 1)
        assert np.all(pairwise(x, y, "js_distance", base=2) <= 1)


@symmetric_only
def test_condensed_is_the_upper_triangle(word):
    for name in MATRICES:
        x = matrix(name, n=50)
        want = pairwise(x, metric=metric(word))[np.triu_indices(len(x), 1)]
        assert_close(condensed(x, metric(word)), want, "matrix", word)


@each_matrix
def test_reverse_kl_is_kl_transposed(name):
    x = matrix(name, n=50)
    assert_close(pairwise(x, x[:9], "reverse_kl"), pairwise(x[:9], x, "kl").T, "matrix")
    assert_close(pairwise(x, metric="reverse_kl"), pairwise(x, metric="kl").T, "matrix")


@each_metric
def test_the_metric_may_be_positional_and_is_js_by_default(word):
    x = matrix("random")
    assert_same_bits(pairwise(x, x[:2], metric(word)), pairwise(x, x[:2], metric=metric(word)))
    assert_same_bits(pairwise(x), pairwise(x, None, "js"))
    assert_same_bits(condensed(x), condensed(x, "js"))


@each_metric
def test_progress_changes_nothing(word, capsys):
    x = matrix("random")
    want = pairwise(x, metric=metric(word))
    assert_same_bits(pairwise(x, metric=metric(word), progress=True), want)


@each_metric
def test_matrices_without_rows_are_empty(word):
    x, none = np.ones((3, 5)), np.ones((0, 5))
    assert pairwise(none, x, metric(word)).shape == (0, 3)
    assert pairwise(x, none, metric(word)).shape == (3, 0)
    assert pairwise(none, metric=metric(word)).shape == (0, 0)
    assert pairwise(none.astype("f4"), metric=metric(word)).dtype == np.float32


@symmetric_only
def test_fewer_than_two_rows_have_no_pairs(word):
    assert condensed(np.ones((1, 5)), metric(word)).shape == (0,)
    assert condensed(np.ones((0, 5)), metric(word)).shape == (0,)
