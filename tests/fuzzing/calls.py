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
from fuzzing.check import TINY, TINY_ROOT, TINY_SINGLE, Allowed, Call, compare
from fuzzing.definitions import DEFINITIONS, OWN
from fuzzing.expected_calls import BASELESS, expected

FUNCTIONS = {
    word: getattr(kl, name)
    for word, name in {
        "kl": "kl_divergence",
        "js": "js_divergence",
        "js_distance": "js_distance",
        "jeffreys": "jeffreys_divergence",
        "hellinger": "hellinger_distance",
        "bhattacharyya": "bhattacharyya_distance",
        "total_variation": "total_variation_distance",
        "chi2": "chi2_divergence",
        "cross_entropy": "cross_entropy",
        "entropy": "entropy",
        "stability": "population_stability_index",
        "renyi": "renyi_divergence",
    }.items()
}
# The same objects each time: a function is compiled once.
OWN_FUNCTIONS = {
    "f_kl": lambda t: t * np.log(t),
    "f_triangular": lambda t: (t - 1.0) ** 2 / (t + 1.0),
}
FEW_WORDS = ("kl", "js", "js_distance", "jeffreys", "cross_entropy", "entropy")
ALL_WORDS = (*DEFINITIONS, "reverse_kl", "renyi", "renyi", *OWN)
NO_METRICS = ("cross_entropy", "entropy", "stability")

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
    options = dict(call.options)
    parameters: list[Any] = [options.pop("alpha")] if "alpha" in options else []
    limits = {}
    if call.word in OWN:
        parameters = [OWN_FUNCTIONS[call.word]]
        limits = dict(zip(("f_at_zero", "slope_at_infinity"), OWN[call.word][2:], strict=True))
    if call.form == "rows":
        function = FUNCTIONS.get(call.word, kl.f_divergence)
        return function(*call.arrays, *parameters, **limits, **options)
    metric: Any = call.word
    if parameters:
        family = kl.Renyi if call.word == "renyi" else kl.FDivergence
        metric = family(*parameters, **limits)
    function = kl.pairwise if call.form == "pairwise" else kl.condensed
    return function(*call.arrays, metric=metric, **options)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    compare(call, expected(call.word, call.form, call.arrays, call.options), run, allowed)


def allowed(call: Call, dtype: np.dtype) -> Allowed:
    single = dtype == np.float32
    # A float32 matrix of JS is certified to 1e-5 only.
    relative = 1e-14 if call.form == "rows" else 1e-12
    if single:
        entropic = call.word in ("js", "js_distance")
        relative = 1e-6 if call.form == "rows" else 1e-5 if entropic else 2e-6
    tiny = TINY_SINGLE if single else TINY
    is_root = call.word in ("js_distance", "hellinger") and not single
    return Allowed(relative, TINY_ROOT if is_root else tiny)
