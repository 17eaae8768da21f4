"""Rows that are no distributions: named, or NaN in all that they take part in."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from kullback import condensed, kl_divergence, pairwise
from kullback._arguments import domains
from oracle.divergences import METRICS, ORACLES, ROWWISE
from support.calls import (
    FUNCTIONS,
    LONG,
    assert_says,
    check,
    compare,
    core_metric,
    core_word,
    each_metric,
    each_word,
    metric,
    rows_of,
)
from support.subjects import MATRICES, ROW_WISE, Subject
from support.tolerances import assert_close, assert_same_bits

RULES = [{"zeros": "skip"}, {"zeros": 1e-10}, {"pseudocount": 0.5}]
KINDS = {-np.inf: "negative|infinite"}
BAD_VALUES = [-0.625, -1e-17, -5e-324, np.nan, np.inf, -np.inf]
each_kernel = pytest.mark.parametrize(
    ("dtype", "k"), [(np.float64, 12), (np.float64, LONG), (np.float32, LONG)]
)


def faults(subjects):
    return pytest.mark.parametrize(
        ("subject", "at", "value"),
        [
            pytest.param(subject, at, value, id=f"{name}, {subject.names[at]} {value}")
            for name, subject in subjects.items()
            for at, values in enumerate(subject.wrong)
            for value in values
        ],
    )


@faults(ROW_WISE)
def test_an_invalid_entry_is_named_or_makes_nan_just_there(subject: Subject, at, value):
    arrays = subject.make(90, 40, 0)
    want = subject.call(*arrays)
    wrong = arrays[at].reshape(90, -1)
    wrong[[17, 50, 83], [5, 1, 7]] = value
    with pytest.raises(ValueError, match=rf"^{subject.names[at]} ?\b") as error:
        subject.call(*arrays)
    for other in set(subject.names) - {subject.names[at]}:
        assert not re.search(rf"\b{other}\b", str(error.value))
    assert_says(error, r"\b17\b", KINDS.get(value, re.escape(str(value))), r"\b3 such\b")
    assert_says(error, 'invalid="nan"')
    if arrays[at].ndim == 2:
        assert_says(error, r"\b5\b")
    nan = np.s_[[17, 50, 83], [5, 1, 7]] if want.ndim == 2 else [17, 50, 83]
    want[nan] = np.nan
    assert_same_bits(subject.call(*arrays, invalid="nan"), want)
    if np.float32(value) or not value:  # -5e-324 is none of its numbers
        singles = [a.astype(np.float32) for a in subject.make(90, 40, 0)]
        want = subject.call(*singles)
        singles[at] = arrays[at].astype(np.float32)
        want[nan] = np.nan
        assert_same_bits(subject.call(*singles, invalid="nan"), want)
    assert np.isnan(np.sum(subject.call(*(a[17] for a in arrays), invalid="nan")))


@faults(MATRICES)
def test_an_invalid_entry_of_a_matrix_is_named_or_makes_nan_just_there(subject: Subject, at, value):
    arrays = subject.make(30, 12, 0)
    half = len(arrays) // 2
    sides = [list(range(half)), list(range(half, len(arrays)))]
    want = subject.call(*arrays)
    arrays[at][[3, 5, 8], [2, 0, 1]] = value
    with pytest.raises(ValueError, match=rf"^{subject.names[at]} ?\b") as error:
        subject.call(*arrays)
    assert_says(error, r"\b3\b", r"\b2\b", r"\b3 such\b", 'invalid="nan"')
    assert_says(error, KINDS.get(value, re.escape(str(value))))
    want[[3, 5, 8] if at in sides[0] else np.s_[:, [3, 5, 8]]] = np.nan
    assert_close(subject.call(*arrays, invalid="nan"), want, subject.operation)
    alone = [arrays[i] for i in sides[at // half]]  # that side with itself
    want = subject.call(*([np.delete(a, [3, 5, 8], axis=0) for a in alone]))
    got = subject.call(*alone, invalid="nan")
    bad = np.zeros(30, bool)
    bad[[3, 5, 8]] = True
    np.testing.assert_array_equal(np.isnan(got), bad | bad[:, None])
    assert_close(got[~bad][:, ~bad], want, subject.operation)
    with pytest.raises(ValueError, match=subject.names[at % half]):
        subject.call(*alone)


@core_word
@pytest.mark.parametrize("k", [10, 40])
@pytest.mark.parametrize("options", [{}, *RULES], ids=str)
@pytest.mark.parametrize("at", ["p", "q"])
def test_a_row_without_mass_is_named_with_its_place(word, options, k, at):
    """Zeros alone are no distribution, even where they are going to be filled or smoothed."""
    rows = dict(zip("pq", rows_of(90, k), strict=True))
    rows[at][[17, 60]] = 0.0
    with pytest.raises(ValueError, match=rf"\b{at}\b") as error:
        FUNCTIONS[word](*rows.values(), **options)
    assert_says(error, r"\b17\b", "sum|zero|mass", r"\b2\b.*rows")


@each_word
@pytest.mark.parametrize("options", [{}, *RULES, {"base": 2}], ids=str)
def test_a_row_without_mass_is_a_measure(word, options):
    p, q = np.array([[0, 0, 0], [0, 1, 2], [0, 0, 0]]), np.array([[0, 0, 0], [0, 0, 0], [1, 0, 2]])
    check(word, p, q, normalize=False, **options)
    check(word, np.tile(p, 20), np.tile(q, 20), normalize=False, **options)


@each_metric
def test_a_row_without_mass_is_a_measure_in_matrices(word):
    x = np.array([[0, 0, 0], [0, 1, 2], [3, 0, 1], [1, 1, 1]])
    got = pairwise(x, x[::-1], metric(word), normalize=False)
    compare(word, got, x[:, None], x[::-1][None], "matrix", normalize=False)


@each_word
@each_kernel
def test_invalid_rows_become_nan_and_others_stay(word, dtype, k):
    p, q = rows_of(60, k, dtype)
    want = FUNCTIONS[word](p, q)
    for i, value in enumerate([*BAD_VALUES[:2], *BAD_VALUES[3:]]):
        p[3 + 4 * i, i] = q[5 + 4 * i, 11 - i] = value
        want[[3 + 4 * i, 5 + 4 * i]] = np.nan
    p[40], q[41] = 0.0, 0.0
    want[[40, 41]] = np.nan
    p[42, 0] = q[42, 1] = np.nan
    want[42] = np.nan
    assert_same_bits(FUNCTIONS[word](p, q, invalid="nan"), want)
    assert_same_bits(FUNCTIONS[word](p[3], q[3], invalid="nan"), want[3])


@each_metric
@each_kernel
def test_invalid_rows_of_matrices_become_nan_and_others_stay(word, dtype, k):
    x, y = rows_of(40, k, dtype)
    want, within = pairwise(x, y, metric(word)), pairwise(x, metric=metric(word))
    for i, value in enumerate([-1.0, np.nan, np.inf, -np.inf]):
        x[3 + 5 * i, i] = y[4 + 5 * i, 11 - i] = value
    x[30], y[31] = 0.0, 0.0
    bad_x, bad_y = [3, 8, 13, 18, 30], [4, 9, 14, 19, 31]
    want[bad_x], want[:, bad_y] = np.nan, np.nan
    within[bad_x], within[:, bad_x] = np.nan, np.nan
    assert_close(pairwise(x, y, metric(word), invalid="nan"), want, "matrix", word)
    assert_close(pairwise(x, metric=metric(word), invalid="nan"), within, "matrix", word)
    if ORACLES[word].symmetric:
        upper = np.triu_indices(40, 1)
        assert_close(condensed(x, metric(word), invalid="nan"), within[upper], "matrix", word)


@core_metric
@pytest.mark.parametrize("options", [{}, *RULES], ids=str)
def test_rows_without_mass_are_named_in_matrices(word, options):
    for at in "xy":
        rows = dict(zip("xy", rows_of(90, 40), strict=True))
        rows[at][[17, 50, 83]] = 0.0
        with pytest.raises(ValueError, match=rf"\b{at}\b") as error:
            pairwise(rows["x"], rows["y"], word, **options)
        assert_says(error, r"\b17\b", r"\b3\b.*rows")
        if at == "x":
            with pytest.raises(ValueError, match=r"\bx\b"):
                pairwise(rows["x"], metric=word, **options)


GOOD_ROWS = [[[1, 2, 3], [3, 2, 1]], [[1, 0, 0], [0, 1, 1]], [[1, 0, 1], [2, 1, 0]]]
BAD_ROWS = [[-1, 2, 1], [-1, -2, -3], [np.nan, 1, 0], [np.nan] * 3, [1, np.inf, 0], [np.inf] * 3]


@each_metric
def test_no_zeros_and_no_infinite_result_hide_an_invalid_row(word):
    for bad, good in itertools.product([*BAD_ROWS, [0, 0, 0], [-0.0, 0, 0]], GOOD_ROWS):
        for x, y in [(good, [bad, good[0]]), ([good[1], bad], good), ([bad, good[1]], None)]:
            invalid = np.array([row is bad for row in x])[:, None] | [row is bad for row in y or x]
            got = pairwise(x, y, metric(word), invalid="nan")
            np.testing.assert_array_equal(np.isnan(got), invalid)
            with pytest.raises(ValueError, match=r"\b[xy]\b"):
                pairwise(x, y, metric(word))


@pytest.mark.parametrize("word", [word for word in ROWWISE if "q" in ORACLES[word].gaps])
def test_a_row_of_which_skip_leaves_nothing_is_as_one_without_mass(word):
    p, q = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]), np.array([[1.0, 1.0, 0.0]])
    with pytest.raises(ValueError, match=r"\bp\b") as error:
        FUNCTIONS[word](p, q, zeros="skip")
    assert_says(error, r"\b1\b", "skip|zeros")
    got = FUNCTIONS[word](p, q, invalid="nan", zeros="skip")
    np.testing.assert_array_equal(np.isnan(got), [False, True])
    check(word, p, q, zeros="skip", normalize=False)
    if word in METRICS:
        got = pairwise(p, q, metric(word), invalid="nan", zeros="skip")
        np.testing.assert_array_equal(np.isnan(got), [[False], [True]])
        with pytest.raises(ValueError, match=r"\bx\b"):
            pairwise(p, q, metric(word), zeros="skip")


def test_a_row_of_a_higher_array_is_named_by_all_its_indices():
    p = np.ones((4, 6, 30))
    p[2, 5, 17] = -0.375
    with pytest.raises(ValueError, match=r"\bp\b") as error:
        kl_divergence(p, np.ones(30))
    assert_says(error, "2, 5", r"\b17\b", r"-0\.375")


def test_rows_of_one_fault_are_counted_and_others_apart():
    """Not all bad rows as "such" rows: those that have the fault that is named."""
    bad = np.array([[1.0, 1, 1], [1, -1, 1], [np.nan, -2, 1], [0, 0, 0], [np.inf, 1, 1]])
    for rows, said in (
        (bad, r"row 1, column 1 is negative \(-1.0\) \(2 such rows in p, and 2 with other faults;"),
        (bad[2:], r"row 0, column 0 is NaN \(nan\) \(1 such row in p, and 2 with other faults;"),
        (bad[3:], r"row 0 sums to 0 \(1 such row in p, and 1 with other faults;"),
        (bad[[0, 4, 4]], r"row 1, column 0 is infinite \(inf\) \(2 such rows in p;"),
    ):
        with pytest.raises(ValueError, match=said):
            kl_divergence(rows, bad[0])


def test_rows_longer_than_what_is_looked_at_at_once_are_named_as_others(monkeypatch):
    monkeypatch.setattr(domains, "AT_ONCE", 4)
    rows = np.ones((3, 11))
    rows[1, 9], rows[2, 10] = -1.0, np.nan
    with pytest.raises(ValueError, match=r"row 1, column 9 is negative .*\(1 such row in p, and 1"):
        kl_divergence(rows, rows[0])
    rows[1:] = 0.0
    with pytest.raises(ValueError, match=r"row 1 sums to 0 \(2 such rows in p;"):
        kl_divergence(rows, rows[0])
    rows[1:, 10], apart = 1.0, np.eye(11)[2]
    with pytest.raises(ValueError, match="row 1 of p has no mass"):
        kl_divergence(rows, apart, zeros="skip")
