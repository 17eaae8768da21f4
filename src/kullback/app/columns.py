"""The columns of two tables by name, and columns that look like no bins."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from kullback.app.errors import UserError
from kullback.app.tables import Table

FEWEST_ROWS = 3  # in which a column counts from 0 or 1; in fewer, it may well be counts
MOST_NAMES = 5  # of columns in a message
NAME = re.compile(
    r"(?i:(^|[\s_.-])(id|ids|idx|index|key|no|nr|num|row|rows|rownum|uuid|code)$)|[a-z]I[dD]$"
)


def in_order_of(x: Table, y: Table) -> Table:
    """`y` with its columns in the order of x's, where both have names. UserError: others."""
    if y is x or x.columns is None or y.columns is None or list(x.columns) == list(y.columns):
        return y
    names = {x.path: list(x.columns), y.path: list(y.columns)}
    for path, own in names.items():
        twice = next((name for name in own if own.count(name) > 1), None)
        if twice is not None:
            raise UserError(
                f"{path}: has several columns {twice!r}, and those of {x.path} and {y.path} differ;"
                " rename one"
            )
    lacking = [
        f"{path} lacks {_listed(missing)}"
        for path, other in ((x.path, y.columns), (y.path, x.columns))
        if (missing := [repr(name) for name in other if name not in set(names[path])])
    ]
    if lacking:
        raise UserError(
            f"the columns of {x.path} and {y.path} differ: {'; '.join(lacking)}; add the missing"
            " ones, with 0 for a bin without counts"
        )
    places = {name: place for place, name in enumerate(y.columns)}
    order = [places[name] for name in x.columns]
    return replace(y, values=y.values[:, order], columns=x.columns, order=order)


def tell_of_identifiers(table: Table) -> None:
    """Say on standard error which columns are bins, where one of them may number the rows."""
    suspects = identifiers(table)
    if not suspects:
        return
    names = [_name(table, place) for place in range(table.values.shape[1])]
    one = len(suspects) == 1
    looks = "looks like an identifier and counts" if one else "look like identifiers and count"
    remedy = f"if it names the rows, say --labels {_option(table, suspects[0])}"
    if table.labels is not None:
        remedy = "if it is none, leave it out of the file"
    elif table.places is None and table.columns is None:
        remedy = "if it is none, save the array without it"
    others = [name for place, name in enumerate(names) if place not in suspects]
    note = (
        f"{table.path}: {_listed([names[place] for place in suspects])} {looks} as"
        f" {'a bin' if one else 'bins'}, like {_listed(others)}; {remedy}"
    )
    print(f"kullback: note: {note}", file=sys.stderr)


def identifiers(table: Table) -> list[int]:
    """Columns that number the rows (0, 1, 2 … or 1, 2, 3 …), or are called an id and are unique."""
    values = table.values
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf":
        return []  # sparse rows are words and the like
    n = len(values)
    found = {
        place
        for place, name in enumerate(table.columns or ())
        if NAME.search(name) and _unique_integers(values[:, place])
    }
    if n >= FEWEST_ROWS:
        first, last = np.asarray(values[0], float), np.asarray(values[-1], float)
        likely = np.flatnonzero(((first == 0) | (first == 1)) & (last == first + n - 1))
        found |= {int(p) for p in likely if (values[:, p] == np.arange(n) + first[p]).all()}
    return sorted(found)


def _unique_integers(column: Any) -> bool:
    return bool((column == np.rint(column)).all()) and len(np.unique(column)) == len(column)


def _name(table: Table, place: int) -> str:
    if table.columns is not None:
        return repr(table.columns[place])
    return f"column {_number(table, place)}"


def _number(table: Table, place: int) -> int:
    """The number of a column in the file, from 1, as `--labels` counts; from 0 in an array."""
    if table.places is None:
        return place
    return place + 1 + (table.places.label is not None and place >= table.places.label)


def _option(table: Table, place: int) -> str:
    if table.columns is None:
        return str(_number(table, place))
    name = table.columns[place]
    return name if re.fullmatch(r"[\w.-]+", name) else f"'{name}'"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown
