"""Where results are written, and how a function ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from kullback._process.arrays import Array
from kullback._process.memory import check_memory

# To find out whether `out` overlaps an input: some microseconds. (The stubs know of 0 and -1 only.)
MOST_WORK: Any = 10_000


class Results:
    """The array that a function returns: drivers fill `flat`, and `returned` ends the call."""

    __slots__ = ("array", "flat", "in_place", "number")

    def __init__(
        self,
        out: Array | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        inputs: list[Array],
        function: str = "this call",
    ) -> None:
        """`out`, if it is fit to be written to, or a new array that fits into memory."""
        array = output(out, shape, dtype, inputs, function)
        in_place = out is None or array.flags.c_contiguous
        self.flat = array.reshape(-1) if in_place else np.empty(array.size, dtype)
        self.array, self.in_place, self.number = array, in_place, out is None and not shape

    def returned(self) -> Any:
        """What the caller gets: a number where there are no axes and no `out`."""
        if not self.in_place:
            self.array[...] = self.flat.reshape(self.array.shape)
        return self.array[()] if self.number else self.array


def output(
    out: object,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    inputs: list[Array],
    function: str = "this call",
) -> Array:
    """`out` if it is fit to be written to, or a new array; `function` is what an error names."""
    if out is None:
        check_memory(shape, dtype, function)
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ValueError(f"out is a {type(out).__name__}; it must be a NumPy array")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(
            f"out has shape {out.shape} and dtype {out.dtype}; it must have shape {shape} "
            f"and dtype {dtype}"
        )
    if not out.flags.writeable:
        raise ValueError("out is read-only; pass an array that can be written to")
    if _overlaps(out, inputs):
        raise ValueError("out overlaps an input; pass an array with memory of its own")
    return out


def same_memory(x: Array, y: Array) -> bool:
    """Whether these are one array, seen twice: as `frame.values` is, each time anew."""
    if x is y:
        return True
    if x.shape != y.shape or x.strides != y.strides or x.dtype != y.dtype:
        return False
    return bool(x.__array_interface__["data"] == y.__array_interface__["data"])


def _overlaps(out: Array, inputs: list[Array]) -> bool:
    """Whether an element of out is one of an input: a column beside the bins has none of them."""
    owner = _owner(out)
    for given in inputs:
        other = _owner(given)
        if owner is not None and other is not None and owner is not other:
            continue  # soon found out, and the usual case: `shares_memory` takes 0.5 us
        try:
            if np.shares_memory(out, given, MOST_WORK):  # by name: 0.3 us more
                return True
        except np.exceptions.TooHardError:
            return True
    return False


def _owner(x: Array) -> object:
    """The array to which the memory of x belongs, where that is one of NumPy's."""
    base = x.base
    owner = x if base is None else base
    return owner if type(owner) is np.ndarray and owner.flags.owndata else None
