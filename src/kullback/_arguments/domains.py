"""What the rows of an argument must be, and the sentence about those that are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from kullback._arguments.options import Chosen
from kullback._drivers.rows import Invalid
from kullback._process.arrays import Array

AT_ONCE = 1 << 18  # entries that are looked at in one go


class Domain(NamedTuple):
    """What a row must be."""

    right: Callable[[Array], Array]  # which entries may stand in one
    fault: str  # of an argument with another row
    column: str = "column"  # what its entries are called
    blank: float = 0.0  # a row of nothing but this ...
    empty: str = ""  # ... is what this says, and none either; "": it may stand


DISTRIBUTIONS = Domain(lambda x: (x >= 0.0) & (x < np.inf), "is no distribution", empty="sums to 0")
LOGITS = Domain(lambda x: x < np.inf, "has no softmax", blank=-math.inf, empty="is -inf everywhere")
NOTHING_LEFT = (
    'has no mass in the bins where q > 0, and zeros="skip" leaves it none (invalid="nan" gives '
    "NaN there)"
)


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


def refusal(raises: bool, named: Iterable[tuple[str, Array, Domain]]) -> Invalid:
    """What is to happen when a kernel meets rows that are none of their domains."""
    return Invalid((lambda: ValueError(faults(named))) if raises else None)


def reporter(
    chosen: Chosen, named: list[tuple[str, Array]], left_empty: Callable[[], str]
) -> Invalid:
    """What is to happen when a kernel meets rows that are no distributions.

    `left_empty` names the first row that is one, but not any more in the bins where q > 0.
    """
    if not chosen.raises:
        return Invalid(None)
    empty_allowed = not chosen.work.normalize

    def report() -> Exception:
        return ValueError(faults_of_rows(named, empty_allowed) or f"{left_empty()} {NOTHING_LEFT}")

    return Invalid(report)


def first_without_common_bins(p: Array, q: Array, lead: tuple[int, ...]) -> tuple[int, ...]:
    """The place of the first row pair that has no bin with p > 0 and q > 0."""
    places = np.ndindex(lead)
    p, q = (np.broadcast_to(x, (*lead, x.shape[-1])) for x in (p, q))
    return next((place for place in places if not ((p[place] > 0) & (q[place] > 0)).any()), ())


def faults_of_rows(named: list[tuple[str, Array]], empty_allowed: bool) -> str:
    """What is wrong with rows that are to be distributions; "" if nothing is."""
    domain = DISTRIBUTIONS._replace(empty="") if empty_allowed else DISTRIBUTIONS
    return faults((name, rows, domain) for name, rows in named)
