"""What bins do that alone make a divergence infinite, and that all else is the same under any rule.

Values are by hand; the oracle's own are compared everywhere else.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import kullback as kl
from oracle.divergences import METRICS, ORACLES, ROWWISE, SYMMETRIC
from support.calls import CORE, FUNCTIONS, LONG, VARIED, check, core_metric, metric, suitable
from support.strategies import MATRICES, family, matrix
from support.tolerances import assert_close, assert_same_bits

RULES = ["inf", "skip", 1e-4, 1e-300, 0.25]
E = 2.0**-20
each_rule = pytest.mark.parametrize("zeros", RULES)
FINITE = [word for word in ROWWISE if not ORACLES[word].gaps]
ONE_SIDED = [word for word in ROWWISE if ORACLES[word].gaps == "q"]
ROWS = np.array([[6, 4, 0], [0, 4, 0], [0, 1e300, 3], [5e-324, 0, 1], [0, 0, 7], [1, 2, 3]])


@pytest.mark.parametrize("word", [word for word in ROWWISE if word != "cross_entropy"])
@each_rule
@pytest.mark.parametrize("normalize", [True, False])
def test_a_row_is_at_0_from_itself_under_every_rule(word, zeros, normalize):
    for rows in (ROWS, np.tile(ROWS, LONG)) if word in CORE + VARIED else (ROWS,):
        got = FUNCTIONS[word](rows, rows.copy(), zeros=zeros, normalize=normalize)
        assert_same_bits(got, np.zeros(len(rows)))


@pytest.mark.parametrize("word", METRICS)
@each_rule
def test_a_row_is_at_0_from_itself_in_matrices_under_every_rule(word, zeros):
    got = kl.pairwise(ROWS, ROWS.copy(), metric(word), zeros=zeros, invalid="nan")
    assert_same_bits(np.diagonal(got), np.zeros(len(ROWS)))


@each_rule
def test_the_cross_entropy_of_a_row_with_itself_is_its_entropy(zeros):
    assert_close(kl.cross_entropy(ROWS, ROWS, zeros=zeros), kl.entropy(ROWS), "rows")


@pytest.mark.parametrize("word", FINITE)
@each_rule
def test_what_no_bin_makes_infinite_is_the_same_under_every_rule(word, zeros):
    for options in ({}, {"normalize": False}, {"base": 2}):
        p, q = family("zeros_in_both")
        want = FUNCTIONS[word](p, q, **suitable(word, options))
        assert_same_bits(FUNCTIONS[word](p, q, zeros=zeros, **suitable(word, options)), want)
    if word in METRICS:
        x = matrix("structural_zeros")
        want = kl.pairwise(x, metric=metric(word))
        assert_same_bits(kl.pairwise(x, metric=metric(word), zeros=zeros), want)


@pytest.mark.parametrize("word", SYMMETRIC)
@each_rule
def test_symmetric_metrics_are_symmetric_under_every_rule(word, zeros):
    for name in ("some_zeros", "structural_zeros", "one_hot_and_smooth", "tiny_and_zero"):
        x = matrix(name, n=30)
        got = kl.pairwise(x, metric=metric(word), zeros=zeros, invalid="nan")
        assert_same_bits(got, got.T)
        flat = kl.condensed(x, metric(word), zeros=zeros, invalid="nan")
        assert_close(flat, got[np.triu_indices(len(x), 1)], "matrix", word)
        if word in ROWWISE:
            p, q = x[::2], x[1::2]
            there = FUNCTIONS[word](p, q, zeros=zeros, invalid="nan")
            assert_close(FUNCTIONS[word](q, p, zeros=zeros, invalid="nan"), there, "rows", word)


@pytest.mark.parametrize("word", ONE_SIDED)
def test_skipped_bins_are_as_if_they_were_not_there(word):
    got = FUNCTIONS[word]([0.2, 0.3, 0.0, 0.5], [0.0, 0.5, 0.25, 0.25], zeros="skip")
    assert_close(got, FUNCTIONS[word]([0.3, 0.0, 0.5], [0.5, 0.25, 0.25]), "rows")


@pytest.mark.parametrize("word", ONE_SIDED)
def test_a_filled_zero_is_as_if_it_was_given(word):
    p, q = [0.25, 0.25, 0.5, 0.0, 0.0], [0.0, 0.25, 0.5, 0.25, 0.0]
    got = FUNCTIONS[word](p, q, zeros=2.0**-30)
    assert_close(got, FUNCTIONS[word](p, [2.0**-30, 0.25, 0.5, 0.25, 0.0]), "rows")
    counts = np.array([p, q]) * 12
    assert_close(FUNCTIONS[word](*counts, zeros=2.0**-30), got, "rows")


P, Q = [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]


def test_each_side_is_filled_where_it_is_empty():
    small, half = E / (1 + E), 0.5 / (1 + E)
    both = 2 * (half - small) * math.log(0.5 / E)
    for function in (kl.jeffreys_divergence, kl.population_stability_index):
        assert_close(function(P, Q, zeros=E), both, "rows")
        assert_close(
            function(P, Q, zeros=E, normalize=False), (1 - 2 * E) * math.log(0.5 / E), "rows"
        )
        assert function(P, Q, zeros="skip") == 0
        assert function(P, Q) == np.inf
    only_q = 0.5 * math.log(0.5 / small) + 0.5 * math.log(0.5 / half)
    assert_close(kl.kl_divergence(P, Q, zeros=E), only_q, "rows")
    assert_close(kl.pairwise([Q], [P], "reverse_kl", zeros=E), [[only_q]], "matrix")
    assert_close(kl.pairwise([Q], [P], "jeffreys", zeros=E), [[both]], "matrix")
    assert_close(kl.condensed([P, Q], "jeffreys", zeros=E), [both], "matrix")
    assert_close(kl.renyi_divergence(P, Q, math.inf, zeros=E), math.log(0.5 / small), "rows")
    chi2 = (0.5 - small) ** 2 / small + (0.5 - half) ** 2 / half + half
    assert_close(kl.chi2_divergence(P, Q, zeros=E), chi2, "rows")


def test_a_function_of_ones_own_is_filled_where_its_ends_are_infinite():
    ends = {"f_at_zero": math.inf, "slope_at_infinity": 0.0}  # of KL in the other direction
    want = kl.kl_divergence(Q, P, zeros=E)
    got = kl.f_divergence(P, Q, lambda t: -math.log(t), zeros=E, **ends)
    assert_close(got, want, "identity")
    got = kl.f_divergence(P, Q, lambda t: -math.log(t), zeros="skip", **ends)
    assert_close(got, math.log(2), "rows")
    ends = {"f_at_zero": math.inf, "slope_at_infinity": math.inf}
    got = kl.f_divergence(P, Q, lambda t: (t - 1) * math.log(t), zeros=E, **ends)
    assert_close(got, kl.jeffreys_divergence(P, Q, zeros=E), "identity")


def test_skipping_normalizes_both_sides_again():
    """Jeffreys first cuts both rows: it is not the sum of both directions, each cut on its own."""
    p, q = [0.25, 0.25, 0.5, 0.0], [0.0, 0.5, 0.25, 0.25]
    got = kl.jeffreys_divergence(p, q, zeros="skip")
    assert_close(got, kl.jeffreys_divergence([1, 2], [2, 1]), "rows")
    assert_close(
        kl.kl_divergence(p, q, zeros="skip"), kl.kl_divergence([1, 2, 0], [2, 1, 1]), "rows"
    )
    unnormalized = kl.jeffreys_divergence(p, q, zeros="skip", normalize=False)
    assert_close(unnormalized, 0.5 * math.log(2), "rows")


@pytest.mark.parametrize("word", ROWWISE)
@each_rule
def test_with_a_pseudocount_there_are_no_zeros_to_treat(word, zeros):
    p, q = family("zeros_in_both")
    got = FUNCTIONS[word](p, q, pseudocount=0.5, zeros=zeros)
    assert_same_bits(got, FUNCTIONS[word](p, q, pseudocount=0.5))


@core_metric
def test_matrices_of_every_kind_of_zeros_are_those_of_their_rows(word):
    if word == "reverse_kl":
        return
    for name in MATRICES:
        x = matrix(name, n=12)
        for zeros in RULES[1:]:
            want = FUNCTIONS[word](x[:, None], x, zeros=zeros, invalid="nan")
            got = kl.pairwise(x, metric=word, zeros=zeros, invalid="nan")
            assert_close(got, want, "matrix", word)


def test_filling_with_much_and_with_next_to_nothing():
    p = np.array([[1.0, 2.0, 1.0], [0, 0, 1], [1, 1, 0], [1e308, 5e-324, 1]])
    q = np.array([[1.0, 0.0, 2.0], [1e308, 5e-324, 0], [0, 1, 5e-324], [0, 0, 1]])
    for word in ROWWISE:
        for zeros in (1e300, 5e-324, 1.0):
            check(word, p, q, zeros=zeros)
            check(word, p, q, zeros=zeros, normalize=False)
