"""The labels of a result: those of its rows, of both sides of a matrix, or none."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from functools import reduce
from typing import Any

from kullback._arguments.labels.aligning import Kept, Placed, Role

SIDES = ("n", "m")  # of a matrix


def with_labels(
    values: Any, roles: tuple[Role, ...], indexes: dict[Role, Any], arguments: list[Placed]
) -> Any:
    """The result with labels on its axes, if any axis has some: as what was given has them."""
    if not getattr(values, "ndim", 0):
        return values
    itself = roles == SIDES and "m" not in {role for each in arguments for role in each.roles}
    if any(argument.of.dims is not None for argument in arguments):
        own = [argument for argument in arguments if argument.of.dims is not None]
        return _matrix(values, own, itself) if roles == SIDES else _rows(values, roles, own)
    if itself:
        indexes = {**indexes, "m": indexes.get("n")}
    labels = [indexes.get(role) for role in roles]
    fitting = [
        index if index is not None and len(index) == n else None
        for index, n in zip(labels, values.shape, strict=True)
    ]
    if values.ndim > 2 or all(index is None for index in fitting):
        return values
    pandas = sys.modules["pandas"]
    if values.ndim == 1:
        return pandas.Series(values, index=fitting[0], copy=False)
    return pandas.DataFrame(values, index=fitting[0], columns=fitting[1], copy=False)


def _rows(values: Any, roles: tuple[Role, ...], arguments: list[Placed]) -> Any:
    """A DataArray with all coordinates that belong to what is left of the dimensions."""
    names: dict[Role, Hashable] = {}
    coordinates = []
    for argument in arguments:
        mine = dict(zip(argument.roles, argument.of.dims or (), strict=True))
        names = {**mine, **names}
        gone = [dim for role, dim in mine.items() if role not in roles]
        coordinates.append(argument.of.given.isel(dict.fromkeys(gone, 0), drop=True).coords)
    own = [role.role if isinstance(role, Kept) else role for role in roles]
    dims = [names.get(role, f"dim_{axis}") for axis, role in enumerate(own)]
    return _data_array(values, dims, coordinates)


def _matrix(values: Any, arguments: list[Placed], itself: bool) -> Any:
    """A DataArray of both sides' rows; a dimension that both have is named twice, x_0 and x_1."""
    sources = [next((each for each in arguments if side in each.roles), None) for side in SIDES]
    if itself:
        sources[1] = sources[0]
    found = [
        None if source is None else _side(source, "m" if "m" in source.roles else "n")
        for source in sources
    ]
    dims = [f"dim_{i}" if side is None else side.dims[0] for i, side in enumerate(found)]
    coordinates = []
    for i, side in enumerate(found):
        if side is None:
            continue
        if dims[0] == dims[1]:
            names = {name: f"{name}_{i}" for name in side.coords if side.coords[name].dims}
            side = side.rename({dims[i]: f"{dims[i]}_{i}", **names})
        coordinates.append(side.coords)
    if dims[0] == dims[1]:
        dims = [f"{dim}_{i}" for i, dim in enumerate(dims)]
    return _data_array(values, dims, coordinates)


def _side(argument: Placed, role: Role) -> Any:
    """An argument with its rows alone."""
    kept = (argument.of.dims or ())[argument.axis(role)]
    others = [dim for dim in argument.of.dims or () if dim != kept]
    return argument.of.given.isel(dict.fromkeys(others, 0), drop=True)


def _data_array(values: Any, dims: list[Hashable], coordinates: list[Any]) -> Any:
    coords = reduce(lambda one, other: one.merge(other).coords, coordinates)
    sizes = dict(zip(dims, values.shape, strict=True))
    fitting = {name: each for name, each in coords.items() if each.sizes.items() <= sizes.items()}
    array = sys.modules["xarray"].DataArray
    kept = coords if len(fitting) == len(coords) else fitting
    return array(values, coords=kept, dims=dims)
