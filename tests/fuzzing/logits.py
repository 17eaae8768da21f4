"""Any call of the functions of logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzzing.arrays import (
    COMMON_OPTIONS,
    arrays,
    dtypes,
    laid_out,
    large_arrays,
    nearly,
    some_options,
)
from fuzzing.calls import SHAPES
from fuzzing.check import Call, compare
from fuzzing.expected_logits import expected

FUNCTIONS = {"kl": kl.kl_divergence_from_logits, "js": kl.js_divergence_from_logits}
SPECIAL = (-np.inf, -np.inf, -np.inf, np.nan, np.inf, 1e4, -700.0, 1e300)
LARGE = [((2, 300), (2, 300)), ((2, 1500), (1500,)), ((70, 9), (70, 9))]
OPTIONS = COMMON_OPTIONS | {
    "temperature": st.sampled_from([1, 0.5, 20.0, 1e-3, 1e300, 1e-300, 0.0, -1, np.nan, np.inf]),
    "axis": st.sampled_from([-1, 0, -2, 1]),
}


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    word = draw(st.sampled_from(["kl", "js"]))
    large = thorough and not draw(st.integers(0, 9))
    shapes = draw(st.sampled_from(LARGE if large else SHAPES))
    given = []
    for dtype, shape in zip(draw(dtypes(2, thorough)), shapes, strict=True):
        one = large_arrays(dtype, shape) if large else arrays(dtype, shape, True, SPECIAL)
        given.append(draw(one))
    if draw(st.integers(0, 3)):
        given = [_usable(array) for array in given]
    given[1] = draw(nearly(*given))
    layouts, given = draw(laid_out(given))
    return Call(word, "rows", given, draw(some_options(OPTIONS)), layouts)


def _usable(array: np.ndarray) -> np.ndarray:
    """Without NaN and infinity, and with a finite number in each row."""
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        return array
    array = np.asarray(np.nan_to_num(array, nan=1.0, posinf=2.0, neginf=-np.inf))
    if array.size and array.ndim:
        array[..., 0] = np.nan_to_num(array[..., 0], neginf=-1.0)
    return array


def run(call: Call) -> Any:
    return FUNCTIONS[call.word](*call.arrays, **call.options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    compare(call, expected(call), run, "logits")
