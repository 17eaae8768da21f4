"""Matrices of diagonal Gaussians against the oracle: every metric, spread, distance and option."""

from __future__ import annotations

import itertools
import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference_gaussian as oracle
from calls import assert_says
from kullback import pairwise_gaussian
from kullback._drivers import memory
from tolerances import assert_close, assert_same_bits

SPREADS, METRICS, SYMMETRIC = oracle.SPREADS, oracle.METRICS, oracle.SYMMETRIC
NEEDS_POSITIVE = [word for word in METRICS if word != "wasserstein2"]
INFORMATION = [word for word in METRICS if word not in ("hellinger", "wasserstein2")]

each_metric = pytest.mark.parametrize("word", METRICS)
each_spread = pytest.mark.parametrize("spread", SPREADS)


def as_spread(log_variance, spread):
    """What stands for these variances, as nearly as floats can."""
    if spread == "log_var":
        return log_variance
    return np.exp(log_variance if spread == "var" else 0.5 * log_variance)


def gaussians(n, d, spread="var", seed=0, width=1.0):
    rng = np.random.default_rng((seed, n, d))
    return rng.normal(size=(n, d)), as_spread(width * rng.normal(size=(n, d)), spread)


def check(word, *given, spread="var", **options):
    got = pairwise_gaussian(*given, metric=word, spread=spread, **options)
    options.pop("invalid", None)
    assert_close(got, oracle.pairwise(word, *given, spread=spread, **options), "matrix", word)


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
    from kullback._drivers import tiles

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


@each_metric
def test_threads_tiles_and_layouts_do_not_matter(word):
    x, y = gaussians(90, 24), gaussians(70, 24, seed=1)
    want = pairwise_gaussian(*x, *y, metric=word)
    assert_close(pairwise_gaussian(*x, *y, metric=word, threads=1), want, "matrix", word)
    assert_close(pairwise_gaussian(*(a[:7] for a in (*x, *y)), metric=word), want[:7, :7], "matrix")
    for change in (np.asfortranarray, lambda a: a.astype(">f8"), lambda a: a.repeat(2, 1)[:, ::2]):
        given = [change(a) for a in (*x, *y)]
        for a in given:
            a.flags.writeable = False
        assert_same_bits(pairwise_gaussian(*given, metric=word), want)
    assert_same_bits(pairwise_gaussian(*(a.tolist() for a in (*x, *y)), metric=word), want)


def test_integers_and_broadcast_shapes():
    mean, shared = np.arange(12).reshape(4, 3), [1, 2, 3]
    check("kl", mean, np.broadcast_to(shared, (4, 3)))
    got = pairwise_gaussian(mean, shared)
    assert_same_bits(got, pairwise_gaussian(mean.astype(float), np.tile(shared, (4, 1))))
    assert_same_bits(pairwise_gaussian(mean, 1), pairwise_gaussian(mean, np.ones((4, 3))))


@each_metric
def test_float32_is_computed_in_float64(word):
    x = [a.astype(np.float32) for a in gaussians(20, 12)]
    near = x[0] + np.float32(1e-6), x[1]
    for rows in (x, (*x, *near)):
        got = pairwise_gaussian(*rows, metric=word)
        assert got.dtype == np.float32
        wide = pairwise_gaussian(*(a.astype(float) for a in rows), metric=word)
        assert_same_bits(got, wide.astype(np.float32))
    assert pairwise_gaussian(x[0], x[1].astype(float), metric=word).dtype == np.float64


@each_metric
def test_base(word):
    x = gaussians(4, 3)
    if word in INFORMATION:
        check(word, *x, base=2)
    else:
        with pytest.raises(ValueError, match="base"):
            pairwise_gaussian(*x, metric=word, base=2)


@each_metric
def test_out(word):
    x, y = gaussians(9, 4), gaussians(7, 4, seed=1)
    want = pairwise_gaussian(*x, *y, metric=word)
    for out in (np.empty((9, 7)), np.empty((7, 9)).T, np.empty((18, 14))[::2, ::2]):
        assert pairwise_gaussian(*x, *y, metric=word, out=out) is out
        assert_same_bits(out.copy(), want)
    for bad in (np.empty((7, 9)), np.empty((9, 7), np.float32), [[0.0]]):
        with pytest.raises(ValueError, match="out"):
            pairwise_gaussian(*x, *y, metric=word, out=bad)
    square = np.ones((4, 4))
    with pytest.raises(ValueError, match="overlaps"):
        pairwise_gaussian(square, np.ones((4, 4)), metric=word, out=square)


@pytest.mark.parametrize("word", NEEDS_POSITIVE)
@each_spread
def test_a_point_is_infinitely_far_from_a_gaussian(word, spread):
    mean, width = gaussians(4, 9, spread)
    width[1, 2] = -np.inf if spread == "log_var" else 0.0
    other = gaussians(3, 9, spread, seed=1)
    x, y = ((mean, width), other) if word != "reverse_kl" else (other, (mean, width))
    got = pairwise_gaussian(*x, *y, metric=word, spread=spread)
    infinite = got[1] if word != "reverse_kl" else got[:, 1]
    assert (infinite == (1.0 if word == "hellinger" else np.inf)).all()
    check(word, *x, *y, spread=spread)
    for rows in ((*y, *x), (mean, width)):
        with pytest.raises(ValueError, match=r"row 1, dimension 2 is (zero|infinite)"):
            pairwise_gaussian(*rows, metric=word, spread=spread)


@each_spread
def test_wasserstein_knows_points(spread):
    mean, width = gaussians(4, 9, spread)
    width[1] = width[2, 2] = -np.inf if spread == "log_var" else 0.0
    check("wasserstein2", mean, width, spread=spread)
    check("wasserstein2", mean[:3], width[:3], mean[1:], width[1:], spread=spread)


BAD = [("var", -1.0, "negative"), ("var", -1e-17, "negative"), ("var", np.nan, "NaN"),
       ("var", np.inf, "infinite"), ("std", -2.0, "negative"), ("log_var", np.nan, "NaN"),
       ("log_var", np.inf, "infinite")]  # fmt: skip


@each_metric
@pytest.mark.parametrize(("spread", "value", "kind"), BAD)
@pytest.mark.parametrize("of_y", [False, True])
def test_rows_that_are_no_gaussians(word, spread, value, kind, of_y):
    x, y = gaussians(6, 5, spread), gaussians(6, 5, spread, seed=1)
    wrong = (y if of_y else x)[1]
    want = pairwise_gaussian(*x, *y, metric=word, spread=spread)
    wrong[3, 2] = wrong[5, 0] = wrong[5, 1] = value
    with pytest.raises(ValueError, match="dimension") as error:
        pairwise_gaussian(*x, *y, metric=word, spread=spread)
    name = "var_y" if of_y else "var_x"
    assert_says(error, name, "row 3, dimension 2", kind, "2 such rows", 'invalid="nan"')
    want[(slice(None), [3, 5]) if of_y else ([3, 5],)] = np.nan
    got = pairwise_gaussian(*x, *y, metric=word, spread=spread, invalid="nan")
    assert_close(got, want, "matrix", word)


@each_metric
def test_bad_rows_of_one_set(word):
    mean, width = gaussians(6, 5)
    want = pairwise_gaussian(mean, width, metric=word)
    mean[2, 1], mean[4, 0] = np.inf, np.nan
    with pytest.raises(ValueError, match="mean_x holds no mean: row 2, dimension 1 is infinite"):
        pairwise_gaussian(mean, width, metric=word)
    want[[2, 4]] = want[:, [2, 4]] = np.nan
    got = pairwise_gaussian(mean, width, metric=word, invalid="nan")
    assert_close(got, want, "matrix", word)


def test_refused_arguments():
    x = gaussians(4, 3)
    refused = [
        (ValueError, "metric is 'js'.*'wasserstein2'", lambda: pairwise_gaussian(*x, metric="js")),
        (ValueError, "spread is 'sd'", lambda: pairwise_gaussian(*x, spread="sd")),
        (ValueError, "invalid is", lambda: pairwise_gaussian(*x, invalid="skip")),
        (ValueError, "threads is 0", lambda: pairwise_gaussian(*x, threads=0)),
        (ValueError, "both, or neither", lambda: pairwise_gaussian(*x, x[0])),
        (ValueError, r"\(4, 3\).*\(4, 2\)", lambda: pairwise_gaussian(x[0], x[1][:, :2])),
        (
            ValueError,
            r"\(4, 3\).*\(4, 2\)",
            lambda: pairwise_gaussian(*x, *(a[:, :2] for a in x)),
        ),
        (ValueError, "two axes", lambda: pairwise_gaussian(x[0][0], x[1][0])),
        (ValueError, "two axes", lambda: pairwise_gaussian(x[0][None], x[1])),
        (ValueError, "no dimensions", lambda: pairwise_gaussian(np.ones((4, 0)), np.ones((4, 0)))),
        (TypeError, "var_x has dtype complex", lambda: pairwise_gaussian(x[0], x[1] + 0j)),
    ]
    for kind, message, call in refused:
        with pytest.raises(kind, match=message):
            call()


@each_metric
def test_no_rows(word):
    none = np.ones((0, 3)), np.ones((0, 3))
    assert pairwise_gaussian(*none, metric=word).shape == (0, 0)
    assert pairwise_gaussian(*none, *gaussians(4, 3), metric=word).shape == (0, 4)
    assert pairwise_gaussian(*gaussians(4, 3), *none, metric=word).shape == (4, 0)


def test_a_result_that_does_not_fit_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1e8)
    bad = np.full((40_000, 1), -1.0)  # would be found by any work
    with pytest.raises(MemoryError, match=r"\(40000, 40000\).*12\.8 GB.*100 MB"):
        pairwise_gaussian(bad, bad)


@each_metric
def test_memory_is_that_of_the_result(word):
    x = gaussians(800, 64)
    pairwise_gaussian(*(a[:10] for a in x), metric=word)
    tracemalloc.start()
    try:
        pairwise_gaussian(*x, metric=word)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 << 20  # the result is 5 MB; an (n, m, d) array would be 328 MB


def test_progress_is_told():
    told = []
    pairwise_gaussian(*gaussians(200, 30), progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)
