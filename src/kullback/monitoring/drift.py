"""Have the columns of a table drifted? A row a column, against what chance alone does."""

from __future__ import annotations

from typing import Any

from kullback._arguments.options import number, thread_count
from kullback._drivers.columns import iterate
from kullback.monitoring.bins import ColumnBins, Compared, compare, fix, is_saved, load, save
from kullback.monitoring.columns import read
from kullback.monitoring.comparison import compare_counts, without_reference
from kullback.monitoring.report import DriftReport
from kullback.monitoring.tables import Given, table

MOST_BINS = 1000
LEAST_LEVEL = 1e-9


def drift(
    reference: Any,
    current: Any,
    /,
    *,
    bins: int | None = None,
    level: float = 0.001,
    threads: int | None = None,
) -> DriftReport:
    """Compare a table with a reference, column by column, against the noise of samples so large.

    Parameters
    ----------
    reference, current : DataFrame, pyarrow Table or dict of columns
        Columns of numbers, text, categories, booleans or times, of any lengths on the two sides;
        NaN, None, NA and NaT are missing. `reference` may be saved bins instead: `report.bins` or
        the text of `report.bins.to_json()`, so that a nightly job needs no reference data.
    bins : int, optional
        Bins of a column of numbers or times, 10 unless it is given: quantiles of the reference,
        merged where equal, the outer ones open. A value that half a bin or more is equal to has a
        bin of its own. Saved bins have their number.
    level : float
        How often chance alone is to mark a column, in each report.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    DriftReport
        It prints as a table; `to_frame()` makes a DataFrame, `drifted` lists names, `bins` can be
        saved, `kullback.plots.drift` draws it.

    Raises
    ------
    ValueError
        A reference without rows, two columns of one name, columns of different lengths, saved
        bins that are damaged, an option out of its range.
    TypeError
        What is no table; columns of other types (lists, complex numbers, bytes).

    Notes
    -----
    Missing values are one more bin of the distance and of the test. A column drifts if its JS
    distance is above `noise`, the distance that chance alone passes with a probability of `level`.
    That is the distribution of the distance over all divisions of both samples' values into two of
    their sizes: chi-square where 200 values or more are expected in every bin, and else its
    saddlepoint approximation, which the column's `note` says. The level holds for a column: of 100
    columns one is marked by chance in every tenth report; `level=0.001 / 100` is for all together.

    A column that has no values on one side, is of another kind, or is not there, has drifted, with
    NaN distance and a note. Categories are told apart by their text. The index of each bin that is
    empty on one side is infinite, and so is the column's: nothing is added to the counts.

    References
    ----------
    I. M. Skovgaard, "Saddlepoint expansions for conditional distributions", J. Appl. Prob. 24
    (1987) 875-887.

    Examples
    --------
    >>> import kullback as kl
    >>> reference = {"size": range(1000), "colour": ["red", "blue"] * 500}
    >>> today = {"size": range(1000), "colour": ["red", "green"] * 500}
    >>> report = kl.drift(reference, today)
    >>> report.drifted
    ['colour']
    >>> report["colour"].new_categories
    {'green': 500}
    >>> kl.drift(report.bins.to_json(), today).drifted
    ['colour']
    """
    many = thread_count(threads)
    chance = _checked_level(level)
    given = table(current, "current")
    if is_saved(reference):
        fixed, count = load(reference)
        if bins is not None and _checked_bins(bins) != count:
            raise ValueError(f"bins is {bins}, but the saved bins are {count}; leave it out")
    else:
        count = 10 if bins is None else _checked_bins(bins)
        fixed = _fixed(reference, count, many)
    compared = _compared(fixed, given, many)
    columns = [compare_counts(*each, chance) for each in zip(fixed, compared, strict=True)]
    known = {column.name for column in fixed}
    new = [name for name in given.names if name not in known]
    columns += [without_reference(read(given.column(name), name, 1), name) for name in new]
    return DriftReport(tuple(columns), chance, save(fixed, count))


def _fixed(reference: Any, bins: int, threads: int | None) -> list[ColumnBins]:
    """The bins of each column of a table."""
    given = table(reference, "reference")
    if not given.rows:
        raise ValueError("reference has no rows, so that no bins can be fixed on it")

    def one(number: int, many: int) -> ColumnBins:
        name = given.names[number]
        return fix(read(given.column(name), name, many), name, bins, many)

    return list(iterate(len(given.names), one, threads))


def _compared(fixed: list[ColumnBins], given: Given, threads: int | None) -> list[Compared | str]:
    """Each column's counts on both sides, or why there are none."""
    there = set(given.names)

    def one(number: int, many: int) -> Compared | str:
        bins = fixed[number]
        if bins.name not in there:
            return "it is not in the current table"
        return compare(bins, read(given.column(bins.name), bins.name, many), many)

    return list(iterate(len(fixed), one, threads))


def _checked_bins(bins: int) -> int:
    if isinstance(bins, bool) or not hasattr(bins, "__index__"):
        raise TypeError(f"bins is {bins!r}; it must be a whole number")
    if not 2 <= int(bins) <= MOST_BINS:
        raise ValueError(f"bins is {bins}; it must be between 2 and {MOST_BINS}")
    return int(bins)


def _checked_level(level: float) -> float:
    chance = number(level, "level")
    if not LEAST_LEVEL <= chance <= 0.5:
        raise ValueError(f"level is {level}; it must be between {LEAST_LEVEL} and 0.5")
    return chance
