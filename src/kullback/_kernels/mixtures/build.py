"""Compiles the kernels of mixtures when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.mixtures import careful as mixture_careful
from kullback._kernels.mixtures import common as mixture
from kullback._kernels.mixtures import fast as mixture_fast
from kullback._kernels.mixtures import groups as mixture_groups
from kullback._kernels.mixtures import near as mixture_near
from kullback._kernels.mixtures import short as mixture_short
from kullback._kernels.signatures import INDEX, NUMBERS, READ, ROWS, VECTOR


def _stacked(dtype: str) -> types.Array:
    """Groups of rows, in any place: only the entries of a row must be neighbours."""
    return types.Array(NUMBERS[dtype], 3, "A", readonly=True)


def _steps(way: str, rule: str) -> mixture.Steps:
    make = mixture_near.make_near if way == "near" else mixture_fast.make_fast
    return make(rule == "pseudocount")


@cache
def groups(way: str, rule: str, dtype: str) -> Any:
    """groups(ps, weights, choice, amount, normalize, space, out) -> how many are LEFT."""
    options = (types.float64, types.boolean)
    given = (_stacked(dtype), ROWS, INDEX, *options, VECTOR, VECTOR)
    function = mixture_groups.make_groups(_steps(way, rule))
    return compile_kernel(function, f"mixture-{way}-{rule}-{dtype}", given)


@cache
def short_groups(rule: str, dtype: str) -> Any:
    """short(as `groups`) -> how many are LEFT; for few bins: see `mixture_short`."""
    options = (types.float64, types.boolean)
    given = (_stacked(dtype), ROWS, INDEX, *options, VECTOR, VECTOR)
    function = mixture_short.make_short(rule == "pseudocount")
    return compile_kernel(function, f"mixture-short-{rule}-{dtype}", given)


@cache
def blocks(way: str, rule: str, dtype: str) -> Any:
    """blocks(ps, amount, phase, rows, mean, total) -> the total: see `mixture_groups`."""
    given = (_stacked(dtype), types.float64, types.intp, VECTOR, VECTOR, VECTOR)
    function = mixture_groups.make_blocks(_steps(way, rule))
    return compile_kernel(function, f"mixture-{way}-blocks-{rule}-{dtype}", given)


@cache
def plan() -> Any:
    """plan(rows, weights, normalize) -> usable, mass, back: see `mixture`."""
    return compile_kernel(mixture_groups.make_plan(), "mixture-plan", (VECTOR, READ, types.boolean))


@cache
def careful(rule: str) -> Any:
    """careful(ps, weights, choice, k, amount, normalize, phases, state, out) -> how many nan."""
    options = (types.intp, types.float64, types.boolean, types.intp)
    given = (_stacked("f8"), ROWS, INDEX, *options, VECTOR, VECTOR)
    function = mixture_careful.make_careful(rule == "pseudocount")
    return compile_kernel(function, f"mixture-careful-{rule}", given)
