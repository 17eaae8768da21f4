"""Any call of the discrete functions and matrices: strategies for its arrays and options."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzzing.arrays import (
    COMMON_OPTIONS,
    PSEUDOCOUNTS,
    arrays,
    dtypes,
    laid_out,
    large_arrays,
    nearly,
    scaled_columns,
    some_options,
)
from fuzzing.check import Call, compare
from fuzzing.expected_calls import expected, word_of
from oracle.divergences import ORACLES
from support.calls import call as call_rows
from support.calls import metric

FEW_WORDS = ("kl", "js", "js_distance", "jeffreys", "cross_entropy", "entropy")
ALL_WORDS = (
    *[word for word in ORACLES if not word.startswith("renyi")],
    *["renyi", "renyi", "stability"],
)
NO_METRICS = ("stability", *[word for word in ORACLES if not ORACLES[word].matrix])
BASELESS = [word for word in ORACLES if not ORACLES[word].takes_base]

SHAPES = [
    *[((3,), (3,)), ((1,), (1,)), ((4, 3), (4, 3)), ((4, 5), (5,)), ((2, 1, 4), (3, 4))],
    *[((2, 33), (33,)), ((0, 3), (3,))],
    *[((3, 4), (2, 4)), ((2, 3), (2, 4)), ((3, 0), (3, 0)), ((), (3,))],  # which do not fit
]
MATRICES = [
    *[((3, 4), (2, 4)), ((5, 33), (2, 33)), ((0, 3), (2, 3))],
    *[((3, 4), (3, 3)), ((4,), (2, 4))],
]
LARGE = [
    *[((2, 300), (2, 300)), ((2, 1500), (1500,)), ((70, 9), (70, 9))],
    *[((500, 9), (9,)), ((3, 1500), (1500,))],  # counts that are not converted
]
LARGE_MATRICES = [((70, 9), (40, 9)), ((40, 9), (3, 9)), ((4, 300), (3, 300)), ((2, 1500),) * 2]

OPTIONS = COMMON_OPTIONS | {
    "normalize": st.booleans(),
    "pseudocount": PSEUDOCOUNTS,
    "zeros": st.sampled_from(["inf", "skip", "skip", 1e-10, 0.25, 5e-324, 1e300, 0, "drop"]),
}
ORDERS = st.sampled_from(
    [0.5, 2, 1, np.inf, 0.25, 30.0, 1 + 1e-6, 1 - 2.0**-53, 1e-3, 1e-300, 1e3, 0, -1.0, np.nan]
) | st.floats(0.01, 40)


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    """One call; about half of them are errors."""
    form = draw(st.sampled_from(["rows", "rows", "pairwise", "condensed"]))
    words = list(ALL_WORDS if thorough else FEW_WORDS)
    unfit = ("reverse_kl",) if form == "rows" else NO_METRICS
    word = draw(st.sampled_from([word for word in words if word not in unfit]))
    large = thorough and not draw(st.integers(0, 9))
    if form == "rows":
        shapes = draw(st.sampled_from(LARGE if large else SHAPES))
    else:
        shapes = draw(st.sampled_from(LARGE_MATRICES if large else MATRICES))
    alone = form == "condensed" or (form == "pairwise" and draw(st.booleans()))
    if alone or word == "entropy":
        shapes = shapes[:1]
    kind = large_arrays if large else draw(st.sampled_from([arrays, arrays, scaled_columns]))
    given = [
        draw(kind(dtype, shape))
        for dtype, shape in zip(draw(dtypes(len(shapes), thorough)), shapes, strict=True)
    ]
    if draw(st.integers(0, 3)):
        given = [distributions(array) for array in given]
    if len(given) == 2:
        given[1] = draw(nearly(*given))
    layouts, given = draw(laid_out(given))
    return Call(word, form, given, draw(_options(word, form)), layouts)


@st.composite
def _options(draw: st.DrawFn, word: str, form: str) -> dict[str, Any]:
    options = draw(some_options(OPTIONS))
    if form == "rows" and draw(st.booleans()):
        options["axis"] = draw(st.sampled_from([-1, 0, -2, 1]))
    if form == "rows" and word in BASELESS:
        options.pop("base", None)  # these functions have no such option
    if word == "renyi":
        options["alpha"] = draw(ORDERS)
    return options


def distributions(array: np.ndarray) -> np.ndarray:
    """Without most of what is no entry of a row."""
    if array.dtype.kind == "f" and array.dtype.itemsize <= 8:
        array = np.abs(np.nan_to_num(array, nan=1.0, posinf=1.0))
    return np.asarray(np.maximum(array, 0) if array.dtype.kind == "i" else array)


def run(call: Call) -> Any:
    """What the library makes of it."""
    options = {name: value for name, value in call.options.items() if name != "alpha"}
    if call.word == "stability":
        return kl.population_stability_index(*call.arrays, **options)
    if call.form == "rows":
        return call_rows(word_of(call), *call.arrays, **options)
    function = kl.pairwise if call.form == "pairwise" else kl.condensed
    return function(*call.arrays, metric=metric(word_of(call)), **options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    form = "rows" if call.form == "rows" else "matrix"
    if form == "matrix" and call.word in ("js", "js_distance"):
        form = "any matrix"
    compare(call, expected(call), run, form, word_of(call))
