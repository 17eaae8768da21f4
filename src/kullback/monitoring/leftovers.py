"""What is in no bin: values beyond the edges, and NaN. None of it goes unsaid unless it may."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers import binning as driver
from kullback._process.arrays import Array

OUTSIDE = ("warn", "bins", "drop")
MISSING = ("raise", "bin", "drop")
AT_ONCE = 1 << 18  # values that are looked at in one go

Counts = NDArray[np.int64]


class Rules(NamedTuple):
    """The options `outside` and `missing` of `histograms`."""

    outside: str
    missing: str


def _each(given: driver.Samples) -> Iterator[tuple[int, Array]]:
    samples = given.array if isinstance(given, driver.Stack) else given.samples
    yield from enumerate(samples)


def _parts(sample: Array) -> Iterator[Array]:
    for start in range(0, sample.size, AT_ONCE):
        yield sample[start : start + AT_ONCE]


def _count_nan(sample: Array) -> int:
    if sample.dtype.kind != "f":
        return 0
    return sum(int(np.isnan(part).sum()) for part in _parts(sample))


def refuse_missing(given: driver.Samples) -> None:
    """ValueError if a value is NaN."""
    found = [(i, number) for i, sample in _each(given) if (number := _count_nan(sample))]
    if found:
        total = sum(number for _, number in found)
        first, here = found[0]
        raise ValueError(
            f"samples[{first}] has {here} missing values (NaN), all samples together {total}; "
            'missing="bin" counts them in a bin of their own, missing="drop" leaves them out'
        )


def completed(
    given: driver.Samples, edges: Array, counts: Counts, rules: Rules
) -> tuple[Counts, Array]:
    """Counts and edges with what the rules ask for beside the bins; what they drop is said."""
    lost = _lengths(given) - counts.sum(axis=1)
    if not lost.any() and rules.outside != "bins" and rules.missing != "bin":
        return counts, edges
    missing, below = np.zeros(given.count, np.int64), np.zeros(given.count, np.int64)
    for i, sample in _each(given):
        if lost[i]:
            missing[i] = _count_nan(sample)
            if rules.outside == "bins" and lost[i] > missing[i]:
                below[i] = sum(int((part < edges[0]).sum()) for part in _parts(sample))
    above = lost - missing - below
    if rules.outside == "warn" and (above + below).any():
        _warn(above + below, given.size, edges)
    columns = [counts]
    if rules.outside == "bins":
        columns = [below[:, None], counts, above[:, None]]
        edges = np.concatenate([[-np.inf], edges, [np.inf]])
    if rules.missing == "bin":
        columns.append(missing[:, None])
    return np.concatenate(columns, axis=1), edges


def _lengths(given: driver.Samples) -> Counts:
    if isinstance(given, driver.Stack):
        return np.full(given.count, given.length, np.int64)
    return given.lengths.astype(np.int64)


def _warn(outside: Counts, size: int, edges: Array) -> None:
    first = int(np.flatnonzero(outside)[0])
    warnings.warn(
        f"{int(outside.sum())} of {size} values lie beyond the edges {edges[0]} and {edges[-1]} "
        f"and are left out (samples[{first}]: {int(outside[first])}); "
        'outside="bins" counts them in two bins more, outside="drop" leaves them out in silence',
        UserWarning,
        stacklevel=4,
    )
