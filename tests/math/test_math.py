"""The primitives: coefficients made again, ulp bounds over the whole range, vector instructions."""

from __future__ import annotations

import re

import mpmath
import numba
import numpy as np
import pytest
from numba import types

import coefficients
from kullback._jit import FLAGS, compile_kernel
from kullback._kernels.arithmetic import DOUBLE
from kullback._kernels.rows.rows import make_rows
from kullback._kernels.rows.rules import make_rule
from kullback._kernels.signatures import INDEX, VECTOR, contiguous
from kullback._kernels.terms import total_variation
from kullback._math import exp, log, log_ratio, series, turns
from kullback._math.lanes import WIDTH
from kullback._math.memory import load_lanes, pointer, store_lanes


def compiled(function):
    return numba.njit(**FLAGS)(function)


@compiled
def log_of(x, out):
    for i in range(x.size):
        out[i] = log.log(x[i])


@compiled
def log_lanes_of(x, out):
    source, target = pointer(x), pointer(out)
    for c in range(0, x.size, WIDTH):
        store_lanes(target, c, log.log_normal(load_lanes(source, c)))


def ulp_errors(got, x, exact):
    """|got - exact| in units of the last place of the exact value."""
    errors = []
    for g, value in zip(got, x, strict=True):
        want = exact(value)
        unit = mpmath.mpf(float(np.spacing(abs(float(want))))) if want else None
        errors.append(float(abs(mpmath.mpf(float(g)) - want) / unit) if want else float(g != 0))
    return np.array(errors)


def log_inputs(rng):
    """Every binade, subnormals included; around 1; the ends."""
    limits = np.finfo(np.float64)
    low, high = np.log2(float(limits.smallest_subnormal)), np.log2(float(limits.max))
    binades = np.exp2(rng.uniform(low, high, 6_000))
    around_one = 1 + rng.uniform(-1, 1, 3_000) * 10.0 ** rng.uniform(-16, 0, 3_000)
    ends = [limits.smallest_subnormal, limits.tiny, limits.max, 1.0, np.sqrt(0.5), np.sqrt(2.0)]
    x = np.concatenate([binades, around_one, ends])
    return x[(x > 0) & (x < np.inf)]


def test_log_keeps_its_bound() -> None:
    x = np.append(log_inputs(np.random.default_rng(1)), log.LOG_WORST)
    got = np.empty_like(x)
    log_of(x, got)
    with mpmath.workprec(200):
        errors = ulp_errors(got, x, lambda v: mpmath.log(mpmath.mpf(v)))
    assert errors.max() <= log.LOG_ULP
    assert errors[-1] >= 0.9 * errors.max(), "another input is worse than the one on record"


def test_log_at_the_edges() -> None:
    x = np.array([0.0, -0.0, -1.0, -np.inf, np.inf, np.nan, 1.0])
    got = np.empty_like(x)
    log_of(x, got)
    want = [-np.inf, -np.inf, np.nan, np.nan, np.inf, np.nan, 0.0]
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


def exact_tail(z: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(z) - 1 - z


EXPONENTIALS = {
    # name: the function, the exact one, the bound in ulp and where the error is largest
    "exp": (exp.exp, mpmath.exp, exp.EXP_ULP, exp.EXP_WORST),
    "exp_normal": (exp.exp_normal, mpmath.exp, exp.EXP_ULP, exp.EXP_WORST),
    "expm1": (exp.expm1, mpmath.expm1, exp.EXPM1_ULP, exp.EXPM1_WORST),
    "exp_tail": (exp.exp_tail, exact_tail, exp.EXP_TAIL_ULP, exp.EXP_TAIL_WORST),
}


def exponential_of(name):
    """A function of arrays, by scalars and by lanes."""
    function = EXPONENTIALS[name][0]

    @compiled
    def scalars(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    @compiled
    def lanes(x, out):
        source, target = pointer(x), pointer(out)
        for c in range(0, x.size, WIDTH):
            store_lanes(target, c, function(load_lanes(source, c)))

    return scalars, lanes


def exponential_inputs(rng):
    """Where results are normal numbers; all sizes around 0; where a step of reduction begins."""
    wide = rng.uniform(-700, 709, 5_000)
    small = rng.choice([-1, 1], 5_000) * 10.0 ** rng.uniform(-160, 0, 5_000)
    steps = (rng.integers(-20, 20, 3_000) + 0.5) * np.log(2) * (1 + rng.normal(0, 1e-15, 3_000))
    near_bend = np.log(2) / 2 * rng.choice([-1, 1], 3_000) * (1 + rng.uniform(-1e-2, 1e-1, 3_000))
    return np.concatenate([wide, small, steps, near_bend])


@pytest.mark.parametrize("name", EXPONENTIALS)
def test_exponentials_keep_their_bounds(name) -> None:
    scalars, lanes = exponential_of(name)
    _, exact, bound, worst = EXPONENTIALS[name]
    x = np.append(exponential_inputs(np.random.default_rng(5)), [worst] * WIDTH)
    got, of_lanes = np.empty_like(x), np.empty_like(x)
    scalars(x, got)
    lanes(x, of_lanes)
    np.testing.assert_array_equal(of_lanes, got)
    with mpmath.workprec(1200):
        errors = ulp_errors(got, x, lambda v: exact(mpmath.mpf(float(v))))
    assert errors.max() <= bound
    assert errors[-1] >= 0.8 * bound, "this is no longer the worst input: the bound can be lowered"


def test_a_lowered_exponential_has_the_same_bits() -> None:
    @compiled
    def both(x, lowered, usual):
        for i in range(x.size):
            lowered[i] = exp.exp_lowered(x[i])
            usual[i] = exp.exp_normal(x[i])

    x = exponential_inputs(np.random.default_rng(7))
    x = x[x > -663]
    lowered, usual = np.empty_like(x), np.empty_like(x)
    both(x, lowered, usual)
    np.testing.assert_array_equal(lowered * 2.0**64, usual)


@pytest.mark.parametrize("name", ["exp", "expm1", "exp_tail"])
def test_exponentials_at_the_edges(name) -> None:
    scalars, _ = exponential_of(name)
    x = np.array([0.0, -0.0, np.inf, -np.inf, 710.0, -1e300, 5e-324])
    got = np.empty_like(x)
    scalars(x, got)
    want = {
        "exp": [1.0, 1.0, np.inf, 0.0, np.inf, 0.0, 1.0],
        "expm1": [0.0, 0.0, np.inf, -1.0, np.inf, -1.0, 5e-324],
        "exp_tail": [0.0, 0.0, np.inf, np.inf, np.inf, 1e300, 0.0],
    }
    np.testing.assert_array_equal(got, want[name])


def test_exp_reaches_through_the_subnormal_numbers() -> None:
    scalars, _ = exponential_of("exp")
    x = np.random.default_rng(6).uniform(-745, -708, 2_000)
    got = np.empty_like(x)
    scalars(x, got)
    with mpmath.workprec(200):
        want = [mpmath.exp(mpmath.mpf(v)) for v in x.tolist()]
        errors = [
            abs(mpmath.mpf(g) - w) / float(np.spacing(float(w)))
            for g, w in zip(got.tolist(), want, strict=True)
        ]
    assert max(errors) <= 2 * exp.EXP_ULP  # it is rounded twice


def test_exponents_in_two_parts_keep_what_the_first_cannot_hold() -> None:
    rng = np.random.default_rng(7)
    high = rng.uniform(-1400, 1400, 2_000)
    low = np.spacing(high) * rng.uniform(-0.5, 0.5, high.size)
    reduced = compiled(lambda z, more: exp.reduced(z, more))
    with mpmath.workprec(200):
        for z, more in zip(high.tolist(), low.tolist(), strict=True):
            n, r, tail = reduced(z, more)
            exact = (mpmath.mpf(z) + more) - n * mpmath.ln2
            assert abs(r) <= 0.34658
            assert abs(mpmath.mpf(r) - exact) <= 2.0**-54
            want = mpmath.exp(r) - 1 - r
            assert abs(tail - want) <= 5e-16 * want


@pytest.mark.parametrize("name", coefficients.SERIES)
def test_the_coefficients_are_those_that_the_script_makes(name: str) -> None:
    made = coefficients.coefficients(name)
    stored = getattr(turns if name in ("COSINE", "SINE") else series, name)
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


def test_inline_functions_leave_no_call_in_the_loop_over_rows() -> None:
    loop = make_rows(total_variation.make(DOUBLE), make_rule("plain", ""), False)
    rows, index = contiguous("f8", 2), INDEX
    given = (rows, index, rows, index, types.float64, types.float64, types.boolean, VECTOR)
    (code,) = compile_kernel(loop, "", given).inspect_llvm().values()
    called = set(re.findall(r"call [^@\n]*@(_ZN8kullback\w+)", code))
    assert len(called) == 1, called  # the loop itself, by its wrapper


def test_log_compiles_to_vector_instructions() -> None:
    log_lanes_of(np.ones(WIDTH), np.empty(WIDTH))
    (assembly,) = log_lanes_of.inspect_asm().values()
    packed = ("vdivpd", "divpd", "fdiv.2d", "fdiv\tv")  # x86 AVX, SSE; two spellings of ARM
    assert any(instruction in assembly for instruction in packed)
    assert "divsd" not in assembly
    assert "callq\tlog" not in assembly
