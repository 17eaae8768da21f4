"""Normalized and conditional information, and information of vectors of labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from oracle import tables as oracle
from support.calls import assert_says
from support.tables import AMOUNTS, nearly_independent, tables
from support.tolerances import assert_close, assert_same_bits

AVERAGES = ["arithmetic", "geometric", "min", "max"]


def check_normalized(joint, **options):
    got = kl.normalized_mutual_information(joint, **options)
    average = options.pop("average", "arithmetic")
    assert_close(got, float(oracle.normalized(np.asarray(joint), average, **options)), "rows")


def check_conditional(joint, **options):
    got = kl.conditional_mutual_information(joint, **options)
    assert_close(got, float(oracle.given_third(np.asarray(joint), **options)), "rows")


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("amount", AMOUNTS[::2])
def test_normalized_information_keeps_its_digits(average, amount):
    for scale in (1.0, 1e300, 1e-290):
        check_normalized(nearly_independent(amount) * scale, average=average)
    check_normalized(np.random.default_rng(0).poisson(2, (4, 6)), average=average, pseudocount=0.5)
    check_normalized([[1e12, 1], [0, 1e-3]], average=average)


def test_normalized_information_of_what_is_fixed_and_of_what_never_varies():
    for average in AVERAGES:
        fixed = kl.normalized_mutual_information(np.diag([1, 2, 5]), average=average)
        assert 1 - 1e-14 < fixed <= 1
        assert kl.normalized_mutual_information([[7]], average=average) == 1
        assert kl.normalized_mutual_information([[7, 2]], average=average) == 0
        assert kl.normalized_mutual_information(np.ones((3, 4)), average=average) == 0
    half = [[1, 1, 0], [0, 0, 2]]
    assert kl.normalized_mutual_information(half, average="min") == pytest.approx(1, rel=1e-14)
    assert kl.normalized_mutual_information(half) < 1


@pytest.mark.parametrize("amount", AMOUNTS[::2])
def test_conditional_information_keeps_its_digits(amount):
    given = np.stack([nearly_independent(amount, seed=s) * (s + 0.1) for s in range(3)], axis=-1)
    for scale in (1.0, 1e300, 1e-290):
        check_conditional(given * scale)
    counts = np.random.default_rng(0).poisson(1, (3, 4, 5))
    counts[..., 2] = 0  # a value of z that never occurs
    check_conditional(counts)
    check_conditional(counts, pseudocount=0.5)


def test_the_chain_rule_of_information():
    joint = tables(3, 3, 4, 5)
    of_both = kl.mutual_information(joint.reshape(3, 20))
    parts = kl.mutual_information(joint.sum(axis=1)) + kl.conditional_mutual_information(joint)
    assert of_both == pytest.approx(parts, rel=1e-13)


def test_batches_dtypes_units_and_out():
    joint = np.random.default_rng(1).random((6, 3, 4, 2))
    one_by_one = [kl.conditional_mutual_information(x) for x in joint]
    assert_same_bits(kl.conditional_mutual_information(joint), np.array(one_by_one))
    bits = kl.conditional_mutual_information(joint, base=2)
    np.testing.assert_allclose(bits, np.array(one_by_one) / np.log(2), rtol=1e-15)
    out = np.empty(6)
    assert kl.conditional_mutual_information(joint, out=out) is out
    single = kl.conditional_mutual_information(joint.astype("f4"))
    assert single.dtype == np.float32
    assert kl.normalized_mutual_information(joint.astype("f4")).dtype == np.float32
    out = np.empty((6, 3))
    assert kl.normalized_mutual_information(joint, out=out) is out


def test_what_is_no_joint_distribution():
    joint = np.ones((2, 3, 4, 2))
    joint[1, 2, 0, 1] = -1
    with pytest.raises(ValueError, match="joint is no distribution") as error:
        kl.conditional_mutual_information(joint)
    assert_says(error, "row 1, 2, 0, column 1 is negative")
    got = kl.conditional_mutual_information(joint, invalid="nan")
    np.testing.assert_array_equal(np.isnan(got), [False, True])
    joint[1] = 0
    with pytest.raises(ValueError, match="table 1 sums to 0"):
        kl.conditional_mutual_information(joint)
    np.testing.assert_array_equal(
        np.isnan(kl.conditional_mutual_information(joint, invalid="nan")), [False, True]
    )
    assert np.isnan(kl.normalized_mutual_information(np.zeros((2, 2)), invalid="nan"))
    with pytest.raises(ValueError, match=r"must be \(\.\.\., r, c, s\)"):
        kl.conditional_mutual_information(np.ones((2, 2)))
    with pytest.raises(ValueError, match="average is 'mean'; it must be one of 'arithmetic'"):
        kl.normalized_mutual_information(np.eye(2), average="mean")


# Vectors of labels

X = np.random.default_rng(5).integers(0, 4, 300)
Y = (X + np.random.default_rng(6).integers(0, 3, 300)) % 5
Z = np.random.default_rng(7).integers(0, 2, 300)
KINDS = {
    "integers": lambda v: v,
    "far integers": lambda v: v * 10**12 - 7,
    "floats": lambda v: v / 3,
    "booleans": lambda v: v > 1,
    "text": lambda v: v.astype(str),
    "list of text": lambda v: v.astype(str).tolist(),
    "objects of several kinds": lambda v: np.array(
        [None if i < 0 else (i, "abc"[i % 3])[i % 2] for i in v], object
    ),
    "series": lambda v: pd.Series(v),
    "text series": lambda v: pd.Series(v.astype(str)),
    "categories": lambda v: pd.Series(v.astype(str)).astype("category"),
    "nullable": lambda v: pd.Series(v, dtype="Int64"),
    "days": lambda v: np.datetime64("2026-01-01") + v.astype("m8[D]"),
}


def crossed(*vectors):
    """The table, counted one by one."""
    labels = [sorted(set(map(str, v))) for v in vectors]
    table = np.zeros([len(found) for found in labels], int)
    for each in zip(*vectors, strict=True):
        table[tuple(found.index(str(x)) for found, x in zip(labels, each, strict=True))] += 1
    return table


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_any_kind_are_counted(kind):
    x, y, z = (KINDS[kind](v) for v in (X, Y, Z))
    joint = crossed(x, y)
    assert kl.mutual_information(x, y) == pytest.approx(kl.mutual_information(joint), rel=1e-14)
    assert kl.normalized_mutual_information(x, y, average="max") == pytest.approx(
        kl.normalized_mutual_information(joint, average="max"), rel=1e-14
    )
    assert kl.conditional_mutual_information(x, y, z, base=2) == pytest.approx(
        kl.conditional_mutual_information(crossed(x, y, z), base=2), rel=1e-14
    )


def test_what_scikit_learn_gives():
    """As `mutual_info_score` and `normalized_mutual_info_score`."""
    metrics = pytest.importorskip("sklearn.metrics")
    assert kl.mutual_information(X, Y) == pytest.approx(metrics.mutual_info_score(X, Y), rel=1e-12)
    for average in AVERAGES:
        assert kl.normalized_mutual_information(X, Y, average=average) == pytest.approx(
            metrics.normalized_mutual_info_score(X, Y, average_method=average), rel=1e-12
        )


def test_labels_in_proportion_and_independent_ones():
    assert kl.normalized_mutual_information([0, 0, 1, 1], [1, 1, 0, 0]) == 1
    assert kl.normalized_mutual_information([0, 0, 0, 0], [0, 1, 2, 3]) == 0


def test_series_meet_by_their_index():
    x, y = pd.Series(X), pd.Series(Y)
    want = kl.mutual_information(X, Y)
    order = np.random.default_rng(8).permutation(300)
    assert kl.mutual_information(x, y.iloc[order]) == pytest.approx(want, rel=1e-14)
    for other in (y.iloc[:299], y.rename(lambda i: i + 1), pd.concat([y.iloc[:299], y.iloc[:1]])):
        with pytest.raises(
            ValueError,
            match=r"labels of x and the labels of y differ.*x\.align\(y|numbers of labels",
        ):
            kl.mutual_information(x, other)
    assert kl.mutual_information(x, y.rename(lambda i: i + 1).to_numpy()) == want


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (([1, 2], [1, 2, 3]), ValueError, "numbers of labels differ: {'x': 2, 'y': 3}"),
        (([1, np.nan], [1, 2]), ValueError, r"x has no label at 1 \(.*nan.*; 1 such in x\)"),
        (([1, 2], ["a", None]), ValueError, "y has no label at 1"),
        (([1, 2], pd.Series([1, None], dtype="Int64")), ValueError, "y has no label at 1"),
        (
            ([[1, 2]], [[1, 2]]),
            ValueError,
            r"x has shape \(1, 2\); vectors of labels have one axis",
        ),
        (([], []), ValueError, r"x has shape \(0,\)"),
        (([1, 2],), ValueError, r"joint has shape \(2,\); it must be \(\.\.\., r, c\)"),
    ],
)
def test_what_are_no_labels(given, kind, message):
    for function in (kl.mutual_information, kl.normalized_mutual_information):
        with pytest.raises(kind, match=message):
            function(*given)


def test_two_of_three_vectors_are_too_few():
    with pytest.raises(TypeError, match="z is not given: give one joint table, or 3 vectors"):
        kl.conditional_mutual_information([1, 2], [1, 2])
