"""Broadcasting, layouts, options and refused input of `multivariate_gaussian_kl_divergence`."""

from __future__ import annotations

import numpy as np
import pytest

from kullback import multivariate_gaussian_kl_divergence as kl
from kullback._drivers import gaussian_full
from support.calls import assert_says
from support.gaussian_calls import full_pair
from support.tolerances import assert_same_bits


def test_leading_axes_broadcast():
    mean_p, cov_p, mean_q, cov_q = full_pair(6, 3)
    table = kl(mean_p[:, None], cov_p[:, None], mean_q[:4], cov_q[:4])
    assert table.shape == (6, 4)
    for i, j in np.ndindex(table.shape):
        assert table[i, j] == kl(mean_p[i], cov_p[i], mean_q[j], cov_q[j])
    tiled = np.tile(cov_p[2], (6, 1, 1)), np.tile(mean_q[1], (6, 1))
    assert_same_bits(kl(mean_p, cov_p[2], mean_q[1], cov_q), kl(mean_p, *tiled, cov_q))
    wide = np.broadcast_to(cov_p[:, None], (6, 2, 3, 3))
    assert kl(mean_p[:, None], wide, mean_q[0], cov_q[0]).shape == (6, 2)
    assert isinstance(kl(mean_p[0], cov_p[0], mean_q[0], cov_q[0]), float)


def test_layouts_threads_and_batches_do_not_matter_to_large_matrices(monkeypatch):
    monkeypatch.setattr(gaussian_full, "LARGE", 1)
    given = full_pair(70, 40)
    want = kl(*given)
    for threads in (1, 2, 5):
        assert_same_bits(kl(*given, threads=threads), want)
    parts = [kl(*(a[i : i + 9] for a in given)) for i in range(0, 70, 9)]
    assert_same_bits(np.concatenate(parts), want)
    for change in (np.asfortranarray, lambda a: a.astype(">f8"), lambda a: a.repeat(2, 0)[::2]):
        assert_same_bits(kl(*map(change, given)), want)


def test_float32_may_be_asymmetric_by_a_unit_in_the_last_place():
    given = [a.astype(np.float32) for a in full_pair(11, 5)]
    given[1][:, 0, 1] *= np.float32(1 + 2.0**-23)
    assert np.isfinite(kl(*given)).all()


def test_base():
    given = full_pair(4, 3)
    assert kl(*given, base=2) == pytest.approx(kl(*given) / np.log(2), rel=1e-15)


SINGULAR = [np.ones((2, 2)), np.zeros((2, 2)), np.diag([0.0, 1.0]), np.diag([1.0, 0.0]),
            np.array([[4.0, 2.0], [2.0, 1.0]])]  # fmt: skip


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("cov", SINGULAR, ids=str)
def test_a_singular_p_is_infinitely_far_from_q(cov, large, monkeypatch):
    if large:
        monkeypatch.setattr(gaussian_full, "LARGE", 1)
    assert kl([0, 0], cov, [0, 0], np.eye(2)) == np.inf
    got = kl([0, 0], [np.eye(2), cov], [0, 0], np.eye(2), invalid="nan")
    assert_same_bits(got, np.array([0.0, np.inf]))
    for q in (cov, [np.eye(2), cov]):
        with pytest.raises(ValueError, match=r"cov_q.* not positive definite"):
            kl([0, 0], np.eye(2), [0, 0], q)


def test_too_few_samples_make_a_singular_p():
    samples = np.random.default_rng(0).normal(size=(50, 8, 12))
    cov = np.einsum("nki,nkj->nij", samples, samples)
    assert np.isinf(kl(np.zeros(12), cov, np.zeros(12), np.eye(12))).all()
    with pytest.raises(ValueError, match=r"50 such matrices in cov_q"):
        kl(np.zeros(12), np.eye(12), np.zeros(12), cov)


nan, inf = np.nan, np.inf
BAD = [
    ([[1.0, 2.0], [2.0, 1.0]], "not positive"),
    ([[-1.0, 0.0], [0.0, 1.0]], r"not positive.*entry \(0, 0\) is -1"),
    ([[1.0, 0.5], [0.6, 1.0]], r"not symmetric: entry \(0, 1\) is 0.5.*0.6"),
    ([[1e-9, 1e-13], [0.0, 1e-9]], "not symmetric"),
    ([[1.0, nan], [nan, 1.0]], r"entry \(0, 1\) is NaN"),
    ([[inf, 0.0], [0.0, 1.0]], r"entry \(0, 0\) is infinite"),
    ([[1.0, -inf], [-inf, 1.0]], r"entry \(0, 1\) is infinite"),
    ([[1.0, 1e-3], [1e-3, 0.0]], "not positive"),
    ([[0.0, 1e-12], [1e-12, 1.0]], "not positive"),
]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("matrix", "message"), BAD, ids=lambda x: str(x))
@pytest.mark.parametrize("name", ["cov_p", "cov_q"])
def test_matrices_that_are_no_covariances(matrix, message, name, large, monkeypatch):
    if large:
        monkeypatch.setattr(gaussian_full, "LARGE", 1)
    mean_p, cov_p, mean_q, cov_q = full_pair(20, 2)
    want = kl(mean_p, cov_p, mean_q, cov_q)
    (cov_p if name == "cov_p" else cov_q)[[4, 13]] = matrix
    with pytest.raises(ValueError, match=message) as error:
        kl(mean_p, cov_p, mean_q, cov_q)
    assert_says(error, name, "matrix 4", "2 such matrices", 'invalid="nan"')
    want[[4, 13]] = nan
    assert_same_bits(kl(mean_p, cov_p, mean_q, cov_q, invalid="nan"), want)
    one = np.array(matrix)
    given = (
        ([0, 0], one, [0, 0], np.eye(2)) if name == "cov_p" else ([0, 0], np.eye(2), [0, 0], one)
    )
    assert np.isnan(kl(*given, invalid="nan"))


def test_a_bad_matrix_is_named_by_its_place_in_its_own_argument():
    mean, cov, *_ = full_pair(6, 2)
    stack = np.stack([cov, cov])  # (2, 6, 2, 2)
    stack[1, 2, 0, 1] = 9.0
    with pytest.raises(ValueError, match=r"cov_p: matrix 1, 2 is not symmetric.*1 such matrix"):
        kl(mean, stack, mean, cov)
    with pytest.raises(ValueError, match=r"cov_q: matrix 2, 0 .*1 such matrix"):
        kl(np.zeros(2), np.eye(2), np.zeros(2), stack[1][:, None])


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("place", [0, 2])
def test_means_that_are_not_finite(value, place):
    given = full_pair(20, 3)
    want = kl(*given)
    given[place][7, 1] = value
    with pytest.raises(ValueError, match="is no mean: row 7, dimension 1 is") as error:
        kl(*given)
    assert_says(error, ("mean_p", "mean_q")[place // 2], "1 such row")
    want[7] = nan
    assert_same_bits(kl(*given, invalid="nan"), want)


def test_asymmetry_of_a_few_units_in_the_last_place_is_forgiven():
    mean_p, cov_p, mean_q, cov_q = full_pair(20, 6)
    want = kl(mean_p, cov_p, mean_q, cov_q)
    upper = np.triu(np.ones((6, 6)), 1) * 2.0**-52
    got = kl(mean_p, cov_p * (1 + upper), mean_q, cov_q * (1 - 2 * upper))
    assert_same_bits(got, want)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("variances", [(1, 1), (3.9, 3.9), (1.1, 3.9), (9, 4e13), (1e-300, 1e300)])
def test_asymmetry_is_measured_by_the_variances(variances, large, monkeypatch):
    if large:
        monkeypatch.setattr(gaussian_full, "LARGE", 1)
    spread = np.sqrt(variances[0]) * np.sqrt(variances[1])

    def cov(correlation, units):
        found = np.diag(np.asarray(variances, float))
        found[1, 0] = correlation * spread
        found[0, 1] = found[1, 0] + units * 2.0**-52 * spread
        return found

    mean, other = np.zeros(2), np.diag(variances)
    assert kl(mean, cov(0.25, 7.5), mean, other) == kl(mean, cov(0.25, 0), mean, other) > 0
    with pytest.raises(ValueError, match="not symmetric"):
        kl(mean, cov(0.25, 8.5), mean, other)


def test_a_singular_covariance_may_be_as_asymmetric():
    mean, flat = np.zeros(2), np.full((2, 2), 2.25)
    flat[0, 1] *= 1 + 7 * 2.0**-52
    assert kl(mean, flat, mean, np.eye(2)) == np.inf
    flat[0, 1] *= 1 + 2 * 2.0**-52
    with pytest.raises(ValueError, match="not symmetric"):
        kl(mean, flat, mean, np.eye(2))


def test_refused_arguments():
    mean, cov = np.zeros((4, 3)), np.tile(np.eye(3), (4, 1, 1))
    refused = [
        (r"\(4, 3\).*\(4, 3, 2\)", lambda: kl(mean, cov[..., :2], mean, cov)),
        (r"\(\.\.\., d, d\)", lambda: kl(mean, cov, 0.0, cov)),
        ("dimensions differ", lambda: kl(mean, cov, mean[:, :2], cov[:, :2, :2])),
        ("do not broadcast", lambda: kl(mean, cov, mean[:3], cov)),
        ("no dimensions", lambda: kl(mean[:, :0], cov[:, :0, :0], mean, cov)),
        ("invalid is", lambda: kl(mean, cov, mean, cov, invalid="skip")),
        ("base is", lambda: kl(mean, cov, mean, cov, base=0.5)),
        ("threads is", lambda: kl(mean, cov, mean, cov, threads=0)),
    ]
    for message, call in refused:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="cov_q has dtype complex128"):
        kl(mean, cov, mean, cov * 1j)


def test_no_pairs():
    assert kl(np.zeros((0, 3)), np.eye(3), np.zeros(3), np.eye(3)).shape == (0,)
