"""Any call of the functions of diagonal Gaussians."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzzing.arrays import (
    BAD_DTYPES,
    COMMON_OPTIONS,
    arrays,
    dtypes,
    laid_out,
    large_arrays,
    nearly,
    some_options,
)
from fuzzing.check import Call, compare
from fuzzing.expected_gaussians import BASELESS, expected
from oracle.gaussians import METRICS, SPREADS

Shapes = tuple[tuple[int, ...], ...]

SHAPES: list[Shapes] = [
    *[((4, 3),) * 4, ((5,),) * 4, ((),) * 4, ((2, 33),) * 4],
    *[((4, 1), (3,), (4, 3), ()), ((2, 1, 3), (4, 3), (3,), (1,)), ((0, 3), (3,), (0, 3), (3,))],
    *[((3, 0),) * 4, ((3,), (2,), (3,), (3,))],  # which do not fit
]
MATRICES: list[Shapes] = [
    *[((3, 4), (3, 4), (2, 4), (2, 4)), ((3, 4), (4,), (5, 1), (5, 4)), ((2, 33),) * 4],
    *[((1, 4), (3, 1), (2, 4), ()), ((0, 3), (0, 3), (2, 3), (2, 3))],
    *[((3, 4), (3, 4), (2, 3), (2, 3)), ((4,), (4,), (2, 4), (2, 4)), ((3, 0),) * 4],
]
LARGE: list[Shapes] = [((3, 300),) * 4, ((40, 9),) * 4]
LARGE_MATRICES: list[Shapes] = [((40, 5),) * 2 + ((9, 5),) * 2, ((3, 100),) * 4]
OPTIONS = COMMON_OPTIONS
FEW_WORDS = ("kl", "jeffreys", "hellinger")
MEANS = (np.nan, np.inf, -np.inf, 1e200, -3.0)
WIDTHS = (np.nan, np.inf, -1e-5, 0.0, 1e-200, 3.0)
LOG_WIDTHS = (np.nan, np.inf, -np.inf, 700.0, -745.0, 1e4)


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    form = draw(st.sampled_from(["rows", "pairwise", "standard"]))
    word = "kl"
    if form == "pairwise":
        word = draw(st.sampled_from(METRICS if thorough else FEW_WORDS))
    options = draw(_options(form, word))
    large = thorough and not draw(st.integers(0, 9))
    if form == "pairwise":
        shapes = draw(st.sampled_from(LARGE_MATRICES if large else MATRICES))
        shapes = shapes[: draw(st.sampled_from([2, 4, 4]))]
    else:
        shapes = draw(st.sampled_from(LARGE if large else SHAPES))
        shapes = shapes[:2] if form == "standard" else shapes
    spread = options.get("spread", "log_var" if form == "standard" else "var")
    given = draw(_sides(dtypes(len(shapes), thorough), shapes, spread, large))
    layouts, given = draw(laid_out(given))
    if form == "pairwise" and len(given) == 4 and not draw(st.integers(0, 29)):
        given = [*given[:3], None]
    return Call(word, form, given, options, layouts)


@st.composite
def _options(draw: st.DrawFn, form: str, word: str) -> dict[str, Any]:
    options = draw(some_options(OPTIONS))
    if draw(st.booleans()):
        options["spread"] = draw(st.sampled_from([*SPREADS, *SPREADS, *SPREADS, "precision"]))
    if form != "pairwise" and draw(st.booleans()):
        options["axis"] = draw(st.sampled_from([-1, None, None, 0, -2, 1, 5]))
    if word in BASELESS and draw(st.booleans()):
        options.pop("base", None)
    return options


@st.composite
def _sides(
    draw: st.DrawFn, names: st.SearchStrategy[list[str]], shapes: Shapes, spread: str, large: bool
) -> list[np.ndarray]:
    """Means and spreads by turns, in two of three calls most of them right."""
    given = []
    log = spread == "log_var"
    for i, (dtype, shape) in enumerate(zip(draw(names), shapes, strict=True)):
        if large:
            one = draw(large_arrays(dtype, shape))
            given.append(one if i % 2 == 0 or dtype in BAD_DTYPES else (one + 1).astype(dtype))
        elif i % 2 == 0:
            given.append(draw(arrays(dtype, shape, True, MEANS)))
        else:
            given.append(draw(arrays(dtype, shape, log, LOG_WIDTHS if log else WIDTHS)))
    if draw(st.integers(0, 2)):
        given = [_usable(array, i % 2 == 1 and not log) for i, array in enumerate(given)]
    if len(given) == 4 and draw(st.booleans()):
        given[2:] = [draw(nearly(given[i], given[i + 2])) for i in (0, 1)]
    return given


def _usable(array: np.ndarray, positive: bool) -> np.ndarray:
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        return array
    if array.dtype.kind == "f":
        array = np.nan_to_num(array, nan=1.0, posinf=1.0, neginf=-1.0)
    if positive:
        array = np.where(array > 0, array, np.ones((), array.dtype))
    return np.asarray(array)


def run(call: Call) -> Any:
    if call.form == "pairwise":
        return kl.pairwise_gaussian(*call.arrays, metric=call.word, **call.options)
    functions = {
        "rows": kl.gaussian_kl_divergence,
        "standard": kl.standard_gaussian_kl_divergence,
    }
    return functions[call.form](*call.arrays, **call.options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    form = "gaussian_matrix" if call.form == "pairwise" else "gaussian"
    compare(call, expected(call), run, form)
