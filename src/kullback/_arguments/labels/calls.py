"""A call with labels: its arguments as plain arrays in one order, and labels on what it returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from kullback._arguments.labels.advice import refusal
from kullback._arguments.labels.aligning import Kept, Lead, Placed, Role, aligned
from kullback._arguments.labels.axes import UnfitError
from kullback._arguments.labels.objects import has_labels, labelled, types_with_labels
from kullback._arguments.labels.placing import Places
from kullback._arguments.labels.results import with_labels
from kullback._arguments.labels.shapes import NOTHING, Shapes, shapes
from kullback._arguments.labels.stacks import as_labelled


def call(
    function: Callable[..., Any], of: Shapes, given: tuple[Any, ...], chosen: dict[str, Any]
) -> Any:
    """`function(*given, **chosen)`, by label where one of the arrays has labels."""
    types = types_with_labels()
    at = [i for i in of.places if i < len(given) and given[i] is not None]
    if not types or not any(has_labels(given[i], types) for i in at):
        return function(*given, **chosen)
    names = dict(zip(of.places, of.names, strict=True))
    arguments = [as_labelled(given[i], names[i], types, of.missing) for i in at]
    places = Places(of, arguments, chosen)
    plain = list(given)
    try:
        placed, indexes, mismatches = aligned(places.placed())
    except UnfitError:
        for i, argument in zip(at, arguments, strict=True):
            plain[i] = argument.values
        return function(*plain, **chosen)
    if mismatches:
        raise refusal(mismatches, of.missing)
    _check_sizes(placed)
    leads = _leads(placed)
    done: dict[int, Any] = {}  # what is given twice stays one object
    for i, each in zip(at, placed, strict=True):
        wanted = (*leads, *places.core(each.of.name))
        plain[i] = done.setdefault(id(given[i]), _arranged(each, wanted))
    options = _options(places, chosen)
    roles = (*leads, *_own(places, chosen))
    final = _final(roles, placed, bool(options.pop("keepdims", False)))
    bound = partial(function, *plain, **options)
    if of.result is None:
        return bound()
    if chosen.get("out") is not None:
        return _written(bound, roles, final)
    return with_labels(_in_order(bound(), roles, final), final, indexes, placed)


def matched(signature: str, **arrays: Any) -> tuple[Any, ...]:
    """Arrays in the order of each other's labels, for functions that are no faces."""
    places = {name: place for place, name in enumerate(arrays)}
    found: tuple[Any, ...] = call(
        lambda *plain: plain, shapes(signature, places), tuple(arrays.values()), {}
    )
    return found


def observations(vectors: dict[str, Any]) -> dict[str, Any]:
    """Vectors of one entry an observation, of any kind, in the order of the first with labels."""
    types = types_with_labels()
    named = [labelled(each, name) for name, each in vectors.items() if isinstance(each, types)]
    roles = {
        each.name: ("m", *((each.name, i) for i in range(1, len(each.indexes)))) for each in named
    }
    placed, _, mismatches = aligned([Placed(each, roles[each.name]) for each in named])
    if mismatches:
        raise refusal(mismatches, NOTHING)
    return {**vectors, **{each.of.name: each.of.values for each in placed}}


def _final(roles: tuple[Role, ...], placed: list[Placed], keepdims: bool) -> tuple[Role, ...]:
    """The dimensions of the result as the widest argument has them, some kept with length 1."""
    widest = max(placed, key=lambda each: len(each.roles)).roles
    whole: list[Role] = [role if role in roles else Kept(role) for role in widest]
    kept = [role for role in whole if isinstance(role, Kept)] if keepdims else []
    final = [role for role in whole if role in roles or role in kept]
    leads = [role for role in roles if isinstance(role, Lead)]
    if {*final} - {*kept} != {*roles} or [r for r in final if isinstance(r, Lead)] != leads:
        final = [*roles, *kept]  # DataArrays differ in their dimensions
    return tuple(final)


def _in_order(values: Any, roles: tuple[Role, ...], final: tuple[Role, ...]) -> Any:
    """A result, (leading axes, named axes), as it is to be."""
    if roles == final:
        return values
    own = [roles.index(role) for role in final if not isinstance(role, Kept)]
    axes = [axis for axis, role in enumerate(final) if isinstance(role, Kept)]
    return np.expand_dims(np.transpose(values, own), axes)


def _written(function: partial[Any], roles: tuple[Role, ...], final: tuple[Role, ...]) -> Any:
    """What was given as `out`, to which the function writes through a view."""
    out = function.keywords["out"]
    kept = [axis for axis, role in enumerate(final) if isinstance(role, Kept)]
    fits = isinstance(out, np.ndarray) and out.ndim == len(final)
    if roles == final or not fits or any(out.shape[axis] != 1 for axis in kept):
        return function()
    inside = out[(*(0 if axis in kept else slice(None) for axis in range(out.ndim)), ...)]
    own = [role for role in final if not isinstance(role, Kept)]
    function(out=inside.transpose([own.index(role) for role in roles]))
    return out


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
