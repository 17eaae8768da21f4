"""Row by row: blocks of leading axes, with all their bins."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from kullback._arguments.axes import bins_last, kept
from kullback._arguments.labels.shapes import Shapes
from kullback._arguments.lazy import blocks
from kullback._arguments.lazy.blocks import Call


def graph(call: Call, arrays: list[Any], cores: list[tuple[str, ...]], shapes: Shapes) -> Any:
    """The results of a row-wise function, as a Dask array."""
    import dask.array as da

    options = dict(call.options)
    axis, keepdims = options.pop("axis", -1), options.pop("keepdims", False)
    if shapes.optional:
        arrays = list(da.broadcast_arrays(*arrays))
    whole = axis is None  # a term for each dimension
    if whole:
        options["axis"] = None
    elif "axis" in shapes.moved.values():
        arrays = bins_last(axis, *zip(call.names, arrays, strict=True))
    call = call._replace(options=options)
    leads = [
        array.shape[: array.ndim - len(core)] for array, core in zip(arrays, cores, strict=True)
    ]
    lead = _lead(call, arrays, leads)
    trial = _trial(call, arrays, cores)
    result = da.apply_gufunc(
        partial(blocks.rows, call=call, axes=_axes(call, leads, lead)),
        _signature(cores, len(lead), shapes.result if not whole else cores[0]),
        *arrays,
        *_numbers(arrays, leads, lead),
        allow_rechunk=True,
        meta=np.empty((0,) * (len(lead) + whole), trial.dtype),
    )
    return result.reshape(kept(lead, axis, keepdims)) if keepdims and not whole else result


def _lead(call: Call, arrays: list[Any], leads: list[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*leads)
    except ValueError:
        shapes = zip(call.names, arrays, strict=True)
        written = " and ".join(f"{name} has shape {array.shape}" for name, array in shapes)
        raise ValueError(f"the leading axes do not broadcast: {written}") from None


def _signature(cores: list[tuple[str, ...]], numbers: int, result: Any) -> str:
    written = [f"({','.join(core)})" for core in cores] + ["()"] * numbers
    return f"{','.join(written)}->({','.join(result)})"


def _trial(call: Call, arrays: list[Any], cores: list[tuple[str, ...]]) -> Any:
    """The same call on no rows: it says now what is wrong with options and shapes."""
    given = []
    for array, core in zip(arrays, cores, strict=True):
        lead = array.ndim - len(core)
        shape = [n if n == 1 else 0 for n in array.shape[:lead]] or [0]
        given.append(blocks.empty(array, (*shape, *array.shape[lead:])))
    return call.on(tuple(given))


def _numbers(arrays: list[Any], leads: list[tuple[int, ...]], lead: tuple[int, ...]) -> list[Any]:
    """For each leading axis the numbers of its rows, in the blocks of an array that has it."""
    import dask.array as da

    found = []
    for axis, size in enumerate(lead, -len(lead)):
        chunks: Any = size
        for array, own in zip(arrays, leads, strict=True):
            if len(own) >= -axis and own[axis] == size:
                chunks = array.chunks[len(own) + axis]
        numbers = da.arange(size, chunks=(chunks,) if isinstance(chunks, tuple) else max(1, size))
        found.append(numbers.reshape((size, *(1,) * (-axis - 1))))
    return found


def _axes(
    call: Call, leads: list[tuple[int, ...]], lead: tuple[int, ...]
) -> dict[str, tuple[int, ...]]:
    """For each argument, the leading axes of the result that it has."""
    return {
        name: tuple(range(len(lead) - len(own), len(lead)))
        for name, own in zip(call.names, leads, strict=True)
    }
