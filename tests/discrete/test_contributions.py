"""What each bin adds: right in every single bin, however near to equal its two shares are."""

from __future__ import annotations

import numpy as np
import pytest

import kullback as kl
from kullback._catalogue import METRICS
from oracle.divergences import by_bin
from support.calls import assert_says, metric
from support.tolerances import assert_close, assert_same_bits

SUMS = ["kl", "reverse_kl", "js", "jeffreys", "total_variation", "chi2", "triangular"]
each_sum = pytest.mark.parametrize("word", SUMS)
RULES = [
    {},
    {"zeros": "skip"},
    {"zeros": 1e-9},
    {"pseudocount": 0.5},
    {"pseudocount": 0.1},
    {"normalize": False},
    {"normalize": False, "zeros": "skip"},
    {"normalize": False, "zeros": 1e-9},
    {"normalize": False, "pseudocount": 0.1},
]
FEW = [*[("kl", i) for i in range(len(RULES))], *[("jeffreys", i) for i in range(len(RULES))]]


def check(word, p, q, **options):
    """Every bin of every row against the oracle."""
    got = kl.contributions(p, q, word, invalid="nan", **options)
    p, q = np.broadcast_arrays(p, q)
    assert got.shape == p.shape
    want = np.empty(p.shape)
    for row in np.ndindex(p.shape[:-1]):
        want[row] = by_bin(word, p[row], q[row], **options)
    assert_close(got, want, "rows")


def counts(n, k, seed=0):
    rng = np.random.default_rng((seed, n, k))
    return rng.poisson(3, (n, k)), rng.poisson(3, (n, k))


@each_sum
def test_every_bin_is_right_at_every_distance(word):
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.full(11, 0.7), 18)
    gaps = 10.0 ** -np.arange(18)[:, None]
    check(word, p, p * (1 + gaps * rng.uniform(-1, 1, p.shape)))
    check(word, p, p * (1 + gaps * rng.uniform(-1, 1, p.shape)), normalize=False)


@each_sum
def test_counts_of_the_same_total_have_bins_that_add_exactly_nothing(word):
    p, q = counts(20, 23)
    q[:10] = np.random.default_rng(2).permuted(p[:10], axis=1)
    check(word, p, q)
    same = p[:10] == q[:10]
    assert same.any()
    assert not kl.contributions(p, q, word, invalid="nan")[:10][same].any()


@each_sum
def test_weights_of_the_same_total_up_to_rounding(word):
    """Single bins then feel what a sum of floats is off by, 1e-16 of it, as much as the truth."""
    rng = np.random.default_rng(3)
    p = rng.random((6, 40))
    q = p.copy()
    q[:, [3, 30]] = p[:, [30, 3]]  # the sums differ by rounding alone
    q[3:, 5] *= 1 + 2.0**-52
    check(word, p, q)
    check(word, p, p * [[1.0], [2.0], [3.0], [2.0**-40], [1.0], [7.0]])


@each_sum
@pytest.mark.parametrize("k", [1, 2, 7, 8, 9, 16, 65])
def test_rows_of_every_length(word, k):
    p, q = counts(5, k)
    check(word, p, q + (q.sum(axis=1, keepdims=True) == 0))
    check(word, p / 7, q * 0.3)


@pytest.mark.parametrize(("word", "rule"), FEW)
def test_options_treat_each_bin_as_they_treat_the_row(word, rule):
    p, q = counts(12, 13)
    p[0], q[1] = 0, 0
    p[2], q[2] = np.arange(13) % 2, (np.arange(13) + 1) % 2  # nothing in common
    q[3] = p[3]
    check(word, p, q, **RULES[rule])
    check(word, p / 3, q / 7 * (1 + 1e-13), **RULES[rule])
    check(word, p[4:], p[4:] * 1.0 + 1e-15 * q[4:], **RULES[rule])


@each_sum
@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-200, 1e200, 1e307])
def test_rows_of_any_scale(word, scale):
    p, q = counts(6, 9)
    check(word, p * scale, q)
    check(word, p * scale, q * scale, normalize=False)
    spread = np.array([1.0, 1e-300, 1e-150, 5e-324, 1e-20, 0.0, 3e-8, 1.0, 1e-310])
    check(word, (p + 1) * spread, (q + 1) * spread[::-1])


@each_sum
def test_their_sum_is_the_divergence(word):
    rng = np.random.default_rng(5)
    p, q = rng.random((2, 30, 100))
    q[:10] = p[:10] * (1 + 1e-6 * q[:10])
    want = np.diagonal(kl.pairwise(p, q, word))
    got = kl.contributions(p, q, word).sum(axis=-1)
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_base_divides_each_and_float32_stays_float32():
    p, q = counts(4, 9)
    p += 1
    q += 1
    in_nats = kl.contributions(p, q, "js")
    np.testing.assert_allclose(
        kl.contributions(p, q, "js", base=2), in_nats / np.log(2), rtol=1e-15
    )
    single = kl.contributions(p.astype("f4"), q.astype("f4"))
    assert_same_bits(single, kl.contributions(p, q).astype("f4"))
    with pytest.raises(ValueError, match="base"):
        kl.contributions(p, q, "chi2", base=2)


def test_bins_stay_where_they_are():
    rng = np.random.default_rng(6)
    p, q = rng.random((2, 4, 3, 6))
    want = kl.contributions(p.reshape(4, 18), q.reshape(4, 18)).reshape(4, 3, 6)
    assert_same_bits(kl.contributions(p, q, axis=(1, 2)), want)
    turned = [np.moveaxis(x, (1, 2), (0, 1)) for x in (p, q)]
    out = np.empty((3, 6, 4))
    assert kl.contributions(*turned, axis=(0, 1), out=out) is out
    assert_same_bits(out, np.moveaxis(want, (1, 2), (0, 1)))
    assert_same_bits(kl.contributions(p[0].T, q[0, 0], axis=0), kl.contributions(p[0], q[0, 0]).T)
    for threads in (1, 2):
        rows = rng.random((2, 3000, 300))
        assert_same_bits(
            kl.contributions(*rows, threads=threads)[:9], kl.contributions(*rows[:, :9])
        )


def test_the_catalogue_says_which_are_sums():
    assert sorted(SUMS) == [word for word, record in METRICS.items() if record.additive]


def test_metrics_that_are_no_sums_are_refused_with_those_that_are():
    others = [word for word in METRICS if word not in SUMS]
    for wrong in [*others, "KL", None, 2, metric("renyi_2")]:
        with pytest.raises(ValueError, match="metric is") as error:
            kl.contributions([1, 2], [2, 1], wrong)
        assert_says(error, *(rf"'{word}'" for word in SUMS))
        assert ("no sum" in str(error.value)) == (wrong in others)


def test_what_is_no_distribution_is_named():
    p, q = np.ones((2, 5, 3))
    q[3, 1] = -1
    with pytest.raises(ValueError, match=r"^q is no distribution: row 3, column 1 is negative"):
        kl.contributions(p, q)
    got = kl.contributions(p, q, invalid="nan")
    np.testing.assert_array_equal(np.isnan(got), np.arange(5)[:, None] == 3 * np.ones(3, int))
    with pytest.raises(ValueError, match="skip"):
        kl.contributions([1, 0], [0, 1], zeros="skip")
    with pytest.raises(ValueError, match="overlap"):
        kl.contributions(p, q, out=p)
