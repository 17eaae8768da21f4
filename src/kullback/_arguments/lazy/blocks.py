"""What tasks run: the public function on blocks of its arrays. All of it can be pickled."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kullback._arguments.foreign import is_sparse
from kullback._arguments.origins import Origins, Part, origins

Found = tuple[Any, Any]  # distances and indices


class Call(NamedTuple):
    """A call, but for its arrays: they stand at `places`, among the positional arguments.

    `names` are those of the whole arrays, `inner` those that the function has for its own.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    inner: tuple[str, ...]
    places: tuple[int, ...]
    given: tuple[Any, ...]
    options: dict[str, Any]

    def on(self, arrays: tuple[Any, ...], parts: Origins | None = None) -> Any:
        """The result for these arrays, which are parts of others."""
        given = list(self.given)
        for place, array in zip(self.places, arrays, strict=True):
            given[place] = array
        with origins(parts or {}):
            return self.function(*given, **self.options)


def public(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that users call, which other processes find by its name."""
    found: Callable[..., Any] = getattr(sys.modules[function.__module__], function.__name__)
    return found


def rows(*blocks: Any, call: Call, axes: dict[str, tuple[int, ...]]) -> Any:
    """Blocks of rows, followed by the numbers of their rows along each leading axis."""
    count = len(call.places)
    starts = [int(numbers.flat[0]) if numbers.size else 0 for numbers in blocks[count:]]
    parts = {name: Part(name, tuple(starts[axis] for axis in axes[name])) for name in call.names}
    return call.on(blocks[:count], parts)


def matrix(*blocks: Any, call: Call, parts: Origins) -> Any:
    """A block of a matrix, of some rows of either side."""
    return call.on(blocks, parts)


def transposed(block: Any) -> Any:
    """A block below the diagonal of a symmetric matrix."""
    return np.ascontiguousarray(block.T)


def empty(array: Any, shape: tuple[int, ...]) -> Any:
    """An array without entries, of the kind that the blocks of a Dask array are."""
    kind = array._meta
    if is_sparse(kind) and len(shape) == 2:
        return type(kind)(shape, dtype=array.dtype)
    return np.empty(shape, array.dtype)


def nearest(*blocks: Any, call: Call, parts: Origins, offset: int) -> Found:
    """The neighbours of some rows among some others, which begin at a row of the whole."""
    distances, indices = call.on(blocks, parts)
    return distances, np.where(indices < 0, -1, indices + offset)


def without_first(found: Found) -> Found:
    """All neighbours but the first."""
    return found[0][:, 1:], found[1][:, 1:]


def after_first(own: Found, *others: Found) -> Found:
    """The first neighbours of `own`, before others."""
    distances, indices = zip((own[0][:, :1], own[1][:, :1]), *others, strict=True)
    return np.concatenate(distances, axis=1), np.concatenate(indices, axis=1)


def merged(*found: Found, count: int) -> Found:
    """The nearest of several, equal ones by their index; NaN comes last."""
    distances, indices = (np.concatenate(part, axis=1) for part in zip(*found, strict=True))
    order = np.lexsort((indices, distances), axis=1)[:, :count]
    return np.take_along_axis(distances, order, 1), np.take_along_axis(indices, order, 1)
