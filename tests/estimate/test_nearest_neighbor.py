"""The nearest-neighbour estimator: it converges, covers, and survives equal samples."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from kullback.estimate import ConvergenceWarning, kl_nearest_neighbor
from kullback.estimate.nearest_neighbor import _estimate
from kullback.estimate.repeated import repeated
from oracle import closed_forms as exact

SHIFT, SCALE = 0.5, 1.3
TRUTH = exact.normal(0, 1, SHIFT, SCALE)  # in each dimension


def draw(n, d, seed=0, m=None):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (n, d)), rng.normal(SHIFT, SCALE, (m or n, d))


def plain(x, y, k):
    """The formula over all pairs of samples."""
    n, d = x.shape
    own = np.sort(np.linalg.norm(x[:, None] - x[None], axis=-1), axis=1)[:, k]
    other = np.sort(np.linalg.norm(x[:, None] - y[None], axis=-1), axis=1)[:, k - 1]
    return d * np.log(other / own).mean() + math.log(len(y) / (n - 1))


@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_it_is_the_formula(d, k):
    x, y = draw(200, d, m=150)
    got = kl_nearest_neighbor(x, y, n_neighbors=k)
    assert got.value == pytest.approx(plain(x, y, k), rel=1e-12)
    assert kl_nearest_neighbor(x, y, n_neighbors=k, base=2).value == got.value / np.log(2)


@pytest.mark.parametrize(
    ("d", "k", "allowed"),
    [(1, 1, 0.04), (1, 5, 0.02), (2, 1, 0.04), (2, 5, 0.02), (5, 1, 0.06), (5, 5, 0.1)],
)
def test_it_converges_on_gaussians(d, k, allowed):
    """The root mean square error over some seeds, with few samples and with many."""
    errors = []
    for n in (500, 16_000):
        found = [kl_nearest_neighbor(*draw(n, d, seed), n_neighbors=k).value for seed in range(4)]
        errors.append(math.sqrt(np.mean((np.array(found) - d * TRUTH) ** 2)))
    assert errors[1] < allowed
    assert errors[1] < errors[0] / 1.5


@pytest.mark.parametrize("d", [1, 2])
def test_intervals_cover_the_truth_as_often_as_they_say(d):
    runs, covered = 150, {0.8: 0, 0.95: 0}
    for seed in range(runs):
        result = kl_nearest_neighbor(*draw(1000, d, seed), threads=1)
        for confidence in covered:
            low, high = result.interval(confidence)
            covered[confidence] += low <= d * TRUTH <= high
    for confidence, count in covered.items():
        spread = math.sqrt(confidence * (1 - confidence) / runs)
        # The bias, which no interval covers, is here about half a standard error.
        assert abs(count / runs - confidence) < 3 * spread + 0.02


def test_the_standard_error_does_not_depend_on_the_order_of_the_samples():
    x, y = draw(20_000, 1)
    ordered = kl_nearest_neighbor(np.sort(x, axis=0), np.sort(y, axis=0))
    shuffled = kl_nearest_neighbor(x, y)
    assert ordered.value == pytest.approx(shuffled.value, rel=1e-12)
    assert 0.5 < ordered.standard_error / shuffled.standard_error < 2


def test_a_negative_estimate_is_reported():
    rng = np.random.default_rng(0)
    found = [kl_nearest_neighbor(*rng.normal(size=(2, 1000))).value for _ in range(20)]
    assert min(found) < 0 < max(found)
    assert abs(np.mean(found)) < 0.02


# Equal samples


def uncertain(x, y, **options):
    """The value, where repeated samples decide it: it has no interval, and a warning says why."""
    with pytest.warns(ConvergenceWarning, match="decide the estimate"):
        result = kl_nearest_neighbor(x, y, **options)
    assert np.isnan(result.standard_error)
    assert np.isnan(result.interval()).all()
    return result.value


def bernoulli(p, q):
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def with_zeros(share, n, seed):
    """Mixed: an atom at 0, and a density elsewhere."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < share, 0.0, rng.exponential(size=n))


@pytest.mark.parametrize("seed", range(5))
def test_atoms_are_counts(seed):
    """0/1 data gave -5e-7 +- 0, where 0.31 is right; half of zeros against nine in ten too little.

    Estimators elsewhere give -inf at repeated samples (paulbrodersen/entropy_estimators#3).
    """
    rng = np.random.default_rng(seed)
    x, y = ((rng.random(3000) < share) * 1.0 for share in (0.9, 0.5))
    assert uncertain(x, y) == pytest.approx(bernoulli(x.mean(), y.mean()), abs=0.01)
    zeros = with_zeros(0.9, 3000, seed + 20), with_zeros(0.5, 3000, seed + 10)
    assert uncertain(*zeros) == pytest.approx(bernoulli(0.9, 0.5), abs=0.12)
    points = np.stack([x, zeros[0]], axis=1), np.stack([y, zeros[1]], axis=1)
    assert uncertain(*points) == pytest.approx(2 * bernoulli(0.9, 0.5), abs=0.25)


def test_an_atom_that_y_lacks_is_infinitely_far():
    """It gave 2.98."""
    rng = np.random.default_rng(0)
    assert uncertain(with_zeros(0.5, 1000, 0), rng.exponential(size=1000)) == np.inf
    assert uncertain(rng.integers(0, 3, 900) * 1.0, rng.integers(0, 2, 900) * 1.0) == np.inf
    assert uncertain(with_zeros(0.5, 1000, 0) + 1.0, with_zeros(0.5, 1000, 1)) == np.inf
    # The other way round there is nothing infinite: the share of y that x lacks costs ln 2.
    value = uncertain(rng.exponential(size=1000), with_zeros(0.5, 1000, 0))
    assert value == pytest.approx(math.log(2), abs=0.15)


def test_an_atom_of_few_samples_that_y_lacks_by_chance_is_not():
    x, y = draw(10_000, 1)
    for one, other in ((x, y), (y, x)):
        assert uncertain(one.round(1), other.round(1)) < 0.3


@pytest.mark.parametrize("d", [1, 2])
def test_a_sample_against_itself_has_no_interval(d):
    """It was 33 standard errors off."""
    x, y = draw(1000, d)
    uncertain(x, x)
    uncertain(x, np.concatenate([x[:100], y[100:]]))
    uncertain(np.repeat(x, 2, axis=0), y)
    uncertain(x, np.repeat(y, 2, axis=0))


def test_a_few_equal_samples_are_told_and_leave_the_interval():
    x, y = draw(4000, 1)
    want = kl_nearest_neighbor(x, y)
    x[7], y[11] = x[300], x[40]
    with pytest.warns(
        ConvergenceWarning, match="2 of 4000 samples of x are repeated, 1 sample"
    ) as w:
        got = kl_nearest_neighbor(x, y)
    assert len(w) == 1
    assert w[0].filename == __file__
    assert got.value == pytest.approx(want.value, abs=0.1 * want.standard_error)
    assert 0.5 < got.standard_error / want.standard_error < 2


def test_no_interval_is_confidently_wrong():
    """Whatever is repeated: an interval of five standard errors covers the truth, or is NaN."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        n = int(rng.integers(300, 2000))
        x, y = rng.normal(0, 1, n), rng.normal(0.5, 1.3, n)
        c = int(n * 10.0 ** rng.uniform(-3.5, 0))
        kind = rng.integers(4)
        if kind == 0:
            y[:c] = x[:c]
        elif kind == 1:
            x[:c] = rng.choice(x, c)
        elif kind == 2:
            y[:c] = rng.choice(y, c)
        else:
            digits = int(rng.integers(1, 8))
            x, y = x.round(digits), y.round(digits)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            result = kl_nearest_neighbor(x, y)
        if not np.isnan(result.standard_error):
            assert abs(result.value - TRUTH) < 5 * result.standard_error


@pytest.mark.parametrize("k", [1, 5])
def test_rounded_measurements_cost_little(k):
    x, y = draw(10_000, 1)
    want = kl_nearest_neighbor(x, y, n_neighbors=k)
    for digits in (2, 1):
        got = uncertain(x.round(digits), y.round(digits), n_neighbors=k)
        assert abs(got - want.value) < 0.02 + 3 * want.standard_error


@pytest.mark.parametrize("d", [1, 3])
def test_some_equal_samples_change_little(d):
    x, y = draw(4000, d)
    want = kl_nearest_neighbor(x, y)
    x[:20], y[:20] = x[0], y[0]
    y[30:60] = x[30:60]
    got = uncertain(x, y)
    assert abs(got - want.value) < 0.1 + 3 * want.standard_error


def test_the_number_of_neighbours_is_that_within_the_distance():
    x = np.array([0.0, 0.0, 0.0, 1.0, 3.0])
    y = np.array([0.0, 2.0, 2.0, 5.0])

    def psi(k):
        return sum(1 / i for i in range(1, k)) - np.euler_gamma

    # k = 1. In x: distances 1, 1, 1, 1, 2 with 3, 3, 3, 3, 1 neighbours within. In y: distances
    # 2, 2, 2, 1, 1 with 3, 3, 3, 3, 2.
    ratios = [math.log(2)] * 3 + [0.0, math.log(1 / 2)]
    corrections = [psi(3) - psi(3)] * 4 + [psi(1) - psi(2)]
    want = np.mean(ratios) + np.mean(corrections) + math.log(4 / 4)
    samples = x[:, None], y[:, None]
    assert _estimate(*samples, 1, 1, repeated(*samples)) == pytest.approx(want, rel=1e-12)


def test_samples_that_are_all_equal_have_no_density():
    with pytest.raises(ValueError, match="all samples are equal"):
        kl_nearest_neighbor(np.zeros(100), np.arange(100.0))
    with pytest.raises(ValueError, match="all samples are equal"):
        kl_nearest_neighbor(np.full(100, 3.0), np.full(50, 3.0))


# What must not matter, and what is refused


def test_threads_and_dtypes_do_not_matter():
    x, y = draw(3000, 2)
    x, y = x.astype(np.float32), y.astype(np.float32)
    want = kl_nearest_neighbor(x.astype(float), y.astype(float))
    assert kl_nearest_neighbor(x, y) == want
    for threads in (1, 2):
        assert kl_nearest_neighbor(x, y, threads=threads) == want
    assert kl_nearest_neighbor(np.asfortranarray(x), y[::-1][::-1]) == want


def test_few_samples_have_no_standard_error():
    assert np.isnan(kl_nearest_neighbor(*draw(60, 1)).standard_error)


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (np.ones(5), np.ones(9), {}, ValueError, "x has 5 samples"),
        (np.ones(9), np.ones(4), {}, ValueError, "and y 4"),
        (np.ones((9, 2)), np.ones((9, 3)), {}, ValueError, "x has 2 dimensions and y 3"),
        (np.ones((9, 2, 1)), np.ones(9), {}, ValueError, r"x has shape \(9, 2, 1\)"),
        ([1.0, np.nan] * 9, np.ones(9), {}, ValueError, "x is nan at sample 1"),
        (np.ones(9), [1.0, np.inf] * 9, {}, ValueError, "y is inf at sample 1"),
        (np.ones(9), np.ones(9), {"n_neighbors": 0}, ValueError, "n_neighbors is 0"),
        (np.ones(9), np.ones(9), {"n_neighbors": 1.5}, TypeError, "n_neighbors is 1.5"),
        (np.ones(9), np.ones(9), {"threads": 0}, ValueError, "threads is 0"),
        (np.ones(9, complex), np.ones(9), {}, TypeError, "x has dtype complex128"),
    ],
)
def test_what_does_not_fit_is_refused(x, y, options, error, message):
    with pytest.raises(error, match=message):
        kl_nearest_neighbor(x, y, **options)
