"""Options of matrices of Gaussians with full covariances: what must not matter, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kullback import condensed_gaussian, multivariate_gaussian_kl_divergence, pairwise_gaussian
from support.calls import assert_says
from support.gaussian_calls import full_pair
from support.tolerances import assert_same_bits

GIVEN = full_pair(6, 3)
METRICS = ("kl", "reverse_kl", "jeffreys")
each_metric = pytest.mark.parametrize("word", METRICS)


def matrix(*given, **options):
    return pairwise_gaussian(*given, spread="cov", **options)


@each_metric
def test_bases_outputs_and_threads(word):
    want = matrix(*GIVEN, metric=word)
    out = np.empty((6, 6))
    assert matrix(*GIVEN, metric=word, out=out, threads=2) is out
    assert_same_bits(out, want)
    assert matrix(*GIVEN, metric=word, base=2) == pytest.approx(want / np.log(2), rel=1e-15)
    told = []
    matrix(*GIVEN, metric=word, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


def test_other_dtypes_and_orders_have_the_same_values():
    single = [a.astype(np.float32) for a in GIVEN]
    got = matrix(*single)
    assert got.dtype == np.float32
    want = matrix(*(a.astype(np.float64) for a in single))
    assert got == pytest.approx(want, rel=1e-6)
    turned = [np.asfortranarray(a).astype(">f8") for a in GIVEN]
    assert_same_bits(matrix(*turned), matrix(*GIVEN))
    counts = np.arange(12).reshape(4, 3), np.array([[2, 1, 0], [1, 3, 0], [0, 0, 1]])
    assert_same_bits(matrix(*counts), matrix(*(a.astype(float) for a in counts)))


def test_no_rows():
    none = np.ones((0, 3)), np.ones((0, 3, 3))
    assert matrix(*none).shape == (0, 0)
    assert matrix(*GIVEN[:2], *none).shape == (6, 0)
    assert condensed_gaussian(*none, spread="cov").shape == (0,)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [(-np.eye(3), "entry (0, 0) is -1.0"), (np.ones((3, 3)) - 2 * np.eye(3), "entry (0, 0)"),
     (np.array([[1, 2, 0], [2, 1, 0], [0, 0, 1.0]]), "smallest eigenvalue is about -1"),
     (np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1.0]]), "is not symmetric"),
     (np.diag([1, np.nan, 1]), "entry (1, 1) is NaN")],
)  # fmt: skip
@pytest.mark.parametrize("place", [1, 3])
@each_metric
def test_matrices_that_are_no_covariances_are_named(wrong, why, place, word):
    given = [a.copy() for a in GIVEN]
    given[place][[2, 4]] = wrong
    with pytest.raises(ValueError, match="matrix 2") as error:
        matrix(*given, metric=word)
    name = "var_x" if place == 1 else "var_y"
    assert_says(error, f"{name}: matrix 2 is", "2 such matrices", 'invalid="nan"')
    assert why in str(error.value)
    got = matrix(*given, metric=word, invalid="nan")
    got = got if place == 1 else got.T
    assert np.isnan(got[[2, 4]]).all()
    right = [0, 1, 3, 5]
    want = matrix(*GIVEN, metric=word)
    assert got[right] == pytest.approx((want if place == 1 else want.T)[right], rel=1e-12)


def test_bad_rows_of_a_set_with_itself():
    mean, cov = GIVEN[0].copy(), GIVEN[1].copy()
    mean[1, 2], cov[4] = np.nan, 0.0
    with pytest.raises(ValueError, match=r"mean_x is no mean: row 1.*; var_x: matrix 4"):
        matrix(mean, cov, metric="jeffreys")
    got = matrix(mean, cov, metric="jeffreys", invalid="nan")
    assert np.isnan(got[[1, 4]]).all()
    assert not got[[0, 2, 3, 5], [0, 2, 3, 5]].any()
    whole = condensed_gaussian(mean, cov, spread="cov", invalid="nan")
    assert_same_bits(whole, got[np.triu_indices(6, 1)])


@each_metric
def test_a_singular_covariance_is_infinitely_far_where_it_stands_for_p(word):
    x, y = GIVEN[:2], GIVEN[2:]
    x = x[0], x[1].copy()
    x[1][3] = np.outer([1, 2, 3], [1, 2, 3])
    got = matrix(*y, *x, metric=word).T if word == "reverse_kl" else matrix(*x, *y, metric=word)
    assert np.isinf(got[3]).all()
    assert np.isfinite(got[[0, 1, 2, 4, 5]]).all()
    other = (*x, *y) if word == "reverse_kl" else (*y, *x)
    for given in (other, x):
        with pytest.raises(ValueError, match="matrix 3 is not positive definite"):
            matrix(*given, metric=word)


def test_refused_arguments():
    mean, cov = GIVEN[:2]
    refused = [
        (r"metric is 'hellinger'; with spread=\"cov\" it must be one of 'kl', 'reverse_kl'",
         lambda: matrix(mean, cov, metric="hellinger")),
        (r"metric is 'js'; it must be one of", lambda: matrix(mean, cov, metric="js")),
        (r"\(6, 3\) and var_x \(6, 2, 3\)", lambda: matrix(mean, cov[:, :2])),
        (r"do not broadcast", lambda: matrix(mean[:4], cov)),
        (r"for n Gaussians", lambda: matrix(mean[0], cov[0])),
        (r"dimensions differ", lambda: matrix(mean, cov, mean[:, :2], cov[:, :2, :2])),
        (r"both, or neither", lambda: matrix(mean, cov, mean)),
        (r"'kl' is not symmetric; use pairwise_gaussian",
         lambda: condensed_gaussian(mean, mean, "kl")),
        (r"must be one of 'jeffreys'$",
         lambda: condensed_gaussian(mean, cov, "hellinger", spread="cov")),
        (r"\"log_var\" or \"cov\"", lambda: matrix_of_kind(mean, cov)),
        (r"out has shape", lambda: matrix(mean, cov, out=np.empty((6, 5)))),
    ]  # fmt: skip
    for message, call in refused:
        with pytest.raises(ValueError, match=message):
            call()


def matrix_of_kind(mean, cov):
    return pairwise_gaussian(mean, cov, spread="covariance")


def test_the_row_wise_function_says_the_same_of_covariances():
    mean, cov = GIVEN[0], GIVEN[1].copy()
    cov[2] = -cov[2]
    with pytest.raises(ValueError, match="matrix 2") as by_rows:
        multivariate_gaussian_kl_divergence(*GIVEN[2:], mean, cov)
    with pytest.raises(ValueError, match="matrix 2") as by_matrix:
        matrix(*GIVEN[2:], mean, cov)
    assert str(by_rows.value).replace("cov_q", "var_y") == str(by_matrix.value)


def test_labels_of_means_name_the_result():
    mean_x, cov_x, mean_y, cov_y = GIVEN
    x = pd.DataFrame(mean_x, index=list("abcdef"), columns=list("uvw"))
    y = pd.DataFrame(mean_y, index=list("ghijkl"), columns=list("uvw"))
    got = matrix(x, cov_x, y, cov_y)
    assert (list(got.index), list(got.columns)) == (list("abcdef"), list("ghijkl"))
    assert_same_bits(got.to_numpy(), matrix(*GIVEN))
