"""Row by row: every divergence against the oracle, for all options and all sizes of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.divergences import ROWWISE
from support.calls import (
    CORE,
    FUNCTIONS,
    LONG,
    VARIED,
    check,
    compare,
    core_or_varied_word,
    core_word,
    each_word,
)
from support.strategies import FAMILIES, TINIEST, family, near_pairs, row_pairs, simplex, with_zeros

OPTIONS = [
    {"base": 2},
    {"base": 10.0},
    {"pseudocount": 0.5},
    {"pseudocount": 1e-10},
    {"pseudocount": 1e-300},
    {"pseudocount": 1, "zeros": "skip"},
    {"zeros": "skip"},
    {"zeros": 1e-10},
    {"zeros": TINIEST},
    {"zeros": 0.25, "base": 2},
    {"normalize": False, "zeros": "skip"},
    {"normalize": False, "zeros": 1e-10},
    {"normalize": False, "zeros": 3.0, "base": 2},
    {"normalize": False, "pseudocount": 0.125},
]
FEW_OPTIONS = [
    {"pseudocount": 0.5, "base": 2},
    {"zeros": "skip"},
    {"zeros": 1e-10},
    {"normalize": False, "zeros": 0.25, "base": 10},
]
any_options = pytest.mark.parametrize("options", OPTIONS, ids=str)


@each_word
@pytest.mark.parametrize("name", FAMILIES)
def test_every_digit_is_right_in_both_directions(word, name):
    p, q = family(name)
    check(word, p, q)
    check(word, q, p)


@each_word
@pytest.mark.parametrize("name", FAMILIES)
def test_without_normalization_measures_are_compared(word, name):
    check(word, *family(name), normalize=False)


@core_word
@any_options
@pytest.mark.parametrize("name", ["zeros_in_both", "near", "counts", "some_subnormal"])
def test_options_are_applied_to_the_exact_numbers(word, options, name):
    check(word, *family(name), **options)


@core_or_varied_word
@any_options
def test_options_are_right_for_extreme_numbers(word, options):
    p, q = family("huge_ratios")
    check(word, np.vstack([p, p * 0 + [0, 3]]), np.vstack([q, q * 0 + [2, 0]]), **options)


@each_word
def test_measures_that_differ_by_next_to_nothing_are_right(word):
    """What is lost beside the largest entry is not lost to the result."""
    p = np.array([[1e300, 1e-300], [1e130, 1e-310], [1.7e308, 0], [1e300, 2e-200], [1e300, 3]])
    q = np.array([[1e300, 3e-300], [1e130, 2e-310], [1.7e308, 1e-290], [1e300, 1e-290], [1e300, 4]])
    check(word, p, q, normalize=False)
    for pseudocount in (1e-305, 1e-100, 1e200, 1e300):
        check(word, p, q, normalize=False, pseudocount=pseudocount)
    check(word, [[2, 1491]], [[3, 2]], normalize=False, pseudocount=1e300)
    check(word, [[1e-149, 1e121]], [[0, 3e121]], normalize=False, pseudocount=1e283)
    check(word, [[1e308, 1e-100]], [[1e308, 1e-200]], normalize=False)
    check(word, [[1e-189, 2e221]], [[1e-189, 1e-172]], normalize=False, pseudocount=1e142)


@each_word
@pytest.mark.parametrize("options", [{}, {"pseudocount": 1e-30}, {"zeros": 1e-10}], ids=str)
def test_rows_that_differ_far_below_their_sums_are_right(word, options):
    """Further than sums in three parts reach: of their largest entries, only the sums differ."""
    p = np.array([1.0, 3.0, 5.0, 7.0, 2.0**52 + 1, 2.0**105 + 1, 2.0**158, 0.0])
    q = p.copy()
    q[0] = 1.5
    check(word, [p, p, p * 2.0**-900, p], [q, q * 3, q, p * 3], **options)


@pytest.mark.parametrize("word", VARIED)
@pytest.mark.parametrize("options", FEW_OPTIONS, ids=str)
def test_options_are_the_same_for_every_divergence(word, options):
    for name in ("zeros_in_both", "near", "counts", "heavy_bin"):
        check(word, *family(name), **options)


@pytest.mark.parametrize("word", [*CORE, "jeffreys"])
@pytest.mark.parametrize("options", FEW_OPTIONS, ids=str)
def test_options_are_the_same_for_long_rows(word, options):
    rng = np.random.default_rng(1)
    for k in (33, 600):
        p, q = with_zeros(rng, simplex(rng, 3, k), 0.2), with_zeros(rng, simplex(rng, 3, k), 0.1)
        p[2] = q[2] * (1 + 1e-7 * rng.random(k))
        check(word, p, q, **options)


@each_word
@given(pair=row_pairs())
def test_any_pair_of_rows_is_right(word, pair):
    check(word, *pair)


@each_word
@given(pair=near_pairs())
def test_any_pair_of_nearly_equal_rows_is_right(word, pair):
    check(word, *pair)


@core_or_varied_word
@given(pair=row_pairs(max_k=4), options=st.sampled_from(OPTIONS))
def test_any_pair_of_rows_is_right_with_any_options(word, pair, options):
    check(word, *pair, **options)


# float32

SINGLE_FAMILIES = ["random", "zeros_in_p", "zeros_in_both", "counts", "near", "heavy_bin"]


@core_word
@pytest.mark.parametrize("name", SINGLE_FAMILIES)
def test_float32_rows_are_exact_inputs_and_float32_results_are_right(word, name):
    check(word, *(rows.astype(np.float32) for rows in family(name)))


@each_word
@pytest.mark.parametrize("name", SINGLE_FAMILIES)
def test_long_float32_rows_are_right(word, name):
    """Rows that are long enough for kernels in float32: three of the family, end to end."""
    p, q = (rows.astype(np.float32)[:6].reshape(2, -1) for rows in family(name))
    check(word, p, q)
    check(word, q, p)


@core_word
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"pseudocount": 1e-3}], ids=str)
def test_float32_extremes_are_right(word, options):
    check(word, *single_extremes(), **options)


@each_word
@pytest.mark.parametrize("normalize", [True, False])
def test_long_float32_extremes_are_right(word, normalize):
    p, q = (np.tile(rows, (1, 25)) for rows in single_extremes())
    check(word, p, q, normalize=normalize)


@pytest.mark.parametrize("word", ["js_distance", "hellinger"])
@pytest.mark.parametrize("k", [5, 40])
@pytest.mark.parametrize("scale", [1e-322, 1e-300, 1e-160, 3e307])
def test_distances_whose_squares_are_no_floats(word, k, scale):
    """The squares are below or above all floats, or are floats of few digits."""
    rng = np.random.default_rng(k)
    p, q = (scale * k * simplex(rng, 12, k) for _ in range(2))
    check(word, p, q, normalize=False)
    rest = np.ones((12, 1))
    check(word, np.hstack([rest, p]), np.hstack([rest, q]), normalize=False)
    if scale < 1:
        check(word, np.hstack([rest, p]), np.hstack([rest, q]))


def single_extremes():
    p = np.array([[1, 1e-45], [3e38, 3e38], [1e-45, 4e-45], [1e38, 1e-45]], np.float32)
    q = np.array([[1, 3e-45], [3e38, 1e38], [4e-45, 3e-45], [1e-45, 1e38]], np.float32)
    return p, q


@core_word
def test_float16_rows_give_float32(word):
    p, q = (rows.astype(np.float16) for rows in family("random"))
    got = FUNCTIONS[word](p, q)
    assert got.dtype == np.float32
    compare(word, got, p, q, "rows")


# Every length of row: the ends of vectors and of blocks

LENGTHS = [*range(1, 20), 31, 32, 33, 63, 64, 65, 127, 129, 1000, 1023, 1024, 1025, 2000]


def check_length(word, k, dtype):
    rng = np.random.default_rng(k)
    n = 3 if k < 100 else 1
    p = simplex(rng, n, k)
    nearby = p * (1 + 1e-6 * rng.uniform(-1, 1, p.shape))
    check(word, p.astype(dtype), simplex(rng, n, k).astype(dtype))
    check(word, p.astype(dtype), nearby.astype(dtype))


@core_word
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("k", LENGTHS)
def test_rows_of_every_length_are_right(word, k, dtype):
    check_length(word, k, dtype)


@each_word
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_of_some_lengths_are_right_for_every_divergence(word, dtype):
    for k in (1, 2, 7, 8, 9, 16, 31, 32, 39, 513, 1025):
        if k >= LONG or dtype == np.float64:
            check_length(word, k, dtype)


@pytest.mark.parametrize("word", [word for word in ROWWISE if word != "cross_entropy"])
@pytest.mark.parametrize("amount", [1.0, 1e-3, 1e-9])
def test_two_hundred_thousand_bins_cost_no_digits(word, amount):
    rng = np.random.default_rng(0)
    p = simplex(rng, 1, 40)
    q = p * (1 + amount * rng.uniform(-0.9, 1.0, p.shape))
    got = FUNCTIONS[word](np.tile(p, 5000), np.tile(q, 5000))
    compare(word, got, p, q, "rows")  # repeating the bins changes nothing
