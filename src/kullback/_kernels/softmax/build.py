"""Compiles the kernels of logits when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from kullback._jit import compile_kernel
from kullback._kernels.signatures import GRID, INDEX, VECTOR, contiguous
from kullback._kernels.softmax.entropy import ENTROPY
from kullback._kernels.softmax.js import JS
from kullback._kernels.softmax.kl import KL
from kullback._kernels.softmax.parts import make_parts, make_settle
from kullback._kernels.softmax.rows import make_rows
from kullback._kernels.softmax.skewed import SKEWED_JS

SOFTMAX = {"kl": KL, "js": JS, "skewed": SKEWED_JS, "entropy": ENTROPY}

_HEAT = types.UniTuple(types.float64, 4)
_FRAME = types.UniTuple(types.float64, 3)


@cache
def rows(divergence: str, dtype: str) -> Any:
    """rows(p, p_index, q, q_index, heat, out): results, nan or UNCERTIFIED."""
    sides = 2 * (contiguous(dtype, 2), INDEX)
    function = make_rows(SOFTMAX[divergence])
    return compile_kernel(function, f"{divergence}-softmax-rows-{dtype}", (*sides, _HEAT, VECTOR))


@cache
def parts(divergence: str, dtype: str) -> Any:
    """parts(p, q, stage, frame, heat, out): numbers of some parts of a row pair."""
    row = contiguous(dtype, 1)
    signature = (row, row, types.intp, _FRAME, _HEAT, GRID)
    function = make_parts(SOFTMAX[divergence])
    return compile_kernel(function, f"{divergence}-softmax-parts-{dtype}", signature)


@cache
def settle(divergence: str) -> Any:
    """settle(parts, stage, reach, heat) -> five numbers: what all parts of a row tell."""
    signature = (GRID, types.intp, types.float64, _HEAT)
    function = make_settle(SOFTMAX[divergence])
    return compile_kernel(function, f"{divergence}-softmax-settle", signature)
