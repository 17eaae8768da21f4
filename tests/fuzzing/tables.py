"""Any call of the functions of several rows: mixtures, tables of two variables, histograms."""

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
from fuzzing.calls import distributions
from fuzzing.check import Call, compare
from fuzzing.expected import refused
from fuzzing.expected_tables import expected

FUNCTIONS = {
    "mixture": kl.generalized_js_divergence,
    "information": kl.mutual_information,
    "conditional": kl.conditional_kl_divergence,
    "histograms": lambda *given, **options: kl.histograms(*given, **options)[0].astype(float),
}
SHAPES: dict[str, list[Any]] = {
    "mixture": [
        *[((2, 4), (2,)), ((3, 5, 4), (5, 3)), ((3, 4), (3,)), ((1, 3), (1,)), ((2, 3, 33), (2,))],
        *[((2, 0, 3), (2,)), ((3, 0), (3,)), ((0, 3), (0,)), ((4,), (4,)), ((3, 2, 4), (4, 3))],
    ],
    "information": [
        ((2, 3),),
        ((3, 1),),
        ((5, 2, 2),),
        ((4, 9),),
        ((0, 2, 3),),
        ((2, 0),),
        ((3,),),
    ],
    "conditional": [
        *[((2, 3),) * 2, ((5, 2, 3), (2, 3)), ((2, 1, 3, 4), (4, 3, 4)), ((3, 1),) * 2],
        *[((2, 3), (3, 3)), ((2, 3), (2, 4)), ((2, 2, 3), (3, 2, 3)), ((3,), (3,))],
    ],
    "histograms": [((3, 9), (4,)), ((1, 9), (2,)), ((0, 3), (3,)), ((2, 0), (3,)), ((2, 3), (1,))],
}
LARGE: dict[str, list[Any]] = {
    "mixture": [((40, 9), (40,)), ((3, 2, 300), (3,)), ((2, 40, 5), (2,))],
    "information": [((40, 9),), ((3, 300),)],
    "conditional": [((40, 9),) * 2, ((3, 300),) * 2],
    "histograms": [((3, 300), (40,)), ((40, 9), (9,))],
}
OPTIONS = COMMON_OPTIONS | {"pseudocount": PSEUDOCOUNTS}
MIXTURE_OPTIONS = OPTIONS | {
    "normalize": st.booleans(),
    "axis": st.sampled_from([-1, 1, 0, 3]),
    "over": st.sampled_from([0, 1, -2, -1]),
}


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    word = draw(st.sampled_from(list(FUNCTIONS)))
    large = thorough and not draw(st.integers(0, 9))
    shapes = draw(st.sampled_from((LARGE if large else SHAPES)[word]))
    if word == "mixture" and draw(st.booleans()):
        shapes = shapes[:1]
    kind = large_arrays if large else draw(st.sampled_from([arrays, arrays, scaled_columns]))
    names = draw(dtypes(len(shapes), thorough))
    given = [draw(kind(dtype, shape)) for dtype, shape in zip(names, shapes, strict=True)]
    if draw(st.integers(0, 3)):
        given = [distributions(array) for array in given]
    if word == "histograms":
        given[1] = _edges(given[1]) if draw(st.integers(0, 3)) else given[1]
        given[0] = draw(_at(*given))
    if word == "conditional":
        given[1] = draw(nearly(*given))
    layouts, given = draw(laid_out(given))
    options = draw(some_options(MIXTURE_OPTIONS if word == "mixture" else OPTIONS))
    if word == "histograms":
        options = {name: value for name, value in options.items() if name == "threads"}
    return Call(word, "tables", given, options, layouts)


def _edges(array: np.ndarray) -> np.ndarray:
    """In ascending order."""
    return array if refused(array) else np.sort(array)


@st.composite
def _at(draw: st.DrawFn, samples: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Samples some of which are edges, or next to one."""
    if refused(samples) or refused(edges) or not edges.size or not samples.size:
        return samples
    samples = samples.copy()
    with np.errstate(all="ignore"):
        some = np.resize(edges, samples[0].shape).astype(samples.dtype)
        if samples.dtype.kind == "f" and draw(st.booleans()):
            some = np.nextafter(some, some.dtype.type(draw(st.sampled_from([0, 1e4]))))
    samples[0] = some
    return samples


def run(call: Call) -> Any:
    return FUNCTIONS[call.word](*call.arrays, **call.options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    compare(call, expected(call), run, "table")
