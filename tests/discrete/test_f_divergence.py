"""f-divergences of a user's own function: what it may be, what its ends mean, what is refused."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kullback
from kullback import condensed, f_divergence, kl_divergence, pairwise
from oracle.divergences import ORACLES
from support.calls import assert_says, check, rows_of
from support.strategies import row_pairs, simplex
from support.tolerances import assert_close, assert_same_bits

TRIANGLE = {"f_at_zero": 1.0, "slope_at_infinity": 1.0}
ENTROPY = {"f_at_zero": 0.0, "slope_at_infinity": math.inf}


def triangle(t):
    return (t - 1) ** 2 / (t + 1)


def t_log_t(t):
    return t * math.log(t)


NAMED = {  # the function, its two ends, the member that it gives
    "kl_divergence": (t_log_t, 0.0, math.inf),
    "jeffreys_divergence": (lambda t: (t - 1) * np.log(t), math.inf, math.inf),
    "total_variation_distance": (lambda t: abs(t - 1) / 2, 0.5, 0.5),
    "chi2_divergence": (lambda t: (t - 1) ** 2, 1.0, math.inf),
    "js_divergence": (
        lambda t: (t * np.log(2 * t / (t + 1)) + np.log(2 / (t + 1))) / 2,
        np.log(2) / 2,
        np.log(2) / 2,
    ),
}


# Which functions, and which divergences they give


@pytest.mark.parametrize("name", NAMED)
def test_the_named_members_are_f_divergences(name):
    f, at_zero, slope = NAMED[name]
    rng = np.random.default_rng(0)
    p, q = rng.integers(0, 9, (2, 40, 30)) + np.eye(30)[0]
    got = f_divergence(p, q, f, f_at_zero=at_zero, slope_at_infinity=slope)
    assert_close(got, getattr(kullback, name)(p, q), "identity")


def test_the_reverse_divergence_is_one_too():
    p, q = np.random.default_rng(1).integers(0, 5, (2, 40, 6)) + np.eye(6)[0]
    got = f_divergence(p, q, lambda t: -np.log(t), f_at_zero=math.inf, slope_at_infinity=0)
    assert_close(got, kl_divergence(q, p), "identity")


def test_hellinger_squared_is_one_too():
    p, q = rows_of(40, 30)
    got = f_divergence(
        p, q, lambda t: (np.sqrt(t) - 1) ** 2 / 2, f_at_zero=0.5, slope_at_infinity=0.5
    )
    assert_close(got, kullback.hellinger_distance(p, q) ** 2, "identity")


def test_functions_may_be_closures_and_may_be_compiled_already():
    p, q = rows_of(20, 12)
    want = f_divergence(p, q, triangle, **TRIANGLE)
    one = 1.0
    closure = f_divergence(p, q, lambda t: (t - one) ** 2 / (t + one), **TRIANGLE)
    assert_close(closure, want, "rows")
    assert_same_bits(f_divergence(p, q, numba.njit(triangle), **TRIANGLE), want)


def test_two_functions_of_one_name_are_two():
    p, q = rows_of(5, 12)

    def parabola(c):
        return lambda t: c * (t - 1) ** 2

    once, twice = (
        f_divergence(p, q, parabola(c), f_at_zero=c, slope_at_infinity=math.inf) for c in (1.0, 2.0)
    )
    assert_close(twice, 2 * once, "rows")


# The ends


def test_the_ends_count_where_a_bin_is_on_one_side_only():
    calls = {"f_at_zero": 10.0, "slope_at_infinity": 100.0}
    p, q = [0.5, 0.5, 0.0, 0.0], [0.5, 0.0, 0.5, 0.0]
    assert_close(f_divergence(p, q, triangle, **calls), 0.5 * 10 + 0.5 * 100, "rows")
    calls = {"f_at_zero": math.inf, "slope_at_infinity": 0.0}
    assert f_divergence(p, q, triangle, **calls) == math.inf
    assert f_divergence(q[:2], p[:2], triangle, **calls) == math.inf
    assert_close(f_divergence([1, 1], [1, 0], triangle, **calls), 1 / 6, "rows")


@given(pair=row_pairs(kinds=("zeros", "small_counts")))
def test_infinite_ends_do_not_matter_where_no_bin_needs_them(pair):
    p, q = (np.where(pair[0] * pair[1] > 0, row, 0.0) for row in pair)
    if p.any():
        infinite = {"f_at_zero": math.inf, "slope_at_infinity": math.inf}
        got = f_divergence(p, q, triangle, **infinite)
        assert_same_bits(got, f_divergence(p, q, triangle, **TRIANGLE))


def test_ratios_that_underflow_or_overflow_take_the_ends():
    p, q = np.array([5e-324, 1e10]), np.array([1.0, 1e-10])
    check("f_kl", p, q)
    check("f_triangular", p, q)
    p, q = np.array([1e308, 1.0]), np.array([5e-324, 1.0])
    assert_close(f_divergence(p, q, triangle, **TRIANGLE), 2.0, "rows")
    assert f_divergence(p, q, t_log_t, **ENTROPY) == math.inf


# What must hold


@given(pair=row_pairs(kinds=("simplex", "zeros", "small_counts")))
def test_what_is_symmetric_is_so_here(pair):
    got = f_divergence(*pair, triangle, **TRIANGLE)
    assert_close(got, f_divergence(*reversed(pair), triangle, **TRIANGLE), "identity")


@given(pair=row_pairs(), scale=st.integers(1, 10**6))
def test_rows_in_proportion_are_at_distance_zero(pair, scale):
    for p in pair:
        if p.max() < 1e300:
            for f, ends in ((triangle, TRIANGLE), (t_log_t, ENTROPY)):
                assert f_divergence(p, p, f, **ends) == 0
                assert abs(f_divergence(p, p * scale, f, **ends)) <= 1e-14


def test_options_are_those_of_the_other_divergences():
    p, q = np.random.default_rng(2).integers(0, 4, (2, 30, 8)) + np.eye(8)[0]
    for options in (
        {"base": 2},
        {"pseudocount": 0.5},
        {"zeros": "skip"},
        {"zeros": 1e-3},
        {"zeros": 1e-3, "base": 10},
    ):
        got = f_divergence(p, q, t_log_t, **ENTROPY, **options)
        assert_close(got, kl_divergence(p, q, **options), "identity")
    got = f_divergence(p, q, t_log_t, **ENTROPY, normalize=False, zeros=1e-3)
    q = np.where((q == 0) & (p > 0), 1e-3, q)
    want = kl_divergence(p, q, normalize=False) + p.sum(axis=1) - q.sum(axis=1)
    assert_close(got, want, "identity")


def test_without_normalization_the_sum_is_taken_as_it_stands():
    got = f_divergence([1.0, 1.0], [4.0, 2.0], t_log_t, **ENTROPY, normalize=False)
    assert_close(got, -3 * np.log(2), "rows")


# As a metric


def test_a_metric_is_a_value_with_a_function():
    x, y = rows_of(6, 9)
    own = kullback.FDivergence(triangle, **TRIANGLE)
    assert own == kullback.FDivergence(triangle, 1, 1.0)
    want = f_divergence(x[:, None], y, triangle, **TRIANGLE)
    assert_close(pairwise(x, y, own), want, "matrix")
    with pytest.raises(ValueError, match="symmetric"):
        condensed(x, own)


# What is refused

NOT_COMPILED = {
    "a type that Numba does not know": lambda t: str(t).encode()["0"],
    "a function that Numba does not know": lambda t: ORACLES["kl"].finish(t),
    "a module that Numba does not know": lambda t: pytest.approx(t),
    "no parameter": lambda: 1.0,
    "two parameters": lambda t, u: t + u,
    "a built-in": math.log,
}


@pytest.mark.parametrize("name", NOT_COMPILED)
def test_a_function_that_cannot_be_compiled_is_refused_with_a_remedy(name):
    f, x = NOT_COMPILED[name], simplex(np.random.default_rng(0), 2, 3)
    for call in (
        lambda: f_divergence(x, x, f, **TRIANGLE),
        lambda: pairwise(x, metric=kullback.FDivergence(f, **TRIANGLE)),
    ):
        with pytest.raises(TypeError, match=r"\bf\b") as error:
            call()
        assert_says(error, "Numba", "math|numpy")


def number_or_nothing(t):
    if t > 1.0:
        return t
    return None


def always_raises(t):
    raise ValueError("no f here")


NO_NUMBERS = {
    "complex128": lambda t: t + 1j,
    "array": lambda t: np.array([t]),
    "Tuple": lambda t: (t, t),
    "nothing": lambda t: None,
    "Optional": number_or_nothing,
    "nothing, it raises": always_raises,
    "str": lambda t: "t",
    "list": lambda t: [t],
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_a_function_that_returns_no_number_is_refused_by_name(kind):
    """Not 65 lines of what Numba tried: lmcinnes/pynndescent #83, pavlin-policar/openTSNE #153."""
    f, x = NO_NUMBERS[kind], simplex(np.random.default_rng(0), 2, 3)
    for call in (
        lambda: f_divergence(x, x, f, **TRIANGLE),
        lambda: pairwise(x, metric=kullback.FDivergence(f, **TRIANGLE)),
    ):
        with pytest.raises(TypeError, match=r"^f returns .*; it must return one real number") as e:
            call()
        assert_says(e, kind.partition(",")[0])
        assert len(str(e.value).splitlines()) == 1


@pytest.mark.parametrize("f", [lambda t: t > 1.0, lambda t: np.float32(3)])
def test_a_function_may_return_any_real_number(f):
    got = f_divergence([1.0, 3.0], [2.0, 2.0], f, f_at_zero=0.0, slope_at_infinity=1.0)
    assert_close(got, 0.5 * (float(f(0.5)) + float(f(1.5))), "rows")


def raises_below_1(t):
    if t < 1.0:
        raise KeyError("below 1")
    return t - 1.0


def not_a_number_below_1(t):
    return t - 1.0 if t >= 1.0 else np.nan


def infinite_on_both_sides(t):
    return np.inf if t > 1.0 else -np.inf


# Rows in one of which f is asked for a ratio below 1, in the fast loop and in the exact form.
AT_RATIOS = {
    "fast": np.array([[2.0, 3.0, 5.0], [1.0, 3.0, 6.0]]),
    "exact": np.array([[2e-300, 3e300, 5e300], [1e-300, 3e300, 6e300]]),
}


@pytest.mark.parametrize("loop", AT_RATIOS)
def test_what_a_function_raises_is_said_to_come_from_it(loop):
    x = AT_RATIOS[loop]
    for call in (
        lambda: f_divergence(x, x[0], raises_below_1, **TRIANGLE),
        lambda: pairwise(x, metric=kullback.FDivergence(raises_below_1, **TRIANGLE)),
    ):
        with pytest.raises(ValueError, match=r"^f raises KeyError: .*below 1") as error:
            call()
        assert isinstance(error.value.__cause__, KeyError)


@pytest.mark.parametrize("loop", AT_RATIOS)
@pytest.mark.parametrize("zeros", ["inf", "skip"])
def test_a_function_that_is_nan_at_a_ratio_is_blamed_for_it(loop, zeros):
    """Not zeros="skip", nor the rows, whose places are told."""
    x, own = AT_RATIOS[loop], {**ENTROPY, "zeros": zeros}
    with pytest.raises(ValueError, match=r"^f is NaN at (0\.\d+), which is p/q in column 0") as e:
        f_divergence(x, x[0], not_a_number_below_1, **own)
    assert_says(e, "row 1 of p; it must be a number")
    with pytest.raises(ValueError, match=r"^f is NaN at .*column 0 of p; it must be a number"):
        f_divergence(x[1], x[0], not_a_number_below_1, **own)
    got = f_divergence(x, x[0], not_a_number_below_1, invalid="nan", **own)
    assert got[0] == 0.0
    assert np.isnan(got[1])
    metric = kullback.FDivergence(not_a_number_below_1, **ENTROPY)
    with pytest.raises(ValueError, match=r"^f is NaN at .* row 0 of x, against row 1 of x; it"):
        pairwise(x, metric=metric, zeros=zeros)
    with pytest.raises(ValueError, match=r"^f is NaN at .* row 1 of x, against row 0 of y; it"):
        pairwise(x, x[:1], metric=metric, zeros=zeros)


def test_rows_that_are_none_and_bins_that_are_skipped_are_blamed_first():
    bad, skipped = [[-1.0, 2.0], [1.0, 2.0]], [[1.0, 0.0], [1.0, 2.0]]
    with pytest.raises(ValueError, match="row 0, column 0 is negative"):
        f_divergence(bad, [2.0, 1.0], not_a_number_below_1, **ENTROPY)
    with pytest.raises(ValueError, match=r'row 0 of p has no mass .* zeros="skip"'):
        f_divergence(skipped, [0.0, 1.0], not_a_number_below_1, **ENTROPY, zeros="skip")


def test_infinite_values_of_both_signs_are_told():
    with pytest.raises(ValueError, match=r"^f is infinite at some ratios p/q and -infinite at"):
        f_divergence([1.0, 3.0], [2.0, 2.0], infinite_on_both_sides, **ENTROPY)


@pytest.mark.parametrize("f", [None, 2.0, "t * log(t)", [triangle]])
def test_what_is_no_function_is_refused(f):
    for call in (
        lambda: f_divergence([1, 2], [2, 1], f, **TRIANGLE),
        lambda: kullback.FDivergence(f, **TRIANGLE),
    ):
        with pytest.raises(TypeError, match=r"\bf\b"):
            call()


@pytest.mark.parametrize("end", ["f_at_zero", "slope_at_infinity"])
def test_the_ends_must_be_given_as_numbers(end):
    for wrong, kind in ((math.nan, ValueError), ("1", TypeError), (None, TypeError)):
        with pytest.raises(kind, match=end):
            f_divergence([1, 2], [2, 1], triangle, **{**TRIANGLE, end: wrong})
    with pytest.raises(TypeError, match=end):
        f_divergence([1, 2], [2, 1], triangle, **{n: 1.0 for n in TRIANGLE if n != end})


def test_an_error_in_the_function_is_not_hidden():
    """Division by 0 gives infinity, as NumPy's, and what the function makes NaN stays NaN."""
    got = f_divergence([1.0, 1.0], [1.0, 1.0], lambda t: 1 / (t - 1), **TRIANGLE)
    assert not np.isfinite(got)
