"""What `drift` found: a row a column, as a table of text, as a DataFrame, as saved bins."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback.monitoring.bins import Bins

FIELDS = (
    "kind",
    "n_reference",
    "n_current",
    "missing_reference",
    "missing_current",
    "outside_reference",
    "outside_current",
    "new_categories",
    "js_distance",
    "psi",
    "noise",
    "noise_from",
    "note",
    "drifted",
)
HEADINGS = (
    "column", "kind", "values", "now", "missing", "now", "outside", "now", "new", "JS distance",
    "noise", "PSI", "",
)  # fmt: skip
CHI_SQUARE, DIVISIONS = "chi-square", "divisions"
LISTED = 8  # names in a remark
SHOWN = 40  # characters of a name, categories' or columns'


@dataclass(frozen=True)
class ColumnDrift:
    """One column of a report.

    Attributes
    ----------
    name, kind : the column's name; "number", "time", "duration", "category" or "nothing"
    n_reference, n_current : int
        Values that are not missing.
    missing_reference, missing_current : float
        Shares of the rows that are missing.
    outside_reference, outside_current : float
        Shares of the values below the least or above the greatest finite value of the reference.
    new_categories : dict of str to int
        What the reference does not have, and how often it comes.
    js_distance, psi : float
        JS distance in square roots of bits, between 0 and 1; the population stability index in
        nats, infinite where a bin is empty on one side. NaN where one side has no values.
    noise : float
        The JS distance that chance alone passes at the report's level.
    noise_from : str
        "chi-square"; or "divisions" where few values are expected in a bin: see `drift`.
    drifted : bool
        Whether `js_distance` is above `noise`, or cannot be told.
    note : str
        What else should be known.
    bins : tuple of str; reference, current : ndarray
        The bins, missing values last, and how many rows of each side they hold.
    """

    name: Hashable
    kind: str
    n_reference: int
    n_current: int
    missing_reference: float
    missing_current: float
    outside_reference: float
    outside_current: float
    new_categories: dict[str, int]
    js_distance: float
    psi: float
    noise: float
    noise_from: str
    drifted: bool
    note: str = ""
    bins: tuple[str, ...] = ()
    reference: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    current: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


class DriftReport:
    """The result of `drift`: iterate over it, or take a column by its name.

    Attributes
    ----------
    columns : tuple of ColumnDrift
        In the order of the reference, then what it does not have.
    drifted : list
        The names of the columns that have drifted.
    level : float
        How often chance alone makes an alarm, a column and a report.
    bins : dict
        The bins of the reference with its counts: `bins.to_json()` is a text that `drift` takes
        in place of the reference.
    """

    def __init__(self, columns: tuple[ColumnDrift, ...], level: float, bins: Bins) -> None:
        self.columns = columns
        self.level = level
        self.bins = bins

    @property
    def drifted(self) -> list[Hashable]:
        """The names of the columns that have drifted."""
        return [column.name for column in self.columns if column.drifted]

    def __iter__(self) -> Iterator[ColumnDrift]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, name: Hashable) -> ColumnDrift:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def to_frame(self) -> Any:
        """A pandas DataFrame: a row a column of the table, `drifted` its last column."""
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(
                'to_frame needs pandas, which is not installed; pip install pandas, or use "rows()"'
            ) from error
        names = [column.name for column in self.columns]
        index = pd.Index(names, name="column", tupleize_cols=False)
        frame = pd.DataFrame(self.rows(), columns=list(FIELDS), index=index)
        return frame.astype({"drifted": bool})

    def rows(self) -> list[list[Any]]:
        """The cells of `to_frame`."""
        return [[_cell(column, name) for name in FIELDS] for column in self.columns]

    def worst_first(self) -> list[ColumnDrift]:
        """The columns that have drifted before the others, each by distance over noise."""
        return sorted(self.columns, key=_badness)

    def __str__(self) -> str:
        """A table, the worst column first, and what its figures mean."""
        rows = [_printed(column) for column in self.worst_first()]
        widths = [max(map(len, cells)) for cells in zip(HEADINGS, *rows, strict=True)]
        lines = [_line(row, widths) for row in (HEADINGS, *rows)]
        return "\n".join([*lines, "", *self.remarks()])

    __repr__ = __str__

    def remarks(self) -> list[str]:
        """What stands below the table."""
        count = len(self.drifted)
        total = len(self.columns)
        tested = sum(not np.isnan(column.noise) for column in self.columns)
        any_by_chance = -np.expm1(tested * np.log1p(-self.level))
        said = [
            f"{count} of {total} column{'s' * (total != 1)} drifted. noise: the JS distance that "
            f"chance alone passes in {_one_in(self.level)} reports, a column;",
            f"in this report, of {tested} compared column{'s' * (tested != 1)}, chance alone marks "
            f"at least one with a probability of {any_by_chance:.2g}.",
        ]
        few = [shortened(column.name) for column in self if column.noise_from == DIVISIONS]
        if few:
            said.append(
                f"few values expected in a bin, so that noise is not chi-square but the "
                f"distribution of all divisions: {_listed(few)}"
            )
        notes = (f"{shortened(column.name)}: {column.note}" for column in self if column.note)
        return [*said, *notes]


def _listed(names: list[str]) -> str:
    """Some names, and how many more there are."""
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _cell(column: ColumnDrift, name: str) -> Any:
    value = getattr(column, name)
    return len(value) if name == "new_categories" else value


def _badness(column: ColumnDrift) -> tuple[bool, float]:
    """Sorts the worst first: what cannot be compared, then what has drifted."""
    if np.isnan(column.js_distance):
        return not column.drifted, -np.inf
    return not column.drifted, -column.js_distance / max(column.noise, 1e-300)


def _one_in(level: float) -> str:
    times = 1 / level
    return f"1 of {times:,.0f}" if times >= 2 else f"{level:.0%} of all"


def shortened(name: Hashable) -> str:
    """A name on one line, and not longer than SHOWN."""
    text = " ".join(str(name).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _printed(column: ColumnDrift) -> tuple[str, ...]:
    return (
        shortened(column.name),
        column.kind,
        f"{column.n_reference:,}",
        f"{column.n_current:,}",
        *(
            "" if share != share else f"{share:.1%}"
            for share in (
                column.missing_reference,
                column.missing_current,
                column.outside_reference,
                column.outside_current,
            )
        ),
        str(len(column.new_categories)),
        *(
            "" if value != value else f"{value:.4f}"
            for value in (column.js_distance, column.noise, column.psi)
        ),
        "drifted" if column.drifted else "",
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    """Names and kinds to the left, numbers to the right."""
    written = [
        cell.ljust(width) if i < 2 or i == len(cells) - 1 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(written).rstrip()
