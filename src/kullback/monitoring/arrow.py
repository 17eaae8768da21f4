"""Columns of pyarrow: numbers and times without a copy, text as counts, dictionaries as codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from kullback._drivers import columns as driver
from kullback._process.arrays import Array

PART = 1 << 18  # values of text that a thread counts at once


class Codes(NamedTuple):
    """A dictionary's indices, -1 where a value is missing, and what they stand for."""

    codes: Array
    categories: list[Any]


def read(given: Any, name: Hashable, threads: int) -> list[Array] | dict[Any, int] | Codes:
    """Pieces of numbers or times, counts of values that are not missing, or codes."""
    import pyarrow as pa

    kind, types = given.type, pa.types
    chunks = list(given.chunks) if hasattr(given, "chunks") else [given]
    if types.is_dictionary(kind):
        return _codes(given)
    if types.is_null(kind):
        return [np.full(len(given), np.nan)]
    if types.is_boolean(kind):
        true = sum(chunk.true_count for chunk in chunks)
        return {False: len(given) - given.null_count - true, True: true}
    if _is_text(kind):
        return _counts(chunks, threads)
    if types.is_time(kind):
        whole = pa.int32() if kind.bit_width == 32 else pa.int64()
        return [_numbers(chunk.cast(whole)) for chunk in chunks]
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return [_numbers(chunk) for chunk in chunks]
    if types.is_temporal(kind):
        return [chunk.to_numpy(zero_copy_only=False) for chunk in chunks] or [np.empty(0)]
    raise TypeError(
        f"column {name!r} has the Arrow type {kind}; it must hold numbers, text, categories, "
        "booleans or times: make it one of these, or leave it out"
    )


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    views = (getattr(pa.types, "is_string_view", None),)
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or any(test is not None and test(kind) for test in views)
    )


def _numbers(chunk: Any) -> Array:
    """A chunk as an array, NaN where it is null."""
    import pyarrow as pa

    if chunk.null_count or pa.types.is_decimal(chunk.type):
        chunk = chunk.cast(pa.float64(), safe=False)
    return np.asarray(chunk.to_numpy(zero_copy_only=False))


def _counts(chunks: list[Any], threads: int) -> dict[Any, int]:
    import pyarrow.compute as pc

    parts = [chunk.slice(start, PART) for chunk in chunks for start in range(0, len(chunk), PART)]
    if threads == 1:
        parts = chunks
    total: Counter[str] = Counter()
    for counted in driver.iterate(len(parts), lambda i, _: pc.value_counts(parts[i]), threads):
        values, counts = counted.field("values"), counted.field("counts")
        total.update(dict(zip(values.to_pylist(), counts.to_pylist(), strict=True)))
    total.pop(None, None)  # type: ignore[call-overload]
    return dict(sorted(total.items()))


def _codes(given: Any) -> Codes:
    if hasattr(given, "chunks"):
        given = given.unify_dictionaries().combine_chunks()
        if hasattr(given, "chunks"):  # of none, or of one
            given = given.chunk(0) if given.num_chunks else given.type.wrap_array([])
    codes = given.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if codes.dtype.kind == "u":
        codes = codes.astype(np.int64)
    return Codes(codes, given.dictionary.to_pylist())
