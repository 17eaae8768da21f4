"""A call with labels: its arguments as plain arrays in one order, and labels on what it returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from kullback._arguments.labels.advice import refusal
from kullback._arguments.labels.aligning import Kept, Lead, Placed, Role, aligned
from kullback._arguments.labels.axes import UnfitError
from kullback._arguments.labels.objects import has_labels, types_with_labels
from kullback._arguments.labels.placing import Places
from kullback._arguments.labels.results import with_labels
from kullback._arguments.labels.shapes import Shapes
from kullback._arguments.labels.stacks import as_labelled


def call(
    function: Callable[..., Any], shapes: Shapes, given: tuple[Any, ...], chosen: dict[str, Any]
) -> Any:
    """`function(*given, **chosen)`, by label where one of the arrays has labels."""
    types = types_with_labels()
    at = [i for i in shapes.places if i < len(given) and given[i] is not None]
    if not types or not any(has_labels(given[i], types) for i in at):
        return function(*given, **chosen)
    names = dict(zip(shapes.places, shapes.names, strict=True))
    arguments = [as_labelled(given[i], names[i], types, shapes.missing) for i in at]
    places = Places(shapes, arguments, chosen)
    plain = list(given)
    try:
        placed, indexes, mismatches = aligned(places.placed())
    except UnfitError:
        for i, argument in zip(at, arguments, strict=True):
            plain[i] = argument.values
        return function(*plain, **chosen)
    if mismatches:
        raise refusal(mismatches, shapes.missing)
    _check_sizes(placed)
    leads = _leads(placed)
    done: dict[int, Any] = {}  # what is given twice stays one object
    for i, each in zip(at, placed, strict=True):
        wanted = (*leads, *places.core(each.of.name))
        plain[i] = done.setdefault(id(given[i]), _arranged(each, wanted))
    options = _options(places, chosen)
    roles = (*leads, *_own(places, chosen))
    if options.pop("keepdims", False):
        return _with_kept(partial(function, *plain, **options), roles, indexes, placed)
    result = function(*plain, **options)
    if shapes.result is None or chosen.get("out") is not None:
        return result
    return with_labels(result, roles, indexes, placed)


def _with_kept(
    function: partial[Any],
    leads: tuple[Role, ...],
    indexes: dict[Role, Any],
    placed: list[Placed],
) -> Any:
    """The result with axes of length 1 where the named axes were."""
    widest = max(placed, key=lambda each: len(each.roles))
    roles: list[Role] = [role if isinstance(role, Lead) else Kept(role) for role in widest.roles]
    kept: list[Role] = [role for role in roles if isinstance(role, Kept)]
    if [role for role in roles if role not in kept] != list(leads):  # DataArrays differ in order
        roles = [*leads, *kept]
    axes = [axis for axis, role in enumerate(roles) if role in kept]
    out = function.keywords.get("out")
    if out is None:
        return with_labels(np.expand_dims(function(), axes), tuple(roles), indexes, placed)
    if isinstance(out, np.ndarray) and out.ndim == len(roles):
        inside = (*(0 if axis in axes else slice(None) for axis in range(out.ndim)), ...)
        if all(out.shape[axis] == 1 for axis in axes):
            function(out=out[inside])
            return out
    return function(keepdims=True)


def _leads(placed: list[Placed]) -> list[Role]:
    """The dimensions that broadcast, in the order in which the result has them."""
    found = dict.fromkeys(
        role for argument in placed for role in argument.roles if isinstance(role, Lead)
    )
    numbered = [role for role in found if role.numbered]
    return [
        *sorted(numbered, key=lambda role: -role.which),
        *(role for role in found if not role.numbered),
    ]


def _arranged(argument: Placed, wanted: tuple[Role, ...]) -> Any:
    """The values with their axes in this order: one of length 1 where a dimension is missing."""
    roles = list(argument.roles)
    order, missing = [], []
    for place, role in enumerate(wanted):
        if role in roles:
            order.append(roles.index(role))
            roles[order[-1]] = None  # an argument may have a dimension twice
        else:
            missing.append(place)
    values = argument.of.values
    if order != sorted(order):
        values = values.transpose(order)
    first = min((place for place in range(len(wanted)) if place not in missing), default=0)
    inside = [place for place in missing if place > first and order]
    return np.expand_dims(values, [place - first for place in inside]) if inside else values


def _check_sizes(placed: list[Placed]) -> None:
    """ValueError where one dimension of DataArrays has two sizes: it is not stretched."""
    sizes: dict[Role, tuple[str, int]] = {}
    for argument in placed:
        dims = argument.of.dims
        if dims is None:
            continue
        for role, dim, size in zip(argument.roles, dims, argument.of.values.shape, strict=True):
            name, other = sizes.setdefault(role, (argument.of.name, size))
            if size != other:
                raise ValueError(
                    f"the sizes along {dim!r} differ: {name} has {other} and {argument.of.name} "
                    f"has {size}"
                )


def _options(places: Places, chosen: dict[str, Any]) -> dict[str, Any]:
    """The options, of arrays whose named axes are the last."""
    moved = places.shapes.moved
    count = sum(len(places.written_out(role)) for role in moved)
    options = dict(chosen)
    for role, option in sorted(moved.items(), key=lambda each: each[1] == "axis"):
        size = len(places.written_out(role))
        axes = tuple(range(-count, size - count))
        count -= size
        if option in chosen and chosen[option] is None:
            continue
        options[option] = axes if size > 1 else axes[0]
    return options


def _own(places: Places, chosen: dict[str, Any]) -> tuple[Role, ...]:
    """The dimensions of the result that do not broadcast."""
    shapes = places.shapes
    if "axis" in chosen and chosen["axis"] is None:
        return shapes.cores[0]
    return tuple(each for role in shapes.result or () for each in places.written_out(role))
