"""What the rows of an argument must be, and the sentence about those that are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from kullback._arguments.options import Chosen
from kullback._arguments.origins import Origins, current
from kullback._arguments.origins import whole as in_the_whole
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


@np.errstate(invalid="ignore")  # a signaling NaN
def wrong_rows(rows: Array, domain: Domain) -> Array:
    """Which rows, (n, k), are none of the domain."""
    wrong = _with_any(rows, lambda x: ~domain.right(x))
    return wrong | _blank_rows(rows, domain) if domain.empty else wrong


def _blank_rows(rows: Array, domain: Domain) -> Array:
    return ~_with_any(rows, lambda x: x != domain.blank)


def _with_any(rows: Array, test: Callable[[Array], Array]) -> Array:
    """Which rows have an entry for which the test holds; AT_ONCE entries are looked at in one go.

    So many rows are that, or so many columns of a long one.
    """
    found = np.zeros(len(rows), bool)
    step = max(1, AT_ONCE // rows.shape[1])
    for start in range(0, len(rows), step):
        tile = rows[start : start + step]
        for column in range(0, rows.shape[1], AT_ONCE):
            found[start : start + step] |= test(tile[:, column : column + AT_ONCE]).any(axis=1)
    return found


def faults(named: Iterable[tuple[str, Array, Domain]], parts: Origins | None = None) -> str:
    """What is wrong with each of some arguments, or parts of such; "" if nothing is."""
    origins = current() if parts is None else parts
    return "; ".join(filter(None, (_fault(*argument, origins) for argument in named)))


@np.errstate(invalid="ignore")
def _fault(name: str, rows: Array, domain: Domain, parts: Origins) -> str:
    """The first bad entry of one argument, and how many rows have the same fault."""
    flat = rows.reshape(-1, rows.shape[-1]) if rows.flags.c_contiguous or rows.ndim > 2 else rows
    flat = np.atleast_2d(flat)
    wrong = wrong_rows(flat, domain)
    if not wrong.any():
        return ""
    first = int(wrong.argmax())
    own = np.unravel_index(first, rows.shape[:-1]) if rows.ndim > 1 else ()
    among = f"this block of {parts[name].name}" if name in parts else name
    name, place = in_the_whole(name, tuple(map(int, own)), parts)
    entry = _first_entry(flat[first], domain)
    if entry is None:
        same = _blank_rows(flat, domain)
    else:
        alike = KINDS[kind_of(entry[1])]
        same = _with_any(flat, lambda x: ~domain.right(x) & alike(x))
    others = int((wrong & ~same).sum())
    return sentence(name, domain, place, entry, (int(same.sum()), others), among)


def _first_entry(row: Array, domain: Domain) -> tuple[int, Any] | None:
    """The column and the value of the first entry of a row that is not right."""
    for start in range(0, row.size, AT_ONCE):
        columns = np.flatnonzero(~domain.right(row[start : start + AT_ONCE]))
        if columns.size:
            return start + int(columns[0]), row[start + columns[0]]
    return None


def sentence(
    name: str,
    domain: Domain,
    place: tuple[Any, ...],
    entry: tuple[int, Any] | None,
    counts: tuple[int, int],
    among: str,
) -> str:
    """What is wrong with an argument: its first bad row, and of that the column and the value.

    `counts` are the rows with that fault, and those with others alone, `among` some rows.
    """
    such, others = counts
    more = f", and {others} with other faults" if others else ""
    return (
        f"{name} {domain.fault}: {_first(place, entry, domain)} ({such} such "
        f'row{"s" * (such > 1)} in {among}{more}; invalid="nan" gives NaN there)'
    )


def _first(place: tuple[Any, ...], entry: tuple[int, Any] | None, domain: Domain) -> str:
    where = f"row {', '.join(str(int(i)) for i in place)}" if place else ""
    if entry is None:
        return f"{where or 'it'} {domain.empty}"
    column, value = entry
    at = ", ".join(filter(None, (where, f"{domain.column} {column}")))
    return f"{at} is {kind_of(value)} ({value})"


KINDS: dict[str, Callable[[Any], Any]] = {
    "NaN": np.isnan,
    "infinite": np.isinf,
    "negative": lambda x: (x < 0) & ~np.isinf(x),
    "zero": lambda x: x == 0,
}


def kind_of(value: Any) -> str:
    return next(kind for kind, holds in KINDS.items() if holds(value))


def refusal(raises: bool, named: Iterable[tuple[str, Array, Domain]]) -> Invalid:
    """What is to happen when a kernel meets rows that are none of their domains."""
    parts = current()
    return Invalid((lambda: ValueError(faults(named, parts))) if raises else None)


def reporter(
    chosen: Chosen,
    named: list[tuple[str, Array]],
    left_empty: Callable[[], str],
    of_f: Callable[[], str] = str,
) -> Invalid:
    """What is to happen when a kernel meets rows that are no distributions.

    `left_empty` names the first row that is one, but not any more in the bins where q > 0, if any;
    `of_f` says at which rows a user's own f is no number.
    """
    if not chosen.raises:
        return Invalid(None)
    empty_allowed, parts = not chosen.work.normalize, current()

    def report() -> Exception:
        found = faults_of_rows(named, empty_allowed, parts)
        if not found and chosen.work.rule == "skip" and (empty := left_empty()):
            found = f"{empty} {NOTHING_LEFT}"
        return ValueError(found or of_f() or "the rows were written to while they were compared")

    return Invalid(report)


def first_without_common_bins(p: Array, q: Array, lead: tuple[int, ...]) -> tuple[int, ...] | None:
    """The place of the first row pair that has no bin with p > 0 and q > 0; None without one."""
    p, q = (np.broadcast_to(x, (*lead, x.shape[-1])) for x in (p, q))
    return next((place for place in np.ndindex(lead) if not _in_common(p[place], q[place])), None)


def _in_common(p: Array, q: Array) -> bool:
    some = (slice(start, start + AT_ONCE) for start in range(0, p.size, AT_ONCE))
    return any(bool(((p[part] > 0) & (q[part] > 0)).any()) for part in some)


def faults_of_rows(
    named: list[tuple[str, Array]], empty_allowed: bool, parts: Origins | None = None
) -> str:
    """What is wrong with rows that are to be distributions; "" if nothing is."""
    domain = DISTRIBUTIONS._replace(empty="") if empty_allowed else DISTRIBUTIONS
    return faults(((name, rows, domain) for name, rows in named), parts)
