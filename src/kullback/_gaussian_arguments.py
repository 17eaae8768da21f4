"""Checks of Gaussians: shapes of means and spreads, and which of them are no Gaussians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback import _arguments
from kullback._drivers.rows import Invalid

Array = NDArray[Any]
SPREADS = {"var": "variance", "std": "standard deviation", "log_var": "log-variance"}
AT_ONCE = 1 << 18  # entries that are looked at in one go


class Gaussians(NamedTuple):
    """n Gaussians of d dimensions: arrays as they were given, broadcast to (n, d), unread."""

    mean: Array
    spread: Array
    given: tuple[Array, Array]
    names: tuple[str, str]


def spread_kind(spread: object) -> str:
    """The option `spread`, checked."""
    if not isinstance(spread, str) or spread not in SPREADS:
        raise ValueError(f'spread is {spread!r}; it must be "var", "std" or "log_var"')
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
    if axis != -1:
        _check_axis(axis, len(whole) or 1, arrays, names)
    if not whole:
        return [array.reshape(1) for array in arrays]
    if axis != -1:
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


def gaussian_rows(mean: ArrayLike, spread: ArrayLike, names: tuple[str, str]) -> Gaussians:
    """Means and spreads as one set of rows; at least one dimension."""
    given = _arguments.array(mean, names[0]), _arguments.array(spread, names[1])
    shapes = f"{names[0]} has shape {given[0].shape} and {names[1]} has shape {given[1].shape}"
    try:
        shape = np.broadcast_shapes(given[0].shape, given[1].shape)
    except ValueError:
        raise ValueError(f"{shapes}, which do not broadcast to one") from None
    if len(shape) != 2:
        raise ValueError(f"{shapes}; together they must have two axes, rows and dimensions")
    if shape[1] == 0:
        raise ValueError(f"there are no dimensions: {shapes}")
    means, spreads = (np.broadcast_to(array, shape) for array in given)
    return Gaussians(means, spreads, given, names)


def wrong_rows(gaussians: Gaussians, kind: str, zero: bool, raises: bool) -> Array:
    """Which rows are no Gaussians; ValueError naming the first entry where `raises`.

    `zero` says whether a variance may be 0.
    """
    mean, spread, _, names = gaussians
    n, d = mean.shape
    wrong = np.zeros(n, bool)
    faults = []
    step = max(1, AT_ONCE // d)
    for array, name, allowed in ((mean, names[0], None), (spread, names[1], (kind, zero))):
        found = np.zeros(n, bool)
        for start in range(0, n, step):
            part = array[start : start + step]
            found[start : start + step] = (~_right(part, allowed)).any(axis=1)
        if found.any() and raises:
            faults.append(_fault(array, name, found, allowed))
        wrong |= found
    if faults:
        raise ValueError("; ".join(faults))
    return wrong


def _right(values: Array, allowed: tuple[str, bool] | None) -> Array:
    """Which entries are finite means, or spreads of a kind, of which some may be 0."""
    if allowed is None:
        return np.isfinite(values)
    kind, zero = allowed
    if kind == "log_var":
        return np.asarray(np.isfinite(values) | (np.isneginf(values) if zero else False))
    return np.asarray(((values >= 0) if zero else (values > 0)) & (values < np.inf))


def _fault(array: Array, name: str, found: Array, allowed: tuple[str, bool] | None) -> str:
    row = int(np.flatnonzero(found)[0])
    column = int(np.flatnonzero(~_right(array[row], allowed))[0])
    value = array[row, column]
    what = "mean" if allowed is None else SPREADS[allowed[0]]
    kind = "NaN" if np.isnan(value) else "infinite" if np.isinf(value) else "negative"
    kind = kind if value else "zero"
    count = int(found.sum())
    return (
        f"{name} holds no {what}: row {row}, dimension {column} is {kind} ({value}) ({count} such "
        f'row{"s" * (count > 1)} in {name}; invalid="nan" gives NaN there)'
    )


def reporter(arrays: Sequence[Array], names: Sequence[str], kind: str, raises: bool) -> Invalid:
    """What is to happen when a kernel meets what is no Gaussian: means and spreads by turns."""
    if not raises:
        return Invalid(None)

    def report() -> Exception:
        found = []
        for number, (array, name) in enumerate(zip(arrays, names, strict=True)):
            of_q = number == 3
            found.append(_entries(array, name, (kind, not of_q) if number % 2 else None))
        return ValueError("; ".join(filter(None, found)))

    return Invalid(report)


def _entries(array: Array, name: str, allowed: tuple[str, bool] | None) -> str:
    """The first entry that is wrong, and how many are."""
    wrong = ~_right(array, allowed)
    count = int(np.count_nonzero(wrong))
    if not count:
        return ""
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape) if wrong.ndim else ()
    at = f"[{', '.join(str(int(i)) for i in place)}]" if place else ""
    return (
        f"{name}{at} is {array[place]}: {_rule(allowed)} ({count} such "
        f'entr{"ies" if count > 1 else "y"} in {name}; invalid="nan" gives NaN there)'
    )


def _rule(allowed: tuple[str, bool] | None) -> str:
    if allowed is None:
        return "a mean must be finite"
    kind, zero = allowed
    what = f"a {SPREADS[kind]} of {'p' if zero else 'q'} must be finite"
    if kind == "log_var":
        return f"{what}, or -inf for a point" if zero else what
    return f"{what} and not negative" if zero else f"{what} and above 0"
