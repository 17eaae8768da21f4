"""Matrices with many equal rows: one pair stands for all of its kind, and only for those."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from kullback import condensed, pairwise
from kullback._drivers import equal_rows
from kullback._drivers.equal_rows import EqualRows
from oracle.divergences import SYMMETRIC
from support.calls import CORE_METRICS, by_rows, each_float, metric
from support.strategies import simplex
from support.tolerances import assert_close, assert_same_bits

core_metric = pytest.mark.parametrize("word", CORE_METRICS)


def repeated(n: int, k: int) -> np.ndarray:
    """Random rows, of which half are one of two."""
    x = simplex(np.random.default_rng(n + k), n, k)
    x[::4], x[2::4] = x[0], x[2]
    return x


@core_metric
@each_float
def test_a_matrix_of_equal_rows_is_that_of_its_rows(word, dtype):
    x = repeated(96, 40).astype(dtype)
    equal = (x[:, None] == x).all(axis=-1)
    for y in (None, x[1::2].copy(), x[::-1].copy()):
        got = pairwise(x, y, metric(word))
        assert_close(got, by_rows(word, x, x if y is None else y), "matrix", word)
        assert np.all(got[(x[:, None] == (x if y is None else y)).all(axis=-1)] == 0.0)
    assert np.all(pairwise(x, metric=metric(word))[equal] == 0.0)


@core_metric
def test_counts_in_proportion_are_equal_but_not_with_a_pseudocount(word):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 50, (64, 30))
    x[::2] = x[0] * rng.integers(1, 9, (32, 1))
    got = pairwise(x, metric=metric(word))
    assert np.all(got[::2, ::2] == 0.0)
    assert_close(got, by_rows(word, x, x), "matrix", word)
    options = {"pseudocount": 1e-9}
    assert_close(pairwise(x, metric=metric(word), **options), by_rows(word, x, x, **options),
                 "matrix", word)  # fmt: skip
    options = {"normalize": False}
    assert_close(pairwise(x, metric=metric(word), **options), by_rows(word, x, x, **options),
                 "matrix", word)  # fmt: skip


@core_metric
@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_equal_rows_that_are_no_distributions_stay_so(word, bad):
    x = repeated(48, 20)
    x[::4, 3] = bad
    got = pairwise(x, metric=metric(word), invalid="nan")
    wrong = np.arange(48) % 4 == 0
    assert_same_bits(np.isnan(got), wrong[:, None] | wrong)
    with pytest.raises(ValueError, match="row 0"):
        pairwise(x, metric=metric(word))


@pytest.mark.parametrize("word", SYMMETRIC)
def test_rows_by_the_same_object_are_rows_by_themselves(word):
    x = repeated(70, 24)
    got = pairwise(x, x, metric(word))
    assert_same_bits(got, pairwise(x, metric=metric(word)))
    assert_same_bits(got, got.T)
    assert_same_bits(np.diagonal(got), np.zeros(70))
    assert_close(squareform(got, checks=True), condensed(x, metric(word)), "matrix", word)


def test_kl_of_rows_by_the_same_object_is_that_of_rows_by_themselves():
    x = repeated(40, 24)
    x[0] = np.nan
    same = pairwise(x, x, "kl", invalid="nan")
    assert_same_bits(same, pairwise(x, metric="kl", invalid="nan"))
    with pytest.raises(ValueError, match=r"^x .*row 0") as error:
        pairwise(x, x, "kl")
    assert "y" not in str(error.value).split()


def grouped(x: np.ndarray) -> np.ndarray:
    """For each row, the first that equals it, or -1 where there are too few."""
    first = (x[:, None] == x).all(axis=-1).argmax(axis=1)
    return np.where(np.bincount(first)[first] >= equal_rows.FEWEST, first, -1)


@pytest.mark.parametrize("same_key", [False, True])
def test_rows_are_grouped_by_their_bits_whatever_their_keys(monkeypatch, same_key):
    if same_key:
        monkeypatch.setattr(equal_rows, "_keys", lambda bits: np.zeros(len(bits), np.uint64))
    for block in (1, 1 << 16):
        monkeypatch.setattr(equal_rows, "BLOCK", block)
        x = repeated(64, 5)
        rows = EqualRows(x, in_proportion=True)
        found = rows.find(np.concatenate([x[:4], x[:4] * 1.5]))
        for numbers, of in ((rows.firsts, x), (found, np.concatenate([x[:4], x[:4] * 1.5]))):
            known = numbers >= 0
            assert_same_bits(x[numbers[known]], of[known])
        if not same_key:
            assert_same_bits(rows.firsts, grouped(x))
            assert_same_bits(found, np.r_[grouped(x)[:4], [-1] * 4])


def test_only_counts_are_in_proportion_and_only_where_that_is_asked():
    counts = np.array([[2.0, 4.0], [1.0, 2.0], [3.0, 6.0], [5.0, 10.0], [0.1, 0.2], [0.3, 0.6]])
    assert EqualRows(counts, in_proportion=True).firsts.tolist() == [0, 0, 0, 0, -1, -1]
    assert EqualRows(counts, in_proportion=False).firsts.tolist() == [-1] * 6
    large = np.array([[2.0**53, 2.0**53 - 1]] * 4 + [[2.0**60, 2.0**60]] * 4)
    assert EqualRows(large, in_proportion=True).firsts.tolist() == [0] * 4 + [4] * 4
