"""What the rows of an argument must be, and the sentence about those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

AT_ONCE = 1 << 18  # entries that are looked at in one go


class Domain(NamedTuple):
    """What a row must be."""

    right: Callable[[Array], Array]  # which entries may stand in one
    fault: str  # of an argument with another row
    column: str = "column"  # what its entries are called
    blank: float = 0.0  # a row of nothing but this ...
    empty: str = ""  # ... is what this says, and none either; "": it may stand


DISTRIBUTIONS = Domain(lambda x: (x >= 0.0) & (x < np.inf), "is no distribution", empty="sums to 0")


def wrong_rows(rows: Array, domain: Domain) -> Array:
    """Which rows, (n, k), are none of the domain."""
    found = np.zeros(len(rows), bool)
    step = max(1, AT_ONCE // rows.shape[1])
    for start in range(0, len(rows), step):
        tile = rows[start : start + step]
        right = domain.right(tile).all(axis=1)
        if domain.empty:
            right &= ~(tile == domain.blank).all(axis=1)
        found[start : start + step] = ~right
    return found


def faults(named: Iterable[tuple[str, Array, Domain]]) -> str:
    """What is wrong with each of some arguments; "" if nothing is."""
    return "; ".join(filter(None, (_fault(*argument) for argument in named)))


def _fault(name: str, rows: Array, domain: Domain) -> str:
    """The first bad entry of one argument, and how many rows are bad."""
    flat = rows.reshape(-1, rows.shape[-1]) if rows.flags.c_contiguous or rows.ndim > 2 else rows
    flat = np.atleast_2d(flat)
    wrong = np.flatnonzero(wrong_rows(flat, domain))
    if not wrong.size:
        return ""
    place = np.unravel_index(wrong[0], rows.shape[:-1]) if rows.ndim > 1 else ()
    return (
        f"{name} {domain.fault}: {_first(flat[wrong[0]], place, domain)} ({wrong.size} such "
        f'row{"s" * (wrong.size > 1)} in {name}; invalid="nan" gives NaN there)'
    )


def _first(row: Array, place: tuple[Any, ...], domain: Domain) -> str:
    where = f"row {', '.join(str(int(i)) for i in place)}" if place else ""
    columns = np.flatnonzero(~domain.right(row))
    if not columns.size:
        return f"{where or 'it'} {domain.empty}"
    value = row[columns[0]]
    at = ", ".join(filter(None, (where, f"{domain.column} {columns[0]}")))
    return f"{at} is {_kind(value)} ({value})"


def _kind(value: Any) -> str:
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "infinite"
    return "negative" if value < 0 else "zero"
