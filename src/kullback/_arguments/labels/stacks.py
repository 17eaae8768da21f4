"""Lists of rows with labels: one array, whose first axis has none."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Any

from kullback._arguments.arrays import array
from kullback._arguments.labels.advice import refusal
from kullback._arguments.labels.aligning import Placed, aligned
from kullback._arguments.labels.objects import Labelled, has_labels, labelled


def as_labelled(given: Any, name: str, types: tuple[type, ...], missing: str) -> Labelled:
    """One argument; `missing` is what a label that a row of a list lacks is worth."""
    if not isinstance(given, (list, tuple)) or not has_labels(given, types):
        return labelled(given, name)
    rows = [as_labelled(row, f"{name}[{i}]", types, missing) for i, row in enumerate(given)]
    dims = next((row.dims for row in rows if row.dims is not None), None)
    placed, indexes, mismatches = aligned([Placed(row, _roles(row, dims)) for row in rows])
    if mismatches:
        raise refusal(mismatches, missing)
    if dims is None:
        values = array([row.of.values for row in placed], name)
        own = (indexes.get(axis) for axis in range(1 - values.ndim, 0))
        return Labelled(name, given, values, (None, *own))
    values = array([_in_order(row, dims) for row in placed], name)
    first = next(row.of.given for row in placed if row.of.dims is not None)
    new = next(word for i in range(len(dims) + 1) if (word := f"dim_{i}") not in dims)
    return labelled(
        sys.modules["xarray"].DataArray(values, coords=first.coords, dims=(new, *dims)), name
    )


def _roles(row: Labelled, dims: tuple[Hashable, ...] | None) -> tuple[Hashable, ...]:
    """Dimensions by name, or by their place from the right."""
    if row.dims is not None:
        return row.dims
    count = len(row.indexes)
    if dims is not None and len(dims) == count:
        return dims
    return tuple(range(-count, 0))


def _in_order(row: Placed, dims: tuple[Hashable, ...]) -> Any:
    """The values of a DataArray with its dimensions in the order of the others'."""
    if set(row.roles) != set(dims):
        raise ValueError(f"{row.of.name} has the dimensions {row.roles}, and others have {dims}")
    return row.of.values.transpose([row.roles.index(dim) for dim in dims])
