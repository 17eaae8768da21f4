"""Options of matrices of diagonal Gaussians: what must not matter, and what is refused."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from kullback import pairwise_gaussian
from kullback._process import memory
from support.calls import assert_says
from support.gaussian_calls import METRICS, check, each_metric, each_spread, gaussians
from support.tolerances import assert_same_bits

NEEDS_POSITIVE = [word for word in METRICS if word != "wasserstein2"]
INFORMATION = [word for word in METRICS if word not in ("hellinger", "wasserstein2")]


def test_integers_and_broadcast_shapes():
    mean, shared = np.arange(12).reshape(4, 3), [1, 2, 3]
    check("kl", mean, np.broadcast_to(shared, (4, 3)))
    got = pairwise_gaussian(mean, shared)
    assert_same_bits(got, pairwise_gaussian(mean.astype(float), np.tile(shared, (4, 1))))
    assert_same_bits(pairwise_gaussian(mean, 1), pairwise_gaussian(mean, np.ones((4, 3))))


@each_metric
def test_base(word):
    x = gaussians(4, 3)
    if word in INFORMATION:
        check(word, *x, base=2)
    else:
        with pytest.raises(ValueError, match="base"):
            pairwise_gaussian(*x, metric=word, base=2)


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


@pytest.mark.parametrize(
    ("spread", "value", "kind"),
    [("var", -1e-17, "negative"), ("var", np.nan, "NaN"), ("std", -2.0, "negative"),
     ("log_var", np.nan, "NaN"), ("log_var", np.inf, "infinite")],
)  # fmt: skip
def test_rows_that_are_no_gaussians_are_said(spread, value, kind):
    x, y = gaussians(6, 5, spread), gaussians(6, 5, spread, seed=1)
    for name, side in (("var_x", x), ("var_y", y)):
        given = [a.copy() for a in (*x, *y)]
        given[1 if side is x else 3][[3, 5, 5], [2, 0, 1]] = value
        with pytest.raises(ValueError, match="dimension") as error:
            pairwise_gaussian(*given, spread=spread)
        assert_says(error, name, "row 3, dimension 2", kind, "2 such rows", 'invalid="nan"')


@each_metric
def test_bad_rows_of_both_sets_are_named(word):
    x, y = gaussians(6, 5), gaussians(6, 5, seed=1)
    x[0][1, 4], x[1][3, 0], y[1][[2, 5], 3] = np.nan, -1.0, np.inf
    with pytest.raises(ValueError, match="dimension") as error:
        pairwise_gaussian(*x, *y, metric=word)
    assert_says(error, "mean_x is no mean: row 1, dimension 4", "var_x is no variance.*: row 3")
    assert_says(error, r"; var_y is no variance.*: row 2, dimension 3 is infinite \(inf\) \(2 such")


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
    wrong = np.full((4, 3), np.nan)  # which nothing is compared with
    assert pairwise_gaussian(*none, wrong, wrong, metric=word).shape == (0, 4)


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
