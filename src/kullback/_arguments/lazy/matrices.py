"""Matrices: a task a pair of blocks of rows; each pair of a symmetric matrix is computed once.

A block below the diagonal of a symmetric matrix is the one above it, transposed:

    (0,0)  (0,1)  (0,2)      function(x0)  function(x0, x1)  function(x0, x2)
    ·      (1,1)  (1,2)                    function(x1)      function(x1, x2)
    ·      ·      (2,2)                                      function(x2)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

from kullback import _catalogue
from kullback._arguments.labels.shapes import Shapes
from kullback._arguments.lazy import blocks
from kullback._arguments.lazy.blocks import Call
from kullback._arguments.origins import Origins, Part

Place = tuple[int, int]


def graph(call: Call, arrays: list[Any], cores: list[tuple[str, ...]], shapes: Shapes) -> Any:
    """A matrix as a Dask array."""
    many = sum(core[0] == "n" for core in cores)
    x, y = side(arrays[:many]), side(arrays[many:])
    dtype = _trial(call, [*x, *y]).dtype
    if y and not all(a is b for a, b in zip(arrays[:many], arrays[many:], strict=True)):
        return _matrix(lambda place: _task(call, x, y, place), (x, y), dtype)
    own, pair = of_itself(call, many, shapes)
    symmetric = _is_symmetric(own)

    def task(place: Place) -> Any:
        i, j = place
        if i == j:
            return _task(own, x, [], place)
        return (i, j) if symmetric and i > j else _task(pair, x, x, place)

    return _matrix(task, (x, x), dtype)


def _trial(call: Call, arrays: list[Any]) -> Any:
    """The same call on no rows: it says now what is wrong with options and shapes."""
    return call.on(tuple(blocks.empty(array, (0, *array.shape[1:])) for array in arrays))


def side(arrays: list[Any]) -> list[Any]:
    """The arrays of one side, with the same rows in their blocks, and all bins."""
    import dask.array as da

    wide = list(da.broadcast_arrays(*arrays)) if len(arrays) > 1 else arrays
    if wide and wide[0].ndim != 2:
        return wide  # which the function refuses
    return [array.rechunk({0: wide[0].chunks[0], 1: -1}) for array in wide]


def of_itself(call: Call, many: int, shapes: Shapes) -> tuple[Call, Call]:
    """The calls for rows among themselves, and for these and others of the same side."""
    others = [i for i, core in enumerate(shapes.cores) if core[0] == "m"]
    places = tuple(shapes.places[i] for i in others)
    given = [*call.given, *[None] * (max(places) + 1 - len(call.given))]
    names = call.names[:many]
    own = call._replace(names=names, inner=names, places=call.places[:many], given=tuple(given))
    return own, own._replace(
        names=names * 2,
        inner=(*names, *(shapes.names[i] for i in others)),
        places=(*own.places, *places),
    )


def _is_symmetric(call: Call) -> bool:
    bound = signature(call.function).bind(*call.given, **call.options)
    bound.apply_defaults()
    known = _catalogue.gaussian_metric if "spread" in bound.arguments else _catalogue.metric
    return known(bound.arguments["metric"]).symmetric


def _task(call: Call, x: list[Any], y: list[Any], place: Place) -> tuple[Any, ...]:
    """What makes one block: keys of Dask for the rows of either side."""
    sides = [(array, place[0]) for array in x] + [(array, place[1]) for array in y]
    keys = [(array.name, number, 0) for array, number in sides]
    return partial(blocks.matrix, call=call, parts=parts_of(call, sides)), *keys


def parts_of(call: Call, sides: list[tuple[Any, int]]) -> Origins:
    """Which rows of the whole arrays the blocks with these numbers are."""
    return {
        own: Part(name, (start,))
        for own, name, (array, number) in zip(call.inner, call.names, sides, strict=True)
        if (start := _start(array, number)) is not None
    }


def _start(array: Any, block: int) -> int | None:
    """The number of the first row of a block, where Dask knows it."""
    before = sum(array.chunks[0][:block])
    return None if math.isnan(before) else int(before)


def _matrix(
    task: Callable[[Place], Any], sides: tuple[list[Any], list[Any]], dtype: np.dtype[Any]
) -> Any:
    """The array of which `task` makes each block, or says of which one it is the mirror image."""
    import dask.array as da
    from dask.base import tokenize
    from dask.highlevelgraph import HighLevelGraph

    x, y = sides
    places = list(np.ndindex(x[0].numblocks[0], y[0].numblocks[0]))
    made = {place: task(place) for place in places}
    name = f"kullback-{tokenize(made)}"
    graph: dict[Any, Any] = {
        (name, *place): one if callable(one[0]) else (blocks.transposed, (name, one[1], one[0]))
        for place, one in made.items()
    }
    whole = HighLevelGraph.from_collections(name, graph, dependencies=[*x, *y])
    chunks = (x[0].chunks[0], y[0].chunks[0])
    return da.Array(whole, name, chunks=chunks, meta=np.empty((0, 0), dtype))
