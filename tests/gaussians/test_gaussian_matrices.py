"""Matrices of diagonal Gaussians against the oracle: every metric, spread, size and distance."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kullback import pairwise_gaussian
from kullback._drivers import tiles
from oracle import gaussians as oracle
from support.gaussian_calls import SYMMETRIC, as_spread, check, each_metric, each_spread, gaussians
from support.tolerances import assert_close, assert_same_bits


def broadcast(word, m0, v0, m1, v1):
    """The textbooks' formulas in NumPy's longest floats: for rows that are far apart."""
    m0, v0 = (np.asarray(a, np.longdouble)[:, None] for a in (m0, v0))
    m1, v1 = (np.asarray(a, np.longdouble)[None] for a in (m1, v1))
    square = (m0 - m1) ** 2
    if word == "wasserstein2":
        return np.sqrt((square + (np.sqrt(v0) - np.sqrt(v1)) ** 2).sum(-1)).astype(float)
    if word in ("bhattacharyya", "hellinger"):
        logs = np.log((v0 + v1) / (2 * np.sqrt(v0 * v1)))
        distance = (square / (v0 + v1) / 4 + logs / 2).sum(-1)
        value = np.sqrt(-np.expm1(-distance)) if word == "hellinger" else distance
        return value.astype(float)
    forward = (v0 / v1 - 1 - np.log(v0 / v1) + square / v1).sum(-1) / 2
    reverse = (v1 / v0 - 1 - np.log(v1 / v0) + square / v0).sum(-1) / 2
    return {"kl": forward, "reverse_kl": reverse, "jeffreys": forward + reverse}[word].astype(float)


def test_reference_values():
    assert pairwise_gaussian([[0]], [[1]], [[0]], [[2]], spread="std")[0, 0] == pytest.approx(
        0.318147, abs=5e-7
    )
    both = pairwise_gaussian([[0, 0], [1, 0]], [[1, 1], [1, 4]], [[0, 0]], [[1, 1]])
    assert both == pytest.approx(np.array([[0.0], [0.5 + 0.806853]]), abs=5e-7)
    overlap = pairwise_gaussian([[0]], [[1]], [[2]], [[1]], metric="bhattacharyya")
    assert overlap == pytest.approx(np.array([[0.5]]))  # (m0 - m1)**2 / (8 v)
    assert pairwise_gaussian([[0]], [[1]], [[3]], [[25]], metric="wasserstein2")[0, 0] == 5.0


@each_metric
@each_spread
@pytest.mark.parametrize("d", [1, 2, 3, 7, 8, 9, 16, 63, 65])
def test_every_digit_is_right_in_every_number_of_dimensions(word, spread, d):
    mean, width = gaussians(5, d, spread)
    check(word, mean[:2], width[:2], mean[2:], width[2:], spread=spread)
    check(word, mean[:3], width[:3], spread=spread)


@each_metric
@each_spread
@pytest.mark.parametrize("apart", [1e-16, 1e-14, 1e-12, 1e-8, 1e-5, 1e-3, 0.1, 1.0])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_near_rows_keep_their_digits(word, spread, apart, offset):
    rng = np.random.default_rng(int(-np.log10(apart)))
    mean, width = gaussians(3, 11, spread)
    near_mean = mean * (1 + apart * rng.normal(size=mean.shape)) + offset
    near_width = width + np.abs(width) * apart * rng.uniform(-0.9, 1, width.shape)
    check(word, mean + offset, width, near_mean, near_width, spread=spread)
    check(word, mean, width, mean, near_width, spread=spread)
    check(word, mean, width, near_mean - offset, width, spread=spread)


@each_metric
@each_spread
@pytest.mark.parametrize("width", [1e-300, 1e-20, 10.0, 300.0])
def test_variances_of_every_size(word, spread, width):
    """Log-variances up to 700, that is variances from 1e-300 to 1e300, far apart and all alike."""
    rng = np.random.default_rng(int(width))
    logs = np.clip(width * rng.normal(size=(4, 9)), -690, 690)
    mean, spreads = rng.normal(size=(4, 9)), as_spread(logs, spread)
    check(word, mean, spreads, spread=spread)
    check(word, 1e-5 * mean, spreads, mean, np.roll(spreads, 1, axis=1), spread=spread)


@each_metric
@pytest.mark.parametrize(
    ("spread", "values"),
    [
        ("var", [1e-300, 1e-100, 1.0, 1e100, 1e300]),
        ("var", [5e-324, 2.0**-1030, 1.7e308]),
        ("std", [1e-300, 1e-150, 3e-8, 1e150, 1e300]),
        ("std", [5e-324, 2.0**-1030, 1.0, 1.7e308]),
        ("log_var", [-1400.0, -700.0, 0.0, 700.0, 1400.0]),
        ("log_var", [-1e5, 745.0, 1e4]),
    ],
)
def test_extreme_spreads(word, spread, values):
    pairs = np.array(list(itertools.product(values, [0.0, 1e150, 3e-160])))
    check(word, pairs[:, 1:], pairs[:, :1], spread=spread)
    mean, width = pairs[:, 1:].repeat(2, 1), pairs[:, :1].repeat(2, 1)
    check(word, mean, width, mean[::-1], width, spread=spread)


@each_metric
def test_log_variances_next_to_zero(word):
    """Their difference is all that tells them apart; 28,800 bits do it by exponentials."""
    check(word, [[0.0]], [[1e-120]], [[0.0]], [[-2e-120]], spread="log_var")


@each_metric
def test_the_largest_and_smallest_results(word):
    """Where a square, a quotient or a difference over- or underflows and the result does not."""
    far = 1.7e308
    check(word, [[far]], [[1e308]], [[-far]], [[1e308]], spread="std")
    check(word, [[far]], [[1416.0]], [[-far]], [[1416.0]], spread="log_var")
    check(word, [[0.0]], [[1e-4]], [[1.8e152]], [[1e-4]])
    check(word, [[0.0]], [[1e-4]], [[3.7e152]], [[1e-4]])
    check(word, [[0.0]], [[1.2e304]], [[0.0]], [[1e-4]])
    check(word, [[1e-200]], [[1e-120]], [[3e-200]], [[1e-120]])
    check(word, [[1e-170]], [[1.0]], [[3e-170]], [[1.0]])


numbers = st.floats(-1e150, 1e150) | st.floats(-2.0, 2.0) | st.sampled_from([0.0, 1.0, 1e150])
positive = st.floats(1e-300, 1e300) | st.floats(0.5, 2.0) | st.sampled_from([1.0, 1.0 + 2.0**-52])


@each_metric
@each_spread
@given(data=st.data(), d=st.integers(1, 4))
def test_any_matrix_is_right(word, spread, data, d):
    kinds = st.floats(-700, 700) | st.floats(-1, 1) if spread == "log_var" else positive
    three = partial(st.lists, min_size=3, max_size=3)
    rows = [three(st.lists(kind, min_size=d, max_size=d)) for kind in (numbers, kinds)]
    mean, width = (np.array(data.draw(some)) for some in rows)
    check(word, mean, width, spread=spread)
    check(word, mean[:2], width[:2], mean[1:], width[1:], spread=spread)


SIZES = [
    (1, 1, 1),
    (1, 300, 5),
    (300, 1, 5),
    (33, 65, 64),
    (129, 257, 17),
    (70, 90, 300),
    (30, 20, 1100),
]


@each_metric
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matrices_of_every_size(word, size):
    n, m, d = size
    x, y = gaussians(n, d), gaussians(m, d, seed=1)
    assert_close(pairwise_gaussian(*x, *y, metric=word), broadcast(word, *x, *y), "matrix", word)
    own = pairwise_gaussian(*x, metric=word)
    want = broadcast(word, *x, *x)
    np.fill_diagonal(want, 0.0)  # logarithms of longest floats leave some
    assert_close(own, want, "matrix", word)


@each_metric
def test_several_panels(word, monkeypatch):
    for name, value in (("PANEL_BYTES", 1 << 14), ("MIRRORED_COLUMNS", 50), ("PANEL_ROWS", 60)):
        monkeypatch.setattr(tiles, name, value)
    x, y = gaussians(150, 20), gaussians(130, 20, seed=1)
    assert_close(pairwise_gaussian(*x, *y, metric=word), broadcast(word, *x, *y), "matrix", word)
    own = pairwise_gaussian(*x, metric=word)
    off = ~np.eye(150, dtype=bool)
    assert_close(own[off], broadcast(word, *x, *x)[off], "matrix", word)
    assert not own.diagonal().any()


@each_metric
@pytest.mark.parametrize("apart", [1e-3, 1e-7, 1e-11])
def test_tight_clusters_far_apart(word, apart):
    """Against the same rows in the smallest calls, where nothing is shared."""
    rng = np.random.default_rng(5)
    mean, width = (a[np.arange(40) % 3] for a in gaussians(3, 30))
    mean = 100 * mean + apart * rng.normal(size=mean.shape)
    width = width * (1 + apart * rng.uniform(-1, 1, width.shape))
    got = pairwise_gaussian(mean, width, metric=word)
    places = [(i, j) for i, j in itertools.product(range(40), range(0, 40, 7)) if i % 3 == j % 3]
    want = [oracle.rowwise(mean[i], width[i], mean[j], width[j], word=word) for i, j in places]
    assert_close(got[tuple(np.transpose(places))], np.array(want), "matrix", word)


@each_metric
@each_spread
def test_equal_rows_are_at_distance_zero(word, spread):
    mean, width = gaussians(30, 13, spread)
    again = np.concatenate([mean, mean]), np.concatenate([width, width])
    for got in (
        pairwise_gaussian(*again, metric=word, spread=spread),
        pairwise_gaussian(*again, mean, width, metric=word, spread=spread),
    ):
        assert (got >= 0).all()
        assert not got.diagonal().any()
        assert not got[30:].diagonal().any()
        if word in SYMMETRIC and got.shape == (60, 60):
            assert_same_bits(got, got.T.copy())


@each_metric
def test_symmetry_between_two_sets(word):
    x, y = gaussians(20, 10), gaussians(30, 10, seed=1)
    other = {"kl": "reverse_kl", "reverse_kl": "kl"}.get(word, word)
    turned = pairwise_gaussian(*y, *x, metric=other).T
    assert_close(pairwise_gaussian(*x, *y, metric=word), turned, "matrix", word)


@pytest.mark.parametrize("word", ["hellinger", "wasserstein2"])
def test_distances_are_metrics(word):
    got = pairwise_gaussian(*gaussians(40, 2, width=0.3), metric=word)
    assert (got[:, None] <= (got[:, :, None] + got[None]) * (1 + 1e-12)).all()
    if word == "hellinger":
        assert got.max() <= 1
