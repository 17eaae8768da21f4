"""Entropy, a function of one row, and what ties it to cross-entropy and KL."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kullback import cross_entropy, entropy, js_divergence, kl_divergence
from support.calls import compare, each_float
from support.strategies import FAMILIES, family, row_pairs, simplex
from support.tolerances import assert_close, assert_same_bits

SLACK = 1 + 1e-13  # for the rounding of the two sides of an inequality

OPTIONS = [
    {"base": 2},
    {"base": 10.0},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-300},
    {"normalize": False},
    {"normalize": False, "base": 2},
    {"normalize": False, "pseudocount": 0.125},
]


def check(p, **options):
    compare("entropy", entropy(p, invalid="nan", **options), p, p, "rows", **options)


# Against the oracle


@pytest.mark.parametrize("name", FAMILIES)
def test_every_digit_is_right(name):
    for rows in family(name):
        check(rows)
        check(rows, normalize=False)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_are_applied_to_the_exact_numbers(options):
    for name in ("random", "zeros_in_both", "some_subnormal", "heavy_bin", "wide_entries"):
        check(family(name)[0], **options)


@given(pair=row_pairs(), options=st.sampled_from([{}, *OPTIONS]))
def test_any_row_is_right_with_any_options(pair, options):
    for row in pair:
        check(row, **options)


@pytest.mark.parametrize("name", ["random", "zeros_in_p", "counts", "heavy_bin"])
def test_float32_rows_are_right(name):
    rows = family(name)[0].astype(np.float32)
    assert entropy(rows).dtype == np.float32
    check(rows)


@each_float
def test_rows_of_every_length_are_right(dtype):
    for k in (*range(1, 20), 64, 513, 1025):
        check(simplex(np.random.default_rng(k), 2, k).astype(dtype))


@pytest.mark.parametrize("rest", [1e-3, 1e-9, 1e-20, 1e-200, 5e-324])
def test_one_bin_that_has_nearly_everything_costs_no_digits(rest):
    check(np.array([[1.0, rest, 0.0], [rest, 3.0, rest / 2], [1e300, rest, rest]]))


@pytest.mark.parametrize("mass", [1.0, 1e250, 1e275, 1e300])
@pytest.mark.parametrize("y", [1 - 1e-10, 0.99609375, 1 + 1e-6, 1e-3, 3.0])
def test_any_mass_costs_no_digits_where_q_is_nearly_1(mass, y):
    got = cross_entropy([mass, 0.0], [y, 1.0], normalize=False)
    assert got == pytest.approx(-mass * math.log(y), rel=1e-14)


@pytest.mark.parametrize("p", [2e-323, 1e-300, 1.0, 1e300])
@pytest.mark.parametrize("q", [5e-324, 1e-300, 0.5, 1e272, 1e308])
def test_masses_of_any_two_scales_are_right(p, q):
    want = np.array([-p * math.log(q)])
    got = cross_entropy([[p, 0.0]], [[q, q / 3]], normalize=False)
    assert_close(got, want, "rows")


# What is exact, and what the options mean


def test_one_bin_that_has_everything_leaves_no_uncertainty():
    for rows in (np.eye(5), 1e300 * np.eye(3), 5e-324 * np.eye(9), np.eye(5, dtype=int)):
        assert_same_bits(entropy(rows), np.zeros(len(rows)))
    assert entropy([1.0], normalize=False) == 0
    for mass in (1.0, 1e250, 1e308):
        cross = cross_entropy(mass * np.eye(5), np.eye(5), normalize=False)
        assert_same_bits(cross, np.zeros(5))


@pytest.mark.parametrize("k", [1, 2, 3, 7, 256, 1000])
def test_equal_bins_have_the_logarithm_of_their_number(k):
    for value in (1.0, 1 / 3, 1e-310, 1e307):
        assert_close(entropy(np.full((1, k), value)), np.log([k]), "rows")
    assert_close(entropy(np.ones(k), base=2), np.log2(k), "rows")


@pytest.mark.parametrize("zeros", ["skip", 1e-10, 0.25])
def test_zeros_of_q_do_not_matter_where_there_is_no_q(zeros):
    p, _ = family("zeros_in_both")
    for options in ({}, {"normalize": False}, {"pseudocount": 0.5}):
        assert_same_bits(entropy(p, zeros=zeros, **options), entropy(p, **options))
    for wrong in (0, -1.0, "drop", np.nan):
        with pytest.raises(ValueError, match="zeros"):
            entropy(p, zeros=wrong)


def test_a_pseudocount_is_added_to_every_bin():
    with pytest.raises(ValueError, match="sums to 0"):
        entropy([0, 0, 0, 0], pseudocount=0.5)
    assert_close(entropy([3, 1, 0], pseudocount=1), entropy([4, 2, 1]), "rows")


def test_without_normalization_the_sum_is_taken_as_it_stands():
    assert_close(entropy([2.0, 0.5], normalize=False), -1.5 * np.log(2), "rows")
    assert_close(cross_entropy([1.0, 2.0], [4.0, 0.5], normalize=False), 0.0, "rows")
    assert_close(cross_entropy([1.0, 2.0], [4.0, 8.0], normalize=False), -8 * np.log(2), "rows")
    assert cross_entropy([1.0, 2.0], [4.0, 0.0], normalize=False) == np.inf


def test_a_row_without_mass_has_none():
    with pytest.raises(ValueError, match=r"sum|zero|mass") as error:
        entropy([0.0, 0.0])
    assert "q is" not in str(error.value)
    assert np.isnan(entropy([0.0, 0.0], invalid="nan"))
    assert entropy([0.0, 0.0], normalize=False) == 0


def test_what_is_no_row_of_numbers_is_refused():
    for wrong in (1.0, np.ones((3, 0))):
        with pytest.raises(ValueError, match="shape"):
            entropy(wrong)
    for wrong in (np.ones(3, complex), np.ma.masked_less(np.ones(3), 0.5), ["a", "b"]):
        with pytest.raises(TypeError, match=r"\bp\b"):
            entropy(wrong)
    for call in (lambda: entropy(p=np.ones(3)), lambda: entropy([1, 2], [1, 2])):
        with pytest.raises(TypeError):
            call()


# What the mathematics promises


def test_rows_agree_with_scipy():
    for name in ("random", "zeros_in_p", "counts"):
        p, q = (r / r.sum(axis=1, keepdims=True) for r in family(name))
        assert_close(entropy(p), stats.entropy(p, axis=1), "scipy")
        q = np.maximum(q, 1e-3)
        want = -(p * np.log(q)).sum(axis=1)
        assert_close(cross_entropy(p, q, normalize=False), want, "scipy")


def test_the_entropy_of_a_coin():
    assert_close(entropy([0.5, 0.5], base=2), 1.0, "rows")
    assert entropy([0.9, 0.1], base=2) == pytest.approx(0.4689955935892812, rel=1e-14)
    assert cross_entropy([0.9, 0.1], [0.5, 0.5], base=2) == pytest.approx(1.0, rel=1e-14)


@given(pair=row_pairs())
def test_kl_is_cross_entropy_less_entropy(pair):
    p, q = pair
    cross, own, kl = cross_entropy(p, q), entropy(p), kl_divergence(p, q)
    assert cross * SLACK >= own
    if cross == np.inf:
        assert kl == np.inf
    else:
        assert abs(cross - own - kl) <= 4e-14 * cross + 1e-300


@given(pair=row_pairs())
def test_entropy_lies_between_0_and_ln_k_and_mixing_increases_it(pair):
    p, q = pair
    for row in pair:
        assert 0 <= entropy(row) <= np.log(len(row)) * SLACK
    mean = p / p.max() / len(p) / 2 + q / q.max() / len(q) / 2  # a mixture of p and q
    shares = (p / p.max()).sum() / len(p), (q / q.max()).sum() / len(q)
    of_parts = (shares[0] * entropy(p) + shares[1] * entropy(q)) / sum(shares)
    assert entropy(mean) * SLACK + 1e-300 >= of_parts


def test_entropies_of_independent_parts_add_up():
    p, q = simplex(np.random.default_rng(1), 2, 9)
    joint = np.outer(p[:4], q)
    want = entropy(p[:4]) + entropy(q)
    assert_close(entropy(joint.ravel()), want, "identity")


def test_js_is_the_entropy_of_the_mean_less_the_mean_of_the_entropies():
    p, q = simplex(np.random.default_rng(0), 2, 30)
    want = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    assert_close(js_divergence(p, q), want, "identity")
