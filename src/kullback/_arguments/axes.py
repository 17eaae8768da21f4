"""The axes of the bins: one, or several that make one row together; and the shape of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kullback._process.arrays import Array

Axis = int | str | tuple[int | str, ...]  # by name only of arrays with labels


def resolve_axis(axis: object, ndim: int, shapes: str) -> tuple[int, ...]:
    """The axes of the bins in an argument, each counted from 0, in the order in which they stand.

    TypeError for what is no axis; ValueError, which tells the shapes, for one that it does not
    have, for one that stands there twice, and for none at all.
    """
    given = axis if isinstance(axis, tuple) else (axis,)
    for one in given:
        if isinstance(one, str):
            raise TypeError(f"axis is {axis!r}, but no argument has labels; give its number")
        if isinstance(one, bool) or not hasattr(one, "__index__"):
            raise TypeError(f"axis is {axis!r}; it must be an integer, or a tuple of integers")
        if not -ndim <= one < ndim:
            raise ValueError(f"axis is {axis}, but {shapes}")
    found = tuple(int(one) % ndim for one in given)
    if not found:
        raise ValueError("axis is (); it must name the axes of the bins, at least one")
    if len(set(found)) < len(found):
        raise ValueError(f"axis is {axis}, which is one axis twice: {shapes}")
    return found


def bins_last(axis: object, *named: tuple[str, Array]) -> list[Array]:
    """The arguments with their bins on one axis, the last.

    Several axes of bins are made one, which copies an array where they do not follow on each other
    in memory. They must have the same shape in all arguments: their number says too little.
    """
    if type(axis) is int and axis == -1:
        return [array for _, array in named]
    if not isinstance(axis, tuple) and not all(array.ndim for _, array in named):
        return [array for _, array in named]  # a single number: what is wrong is said with shapes
    found = [(_places(axis, name, array), array) for name, array in named]
    if isinstance(axis, tuple):
        _same_shape(axis, [tuple(a.shape[i] for i in places) for places, a in found], named)
    return [merged(array, places) for places, array in found]


def _places(axis: object, name: str, array: Array) -> tuple[int, ...]:
    return resolve_axis(axis, array.ndim, f"{name} has shape {array.shape}")


def _same_shape(
    axis: object, bins: Sequence[tuple[int, ...]], named: Sequence[tuple[str, Array]]
) -> None:
    if any(shape != bins[0] for shape in bins):
        shapes = " and ".join(f"{name} has shape {array.shape}" for name, array in named)
        raise ValueError(f"the bins differ along axis {axis}: {shapes}")


def merged(array: Array, places: tuple[int, ...]) -> Array:
    """The array with these axes made one, which is the last."""
    last = range(-len(places), 0)
    moved = np.moveaxis(array, places, tuple(last))
    if len(places) == 1:
        return moved
    lead = moved.shape[: -len(places)]
    return moved.reshape(*lead, math.prod(array.shape[i] for i in places))


def kept(lead: tuple[int, ...], axis: Axis, keepdims: object) -> tuple[int, ...]:
    """The shape of a result whose axes are `lead`, or have a 1 where those of the bins were."""
    if not keepdims:
        return lead
    return with_bins(lead, axis, (1,) * (len(axis) if isinstance(axis, tuple) else 1))


def with_bins(lead: tuple[int, ...], axis: Axis, bins: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a result that has the bins where the arguments have them."""
    given = axis if isinstance(axis, tuple) else (axis,)
    ndim = len(lead) + len(bins)
    sizes = {int(one) % ndim: size for one, size in zip(given, bins, strict=True)}
    others = iter(lead)
    return tuple(sizes[i] if i in sizes else next(others) for i in range(ndim))


def bins_back(rows: Array, lead: tuple[int, ...], axis: Axis, bins: tuple[int, ...]) -> Array:
    """Rows, bins last, as `with_bins` says."""
    given: Any = axis if isinstance(axis, tuple) else (axis,)
    return np.moveaxis(rows.reshape(*lead, *bins), range(-len(bins), 0), given)
