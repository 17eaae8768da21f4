"""Compiles the kernels of logits when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.signatures import GRID, INDEX, VECTOR, contiguous
from kullback._kernels.softmax import js as softmax_js
from kullback._kernels.softmax import kl as softmax_kl
from kullback._kernels.softmax import rows as softmax_rows

SOFTMAX = {"kl": softmax_kl.KL, "js": softmax_js.JS}

_HEAT = types.UniTuple(types.float64, 6)
_FRAME = types.UniTuple(types.float64, 4)


def _name(kernel: str, divergence: str, wide: bool) -> str:
    return f"{divergence}-softmax-{kernel}{'-wide' if wide else ''}"


@cache
def rows(divergence: str, wide: bool, dtype: str) -> Any:
    """rows(p, p_index, q, q_index, scale, heat, out) -> how many UNCERTIFIED, how many nan."""
    sides = 2 * (contiguous(dtype, 2), INDEX)
    function = softmax_rows.make_rows(SOFTMAX[divergence], wide)
    name = f"{_name('rows', divergence, wide)}-{dtype}"
    return compile_kernel(function, name, (*sides, types.float64, _HEAT, VECTOR))


@cache
def parts(divergence: str, wide: bool, dtype: str) -> Any:
    """parts(p, q, stage, frame, heat, out): numbers of some parts of a row pair."""
    row = contiguous(dtype, 1)
    function = softmax_rows.make_parts(SOFTMAX[divergence], wide)
    name = f"{_name('parts', divergence, wide)}-{dtype}"
    return compile_kernel(function, name, (row, row, types.intp, _FRAME, _HEAT, GRID))


@cache
def settle(divergence: str, wide: bool) -> Any:
    """settle(parts, stage) -> three numbers: what all parts of a row tell."""
    function = softmax_rows.make_settle(SOFTMAX[divergence], wide)
    return compile_kernel(function, _name("settle", divergence, wide), (GRID, types.intp))
