"""Any call of the functions of several rows: mixtures, and tables of two variables."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzz_arrays import COMMON_OPTIONS, arrays, dtypes, laid_out, large_arrays, nearly, some_options
from fuzz_calls import distributions
from fuzz_check import TINY, TINY_SINGLE, Allowed, Call, compare
from fuzz_reference_tables import expected

FUNCTIONS = {
    "mixture": kl.generalized_js_divergence,
    "information": kl.mutual_information,
    "conditional": kl.conditional_kl_divergence,
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
}
LARGE: dict[str, list[Any]] = {
    "mixture": [((40, 9), (40,)), ((3, 2, 300), (3,)), ((2, 40, 5), (2,))],
    "information": [((40, 9),), ((3, 300),)],
    "conditional": [((40, 9),) * 2, ((3, 300),) * 2],
}
OPTIONS = COMMON_OPTIONS | {
    "pseudocount": st.sampled_from([0.0, 0.5, 1, 1e-10, 1e-320, 1e300, -1.0, np.nan])
}
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
    kind = large_arrays if large else arrays
    names = draw(dtypes(len(shapes), thorough))
    given = [draw(kind(dtype, shape)) for dtype, shape in zip(names, shapes, strict=True)]
    if draw(st.integers(0, 3)):
        given = [distributions(array) for array in given]
    if word == "conditional":
        given[1] = draw(nearly(*given))
    layouts, given = draw(laid_out(given))
    options = draw(some_options(MIXTURE_OPTIONS if word == "mixture" else OPTIONS))
    return Call(word, "tables", given, options, layouts)


def run(call: Call) -> Any:
    return FUNCTIONS[call.word](*call.arrays, **call.options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    compare(call, expected(call), run, allowed)


def allowed(call: Call, dtype: np.dtype) -> Allowed:
    return Allowed(1.2e-7, TINY_SINGLE) if dtype == np.float32 else Allowed(1e-14, TINY)
