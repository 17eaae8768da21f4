"""Matrices of Gaussians with full covariances against determinants and inverses in many digits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kullback import condensed_gaussian, multivariate_gaussian_kl_divergence, pairwise_gaussian
from kullback._drivers import gaussian_full, gaussian_full_matrices, tiles
from oracle import gaussians as oracle
from support.gaussian_calls import condition, covariances, full_pair, symmetric
from support.tolerances import assert_same_bits

METRICS = ("kl", "reverse_kl", "jeffreys")
each_metric = pytest.mark.parametrize("word", METRICS)


def matrix(word, *given, **options):
    return pairwise_gaussian(*given, metric=word, spread="cov", **options)


def true_matrix(word, mean_x, cov_x, mean_y, cov_y):
    forward = oracle.multivariate(mean_x[:, None], cov_x[:, None], mean_y[None], cov_y[None])
    if word == "kl":
        return forward
    reverse = oracle.multivariate(mean_y[None], cov_y[None], mean_x[:, None], cov_x[:, None])
    return reverse if word == "reverse_kl" else forward + reverse


def share(cov_x, cov_y):
    """The error that the docstring states: 1e-12, or what rows keep of their condition."""
    c = np.maximum(condition(cov_x)[:, None], condition(cov_y))
    return np.maximum(1e-12, 2 * (cov_x.shape[-1] + 12) * c * 2.0**-53)


def check(word, mean_x, cov_x, mean_y=None, cov_y=None, **options):
    got = matrix(word, mean_x, cov_x, mean_y, cov_y, **options)
    if mean_y is None:
        mean_y, cov_y = mean_x, cov_x
    want = true_matrix(word, mean_x, cov_x, mean_y, cov_y)
    assert got.shape == want.shape
    assert (np.abs(got - want) <= share(cov_x, cov_y) * want + 2.0**-1073).all(), (got, want)


@pytest.fixture
def refined(monkeypatch):
    """How many pairs the product did not certify."""
    found = []
    results = tiles._results
    monkeypatch.setattr(
        tiles, "_results", lambda job, x, i, y, j: found.append(i.size) or results(job, x, i, y, j)
    )
    return found


@each_metric
@pytest.mark.parametrize("d", [1, 2, 3, 5, 8, 9])
def test_every_digit_is_right_in_every_number_of_dimensions(word, d):
    mean_x, cov_x, mean_y, cov_y = full_pair(4 if d < 5 else 2, d)
    check(word, mean_x, cov_x, mean_y[:3], cov_y[:3])
    check(word, mean_x, cov_x)


@each_metric
@pytest.mark.parametrize("apart", [1e-15, 1e-12, 1e-8, 1e-5, 1e-2, 0.3])
@pytest.mark.parametrize("c", [10.0, 1e8])
def test_near_gaussians_keep_their_digits(word, apart, c):
    rng = np.random.default_rng(3)
    mean, cov, other, _ = full_pair(2, 3, c)
    root = np.linalg.cholesky(cov)
    error = symmetric(rng.uniform(-1, 1, cov.shape)) * apart / 3.3
    near = symmetric(cov + root @ error @ root.transpose(0, 2, 1))
    moved = mean + apart * np.einsum("nij,nj->ni", root, other)
    check(word, mean, cov, moved, near)
    check(word, mean, cov, mean, near)
    check(word, mean, cov, moved, cov)


@each_metric
@pytest.mark.parametrize("c", [1e3, 1e8])
def test_ill_conditioned_covariances(word, c):
    mean_x, cov_x, mean_y, cov_y = full_pair(3, 4, c)
    check(word, mean_x, cov_x, mean_y, cov_y)


@pytest.mark.parametrize("word", ["kl", "jeffreys"])
@pytest.mark.parametrize("c", [1e4, 1e8, 1e10])
def test_certified_results_do_not_depend_on_the_condition(word, c, refined):
    """Gaussians that are narrow in the same directions are told apart as if they were round."""
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(covariances(rng, 1, 4, c))
    unit = covariances(rng, 4, 4, 5.0)
    cov = symmetric(root @ unit @ root.transpose(0, 2, 1))
    mean = np.einsum("nij,nj->ni", np.broadcast_to(root, cov.shape), 2 * rng.normal(size=(4, 4)))
    got, want = matrix(word, mean, cov, mean + 0.0, cov), true_matrix(word, mean, cov, mean, cov)
    off = ~np.eye(4, dtype=bool)
    assert sum(refined) <= 4, "the product certifies no pair"
    assert got[off] == pytest.approx(want[off], rel=1e-12, abs=0)


@each_metric
@pytest.mark.parametrize("scale", [1e-100, 1e-30, 1e30, 1e100])
def test_scales_do_not_matter(word, scale):
    given = full_pair(4, 5)
    powers = 2.0 ** np.round(np.log2(scale) * np.array([1, 1, -1, 0, 0.5]))
    square = powers[:, None] * powers
    scaled = [a * (square if a.ndim == 3 else powers) for a in given]
    want = true_matrix(word, *given)
    assert matrix(word, *scaled) == pytest.approx(want, rel=1e-12, abs=0)
    assert matrix(word, *scaled[:2], *given[2:]).min() > 0


@each_metric
def test_p_much_smaller_or_larger_than_q(word):
    mean_x, cov_x, mean_y, cov_y = full_pair(2, 3)
    for factor in (1e-300, 1e-100, 1e-12, 1e12, 1e100, 1e200):
        check(word, mean_x, cov_x * factor, mean_y, cov_y)
        check(word, mean_x, np.concatenate([cov_x[:1] * factor, cov_x[1:]]), mean_y, cov_y)


@each_metric
def test_diagonal_covariances_are_those_of_the_diagonal_ones(word):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(20, 5)), rng.uniform(0.1, 3, (20, 5))
    want = pairwise_gaussian(x, y, x[:9], y[::2][:9], metric=word)
    full = y[:, None] * np.eye(5)
    got = matrix(word, x, full, x[:9], full[::2][:9])
    assert got == pytest.approx(want, rel=2e-12, abs=0)


@each_metric
def test_equal_rows_are_at_distance_zero(word):
    mean, cov, *_ = full_pair(30, 4, 1e4)
    again = np.concatenate([mean, mean]), np.concatenate([cov, cov])
    for got in (matrix(word, *again), matrix(word, *again, mean, cov)):
        assert (got >= 0).all()
        assert not got.diagonal().any()
        assert not got[30:].diagonal().any()
    if word == "jeffreys":
        got = matrix(word, *again)
        assert_same_bits(got, got.T.copy())


@each_metric
def test_one_covariance_for_all(word, refined):
    """A linear discriminant's: the product certifies what lies apart, though A and B are 0."""
    mean, cov, *_ = full_pair(40, 6, 100.0)
    got = matrix(word, mean, cov[0], mean[:30] + 1.0, cov[0])
    want = matrix(word, mean, np.tile(cov[:1], (40, 1, 1)), mean[:30] + 1.0, cov[0])
    assert_same_bits(got, want)
    check(word, mean[:3], np.broadcast_to(cov[0], (3, 6, 6)))
    assert sum(refined) < 0.05 * 2 * got.size


SIZES = [(1, 1, 1), (1, 70, 5), (300, 1, 3), (33, 65, 8), (129, 257, 2), (9, 12, 40)]


@each_metric
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matrices_of_every_size(word, size):
    """Against the row-wise function, which has an oracle of its own."""
    n, m, d = size
    mean_x, cov_x, *_ = full_pair(n, d)
    _, _, mean_y, cov_y = full_pair(m, d, seed=1)
    kl = multivariate_gaussian_kl_divergence

    def by_rows(x, p, y, q):
        forward, reverse = kl(x[:, None], p[:, None], y, q), kl(y, q, x[:, None], p[:, None])
        return {"kl": forward, "reverse_kl": reverse, "jeffreys": forward + reverse}[word]

    want = by_rows(mean_x, cov_x, mean_y, cov_y)
    got = matrix(word, mean_x, cov_x, mean_y, cov_y)
    assert (np.abs(got - want) <= 2 * share(cov_x, cov_y) * want).all()
    own, want = matrix(word, mean_x, cov_x), by_rows(mean_x, cov_x, mean_x, cov_x)
    assert (np.abs(own - want) <= 2 * share(cov_x, cov_x) * want).all()


@each_metric
def test_several_panels(word, monkeypatch):
    given = full_pair(150, 4)
    whole = matrix(word, *given), matrix(word, *given[:2])
    for name, value in (("PANEL_BYTES", 1 << 13), ("MIRRORED_COLUMNS", 50), ("PANEL_ROWS", 60)):
        monkeypatch.setattr(tiles, name, value)
    monkeypatch.setattr(gaussian_full_matrices, "AT_ONCE", 100)
    for got, want in zip((matrix(word, *given), matrix(word, *given[:2])), whole, strict=True):
        assert got == pytest.approx(want, rel=2e-12, abs=0)


@each_metric
def test_many_dimensions_are_done_pair_by_pair(word, monkeypatch):
    given = full_pair(4, 5)
    want = matrix(word, *given)
    for module in (gaussian_full, __import__("kullback.gaussians.comparison", fromlist=["x"])):
        monkeypatch.setattr(module, "LARGE", 5)
    assert matrix(word, *given) == pytest.approx(want, rel=1e-12, abs=0)


@pytest.mark.parametrize("apart", [1e-3, 1e-7, 1e-11])
def test_tight_clusters_far_apart(apart):
    """The reference lies between the clusters, and what is near is left to the rows."""
    rng = np.random.default_rng(5)
    mean, cov, *_ = full_pair(3, 4)
    which = np.arange(12) % 3
    mean = 100 * mean[which] + apart * rng.normal(size=(12, 4))
    cov = cov[which] * (1 + apart * rng.uniform(-1, 1, (12, 1, 1)))
    got = matrix("jeffreys", mean, cov)
    for i, j in itertools.combinations(range(0, 12, 3), 2):
        want = true_matrix("jeffreys", mean[[i]], cov[[i]], mean[[j]], cov[[j]])[0, 0]
        assert got[i, j] == pytest.approx(want, rel=1e-12, abs=0)


@pytest.mark.parametrize("word", oracle.SYMMETRIC)
@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_condensed_is_the_upper_triangle(word, n):
    rng = np.random.default_rng(n)
    mean, var = rng.normal(size=(n, 3)), rng.uniform(0.5, 2, (n, 3))
    whole = pairwise_gaussian(mean, var, metric=word)
    got = condensed_gaussian(mean, var, metric=word)
    assert_same_bits(got, whole[np.triu_indices(n, 1)])
    if word == "jeffreys":
        assert_same_bits(condensed_gaussian(mean, var), got)


def test_condensed_covariances():
    mean, cov, *_ = full_pair(50, 4)
    want = matrix("jeffreys", mean, cov)[np.triu_indices(50, 1)]
    assert_same_bits(condensed_gaussian(mean, cov, spread="cov"), want)
    out = np.empty(1225)
    got = condensed_gaussian(mean, cov, spread="cov", base=2, out=out, threads=1)
    assert got is out
    assert got == pytest.approx(want / np.log(2), rel=1e-15)
