"""Mutual information against mpmath, and what is no joint distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kullback import conditional_kl_divergence, entropy, kl_divergence, mutual_information
from oracle.tables import mutual_information as information
from support.tables import AMOUNTS, nearly_independent, tables
from support.tolerances import assert_close

# Mutual information


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 40), (40, 3), (12, 70)])
def test_mutual_information_is_right_for_every_shape(shape):
    joint = tables(sum(shape), *shape)
    assert_close(mutual_information(joint), information(joint), "rows")
    assert_close(mutual_information(joint, base=2), information(joint, base=2), "rows")
    assert_close(
        mutual_information(joint, pseudocount=0.5), information(joint, pseudocount=0.5), "rows"
    )


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("scale", [3.7e-300, 1e300])
def test_nearly_independent_variables_cost_no_digits(amount, scale):
    joint = nearly_independent(amount) * scale
    assert_close(mutual_information(joint), information(joint), "rows")
    assert_close(mutual_information(joint.T), information(joint), "rows")


def test_independent_counts_have_exactly_none():
    rng = np.random.default_rng(3)
    for _ in range(50):
        joint = np.outer(rng.integers(0, 1000, 6), rng.integers(0, 1000, 9) + 1)
        joint[0] += joint[0].any() == 0
        assert mutual_information(joint) == 0


def test_rows_and_columns_may_be_empty():
    joint = tables(0, 6, 8)
    want = information(joint)
    padded = np.insert(np.insert(joint, [0, 3, 6], 0.0, axis=0), [0, 4, 8], 0.0, axis=1)
    assert_close(mutual_information(padded), want, "rows")
    assert_close(mutual_information(padded.T), want, "rows")
    single = np.zeros((4, 5))
    single[2, 3] = 7.0
    assert mutual_information(single) == 0


def test_one_variable_that_fixes_the_other_gives_its_entropy():
    weights = np.array([1.0, 2.0, 5.0, 0.0])
    assert_close(mutual_information(np.diag(weights)), entropy(weights), "rows")
    assert mutual_information(np.eye(8), base=2) == 3


@settings(max_examples=30)
@given(joint=arrays(np.int64, (3, 4), elements=st.integers(0, 1000)).filter(np.any))
def test_it_is_symmetric_bounded_and_right(joint):
    got = mutual_information(joint)
    assert 0 <= got <= min(entropy(joint.sum(axis=0)), entropy(joint.sum(axis=1))) * (1 + 1e-14)
    assert_close(got, information(joint), "rows")
    assert_close(mutual_information(joint.T), got, "rows")


def test_sums_that_overflow_are_right():
    joint = tables(1, 4, 5) * 3e307
    assert (joint / joint.size).sum() > np.finfo(float).max / joint.size
    want = information(joint)
    assert_close(mutual_information(joint), want, "rows")
    tiny = np.array([[3, 1], [1, 7]]) * 5e-324
    both = mutual_information(np.stack([joint[:2, :2], tiny]))
    assert_close(both[1], mutual_information([[3, 1], [1, 7]]), "rows")


def test_it_is_the_sum_over_the_joint_and_the_entropies():
    joint = tables(4, 5, 6)
    joint /= joint.sum()
    x, y = joint.sum(axis=1), joint.sum(axis=0)
    got = mutual_information(joint)
    assert_close(got, kl_divergence(joint.ravel(), np.outer(x, y).ravel()), "identity")
    assert_close(got, entropy(x) + entropy(y) - entropy(joint.ravel()), "scipy")


# What is no joint distribution


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, -5e-324])
def test_a_wrong_cell_is_named(value):
    joint = tables(11, 4, 3, 5)
    joint[2, 1, 3] = value
    for call in (
        lambda **o: mutual_information(joint, **o),
        lambda **o: conditional_kl_divergence(joint, np.ones((3, 5)), **o),
        lambda **o: conditional_kl_divergence(np.ones((3, 5)), joint, **o),
    ):
        with pytest.raises(ValueError, match=r"joint(_[pq])? is no distribution: row 2, 1, column"):
            call()
        assert np.flatnonzero(np.isnan(call(invalid="nan"))).tolist() == [2]


def test_a_row_of_wrong_cells_that_sum_to_zero_is_named():
    joint = np.array([[1.0, 2.0], [-1.0, 1.0], [0.0, 0.0]])
    fine = np.array([[1.0, 2.0], [-0.0, 1.0], [0.0, -0.0]])
    for call in (
        mutual_information,
        lambda x, **o: conditional_kl_divergence(x, fine, **o),
        lambda x, **o: conditional_kl_divergence(fine, x, **o),
    ):
        with pytest.raises(ValueError, match="row 1, column 0 is negative"):
            call(joint)
        assert np.isnan(call(joint, invalid="nan"))
        assert np.isfinite(call(fine))


def test_a_table_of_zeros_is_named():
    joint = np.ones((3, 2, 2))
    joint[1] = 0
    for call in (
        lambda **o: mutual_information(joint, **o),
        lambda **o: conditional_kl_divergence(joint, np.ones((2, 2)), **o),
        lambda **o: conditional_kl_divergence(np.ones((2, 2)), joint, **o),
    ):
        with pytest.raises(ValueError, match="table 1 sums to 0"):
            call()
        assert np.flatnonzero(np.isnan(call(invalid="nan"))).tolist() == [1]
        with pytest.raises(ValueError, match="table 1 sums to 0"):
            call(pseudocount=0.5)
    with pytest.raises(ValueError, match="joint is no distribution: it sums to 0"):
        mutual_information([[0.0, 0.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mutual_information([1, 2]), r"joint has shape \(2,\)"),
        (lambda: mutual_information(np.ones((2, 0))), "with cells"),
        (lambda: mutual_information(np.ones((2, 2)), base=1), "base is 1"),
        (lambda: mutual_information(np.ones((2, 2)), pseudocount=-1), "pseudocount is -1"),
        (lambda: mutual_information(np.ones((2, 2)), invalid="no"), "invalid is 'no'"),
        (lambda: mutual_information(np.ones((2, 2)), threads=0), "threads is 0"),
        (lambda: mutual_information(np.ones((2, 2)), out=np.zeros(3)), "out has shape"),
        (lambda: conditional_kl_divergence(np.ones((2, 2)), np.ones((3, 2))), "numbers of rows"),
        (lambda: conditional_kl_divergence(np.ones((2, 2)), np.ones((2, 3))), "numbers of bins"),
        (
            lambda: conditional_kl_divergence(np.ones((2, 2, 2)), np.ones((3, 2, 2))),
            "do not broadcast",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_no_tables_give_no_results():
    assert mutual_information(np.ones((0, 2, 3))).shape == (0,)
    assert conditional_kl_divergence(np.ones((0, 2, 3)), np.ones((2, 3))).shape == (0,)
