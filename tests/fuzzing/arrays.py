"""Arrays of any dtype, layout, shape and size, to be read from and to be written to."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from support.layouts import ANY_SHAPE as LAYOUTS

# Every kernel takes a second or two to compile: a short run stays with some words and dtypes.
FEW_DTYPES = ("f8", "f4", ">f8", "f2", "?", "i4")
ALL_DTYPES = (*FEW_DTYPES, ">f4", "i1", "u1", ">i2", "u2", "u4", "i8", "u8")
BAD_DTYPES = ("c16", "O", "U3", "g", "M8[s]")
REFUSED = "cOUSVMm"  # kinds of dtype
GOOD_OUTS = ("plain", "fortran", "strided", "reversed")
OUTS = (
    *GOOD_OUTS,
    "between",
    "overlapping",
    "read_only",
    "larger",
    "other_dtype",
    "swapped",
    "list",
)
SENTINEL = 7


def numbers(dtype: str, signed: bool, special: tuple[float, ...]) -> st.SearchStrategy[Any]:
    """Entries; `special` is what a family wants to see more often than chance has it."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return st.booleans()
    if kind.kind in "iu":
        top = min(2**53, int(np.iinfo(kind).max))
        least = -4 if signed and kind.kind == "i" else 0
        return st.integers(least, 4) | st.integers(0, top) | st.just(-1 if kind.kind == "i" else 0)
    limits, width = np.finfo(kind), kind.itemsize * 8
    least = -1.0 if signed else 0.0
    usual = st.floats(least, 1, width=width)
    any_size = st.floats(least * float(limits.max), float(limits.max), width=width)
    rare = st.sampled_from([0.0, -0.0, 0.5, 1.0, float(limits.smallest_subnormal)])
    return usual | usual | rare | any_size | st.sampled_from(special)


@st.composite
def arrays(
    draw: st.DrawFn,
    dtype: str,
    shape: tuple[int, ...],
    signed: bool = False,
    special: tuple[float, ...] = (np.nan, np.inf, -1e-5),
) -> np.ndarray:
    if dtype in BAD_DTYPES:
        return np.ones(shape, dtype) if dtype[0] != "M" else np.zeros(shape, dtype)
    count = int(np.prod(shape))
    flat = draw(st.lists(numbers(dtype, signed, special), min_size=count, max_size=count))
    with np.errstate(over="ignore"):
        return np.array(flat, dtype).reshape(shape)


@st.composite
def scaled_columns(draw: st.DrawFn, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Each column in a unit of its own, which may be any number; rows that are near, apart or 0."""
    if not shape or np.dtype(dtype).kind != "f" or dtype in BAD_DTYPES:
        return draw(arrays(dtype, shape))
    limits = np.finfo(dtype)
    powers = st.integers(int(limits.minexp) - int(limits.nmant), int(limits.maxexp) - 1)
    units = 2.0 ** np.array(draw(st.lists(powers, min_size=shape[-1], max_size=shape[-1])), float)
    factor = st.sampled_from([1.0, 1.0, 1.0, 1.0 + 2.0**-40, 1.25, 1.5, 0.0])
    count = int(np.prod(shape))
    factors = draw(st.lists(factor, min_size=count, max_size=count))
    return np.asarray((units * np.reshape(factors, shape)).astype(dtype))


@st.composite
def large_arrays(draw: st.DrawFn, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Too large to be drawn entry by entry: digits, nearly equal rows, or a few clusters."""
    if dtype in BAD_DTYPES:
        return np.ones(shape, dtype) if dtype[0] != "M" else np.zeros(shape, dtype)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    style = draw(st.sampled_from(["digits", "digits", "positive", "near", "clusters"]))
    few = rng.integers(1, 10, (3, shape[-1]))
    if np.dtype(dtype).kind != "f" or style in ("digits", "positive"):
        found = rng.integers(1 if style == "positive" else 0, 4, shape)
        return found.astype(dtype)
    rows = few[0] if style == "near" else few[rng.integers(3, size=shape[:-1])]
    away = draw(st.sampled_from([0.0, 1e-12, 1e-7, 1e-3]))
    return np.asarray((rows * (1 + away * rng.integers(-9, 10, shape))).astype(dtype))


@st.composite
def nearly(draw: st.DrawFn, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`b`, or almost or exactly `a` where both are floats of one shape."""
    fits = a.dtype.kind == "f" and a.dtype.itemsize <= 8 and a.dtype == b.dtype
    if not fits or a.shape != b.shape:
        return b
    steps = draw(st.lists(st.integers(-2, 2), min_size=1, max_size=4))
    away = draw(st.sampled_from([0.0, 1e-16, 1e-14, 1e-9, 1e-6, 1e-3]))
    with np.errstate(all="ignore"):
        factors = 1.0 + away * np.resize(steps, a.shape)
        return np.asarray(a.astype(float) * factors, a.dtype)


@st.composite
def dtypes(draw: st.DrawFn, count: int, thorough: bool) -> list[str]:
    """Mostly all the same."""
    usual = st.sampled_from(ALL_DTYPES if thorough else FEW_DTYPES)
    some = draw(usual)
    if not draw(st.integers(0, 3)):
        return [draw(st.just(some) | usual | st.sampled_from(BAD_DTYPES)) for _ in range(count)]
    return [some] * count


@st.composite
def laid_out(draw: st.DrawFn, given: list[np.ndarray]) -> tuple[list[str], list[np.ndarray]]:
    names = [draw(st.just("plain") | st.sampled_from(list(LAYOUTS))) for _ in given]
    return names, [LAYOUTS[name](array) for name, array in zip(names, given, strict=True)]


@st.composite
def some_options(draw: st.DrawFn, table: dict[str, Any]) -> dict[str, Any]:
    """Up to three, and `invalid` in two of three calls."""
    names = draw(st.lists(st.sampled_from(list(table)), max_size=3, unique=True))
    options = {name: draw(table[name]) for name in names}
    invalid = draw(st.sampled_from([None, None, "raise", "nan", "nan", "nan", "nan", "drop"]))
    return options | ({"invalid": invalid} if invalid else {})


PSEUDOCOUNTS = st.sampled_from([0.0, 0.5, 1, 1e-10, 1e-320, 1e300, -1.0, np.nan]) | st.builds(
    lambda power: 10.0**power, st.integers(-323, 308)
)
COMMON_OPTIONS = {
    "base": st.sampled_from([None, 2, 10.0, 1.5, 1, 0.5, np.inf]),
    "threads": st.sampled_from([None, 1, 3, 3, 0]),
    "out": st.sampled_from(OUTS),
}


def output(kind: str, shape: tuple[int, ...], dtype: np.dtype) -> Any:
    """An array to write to, or what is none."""
    other = np.dtype("f8" if dtype == "f4" else "f4")
    dtype = {"other_dtype": other, "swapped": dtype.newbyteorder("S")}.get(kind, dtype)
    out = np.full((*shape, 1) if kind == "larger" else shape, SENTINEL, dtype)
    if kind in ("fortran", "strided", "reversed", "read_only"):
        out = LAYOUTS[kind](out)
    return out.tolist() if kind == "list" else out


def between(
    a: np.ndarray, shape: tuple[int, ...], dtype: np.dtype
) -> tuple[np.ndarray, np.ndarray]:
    """A copy of `a` with an array to write to in the other columns of the same table."""
    table = np.zeros((*shape, 2 + a.shape[-1]), dtype)
    copy = table[..., 1:-1]
    copy[...] = a
    return copy, table[..., -1]


def overlapping(
    a: np.ndarray, shape: tuple[int, ...], dtype: np.dtype
) -> tuple[np.ndarray, np.ndarray]:
    """A copy of `a` with an array to write to in the same memory."""
    out = np.zeros(shape, dtype)
    memory = np.zeros(max(a.nbytes, out.nbytes), np.uint8)
    copy = memory[: a.nbytes].view(a.dtype).reshape(a.shape)
    copy[...] = a
    return copy, memory[: out.nbytes].view(dtype).reshape(shape)
