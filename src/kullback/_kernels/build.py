"""Compiles a kernel when it is first asked for: once for each divergence, rule and dtype."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.careful import make_careful
from kullback._kernels.rows import make_rows
from kullback._kernels.rules import RULES

FLOATS = {"f8": types.float64, "f4": types.float32}


def _input(dtype: str, ndim: int) -> types.Array:
    """C-contiguous and read-only, which takes writable arrays too; memory maps may be unaligned."""
    return types.Array(FLOATS[dtype], ndim, "C", readonly=True)


_INDEX = types.Array(types.intp, 1, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")


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


def _name(divergence: ModuleType, *parts: str) -> str:
    return "-".join((divergence.__name__.rsplit(".", 1)[-1], *parts))
