"""What was given, as values and the labels of each axis."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kullback._arguments.arrays import array

REAL = "fiub"
PANDAS, XARRAY = ("Series", "DataFrame"), ("DataArray", "Variable")


@dataclass(frozen=True, eq=False)
class Labelled:
    """An argument: its values, and the index of each axis, or None where it has no labels.

    `dims` are the names of a DataArray's dimensions. `given` is what the labels belong to.
    """

    name: str
    given: Any
    values: Any
    indexes: tuple[Any, ...]
    dims: tuple[Hashable, ...] | None = None

    @property
    def unlabelled(self) -> bool:
        """Whether its axes are known by their places alone."""
        return self.dims is None and all(index is None for index in self.indexes)

    @property
    def is_frame(self) -> bool:
        """Whether it is of pandas, and the user can call its methods."""
        return _is(self.given, "pandas", PANDAS)


def _is(given: object, library: str, names: tuple[str, ...]) -> bool:
    """Whether it is of a class of a library, which somebody else may have imported."""
    module = sys.modules.get(library)
    return any(isinstance(given, getattr(module, name, ())) for name in names)


def types_with_labels() -> tuple[type, ...]:
    """Whatever has labels, and pandas' own arrays, which have missing values."""
    frame = getattr(sys.modules.get("pandas"), "DataFrame", None)
    return _types(frame, getattr(sys.modules.get("xarray"), "DataArray", None))


@cache
def _types(frame: type | None, array: type | None) -> tuple[type, ...]:
    found: list[type] = []
    if frame is not None:
        pandas = sys.modules["pandas"]
        found += [frame, pandas.Series, pandas.api.extensions.ExtensionArray]
    if array is not None:
        found += [array, sys.modules["xarray"].Variable]
    return tuple(found)


def has_labels(given: object, types: tuple[type, ...]) -> bool:
    """Whether it, or a row of it where it is a list of rows, is one of the types."""
    if isinstance(given, (list, tuple)) and given:
        if isinstance(given[0], (list, tuple)):
            return has_labels(given[0], types)
        return any(issubclass(each, types) for each in set(map(type, given)))
    return isinstance(given, types)


def labelled(given: Any, name: str) -> Labelled:
    """One argument, which is an array if nothing else."""
    if _is(given, "pandas", PANDAS):
        indexes = (given.index,) if given.ndim == 1 else (given.index, given.columns)
        return Labelled(name, given, _values(given, name), indexes)
    if _is(given, "xarray", ("Variable",)):
        given = sys.modules["xarray"].DataArray(given)
    if _is(given, "xarray", ("DataArray",)):
        indexes = tuple(given.indexes.get(dim) for dim in given.dims)
        return Labelled(name, given, given.data, indexes, given.dims)
    if _is(given, "pandas.api.extensions", ("ExtensionArray",)):
        values = _as_floats(given) if given.dtype.kind in REAL else np.asarray(given)
        return Labelled(name, given, values, (None,) * values.ndim)
    foreign = hasattr(given, "ndim") and hasattr(given, "shape")  # sparse, lazy, or on a device
    values = given if foreign else array(given, name)
    return Labelled(name, given, values, (None,) * values.ndim)


def _as_floats(given: Any) -> Any:
    return given.to_numpy(dtype=np.float64, na_value=np.nan)


def _values(given: Any, name: str) -> Any:
    """A Series' or DataFrame's values, float64 where one of its dtypes knows missing values."""
    if given.ndim == 1:
        own = isinstance(given.dtype, np.dtype)
        return given.to_numpy() if own or given.dtype.kind not in REAL else _as_floats(given)
    dtypes = list(given.dtypes)
    kinds = {dtype.kind for dtype in dtypes}
    if not kinds <= set(REAL + "c"):
        raise TypeError(_not_numbers(given, name))
    if all(isinstance(dtype, np.dtype) for dtype in dtypes):
        # pandas makes objects of booleans beside numbers.
        return given.to_numpy(np.result_type(*dtypes)) if dtypes else given.to_numpy(float)
    return given.to_numpy(complex) if "c" in kinds else _as_floats(given)


def _not_numbers(frame: Any, name: str) -> str:
    """Which columns are none, and how to compare the others."""
    wrong = [i for i, dtype in enumerate(frame.dtypes) if dtype.kind not in REAL + "c"]
    labels, first = [frame.columns[i] for i in wrong], frame.iloc[:, wrong[0]]
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    if all(_holds_numbers(frame.iloc[:, i]) for i in wrong):
        what = f"{name} holds objects in column {labels[0]!r}{more}"
        if any(frame.iloc[:, i].hasnans for i in wrong):
            code = f"{name}.astype(float).fillna(0)"
            return f"{what}, with missing values; if these are empty bins: {code}"
        return f"{what}; if all are numbers: {name}.astype(float)"
    text = first.iloc[0] if len(first) else None
    example = f"text, such as {text!r}," if isinstance(text, str) else f"values of {first.dtype}"
    what = f"{name} holds {example} in column {labels[0]!r}{more}"
    if len(wrong) == frame.shape[1]:
        return f"{what}; count what it holds first, for example by value_counts"
    rows = f"if they name the rows, {name}.set_index({labels!r})"
    return f"{what}; {rows}; to leave them out: {name}.drop(columns={labels!r})"


def _holds_numbers(column: Any) -> bool:
    kinds = ("integer", "floating", "mixed-integer-float", "decimal", "boolean")
    infer = sys.modules["pandas"].api.types.infer_dtype
    return column.dtype.kind == "O" and infer(column, skipna=True) in kinds
