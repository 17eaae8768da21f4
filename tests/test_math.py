"""The primitives: coefficients made again, ulp bounds over the whole range, vector instructions."""

from __future__ import annotations

import mpmath
import numba
import numpy as np
import pytest

import coefficients
from kullback._jit import FLAGS
from kullback._math import log, log_ratio, series
from kullback._math.bits import pointer
from kullback._math.lanes import WIDTH, load_lanes, store_lanes
from kullback._math.sums import difference_of_products, times_power_of_two, two_sum


def compiled(function):
    return numba.njit(**FLAGS)(function)


@compiled
def log_of(x, out):
    for i in range(x.size):
        out[i] = log.log(x[i])


@compiled
def log32_of(x, out):
    for i in range(x.size):
        out[i] = log.log32(x[i])


@compiled
def log_lanes_of(x, out):
    source, target = pointer(x), pointer(out)
    for c in range(0, x.size, WIDTH):
        store_lanes(target, c, log.log_normal(load_lanes(source, c)))


def ulp_errors(got, x, exact, dtype):
    """|got - exact| in units of the last place of the exact value."""
    errors = []
    for g, value in zip(got, x, strict=True):
        want = exact(value)
        unit = mpmath.mpf(float(np.spacing(np.abs(dtype(want))))) if want else None
        errors.append(float(abs(mpmath.mpf(float(g)) - want) / unit) if want else float(g != 0))
    return np.array(errors)


def log_inputs(rng, dtype):
    """Every binade, subnormals included; around 1; the ends."""
    limits = np.finfo(dtype)
    low, high = np.log2(float(limits.smallest_subnormal)), np.log2(float(limits.max))
    binades = np.exp2(rng.uniform(low, high, 6_000))
    around_one = 1 + rng.uniform(-1, 1, 3_000) * 10.0 ** rng.uniform(-16, 0, 3_000)
    ends = [limits.smallest_subnormal, limits.tiny, limits.max, 1.0, np.sqrt(0.5), np.sqrt(2.0)]
    x = np.concatenate([binades, around_one, ends]).astype(dtype)
    return x[(x > 0) & (x < np.inf)]


@pytest.mark.parametrize(
    ("function", "dtype", "bound", "worst"),
    [
        (log_of, np.float64, log.LOG_ULP, log.LOG_WORST),
        (log32_of, np.float32, log.LOG32_ULP, log.LOG32_WORST),
    ],
)
def test_log_keeps_its_bound(function, dtype, bound, worst) -> None:
    x = np.append(log_inputs(np.random.default_rng(1), dtype), dtype(worst))
    got = np.empty_like(x)
    function(x, got)
    with mpmath.workprec(200):
        errors = ulp_errors(got, x, lambda v: mpmath.log(mpmath.mpf(float(v))), dtype)
    assert errors.max() <= bound
    assert errors[-1] >= 0.9 * errors.max(), "another input is worse than the one on record"


@pytest.mark.parametrize("function", [log_of, log32_of])
def test_log_at_the_edges(function) -> None:
    dtype = np.float64 if function is log_of else np.float32
    x = np.array([0.0, -0.0, -1.0, -np.inf, np.inf, np.nan, 1.0], dtype)
    got = np.empty_like(x)
    function(x, got)
    want = np.array([-np.inf, -np.inf, np.nan, np.nan, np.inf, np.nan, 0.0], dtype)
    np.testing.assert_array_equal(got, want)


def test_the_log_of_zero_times_zero_is_zero_without_a_branch() -> None:
    x, got = np.zeros(WIDTH), np.empty(WIDTH)
    log_lanes_of(x, got)
    assert np.isfinite(got).all()


def test_lanes_give_the_same_bits_as_scalars() -> None:
    x = np.exp2(np.random.default_rng(2).uniform(-1000, 1000, 8_000))
    lanes, scalars = np.empty_like(x), np.empty_like(x)
    log_lanes_of(x, lanes)
    log_of(x, scalars)
    np.testing.assert_array_equal(lanes, scalars)


@pytest.mark.parametrize("name", coefficients.SERIES)
def test_the_coefficients_are_those_that_the_script_makes(name: str) -> None:
    made = coefficients.coefficients(name)
    stored = getattr(series, name)
    assert [float(c) for c in stored] == [float(type(stored[0])(c)) for c in made]


@compiled
def ratios(x, y, logs, entropies):
    for i in range(x.size):
        d = x[i] - y[i]
        logs[i] = log_ratio.log_ratio(x[i], y[i], d)
        entropies[i] = log_ratio.relative_entropy(x[i], y[i], d)


def near_and_far_pairs():
    rng = np.random.default_rng(3)
    x = np.exp2(rng.uniform(-3, 3, 6_000))
    factors = np.exp(rng.uniform(-1, 1, x.size) * 10.0 ** rng.uniform(-15, 2, x.size))
    return x, x * factors


def test_log_ratio_and_relative_entropy_keep_their_bounds() -> None:
    x, y = near_and_far_pairs()
    # d = x - y must be exact here: within a factor of two it is; else y is made of x and d.
    exact = np.abs(x - y) <= np.minimum(x, y)
    x, y = x[exact], y[exact]
    logs, entropies = np.empty_like(x), np.empty_like(x)
    ratios(x, y, logs, entropies)
    with mpmath.workprec(400):
        a, b = [mpmath.mpf(v) for v in x.tolist()], [mpmath.mpf(v) for v in y.tolist()]
        log_want = [mpmath.log(u / v) for u, v in zip(a, b, strict=True)]
        entropy_want = [u * w - u + v for u, v, w in zip(a, b, log_want, strict=True)]
        assert relative_ulp(logs, log_want) <= log_ratio.LOG_RATIO_ULP
        assert relative_ulp(entropies, entropy_want) <= log_ratio.RELATIVE_ENTROPY_ULP
    assert (entropies >= 0).all()


def relative_ulp(got, want) -> float:
    pairs = [(g, w) for g, w in zip(got.tolist(), want, strict=True) if w]
    return max(float(abs(g / w - 1)) for g, w in pairs) / 2.0**-53


def test_difference_of_products_does_not_cancel() -> None:
    rng = np.random.default_rng(4)
    function = compiled(lambda x, a, y, b: difference_of_products(x, a, y, b))
    for x, a in rng.uniform(1, 2, (300, 2)):
        y, b = np.nextafter(x, 3), np.nextafter(a, 0)
        with mpmath.workprec(300):
            want = mpmath.mpf(x) * a - mpmath.mpf(y) * b
            assert abs(function(x, a, y, b) / want - 1) < 4e-16


def test_two_sum_is_exact_and_powers_of_two_reach_all_scales() -> None:
    high, low = compiled(lambda x, y: two_sum(x, y))(1.0, 2.0**-80)
    assert (high, low) == (1.0, 2.0**-80)
    scaled = compiled(lambda x, n: times_power_of_two(x, n))
    assert scaled(5e-324, 1974) == 2.0**900
    assert scaled(2.0**900, -1974) == 5e-324


def test_log_compiles_to_vector_instructions() -> None:
    log_lanes_of(np.ones(WIDTH), np.empty(WIDTH))
    (assembly,) = log_lanes_of.inspect_asm().values()
    packed = ("vdivpd", "divpd", "fdiv.2d", "fdiv\tv")  # x86 AVX, SSE; two spellings of ARM
    assert any(instruction in assembly for instruction in packed)
    assert "divsd" not in assembly
    assert "callq\tlog" not in assembly
