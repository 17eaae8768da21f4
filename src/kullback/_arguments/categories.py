"""Vectors of labels, which a table of counts is made of: one label a vector for each observation.

A table is one argument; two or more are vectors. So nothing has to be guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kullback._arguments.labels.calls import observations
from kullback._process.arrays import Array

Function = TypeVar("Function", bound=Callable[..., Any])


def of_labels(*names: str) -> Callable[[Function], Function]:
    """A face of joint tables that also takes this many vectors of labels, named so in errors."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def counting(*given: Any, **options: Any) -> Any:
            if any(each is not None for each in given[1:]):
                given = (joint_counts(dict(zip(names, given, strict=False)), names),)
            return function(*given, **options)

        counting.__wrapped__ = function.__wrapped__  # type: ignore[attr-defined]
        return counting  # type: ignore[return-value]

    return decorate


def joint_counts(vectors: dict[str, Any], names: tuple[str, ...]) -> NDArray[np.int64]:
    """How often each combination of labels occurs, one axis a vector."""
    missing = [name for name in names if vectors.get(name) is None]
    if missing:
        raise TypeError(f"{' and '.join(missing)} is not given: {_expected(names)}")
    found = [_codes(vector, name) for name, vector in observations(vectors).items()]
    lengths = {name: len(codes) for name, (codes, _) in zip(names, found, strict=True)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the numbers of labels differ: {lengths}")
    shape = tuple(count for _, count in found)
    places = np.ravel_multi_index([codes for codes, _ in found], shape)
    return np.bincount(places, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)


def _expected(names: tuple[str, ...]) -> str:
    return f"give one joint table, or {len(names)} vectors of labels ({', '.join(names)})"


def _codes(given: Any, name: str) -> tuple[NDArray[np.intp], int]:
    """A number for each label, and how many there are."""
    array = np.asarray(given)
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"{name} has shape {array.shape}; vectors of labels have one axis, (n,), and a joint "
            "table is given alone"
        )
    lost = np.flatnonzero(_missing(array))
    if lost.size:
        raise ValueError(
            f"{name} has no label at {lost[0]} ({array[lost[0]]!r}; {lost.size} such in {name}); "
            "leave these observations out, or give them a label of their own"
        )
    if array.dtype.kind == "O":  # which need not have an order
        numbers = {label: i for i, label in enumerate(dict.fromkeys(array.tolist()))}
        return np.array([numbers[label] for label in array.tolist()], np.intp), len(numbers)
    different, codes = np.unique(array, return_inverse=True)
    return np.ravel(codes).astype(np.intp), len(different)


def _missing(array: Array) -> Array:
    """Which labels are None, NaN, NaT or NA: those that are not equal to themselves, and None."""
    if array.dtype.kind in "fcmM":
        return np.asarray(array != array)
    if array.dtype.kind != "O":
        return np.zeros(array.shape, bool)
    return np.array([label is None or not _is_itself(label) for label in array.tolist()], bool)


def _is_itself(label: Any) -> bool:
    try:
        return bool(label == label)
    except (TypeError, ValueError):  # pandas.NA is neither
        return False
