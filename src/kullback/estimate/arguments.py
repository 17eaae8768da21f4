"""What estimators and projections are given: options, samples, weights, functions of points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from kullback._arguments import arrays
from kullback._arguments.labels.calls import matched
from kullback._process.arrays import Array, Floats, contiguous


def choice(given: object, known: Iterable[str], name: str) -> None:
    """Raise ValueError unless the option is one of the known words."""
    words = tuple(known)
    if given not in words:
        listed = ", ".join(map(repr, words))
        raise ValueError(f"{name} is {given!r}; it must be one of {listed}")


def by_label(given: dict[str, Any], rows: Sequence[str]) -> tuple[Any, ...]:
    """Arrays of shape (n,) or (n, d), the dimensions of all in the order of the first's labels.

    `rows` are names for what lies along n: what has the same name is compared by label, too.
    """
    cores = [
        f"({row},d)" if np.ndim(x) > 1 else f"({row})"
        for x, row in zip(given.values(), rows, strict=True)
    ]
    return matched(",".join(cores), **given)


def whole(given: Any, name: str, least: int) -> int:
    """The option as an int, which must be a whole number and at least `least`."""
    if isinstance(given, bool) or not hasattr(given, "__index__"):
        raise TypeError(f"{name} is {given!r}; it must be a whole number")
    if int(given) < least:
        raise ValueError(f"{name} is {given!r}; it must be at least {least}")
    return int(given)


def samples(given: Any, name: str) -> Floats:
    """Samples of shape (n,) or (n, d) as (n, d), n and d > 0, all of them finite."""
    array = checked_samples(given, name)
    rows = contiguous(array.reshape(len(array), -1))
    wrong = np.argwhere(~np.isfinite(rows))
    if wrong.size:
        raise ValueError(
            f"{name} is {rows[tuple(wrong[0])]} at sample {wrong[0][0]}; it must be finite"
        )
    return rows


def checked_samples(given: Any, name: str) -> Array:
    """Samples as the array they are, of shape (n,) or (n, d), whose entries are not looked at."""
    array = arrays.array(given, name)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"{name} has shape {array.shape}; it must be (n,) or (n, d), n > 0")
    return array


def shares(given: Any, name: str) -> Floats:
    """Weights divided by their sum. They must be finite, not negative and not all 0."""
    weights = np.asarray(arrays.array(given, name), np.float64)
    if not ((weights >= 0) & (weights < np.inf)).all() or not weights.any():
        raise ValueError(f"{name} must be finite, not negative and not all 0")
    scaled = weights / weights.max()  # whose sum does not overflow
    return np.asarray(scaled / scaled.sum())


def values(
    function: Callable[[Any], Any], points: Any, shape: tuple[int, ...], name: str
) -> Floats:
    """What a user's function gives for the points, which must have this shape."""
    with np.errstate(all="ignore"):
        found = np.asarray(function(points), np.float64)
    if found.shape != shape:
        raise ValueError(
            f"{name} gives shape {found.shape} for points of shape {np.shape(points)}; it must "
            f"give {shape}"
        )
    return found
