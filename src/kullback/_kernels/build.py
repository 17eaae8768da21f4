"""Compiles a kernel when it is first asked for: once for each divergence, rule and dtype."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels import centred, entropic
from kullback._kernels.careful import make_careful
from kullback._kernels.rows import make_rows
from kullback._kernels.rules import RULES

FLOATS = {"f8": types.float64, "f4": types.float32}


def _input(dtype: str, ndim: int) -> types.Array:
    """C-contiguous and read-only, which takes writable arrays too; memory maps may be unaligned."""
    return types.Array(FLOATS[dtype], ndim, "C", readonly=True)


_INDEX = types.Array(types.intp, 1, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_READ = types.Array(types.float64, 1, "C", readonly=True)
_GRID = types.Array(types.float64, 2, "C")
_BLOCK = types.Array(types.float64, 2, "A")
_BYTES = types.Array(types.uint8, 2, "C")
_WORDS = types.Array(types.uint64, 2, "C", readonly=True)


def _row_signature(dtype: str) -> tuple[Any, ...]:
    rows = _input(dtype, 2)
    return (rows, _INDEX, rows, _INDEX, types.float64, types.boolean, _VECTOR)


@cache
def rows(divergence: ModuleType, rule: str, dtype: str) -> Any:
    """rows(p, p_index, q, q_index, amount, normalize, out) -> how many are left to `careful`."""
    function = make_rows(divergence.term, divergence.finish, RULES[rule])
    return compile_kernel(function, _name(divergence, "rows", rule, dtype), _row_signature(dtype))


@cache
def careful(divergence: ModuleType, rule: str, dtype: str) -> Any:
    """careful(p, p_index, q, q_index, amount, normalize, out) -> how many are no distributions."""
    function = make_careful(divergence.term, divergence.tail, divergence.finish, RULES[rule])
    name = _name(divergence, "careful", rule, dtype)
    return compile_kernel(function, name, _row_signature(dtype))


@cache
def scaled(dtype: str) -> Any:
    """scaled(rows, amount, normalize, out, constant, weight): see `entropic`."""
    given = (_input(dtype, 2), types.float64, types.boolean, _GRID, _VECTOR, _VECTOR)
    return compile_kernel(entropic.make_scaled(), f"js-scaled-{dtype}", given)


@cache
def entropic_tile() -> Any:
    """tile(x, constant, weight, y, constant, weight, k, normalize, above, out): `entropic`."""
    rows = (_GRID, _READ, _READ)
    given = (*rows, *rows, types.intp, types.boolean, types.intp, _BLOCK)
    return compile_kernel(entropic.make_tile(), "js-tile", given)


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
def certify() -> Any:
    """certify(out, e, chi, support, f, size, spread, gaps, any_gap, k, normalize): `centred`."""
    left_row, right_row = (_READ, _READ, _WORDS), (_READ, _READ, _READ, _WORDS)
    given = (_BLOCK, *left_row, *right_row, types.boolean, types.intp, types.boolean)
    return compile_kernel(centred.make_certify(), "kl-certify", given)


def _name(divergence: ModuleType, *parts: str) -> str:
    return "-".join((divergence.__name__.rsplit(".", 1)[-1], *parts))
