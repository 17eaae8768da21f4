"""Neighbours: a task a pair of blocks of rows, and a tree of merges for each block of queries.

    nearest(x0, y0)  nearest(x0, y1)  nearest(x0, y2)  ...
           └────────────────┴── merged ──────┴── merged ──► block 0 of distances, of indices

Of rows among themselves, a block against itself puts each row first: it is kept, as its own first
neighbour, or left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from inspect import signature
from operator import getitem
from typing import Any, NamedTuple

import numpy as np

from kullback._arguments.labels.shapes import Shapes
from kullback._arguments.lazy import blocks
from kullback._arguments.lazy.blocks import Call
from kullback._arguments.lazy.matrices import of_itself, parts_of, side

FAN_IN = 8  # results that are merged at once
Key = tuple[Any, ...]


class Search(NamedTuple):
    """The rows of either side, which are the same `within`; how many neighbours, and which call."""

    name: str
    x: Any
    y: Any
    own: Call | None  # of a block among its own rows
    pair: Call
    others: int  # neighbours that are not the row itself
    itself: bool  # whether that is the first one


def graph(call: Call, arrays: list[Any], shapes: Shapes) -> Any:
    """The neighbours, whose distances and indices are Dask arrays."""
    bound = signature(call.function).bind(*call.given, **call.options)
    bound.apply_defaults()
    count, itself = bound.arguments["n_neighbors"], bool(bound.arguments["include_self"])
    x, y = side(arrays[:1]), side(arrays[1:])
    within = not y
    trial = _trial(call, [*x, *y], count)
    _check_sizes(call.names, [*x, *y])
    searched = (y or x)[0]
    _check_count(int(count), searched.shape[0], call.names[-1], within and not itself)
    own, pair = of_itself(call, 1, shapes) if within else (None, call)
    search = Search(
        _name(call, arrays), x[0], searched, own, pair, int(count) - (within and itself), itself
    )
    distances, indices = _arrays(search, trial)
    return replace(trial, distances=distances, indices=indices, n_columns=searched.shape[0])


def _trial(call: Call, arrays: list[Any], count: Any) -> Any:
    """The same call of no queries: it says now what is wrong with options and shapes."""
    options = dict(call.options)
    rows = count if isinstance(count, int) and count > 0 else 1
    given = [blocks.empty(array, (0, *array.shape[1:])) for array in arrays]
    found: Any = np.full((1, *arrays[-1].shape[1:]), 3, arrays[-1].dtype)
    given[1:] = [np.broadcast_to(found, (rows, *found.shape[1:]))]
    if len(arrays) == 1:  # they are searched by themselves
        options.pop("include_self", None)
    return call.function(*given, **options)


def _check_sizes(names: tuple[str, ...], arrays: list[Any]) -> None:
    for name, array in zip(names, arrays, strict=True):
        if any(map(math.isnan, array.chunks[0])):
            raise ValueError(
                f"{name} has chunks of which Dask does not know the numbers of rows, so a "
                f"neighbour has no index; let it find them: {name}.compute_chunk_sizes()"
            )


def _check_count(count: int, m: int, name: str, others: bool) -> None:
    if count > m - others:
        there = f"{m - 1} other rows in {name}" if others else f"{m} rows in {name}"
        raise ValueError(f"n_neighbors is {count}, but there are {there} to choose from")


def _name(call: Call, arrays: list[Any]) -> str:
    from dask.base import tokenize

    return f"kullback-nearest-{tokenize(call, *arrays)}"


def _arrays(search: Search, trial: Any) -> Iterator[Any]:
    """The distances and the indices."""
    import dask.array as da
    from dask.highlevelgraph import HighLevelGraph

    tasks: dict[Any, Any] = {}
    ends = [_of_block(search, i, tasks) for i in range(search.x.numblocks[0])]
    given = [search.x] if search.y is search.x else [search.x, search.y]
    whole = HighLevelGraph.from_collections(search.name, tasks, dependencies=given)
    chunks = (search.x.chunks[0], (search.others + search.itself,))
    for place, meta in enumerate(trial):
        name = f"{search.name}-{('distances', 'indices')[place]}"
        layer: dict[Any, Any] = {(name, i, 0): (getitem, end, place) for i, end in enumerate(ends)}
        of_layers = {**whole.dependencies, name: {search.name}}
        layers = HighLevelGraph({**whole.layers, name: layer}, of_layers)
        yield da.Array(layers, name, chunks=chunks, meta=np.empty((0, 0), meta.dtype))


def _of_block(search: Search, i: int, tasks: dict[Any, Any]) -> Key:
    """Add the tasks for a block of queries; the key of what they come to."""
    pending: list[Key] = []
    first = _first(search, i, tasks) if search.own is not None else None
    for j, rows in enumerate(search.y.chunks[0] if search.others else ()):
        if not rows:
            continue
        key = (search.name, "pair", i, j)
        among_itself = search.own is not None and i == j
        tasks[key] = (blocks.without_first, first) if among_itself else _pair(search, i, j)
        pending.append(key)
    pending = _merged(search, i, pending, tasks)
    if not search.itself:
        return pending[0]
    end = (search.name, "whole", i)
    tasks[end] = (blocks.after_first, first, *pending)
    return end


def _merged(search: Search, i: int, pending: list[Key], tasks: dict[Any, Any]) -> list[Key]:
    """Add the tree of merges; the key of its root, if there is anything to merge."""
    merge = partial(blocks.merged, count=search.others)
    level = 0
    while len(pending) > 1:
        groups = [pending[start : start + FAN_IN] for start in range(0, len(pending), FAN_IN)]
        pending = [(search.name, "merged", level, i, place) for place in range(len(groups))]
        tasks.update((key, (merge, *group)) for key, group in zip(pending, groups, strict=True))
        level += 1
    return pending


def _first(search: Search, i: int, tasks: dict[Any, Any]) -> Key:
    """A block among its own rows, each of which is the first of its neighbours."""
    assert search.own is not None
    sizes = search.x.chunks[0]
    key = (search.name, "own", i)
    if not sizes[i]:  # something of the right dtype
        tasks[key] = _pair(search._replace(others=1), i, next(j for j, n in enumerate(sizes) if n))
        return key
    options = {"n_neighbors": min(search.others + 1, sizes[i]), "include_self": True}
    own = search.own._replace(options=search.own.options | options)
    tasks[key] = _task(own, [(search.x, i)])
    return key


def _pair(search: Search, i: int, j: int) -> tuple[Any, ...]:
    options = {
        "n_neighbors": min(search.others, search.y.chunks[0][j]),
        "include_self": False,
    }
    pair = search.pair._replace(options=search.pair.options | options)
    return _task(pair, [(search.x, i), (search.y, j)])


def _task(call: Call, sides: list[tuple[Any, int]]) -> tuple[Any, ...]:
    searched, block = sides[-1]
    offset = sum(searched.chunks[0][:block])
    function = partial(blocks.nearest, call=call, parts=parts_of(call, sides), offset=offset)
    return function, *((array.name, number, 0) for array, number in sides)
