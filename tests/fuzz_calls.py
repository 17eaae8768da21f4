"""Any call: strategies for arrays of any dtype, layout and shape and any options; the check."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import kullback as kl
from fuzz_reference import BASELESS, DEFINITIONS, Wrong, expected

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
    }.items()
}
# Every kernel takes a second or two to compile: a short run stays with some words and dtypes.
FEW_WORDS = ("kl", "js", "js_distance", "jeffreys", "cross_entropy")
FEW_DTYPES = ("f8", "f4", ">f8", "f2", "?", "i4")
ALL_WORDS = tuple(DEFINITIONS)
ALL_DTYPES = (*FEW_DTYPES, ">f4", "i1", "u1", ">i2", "u2", "u4", "i8", "u8")
BAD_DTYPES = ("c16", "O", "U3", "g", "M8[s]")


class Call(NamedTuple):
    word: str
    form: str
    arrays: list[np.ndarray]
    options: dict[str, Any]
    layouts: list[str]


def unaligned(a: np.ndarray) -> np.ndarray:
    view = np.zeros(a.nbytes + 1, np.uint8)[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def strided(a: np.ndarray) -> np.ndarray:
    wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1] + 1), a.dtype)
    wide[..., 1::2] = a
    return wide[..., 1::2]


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


LAYOUTS = {
    "plain": lambda a: a,
    "fortran": np.asfortranarray,
    "strided": lambda a: strided(a) if a.ndim else a,
    "reversed": lambda a: a[..., ::-1].copy()[..., ::-1] if a.ndim else a,
    "unaligned": lambda a: unaligned(a) if not a.dtype.hasobject else a,
    "read_only": read_only,
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape) if a.ndim and len(a) else a,
}


def entries(dtype: str, k: int) -> st.SearchStrategy[list[Any]]:
    kind = np.dtype(dtype)
    if kind.kind == "b":
        number: Any = st.booleans()
    elif kind.kind in "iu":
        top = min(2**53, int(np.iinfo(kind).max))
        number = st.integers(0, 4) | st.integers(0, top) | st.just(-1 if kind.kind == "i" else 0)
    else:
        limits = np.finfo(kind)
        usual = st.floats(0, 1, width=kind.itemsize * 8)
        any_size = st.floats(0, float(limits.max), width=kind.itemsize * 8)
        special = st.sampled_from([0.0, -0.0, 0.5, float(limits.smallest_subnormal), -1e-5])
        number = usual | usual | special | any_size | st.sampled_from([np.nan, np.inf, 1.0])
    return st.lists(number, min_size=k, max_size=k)


@st.composite
def arrays(draw: st.DrawFn, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    if dtype in BAD_DTYPES:
        return np.ones(shape, dtype) if dtype[0] != "M" else np.zeros(shape, dtype)
    count = int(np.prod(shape))
    flat = draw(entries(dtype, count))
    array = np.array(flat, dtype).reshape(shape)
    if array.dtype.kind == "f" and count and draw(st.booleans()):
        array = np.asarray(np.abs(np.nan_to_num(array, posinf=1.0)))
    return array


SHAPES = [
    *[((3,), (3,)), ((1,), (1,)), ((4, 3), (4, 3)), ((4, 5), (5,)), ((2, 1, 4), (3, 4))],
    *[((2, 33), (33,)), ((0, 3), (3,))],
    *[((3, 4), (2, 4)), ((2, 3), (2, 4)), ((3, 0), (3, 0)), ((), (3,))],  # which do not fit
]
MATRICES = [
    *[((3, 4), (2, 4)), ((5, 33), (2, 33)), ((0, 3), (2, 3))],
    *[((3, 4), (3, 3)), ((4,), (2, 4))],
]

OPTIONS = {
    "base": st.sampled_from([None, 2, 10.0, 1.5, 1, 0.5, np.inf]),
    "normalize": st.booleans(),
    "pseudocount": st.sampled_from([0.0, 0.5, 1, 1e-10, -1.0, np.nan]),
    "zeros": st.sampled_from(["inf", "skip", 1e-10, 0.25, 0, "drop"]),
    "invalid": st.sampled_from(["raise", "nan", "nan"]),
    "threads": st.sampled_from([None, 1, 3]),
}


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    """One call; about half of them are errors."""
    form = draw(st.sampled_from(["rows", "rows", "pairwise", "condensed"]))
    words = list(ALL_WORDS if thorough else FEW_WORDS)
    if form != "rows":
        words.remove("cross_entropy")
    word = draw(st.sampled_from(words))
    shapes = draw(st.sampled_from(SHAPES if form == "rows" else MATRICES))
    if form == "condensed" or (form == "pairwise" and draw(st.booleans())):
        shapes = shapes[:1]
    usual = st.sampled_from(ALL_DTYPES if thorough else FEW_DTYPES)
    some = draw(usual)
    dtypes = [draw(st.just(some) | usual | st.sampled_from([some, *BAD_DTYPES])) for _ in shapes]
    given = [draw(arrays(dtype, shape)) for dtype, shape in zip(dtypes, shapes, strict=True)]
    layouts = [draw(st.sampled_from(list(LAYOUTS))) for _ in given]
    given = [LAYOUTS[name](array) for name, array in zip(layouts, given, strict=True)]
    names = draw(st.lists(st.sampled_from(list(OPTIONS)), max_size=3, unique=True))
    options = {name: draw(OPTIONS[name]) for name in names}
    if form == "rows" and draw(st.booleans()):
        options["axis"] = draw(st.sampled_from([-1, 0, -2, 1]))
    if form == "rows" and word in BASELESS:
        options.pop("base", None)  # these functions have no such option
    if word == "bhattacharyya":
        options.pop("normalize", None)  # of measures it is not described
    return Call(word, form, given, options, layouts)


def run(call: Call) -> Any:
    """What the library makes of it."""
    if call.form == "rows":
        return FUNCTIONS[call.word](*call.arrays, **call.options)
    function = kl.pairwise if call.form == "pairwise" else kl.condensed
    return function(*call.arrays, metric=call.word, **call.options)


def outcome(call: Call) -> Any:
    """The result or the error; any other exception than these two is let through."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return run(call)
    except (ValueError, TypeError) as error:
        return error


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    want = expected(call.word, call.form, call.arrays, call.options)
    before = [array.tobytes() for array in call.arrays]
    got = outcome(call)
    if isinstance(want, Wrong):
        assert isinstance(got, want.kinds), f"{got!r}, but should raise one of {want.kinds}"
        assert str(got)
        return
    assert not isinstance(got, Exception), f"raised {got!r}, but there is a value: {want}"
    assert [array.tobytes() for array in call.arrays] == before, "wrote to its input"
    got = np.asarray(got)
    assert (got.shape, got.dtype) == (want.results.shape, want.dtype)
    assert_near(got.astype(float), want.results, want.sizes, got.dtype, call)


def assert_near(got: Any, want: Any, size: Any, dtype: np.dtype, call: Call) -> None:
    single = dtype == np.float32
    relative = 1e-5 if single else 1e-14 if call.form == "rows" else 1e-12
    tiny = 2.0**-149 if single else 2.0**-1073
    tiny = np.sqrt(tiny) if call.word in ("js_distance", "hellinger") else tiny
    with np.errstate(over="ignore", invalid="ignore"):
        near = (np.abs(got - want) <= relative * size + tiny) & np.isfinite(size)
    largest = float(np.finfo(dtype).max)
    at_the_edge = (got > largest * (1 - 1e-5)) & (want > largest * (1 - 1e-5))
    fine = near | (got == want) | (np.isnan(got) & np.isnan(want)) | at_the_edge
    assert fine.all(), f"{got[~fine]} instead of {want[~fine]}"
