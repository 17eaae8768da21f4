"""Which calls are lazy, what is refused of them, and who makes their graph."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

from kullback._arguments.foreign import is_sparse
from kullback._arguments.labels.shapes import Shapes
from kullback._arguments.lazy import matrices, neighbours, rows
from kullback._arguments.lazy.blocks import Call, public

INSTEAD = {
    "condensed": "use pairwise, which computes each symmetric pair once, or ",
    "radius_neighbors": "use kneighbors, whose result has a shape before it is computed, or ",
}


def call(
    function: Callable[..., Any], shapes: Shapes, given: tuple[Any, ...], chosen: dict[str, Any]
) -> Any:
    """`function(*given, **chosen)` as a Dask array, of which nothing is computed yet."""
    name_of = function.__name__
    _check(name_of, chosen)
    found = [
        (name, place)
        for name, place in zip(shapes.names, shapes.places, strict=True)
        if place < len(given) and given[place] is not None
    ]
    places = tuple(place for _, place in found)
    template = tuple(None if i in places else each for i, each in enumerate(given))
    names = tuple(name for name, _ in found)
    lazy = Call(public(function), names, names, places, template, dict(chosen))
    if shapes.result is None and any(isinstance(given[place], str | Number) for place in places):
        return function(*given, **chosen)  # which says what was meant, before it looks at others
    arrays = [_array(given[place]) for place in places]
    cores = [shapes.cores[shapes.places.index(place)] for place in places]
    if shapes.result == ():
        return rows.graph(lazy, arrays, cores, shapes)
    if shapes.result == ("n", "m"):
        return matrices.graph(lazy, arrays, cores, shapes)
    if name_of == "kneighbors":
        return neighbours.graph(lazy, arrays, shapes)
    instead = next((text for word, text in INSTEAD.items() if word in name_of), "")
    raise TypeError(f"{name_of} takes no Dask arrays; {instead}compute them first: x.compute()")


def _check(name: str, chosen: dict[str, Any]) -> None:
    """Refuse what means nothing for a result that does not exist yet."""
    if chosen.get("out") is not None:
        raise ValueError(
            f"out= with Dask arrays, of which {name} computes nothing yet; store the result: "
            f'result.to_zarr("file.zarr") or dask.array.store(result, out)'
        )
    for option, remedy in (
        ("resume", "store the result block by block with Dask"),
        ("progress", "use dask.diagnostics.ProgressBar, or the dashboard of the cluster"),
    ):
        if chosen.get(option):
            raise ValueError(f"{option}= with Dask arrays, which are computed later; {remedy}")
    for option in ("out", "resume", "progress"):
        chosen.pop(option, None)


def _array(given: Any) -> Any:
    """A Dask array: other arrays are one block."""
    import dask.array as da

    if isinstance(given, da.Array):
        return given
    array = given if is_sparse(given) else np.asarray(given)
    return da.from_array(array, chunks=array.shape, asarray=False)
