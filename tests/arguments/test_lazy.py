"""Dask arrays: the same names, the same numbers, and nothing computed before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest

import kullback as kl
from kullback._catalogue import GAUSSIAN, METRICS

Make = Callable[..., Any]
RANDOM = np.random.default_rng(0)
X, Y = (RANDOM.dirichlet(np.ones(12), n) for n in (45, 30))
MEANS, VARIANCES = RANDOM.normal(size=(45, 4)), RANDOM.gamma(2.0, size=(45, 4))
CHUNKS = [(1, 12), (45, 12), (20, 5), (7, 1), ((3, 40, 2), 12)]


def pearson(t: float) -> float:
    """One function, that is compiled once."""
    return (t - 1.0) ** 2


ROW_WISE: dict[str, Callable[[Any], Any]] = {
    "kl_divergence": lambda x: kl.kl_divergence(x, x[::-1]),
    "js_distance": lambda x: kl.js_distance(x, X[0], base=2),
    "chi2_divergence": lambda x: kl.chi2_divergence(Y[:1], x, zeros=1e-3),
    "renyi_divergence": lambda x: kl.renyi_divergence(x, x[::-1], 0.5),
    "f_divergence": lambda x: kl.f_divergence(
        x, x[::-1], pearson, f_at_zero=1.0, slope_at_infinity=np.inf
    ),
    "entropy": lambda x: kl.entropy(x, base=2),
    "cross_entropy": lambda x: kl.cross_entropy(x, x[::-1]),
    "three axes": lambda x: kl.kl_divergence(x.reshape(9, 5, 12), x[:5]),
    "first axis": lambda x: kl.kl_divergence(x.T, X[::-1].T, axis=0),
    "two axes": lambda x: kl.kl_divergence(
        x.reshape(9, 5, 12), X[::-1].reshape(9, 5, 12), axis=(1, 2), keepdims=True
    ),
    "one row": lambda x: kl.kl_divergence(x[0], x[1]),
    "logits": lambda x: kl.kl_divergence_from_logits(x, x[::-1], temperature=2.0),
    "mutual_information": lambda x: kl.mutual_information(x.reshape(5, 9, 12)),
    "generalized_js": lambda x: kl.generalized_js_divergence(x.reshape(9, 5, 12), over=1),
    "standard_gaussian": lambda x: kl.standard_gaussian_kl_divergence(x, 0.5 * x),
    "gaussian": lambda x: kl.gaussian_kl_divergence(x, 1.0, 0.0, x),
    "gaussian terms": lambda x: kl.gaussian_kl_divergence(x, 1.0, x[::-1], X, axis=None),
    "multivariate_gaussian": lambda x: kl.multivariate_gaussian_kl_divergence(
        x, np.eye(12), X[0], 2.0 * np.eye(12)
    ),
}


def lazily(array: np.ndarray[Any, Any], chunks: Any) -> Any:
    return da.from_array(array, chunks=chunks)


@pytest.mark.parametrize("name", ROW_WISE)
@pytest.mark.parametrize("chunks", CHUNKS)
def test_row_by_row_the_bits_are_those_of_one_call(name: str, chunks: Any) -> None:
    found = ROW_WISE[name](lazily(X, chunks))
    assert isinstance(found, da.Array)
    expected = ROW_WISE[name](X)
    assert (found.shape, found.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    assert np.array_equal(found.compute(), expected)


@pytest.mark.parametrize("metric", [*METRICS, kl.Renyi(0.5)], ids=str)
@pytest.mark.parametrize("chunks", CHUNKS[1:3])
def test_matrices(metric: Any, chunks: Any) -> None:
    x, y = lazily(X, chunks), lazily(Y, (8, 12))
    for found, expected in (
        (kl.pairwise(x, metric=metric), kl.pairwise(X, metric=metric)),
        (kl.pairwise(x, y, metric=metric), kl.pairwise(X, Y, metric=metric)),
        (kl.pairwise(Y, x, metric=metric), kl.pairwise(Y, X, metric=metric)),
    ):
        assert isinstance(found, da.Array)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.compute(), expected, rtol=2e-12, atol=1e-300)


@pytest.mark.parametrize("metric", GAUSSIAN)
def test_matrices_of_gaussians(metric: str) -> None:
    mean, variance = lazily(MEANS, (20, 4)), lazily(VARIANCES, (45, 2))
    found = kl.pairwise_gaussian(mean, variance, metric=metric)
    expected = kl.pairwise_gaussian(MEANS, VARIANCES, metric=metric)
    np.testing.assert_allclose(found.compute(), expected, rtol=2e-12, atol=1e-300)
    found = kl.pairwise_gaussian(mean, variance, MEANS[:7], 1.0, metric=metric)
    expected = kl.pairwise_gaussian(MEANS, VARIANCES, MEANS[:7], 1.0, metric=metric)
    np.testing.assert_allclose(found.compute(), expected, rtol=2e-12, atol=1e-300)


def test_a_symmetric_matrix_is_computed_once_and_is_so_to_the_last_bit() -> None:
    for metric, mirrored in (("js", 3), ("hellinger", 3), ("kl", 0)):
        found = kl.pairwise(lazily(X, (15, 12)), metric=metric)
        tasks = [repr(task) for task in dict(found.__dask_graph__()).values()]
        assert sum("transposed" in task for task in tasks) == mirrored
        values = found.compute()
        assert not values.diagonal().any()
        assert np.array_equal(values, values.T) == (metric != "kl")


def test_js_does_not_depend_on_the_chunks() -> None:
    for chunks in CHUNKS:
        assert np.array_equal(kl.pairwise(lazily(X, chunks)).compute(), kl.pairwise(X))


def test_single_precision_stays_single() -> None:
    x = X.astype(np.float32)
    for function in (kl.pairwise, lambda a: kl.js_divergence(a, a[::-1])):
        found = function(lazily(x, (20, 12)))
        assert found.dtype == np.float32
        assert np.array_equal(found.compute(), function(x))


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    def refuse(block: Any) -> Any:
        raise AssertionError

    x = da.map_blocks(refuse, lazily(X, (20, 12)), dtype=np.float64, meta=np.empty((0, 0)))
    kl.pairwise(x)
    kl.kl_divergence(x, x)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: kl.pairwise(x, metric="kl"),
        lambda x: kl.pairwise(Y, x),
        lambda x: kl.pairwise(x, Y, metric="reverse_kl"),
        lambda x: kl.kl_divergence(X, x),
        lambda x: kl.entropy(x),
        lambda x: kl.kl_divergence_from_logits(da.where(x < 0, np.nan, x), X),
    ],
)
def test_errors_name_the_row_of_the_whole(call: Callable[[Any], Any]) -> None:
    bad = X.copy()
    bad[33, 5] = -1.0
    with pytest.raises(ValueError, match="row 33, column 5 is"):
        call(lazily(bad, (10, 12))).compute()


def test_errors_name_the_argument_that_was_given() -> None:
    bad = X.copy()
    bad[33, 5] = -1.0
    with pytest.raises(ValueError, match=r"^x is no distribution: row 33"):
        kl.pairwise(lazily(bad, (40, 12))).compute()


def test_errors_name_a_row_of_several_axes() -> None:
    bad = X.copy()
    bad[33, 5] = np.nan
    with pytest.raises(ValueError, match=r"p is no distribution: row 6, 3, column 5 is NaN"):
        kl.kl_divergence(lazily(bad, (10, 12)).reshape(9, 5, 12), X[0]).compute()


def test_invalid_rows_become_nan() -> None:
    bad = X.copy()
    bad[33, 5] = -1.0
    found = kl.pairwise(lazily(bad, (10, 12)), invalid="nan").compute()
    assert np.array_equal(found, kl.pairwise(bad, invalid="nan"), equal_nan=True)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: kl.pairwise(x, out=np.empty((45, 45))), ValueError, r"to_zarr"),
        (lambda x: kl.pairwise(x, resume=True), ValueError, "resume="),
        (lambda x: kl.pairwise(x, progress=True), ValueError, "ProgressBar"),
        (lambda x: kl.condensed(x), TypeError, "use pairwise"),
        (lambda x: kl.pairwise(x, metric="wrong"), ValueError, "metric is 'wrong'"),
        (lambda x: kl.pairwise(x, Y[:, :5]), ValueError, "bins"),
        (lambda x: kl.kl_divergence(x, Y), ValueError, r"p has shape \(45, 12\) and q has shape"),
        (lambda x: kl.kl_divergence(x, x, base=0), ValueError, "base is 0"),
        (lambda x: kl.kl_divergence(x, x, axis=7), ValueError, "axis is 7"),
    ],
)
def test_what_is_wrong_is_said_at_once(
    call: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(lazily(X, (10, 12)))


def test_numbers_of_rows_that_dask_does_not_know() -> None:
    x = lazily(X, (10, 12))
    some = x[x[:, 0] > np.median(X[:, 0])]
    expected = X[X[:, 0] > np.median(X[:, 0])]
    assert np.array_equal(kl.pairwise(some).compute(), kl.pairwise(expected))
