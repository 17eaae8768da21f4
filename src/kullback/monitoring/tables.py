"""Tables of any kind as names and columns. No library is imported that the caller has not loaded.

A column is what the table gives for a name: `columns` reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

ACCEPTED = "a DataFrame, a pyarrow Table or a dict of columns"


class Given(NamedTuple):
    """A table: its columns' names in order, how to get a column, and how many rows there are."""

    names: list[Hashable]
    column: Callable[[Hashable], Any]
    rows: int


def library(given: object) -> str:
    """The library to which the type of an object belongs."""
    return type(given).__module__.partition(".")[0]


def is_frame(given: object) -> bool:
    """Whether it is a table of named columns."""
    if isinstance(given, Mapping):
        return True
    return library(given) in ("pandas", "pyarrow", "polars") and hasattr(given, "columns")


def table(given: Any, argument: str) -> Given:
    """A table, or TypeError or ValueError naming the argument."""
    if isinstance(given, Mapping):
        names = list(given)
        lengths = {name: _length(given[name], name, argument) for name in names}
        _check_lengths(lengths, argument)
        return Given(names, given.__getitem__, max(lengths.values(), default=0))
    if not is_frame(given):
        raise TypeError(
            f"{argument} is a {type(given).__name__}; it must be {ACCEPTED}, for example "
            f'{{"a": {argument}[:, 0]}}'
        )
    names = list(given.columns) if library(given) != "pyarrow" else list(given.column_names)
    _check_names(names, argument)
    rows = given.num_rows if library(given) == "pyarrow" else len(given)
    get = given.column if library(given) == "pyarrow" else given.__getitem__
    return Given(names, get, int(rows))


def _length(column: Any, name: Hashable, argument: str) -> int:
    try:
        return len(column)
    except TypeError:
        raise TypeError(
            f"{argument}[{name!r}] is a {type(column).__name__}; a column must be an array of one "
            f"axis, such as [{column!r}]"
        ) from None


def _check_names(names: list[Hashable], argument: str) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise ValueError(
            f"{argument} has more than one column called {repeated[0]!r}; give each column a name "
            "of its own"
        )


def _check_lengths(lengths: dict[Any, int], argument: str) -> None:
    if len(set(lengths.values())) > 1:
        first, *others = lengths.items()
        other = next(each for each in others if each[1] != first[1])
        raise ValueError(
            f"{argument} has columns of different lengths: {first[0]!r} has {first[1]} values and "
            f"{other[0]!r} has {other[1]}; a table has one value of each column in each row"
        )
