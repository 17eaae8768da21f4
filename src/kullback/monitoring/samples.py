"""The samples that are counted, from arrays, sequences and tables; and the edges for them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._drivers import binning as driver
from kullback._process.arrays import Array
from kullback.monitoring.tables import is_frame, table


def samples_of(given: Any) -> driver.Samples:
    """Samples of one length as an array, others as a list of arrays."""
    if is_frame(given):
        columns = table(given, "samples")
        names = [(f"samples[{name!r}]", columns.column(name)) for name in columns.names]
        return driver.Sequence([_sample(column, name) for name, column in names])
    if isinstance(given, np.ndarray) and given.dtype == object and given.ndim == 1:
        given = list(given)
    if not isinstance(given, (list, tuple)):
        array = _numbers(given, "samples")
        if array.ndim != 2:
            raise ValueError(
                f"samples have shape {array.shape}; they must be the rows of a 2-D array or a "
                "sequence of 1-D arrays (one sample alone: [sample])"
            )
        return driver.Stack(array)
    return driver.Sequence([_sample(one, f"samples[{i}]") for i, one in enumerate(given)])


def _sample(given: Any, name: str) -> Array:
    array = _numbers(given, name)
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}; each sample must be 1-D")
    return array


def _numbers(given: Any, name: str) -> Array:
    """An array of real numbers; where a table library has its own missing values, they are NaN."""
    dtype = getattr(given, "dtype", None)
    if dtype is not None and not isinstance(dtype, np.dtype):
        if getattr(dtype, "kind", "O") in "fiub":
            given = given.to_numpy(np.float64, na_value=np.nan)
        elif not hasattr(given, "__dlpack__"):
            raise _text(name, str(dtype))
    elif type(given).__module__.startswith("pyarrow"):
        given = given.to_numpy(zero_copy_only=False) if hasattr(given, "num_chunks") else given
    looked = given if isinstance(given, np.ndarray) else _looked_at(given)
    if looked is not None and looked.dtype.kind in "OUST" and _has_text(looked):
        raise _text(name, str(looked.dtype))
    return arrays.array(given, name)


def _looked_at(given: Any) -> Array | None:
    """What a list or a Series is as an array; None for what `arrays` has to look at."""
    if isinstance(given, (list, tuple)) or (
        "pandas" in sys.modules and type(given).__module__.startswith("pandas")
    ):
        try:
            return np.asarray(given)
        except ValueError:
            return None
    return None


def _has_text(given: Array) -> bool:
    return given.dtype.kind != "O" or any(isinstance(each, str) for each in given.ravel().tolist())


def _text(name: str, dtype: str) -> TypeError:
    return TypeError(
        f"{name} holds text or categories (dtype {dtype}), which have no edges; count them with "
        "category_counts, or compare whole tables with drift"
    )


def edges_for(
    given: driver.Samples,
    bins: int | str | ArrayLike,
    limits: tuple[float, float] | None,
    threads: int | None,
) -> Array:
    """The edges that `numpy.histogram_bin_edges` gives for all samples together."""
    if not isinstance(bins, str) and np.ndim(bins):
        edges = arrays.array(bins, "bins")
        if edges.ndim != 1 or not edges.size or (edges != edges).any():
            raise ValueError(f"bins have shape {edges.shape}; they must be edges, 1-D, without NaN")
        return _ascending(np.histogram_bin_edges(np.empty(0), edges))
    pooled = np.empty(0, given.dtype)
    if limits is None:
        found = driver.extremes(given, threads)
        if found is not None:
            if not np.isfinite(found).all():
                raise ValueError(_not_finite(given))
            pooled = np.array(found, given.dtype)
    if isinstance(bins, str):
        pooled = given.pooled()
        pooled = pooled[pooled == pooled]
    return _ascending(np.histogram_bin_edges(pooled, bins, limits))


def _ascending(edges: Array) -> Array:
    """The edges, if no two of them are equal: a bin between those could hold nothing."""
    equal = np.flatnonzero(edges[1:] == edges[:-1])
    if equal.size:
        raise ValueError(
            f"bins {equal[0]} and {equal[0] + 1} are the same edge, {edges[equal[0]]} "
            f"({equal.size} such pair{'s' * (equal.size > 1)}); leave out the repeated ones: "
            "numpy.unique(edges). Where a value fills a bin alone, drift gives it one of its own"
        )
    return edges


def _not_finite(given: driver.Samples) -> str:
    """Which sample has a value that is not finite, and what to do."""
    samples = given.array if isinstance(given, driver.Stack) else given.samples
    for i, sample in enumerate(samples):
        wrong = np.isinf(sample)
        if wrong.any():
            place = int(np.argmax(wrong))
            return (
                f"samples[{i}] has {sample[place]} at {place}, so the range cannot be found from "
                "the samples; give range= or the edges"
            )
    raise AssertionError
