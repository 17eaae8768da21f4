"""Compiles a kernel when it is first asked for: once for each divergence, rule and dtype."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels import (
    binning,
    centred,
    chi2,
    cross_entropy,
    custom,
    entropic,
    hellinger,
    jeffreys,
    js,
    kl,
    mixture,
    mixture_careful,
    mixture_fast,
    mixture_near,
    mixture_short,
    renyi,
    softmax_js,
    softmax_kl,
    softmax_rows,
    symmetrized,
    total_variation,
)
from kullback._kernels import mixture_groups as groups_of_mixture
from kullback._kernels.careful import make_careful
from kullback._kernels.roots import make_certify_roots, make_roots
from kullback._kernels.rows import make_rows
from kullback._kernels.rules import RULES
from kullback._kernels.short import LONGEST, make_short
from kullback._kernels.singles import make_singles
from kullback._kernels.terms import DOUBLE, SINGLE, Arithmetic, Terms

TERMS: dict[str, Callable[[Arithmetic], Terms]] = {
    "kl": kl.make,
    "js": js.make,
    "jeffreys": jeffreys.make,
    "hellinger": hellinger.make,
    "bhattacharyya": hellinger.make_bhattacharyya,
    "total_variation": total_variation.make,
    "chi2": chi2.make,
    "renyi": renyi.make,
    "renyi_infinite": renyi.make_infinite,
    "cross_entropy": cross_entropy.make,
}

SOFTMAX = {"kl": softmax_kl.KL, "js": softmax_js.JS}

# Those whose terms are worth float32 arithmetic: all that are no family.
IN_SINGLE = ("kl", "js", "jeffreys", "hellinger", "bhattacharyya", "chi2", "total_variation")

NUMBERS: dict[str, Any] = {"f8": types.float64, "f4": types.float32}
NUMBERS |= {
    f"{kind[0]}{size}": getattr(types, f"{kind}{8 * size}")
    for kind in ("int", "uint")
    for size in (1, 2, 4, 8)
}


def _input(dtype: str, ndim: int) -> types.Array:
    """C-contiguous and read-only, which takes writable arrays too; memory maps may be unaligned."""
    return types.Array(NUMBERS[dtype], ndim, "C", readonly=True)


_INDEX = types.Array(types.intp, 1, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_READ = types.Array(types.float64, 1, "C", readonly=True)
_GRID = types.Array(types.float64, 2, "C")
_BLOCK = types.Array(types.float64, 2, "A")
_BYTES = types.Array(types.uint8, 2, "C")
_WORDS = types.Array(types.uint64, 2, "C", readonly=True)


def _row_signature(dtype: str) -> tuple[Any, ...]:
    rows = _input(dtype, 2)
    options = (types.float64, types.float64, types.boolean)
    return (rows, _INDEX, rows, _INDEX, *options, _VECTOR)


@cache
def rows(divergence: str, rule: str, dtype: str) -> Any:
    """rows(p, p_index, q, q_index, amount, alpha, normalize, out) -> how many are LEFT."""
    function = make_rows(TERMS[divergence](DOUBLE), RULES[rule])
    return compile_kernel(function, f"{divergence}-rows-{rule}-{dtype}", _row_signature(dtype))


@cache
def short(divergence: str, rule: str, dtype: str) -> Any:
    """short(as rows) -> how many are LEFT; for rows below `LONGEST`."""
    function = make_short(TERMS[divergence](DOUBLE), RULES[rule])
    return compile_kernel(function, f"{divergence}-short-{rule}-{dtype}", _row_signature(dtype))


@cache
def singles(divergence: str) -> Any:
    """singles(as rows) -> how many are LEFT; float32, as the rows are given."""
    function = make_singles(TERMS[divergence](SINGLE))
    return compile_kernel(function, f"{divergence}-singles", _row_signature("f4"))


def fastest_rows(divergence: str, rule: str, dtype: str, k: int) -> Any:
    """The kernel for rows of k bins of a dtype."""
    if k < LONGEST:
        return short(divergence, rule, dtype)
    if dtype == "f4" and rule == "plain" and divergence in IN_SINGLE:
        return singles(divergence)
    return rows(divergence, rule, dtype)


@cache
def careful(divergence: str, rule: str) -> Any:
    """careful(as rows) -> how many are no distributions."""
    function = make_careful(TERMS[divergence](DOUBLE), RULES[rule])
    return compile_kernel(function, f"{divergence}-careful-{rule}", _row_signature("f8"))


@lru_cache(64)  # each holds on to a function of the user's
def custom_rows(f: Any, f_at_zero: float, slope: float, rule: str) -> Any:
    """custom(as rows) -> how many are no distributions; not kept on disk: the code is a user's."""
    function = custom.make_custom(f, f_at_zero, slope, RULES[rule])
    return compile_kernel(function, "", _row_signature("f8"))


@cache
def scaled(dtype: str, single: bool) -> Any:
    """scaled(rows, amount, normalize, out, constant, weight): see `entropic`."""
    out = types.Array(NUMBERS["f4" if single else "f8"], 2, "C")
    given = (_input(dtype, 2), types.float64, types.boolean, out, _VECTOR, _VECTOR)
    return compile_kernel(entropic.make_scaled(single), f"js-scaled-{dtype}-{single:d}", given)


@cache
def entropic_tile(dtype: str) -> Any:
    """tile(x, constant, weight, y, constant, weight, k, normalize, above, out): `entropic`."""
    rows = (types.Array(NUMBERS[dtype], 2, "C"), _READ, _READ)
    given = (*rows, *rows, types.intp, types.boolean, types.intp, _BLOCK)
    return compile_kernel(entropic.make_tile(dtype == "f4"), f"js-tile-{dtype}", given)


@cache
def left(dtype: str) -> Any:
    """left(rows, r, amount, normalize, out, e, chi, support): see `centred`."""
    given = (_input(dtype, 2), _READ, types.float64, types.boolean)
    made = (_GRID, _VECTOR, _VECTOR, _BYTES)
    return compile_kernel(centred.make_left(), f"kl-left-{dtype}", (*given, *made))


@cache
def right(dtype: str) -> Any:
    """right(rows, r, amount, normalize, out, f, size, spread, gaps): see `centred`."""
    given = (_input(dtype, 2), _READ, types.float64, types.boolean)
    made = (_GRID, _VECTOR, _VECTOR, _VECTOR, _BYTES)
    return compile_kernel(centred.make_right(), f"kl-right-{dtype}", (*given, *made))


@cache
def roots(dtype: str) -> Any:
    """roots(rows, r, amount, normalize, out, h): see `roots`."""
    given = (_input(dtype, 2), _READ, types.float64, types.boolean, _GRID, _VECTOR)
    return compile_kernel(make_roots(), f"hellinger-roots-{dtype}", given)


@cache
def certify_roots(logarithm: bool) -> Any:
    """certify(out, x_h, y_h, k, normalize, above): see `roots`."""
    given = (_BLOCK, _READ, _READ, types.intp, types.boolean, types.intp)
    name = "bhattacharyya" if logarithm else "hellinger"
    return compile_kernel(make_certify_roots(logarithm), f"{name}-certify", given)


@cache
def both(dtype: str) -> Any:
    """both(rows, r, amount, normalize, logs_first, out, c, chi, spread, support)."""
    given = (_input(dtype, 2), _READ, types.float64, types.boolean, types.boolean)
    made = (_GRID, _VECTOR, _VECTOR, _VECTOR, _BYTES)
    return compile_kernel(symmetrized.make_both(), f"jeffreys-both-{dtype}", (*given, *made))


@cache
def certify_both() -> Any:
    """certify(out, four arrays of either side, k, normalize, above): see `symmetrized`."""
    side = (_READ, _READ, _READ, _WORDS)
    given = (_BLOCK, *side, *side, types.intp, types.boolean, types.intp)
    return compile_kernel(symmetrized.make_certify_both(), "jeffreys-certify", given)


@cache
def certify() -> Any:
    """certify(out, four arrays of p's rows, four of q's, any_gap, k, normalize, diagonal)."""
    left_row, right_row = (_READ, _READ, _WORDS), (_READ, _READ, _READ, _WORDS)
    options = (types.boolean, types.intp, types.boolean, types.intp)
    given = (_BLOCK, *left_row, *right_row, *options)
    return compile_kernel(centred.make_certify(), "kl-certify", given)


_INTEGERS = types.Array(types.int64, 1, "C")
_COUNTS = types.Array(types.int64, 2, "C")


@cache
def bin_counts(dtype: str, exact: bool) -> Any:
    """counts(values, offsets, edges, starts, low, factor, even, margin, space, out): `binning`."""
    edges = types.Array(NUMBERS[dtype if exact else "f8"], 1, "C", readonly=True)
    numbers = (types.float64,) * 4
    given = (_input(dtype, 1), _INDEX, edges, _INDEX, *numbers, _INTEGERS, _COUNTS)
    name = f"binning-{dtype}-{'exact' if exact else 'float'}"
    return compile_kernel(binning.make_binning(exact), name, given)


def _stacked(dtype: str) -> types.Array:
    """Groups of rows, in any place: only the entries of a row must be neighbours."""
    return types.Array(NUMBERS[dtype], 3, "A", readonly=True)


_WEIGHTS = types.Array(types.float64, 2, "C", readonly=True)


def _mixture_steps(way: str, rule: str) -> mixture.Steps:
    make = mixture_near.make_near if way == "near" else mixture_fast.make_fast
    return make(rule == "pseudocount")


@cache
def mixture_groups(way: str, rule: str, dtype: str) -> Any:
    """groups(ps, weights, choice, amount, normalize, space, out) -> how many are LEFT."""
    options = (types.float64, types.boolean)
    given = (_stacked(dtype), _WEIGHTS, _INDEX, *options, _VECTOR, _VECTOR)
    function = groups_of_mixture.make_groups(_mixture_steps(way, rule))
    return compile_kernel(function, f"mixture-{way}-{rule}-{dtype}", given)


@cache
def mixture_short_groups(rule: str, dtype: str) -> Any:
    """short(as `mixture_groups`) -> how many are LEFT; for few bins: see `mixture_short`."""
    options = (types.float64, types.boolean)
    given = (_stacked(dtype), _WEIGHTS, _INDEX, *options, _VECTOR, _VECTOR)
    function = mixture_short.make_short(rule == "pseudocount")
    return compile_kernel(function, f"mixture-short-{rule}-{dtype}", given)


@cache
def mixture_blocks(way: str, rule: str, dtype: str) -> Any:
    """blocks(ps, amount, phase, rows, mean, total) -> the total: see `mixture_groups`."""
    given = (_stacked(dtype), types.float64, types.intp, _VECTOR, _VECTOR, _VECTOR)
    function = groups_of_mixture.make_blocks(_mixture_steps(way, rule))
    return compile_kernel(function, f"mixture-{way}-blocks-{rule}-{dtype}", given)


@cache
def mixture_plan() -> Any:
    """plan(rows, weights, normalize) -> usable, mass, back: see `mixture`."""
    return compile_kernel(
        groups_of_mixture.make_plan(), "mixture-plan", (_VECTOR, _READ, types.boolean)
    )


@cache
def careful_mixture(rule: str) -> Any:
    """careful(ps, weights, choice, k, amount, normalize, phases, state, out) -> how many nan."""
    options = (types.intp, types.float64, types.boolean, types.intp)
    given = (_stacked("f8"), _WEIGHTS, _INDEX, *options, _VECTOR, _VECTOR)
    function = mixture_careful.make_careful(rule == "pseudocount")
    return compile_kernel(function, f"mixture-careful-{rule}", given)


_HEAT = types.UniTuple(types.float64, 6)
_FRAME = types.UniTuple(types.float64, 4)


def _softmax_name(kernel: str, divergence: str, wide: bool) -> str:
    return f"{divergence}-softmax-{kernel}{'-wide' if wide else ''}"


@cache
def softmax(divergence: str, wide: bool, dtype: str) -> Any:
    """rows(p, p_index, q, q_index, scale, heat, out) -> how many are LEFT, and nan: `softmax`."""
    rows = _input(dtype, 2)
    function = softmax_rows.make_rows(SOFTMAX[divergence], wide)
    name = f"{_softmax_name('rows', divergence, wide)}-{dtype}"
    return compile_kernel(
        function, name, (rows, _INDEX, rows, _INDEX, types.float64, _HEAT, _VECTOR)
    )


@cache
def softmax_parts(divergence: str, wide: bool, dtype: str) -> Any:
    """parts(p, q, stage, frame, heat, out): numbers of some parts of a row pair."""
    row = _input(dtype, 1)
    function = softmax_rows.make_parts(SOFTMAX[divergence], wide)
    name = f"{_softmax_name('parts', divergence, wide)}-{dtype}"
    return compile_kernel(function, name, (row, row, types.intp, _FRAME, _HEAT, _GRID))


@cache
def softmax_settle(divergence: str, wide: bool) -> Any:
    """settle(parts, stage) -> three numbers: what all parts of a row tell."""
    function = softmax_rows.make_settle(SOFTMAX[divergence], wide)
    return compile_kernel(function, _softmax_name("settle", divergence, wide), (_GRID, types.intp))
