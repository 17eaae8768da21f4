"""Axes that are called by number or, where something has labels, by name."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from kullback._arguments.labels.objects import Labelled


class UnfitError(Exception):
    """There is no such axis, which the function itself says best."""


def place_of(axis: Any, argument: Labelled, arguments: Sequence[Labelled]) -> int:
    """The place in one argument of an axis, whose name may be one that another argument has."""
    ndim = len(argument.indexes)
    if isinstance(axis, bool):
        raise UnfitError
    if not hasattr(axis, "__index__"):
        return _named(axis, argument, arguments)
    if ndim == 1 and argument.indexes[0] is not None:
        return 0  # of a Series beside a DataFrame
    if not -ndim <= axis < ndim:
        raise UnfitError
    return int(axis) % ndim


def _named(axis: Any, argument: Labelled, arguments: Sequence[Labelled]) -> int:
    if not isinstance(axis, str):
        raise UnfitError
    ndim = len(argument.indexes)
    for each in (argument, *arguments):
        names = axis_names(each)
        if axis in names:
            place = names[axis] - len(each.indexes) + ndim
            return max(place, 0)  # of a row beside a table: its only axis
    known = {name: None for each in arguments for name in axis_names(each)}
    raise ValueError(f"axis is {axis!r}; the dimensions are called {', '.join(map(repr, known))}")


def axis_names(argument: Labelled) -> dict[Hashable, int]:
    """What its axes are called."""
    if argument.dims is not None:
        return {dim: place for place, dim in enumerate(argument.dims)}
    if not argument.is_frame:
        return {}
    own = {index.name: i for i, index in enumerate(argument.indexes) if index.name is not None}
    usual = {"index": 0} if len(argument.indexes) == 1 else {"index": 0, "columns": 1}
    return {**usual, **own}
