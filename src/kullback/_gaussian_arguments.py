"""What Gaussians are given as: arrays of means and spreads, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.rows import Invalid

Array = NDArray[Any]

SPREADS = {"var": "variance", "std": "standard deviation", "log_var": "log-variance"}


def spread_word(spread: object) -> str:
    """The spread if it is one of the three."""
    if not isinstance(spread, str) or spread not in SPREADS:
        known = ", ".join(map(repr, SPREADS))
        raise ValueError(f"spread is {spread!r}; it must be one of {known}")
    return spread


def dimensions_last(arrays: Sequence[Array], names: Sequence[str], axis: int) -> list[Array]:
    """The arrays with one common number of dimensions of space, on the last axis.

    Leading axes are left to be broadcast; numbers are Gaussians of one dimension.
    """
    shapes = [array.shape for array in arrays]
    try:
        whole = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"the shapes do not broadcast: {_shapes(arrays, names)}") from None
    if not whole:
        return [array.reshape(1) for array in arrays]
    if axis != -1:
        _check_axis(axis, len(whole), arrays, names)
        arrays = [a.reshape((1,) * (len(whole) - a.ndim) + a.shape) for a in arrays]
        arrays = [np.moveaxis(array, axis, -1) for array in arrays]
        whole = np.broadcast_shapes(*(array.shape for array in arrays))
    d = whole[-1]
    if not d:
        raise ValueError(f"there are no dimensions: {_shapes(arrays, names)}")
    return [a if a.shape[-1:] == (d,) else np.broadcast_to(a, (*a.shape[:-1], d)) for a in arrays]


def _check_axis(axis: object, ndim: int, arrays: Sequence[Array], names: Sequence[str]) -> None:
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise TypeError(f"axis is {axis!r}; it must be an integer or None")
    if not -ndim <= int(axis.__index__()) < ndim:
        raise ValueError(f"axis is {axis}, but {_shapes(arrays, names)}")


def _shapes(arrays: Sequence[Array], names: Sequence[str]) -> str:
    return ", ".join(f"{n} has shape {a.shape}" for n, a in zip(names, arrays, strict=True))


def reporter(arrays: Sequence[Array], names: Sequence[str], spread: str, raises: bool) -> Invalid:
    """What is to happen when a kernel meets what is no Gaussian: means and spreads by turns."""
    if not raises:
        return Invalid(None)

    def report() -> Exception:
        found = []
        for number, (array, name) in enumerate(zip(arrays, names, strict=True)):
            test = _wrong_mean if number % 2 == 0 else _wrong_spread(spread, of_q=number == 3)
            found.append(_describe(array, name, *test))
        return ValueError("; ".join(filter(None, found)))

    return Invalid(report)


Test = tuple[Callable[[Array], Array], str]

_wrong_mean: Test = (lambda x: ~np.isfinite(x), "a mean must be finite")


def _wrong_spread(spread: str, of_q: bool) -> Test:
    """What no spread of p (which may be a point) or of q can be."""
    what = f"a {SPREADS[spread]} of {'q' if of_q else 'p'} must be"
    if spread == "log_var":
        if of_q:
            return lambda x: ~np.isfinite(x), f"{what} finite"
        return lambda x: ~(x < np.inf), f"{what} finite, or -inf for a point"
    if of_q:
        return lambda x: ~((x > 0) & (x < np.inf)), f"{what} finite and above 0"
    return lambda x: ~((x >= 0) & (x < np.inf)), f"{what} finite and not negative"


def _describe(array: Array, name: str, is_wrong: Callable[[Array], Array], rule: str) -> str:
    """The first entry that is wrong, and how many are."""
    wrong = is_wrong(np.asarray(array, np.float64))
    count = int(np.count_nonzero(wrong))
    if not count:
        return ""
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape) if wrong.ndim else ()
    at = f"[{', '.join(str(int(i)) for i in place)}]" if place else ""
    plural = "ies" if count > 1 else "y"
    return (
        f'{name}{at} is {array[place]}: {rule} ({count} such entr{plural}; invalid="nan" gives '
        "NaN there)"
    )
