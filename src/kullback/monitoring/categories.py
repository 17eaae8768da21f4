"""Counts of categories: what `histograms` is for numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback._arguments.options import thread_count
from kullback._drivers.columns import iterate
from kullback.monitoring.columns import Tally, read
from kullback.monitoring.leftovers import MISSING
from kullback.monitoring.tables import is_frame, table


def category_counts(
    samples: Any,
    /,
    categories: Sequence[Any] | None = None,
    *,
    missing: str = "raise",
    threads: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Counts of many samples of text or categories in the same order, so that they can be compared.

    `counts, names = category_counts([reference, today])`, then `js_divergence(*counts)`.

    Parameters
    ----------
    samples : sequence of n columns, or a table
        Each of text, categoricals or booleans, of any length; the columns of a table (a DataFrame,
        a pyarrow Table, a dict) are the samples.
    categories : sequence, optional
        What is counted, in this order: by default what comes in any sample, or is declared by a
        categorical, in the order of the first declaration or of the alphabet.
    missing : "raise", "bin" or "drop"
        What None, NaN and NA do: be an error that says how many they are; be counted in one bin
        more, the last one; or be left out in silence.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    counts : ndarray of int64, (n, k)
        An empty sample has zeros. With `missing="bin"` k is larger by 1.
    categories : ndarray of str
        Each as text; without the bin of what is missing.

    Raises
    ------
    ValueError
        Missing values, unless `missing` says otherwise; values that are not in `categories`.
    TypeError
        Columns of numbers or times (see `histograms`) or of other types.

    Examples
    --------
    >>> import kullback as kl
    >>> counts, names = kl.category_counts([["b", "a", "b"], ["c", "a"]])
    >>> names
    array(['a', 'b', 'c'], dtype='<U1')
    >>> counts
    array([[1, 2, 0],
           [1, 0, 1]])
    """
    if missing not in MISSING:
        allowed = ", ".join(map(repr, MISSING))
        raise ValueError(f"missing is {missing!r}; it must be one of {allowed}")
    tallies = _tallies(samples, thread_count(threads))
    absent = sum(tally.missing for tally in tallies)
    if missing == "raise" and absent:
        first = next(i for i, tally in enumerate(tallies) if tally.missing)
        raise ValueError(
            f"samples[{first}] has {tallies[first].missing} missing values, all samples together "
            f'{absent}; missing="bin" counts them in a bin of their own, missing="drop" leaves '
            "them out"
        )
    names = _union(tallies) if categories is None else _checked(categories, tallies)
    rows = [[tally.counts.get(name, 0) for name in names] for tally in tallies]
    if missing == "bin":
        rows = [[*row, tally.missing] for row, tally in zip(rows, tallies, strict=True)]
    width = len(names) + (missing == "bin")
    counts = np.array(rows, np.int64).reshape(len(tallies), width)
    return counts, np.array(names, np.str_)


def _tallies(samples: Any, threads: int | None) -> list[Tally]:
    if is_frame(samples):
        given = table(samples, "samples")
        columns = [(name, given.column(name)) for name in given.names]
    else:
        columns = list(enumerate(samples))

    def one(number: int, many: int) -> Tally:
        name, column = columns[number]
        counted = read(column, name, many)
        if not isinstance(counted, Tally):
            raise TypeError(
                f"samples[{name!r}] holds {counted.kind}s; count them between edges with "
                "histograms, or make them text if each value is a category"
            )
        return counted

    if any(isinstance(column, str) for _, column in columns):
        raise TypeError("samples are text; pass several columns, and one alone as [sample]")
    return list(iterate(len(columns), one, threads))


def _union(tallies: list[Tally]) -> list[str]:
    """In the order of a sample that has all of them, or of the alphabet."""
    names = {name for tally in tallies for name in tally.counts}
    for tally in tallies:
        if len(tally.counts) == len(names):
            return list(tally.counts)
    return sorted(names)


def _checked(categories: Sequence[Any], tallies: list[Tally]) -> list[str]:
    names = [name if isinstance(name, str) else str(name) for name in categories]
    if len(set(names)) < len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"categories have {twice!r} twice; a value is counted once")
    known = set(names)
    for i, tally in enumerate(tallies):
        other = {name: count for name, count in tally.counts.items() if count and name not in known}
        if other:
            first = next(iter(other))
            raise ValueError(
                f"samples[{i}] has {first!r}, which is not in categories ({len(other)} such, "
                f"{sum(other.values())} values); add it, or leave categories out"
            )
    return names
