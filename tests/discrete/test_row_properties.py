"""Row by row: what must hold, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from oracle.divergences import ORACLES, ROWWISE, rowwise
from support.calls import (
    FUNCTIONS,
    LONG,
    check,
    core_or_varied_word,
    each_float,
    each_word,
)
from support.strategies import FAMILIES, family, near_pairs, row_pairs, simplex, with_zeros
from support.tolerances import assert_close, assert_same_bits

divergences_only = pytest.mark.parametrize("word", [w for w in ROWWISE if w != "cross_entropy"])

ROOT_OF_LN_2 = 0.8325546111576978  # the nearest float64, one ulp above np.sqrt(np.log(2))


# What is exact


@divergences_only
@each_float
def test_a_row_is_at_distance_zero_of_itself(word, dtype):
    for name in FAMILIES:
        with np.errstate(over="ignore", under="ignore"):
            rows = np.vstack(family(name)).astype(dtype)
        if dtype == np.float32:
            rows = np.tile(rows, LONG)
        rows = rows[np.isfinite(rows).all(axis=1) & rows.any(axis=1)]
        for normalize in (True, False):
            got = FUNCTIONS[word](rows, rows.copy(), normalize=normalize)
            assert got.dtype == dtype
            assert not np.any(got), name
            assert not np.signbit(got).any(), name


@divergences_only
def test_proportional_counts_are_at_distance_zero(word):
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 1000, (50, 30))
    got = FUNCTIONS[word](counts, counts * rng.integers(1, 10**6, (50, 1)))
    assert_same_bits(got, np.zeros(50))


@each_word
@pytest.mark.parametrize("power", [-1000, -300, -1, 1, 300, 1000])
def test_a_power_of_two_in_front_of_a_row_changes_nothing(word, power):
    p, q = np.ldexp(family("counts"), -16)
    got = FUNCTIONS[word](np.ldexp(p, power), np.ldexp(q, -power))
    assert_close(got, FUNCTIONS[word](p, q), "rows", word)


@each_word
@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_no_result_is_negative_or_nan(word, pair):
    assert FUNCTIONS[word](*pair) >= 0
    if word not in ("f_kl", "cross_entropy"):  # which are literal sums
        assert FUNCTIONS[word](*pair, normalize=False) >= 0


@given(pair=st.one_of(row_pairs(), near_pairs()))
def test_js_is_at_most_ln_2(pair):
    assert kullback.js_divergence(*pair) <= np.log(2)
    assert kullback.js_divergence(*pair, base=2) <= 1
    assert kullback.js_distance(*pair) <= ROOT_OF_LN_2


def test_disjoint_rows_are_as_far_as_can_be():
    p = np.array([[1, 2, 0, 0], [1e-300, 5e-324, 0, 0]])
    q = np.array([[0, 0, 3, 4], [0, 0, 1e300, 3e-200]])
    assert np.all(kullback.kl_divergence(p, q) == np.inf)
    assert_close(kullback.js_divergence(p, q), [np.log(2)] * 2, "rows")
    assert_close(kullback.js_distance(p, q, base=2), [1.0] * 2, "rows")


def test_js_without_normalization_may_exceed_ln_2():
    assert kullback.js_divergence([8.0, 0.0], [0.0, 8.0], normalize=False) == pytest.approx(
        8 * np.log(2), rel=1e-14
    )


def test_kl_is_infinite_exactly_where_q_lacks_a_bin_of_p():
    rng = np.random.default_rng(3)
    for k in (2, 7, 8, 9, 64, 65, 1030):
        p = simplex(rng, k, k)
        p[::2] = with_zeros(rng, p[::2], 0.5)
        q = simplex(rng, k, k) * (1 - np.eye(k))  # row i lacks bin i
        lacking = np.diagonal(p) > 0
        np.testing.assert_array_equal(np.isinf(kullback.kl_divergence(p, q)), lacking)


@each_word
@pytest.mark.parametrize("normalize", [True, False])
def test_one_missing_bin_is_found_wherever_it_is(word, normalize):
    rng = np.random.default_rng(4)
    for k in (1, 2, 7, 8, 9, 17):
        p, q = with_zeros(rng, simplex(rng, k, k), 0.2), simplex(rng, k, k)
        q[:, -1] += 1.0
        if k > 1:
            q *= 1 - np.eye(k)  # row i lacks bin i
        for rows in ((p, q), (q, p)):
            want = rowwise(word, *rows, normalize=normalize)
            got = FUNCTIONS[word](*rows, normalize=normalize)
            np.testing.assert_array_equal(np.isinf(got), np.isinf(want))


@each_word
def test_negative_zero_is_zero(word):
    p, q = family("zeros_in_both")
    got = FUNCTIONS[word](np.where(p == 0, -0.0, p), np.where(q == 0, -0.0, q))
    assert_close(got, FUNCTIONS[word](p, q), "rows", word)
    assert FUNCTIONS[word]([-0.0, 1.0], [0.0, 3.0]) == 0


# The options


@core_or_varied_word
@pytest.mark.parametrize("amount", [1e-3, 1e-6, 1e-9, 1e-12, 0.0])
@pytest.mark.parametrize("scale", [2.0, 1 / 3, 1e-7])
def test_rows_that_a_pseudocount_makes_nearly_equal_keep_every_digit(word, amount, scale):
    p = 1 + amount * np.random.default_rng(2).uniform(-1, 1, (4, 9))
    q = np.full((1, 9), scale)
    check(word, p, q, pseudocount=0.3)
    check(word, p * 1e-6, np.linspace(0, scale, 9)[None], pseudocount=1e5)


@pytest.mark.parametrize("word", [word for word in ROWWISE if ORACLES[word].takes_base])
def test_base_divides_by_its_logarithm(word):
    p, q = family("random")
    for base in (2, 10, 1.0625, np.float64(3), 1e300):
        unit = np.sqrt(np.log(base)) if ORACLES[word].root else np.log(base)
        want = FUNCTIONS[word](p, q) / unit
        assert_close(FUNCTIONS[word](p, q, base=base), want, "rows")


@pytest.mark.parametrize("word", [word for word in ROWWISE if not ORACLES[word].takes_base])
def test_where_there_is_no_logarithm_there_is_no_base(word):
    with pytest.raises(TypeError, match="base"):
        FUNCTIONS[word]([1, 2], [3, 4], base=2)
