"""The bins of each column, fixed on a reference: with its counts, all that a comparison needs."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kullback.monitoring.columns import CATEGORY, DURATION, NOTHING, TIME, Numbers, Tally
from kullback.monitoring.edges import Edges, count_between, quantile_edges

FORMAT = "kullback drift bins 1"
REMEDY = "save them anew: report.bins.to_json()"


@dataclass(frozen=True)
class ColumnBins:
    """One column: where its bins are, and how many values of the reference lie in each."""

    name: Hashable
    kind: str
    counts: list[int]
    missing: int
    categories: list[str] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)
    range: list[float] = field(default_factory=list)  # of its finite values, if there are any
    outside: int = 0
    gaps: bool = False
    unit: str = ""

    @property
    def rows_with_values(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Compared:
    """Counts of both sides in the same bins, those of new categories last."""

    reference: list[int]
    current: list[int]
    missing: int  # of the current column, as is `outside`
    outside: int
    new: dict[str, int]


class Bins(dict[str, Any]):
    """The saved bins of all columns: a dict that `json.dumps` takes."""

    def to_json(self) -> str:
        """The same as text, for `drift(text, current)`."""
        return json.dumps(self, allow_nan=False)


def fix(column: Numbers | Tally, name: Hashable, bins: int, threads: int) -> ColumnBins:
    """The bins of a column of the reference."""
    if isinstance(column, Tally):
        categories, counts = list(column.counts), list(column.counts.values())
        return ColumnBins(name, column.kind, counts, column.missing, categories)
    edges, counted = quantile_edges(column.column, bins, threads)
    ends = [edges.least, edges.greatest] if edges.least <= edges.greatest else []
    if not counted.bins.sum():
        return ColumnBins(name, NOTHING, [], counted.missing)
    return ColumnBins(
        name,
        column.kind,
        counted.bins.tolist(),
        counted.missing,
        edges=edges.inner,
        range=ends,
        outside=counted.outside,
        gaps=edges.gaps and not counted.missing,
        unit=column.unit,
    )


def compare(bins: ColumnBins, column: Numbers | Tally, threads: int) -> Compared | str:
    """A current column in the bins of the reference; or why it cannot be counted in them."""
    if bins.kind == NOTHING or column.kind == NOTHING:
        return _with_nothing(bins, column, threads)
    if column.kind != bins.kind:
        if not fix(column, bins.name, 1, threads).rows_with_values:
            return _with_nothing(bins, column, threads)
        return f"its values are {PLURALS[column.kind]}, those of the reference {PLURALS[bins.kind]}"
    if isinstance(column, Tally):
        counts = dict(column.counts)
        current = [counts.pop(category, 0) for category in bins.categories]
        known = zip(bins.categories, bins.counts, current, strict=True)
        new = {category: now for category, before, now in known if now and not before}
        others = {category: count for category, count in counts.items() if count}
        reference = [*bins.counts, *[0] * len(others)]
        return Compared(reference, [*current, *others.values()], column.missing, 0, new | others)
    ends = bins.range or [math.nan, math.nan]
    edges = Edges(bins.edges, ends[0], ends[1], bins.gaps)
    counted = count_between(column.in_unit(bins.unit), edges, threads)
    current = counted.bins.tolist()
    return Compared(bins.counts, current, counted.missing, counted.outside, {})


PLURALS = {"number": "numbers", "time": "times", "duration": "durations", CATEGORY: "categories"}


def _with_nothing(bins: ColumnBins, column: Numbers | Tally, threads: int) -> Compared:
    """Where one side has no values, all that are on the other side are in one bin."""
    now = fix(column, bins.name, 1, threads)
    return Compared([sum(bins.counts)], [sum(now.counts)], now.missing, 0, {})


def save(columns: list[ColumnBins], bins: int) -> Bins:
    """Bins as what JSON can hold."""
    return Bins(format=FORMAT, bins=bins, columns=[_saved(column) for column in columns])


def _saved(column: ColumnBins) -> dict[str, Any]:
    name = column.name
    if isinstance(name, tuple):
        name = list(name)  # type: ignore[assignment]
    elif not isinstance(name, (str, int, float)):
        name = str(name)
    return {**{key: value for key, value in vars(column).items() if value}, "name": name}


def is_saved(reference: object) -> bool:
    """Whether it is saved bins, not a table."""
    if isinstance(reference, (Bins, str, bytes)):
        return True
    return isinstance(reference, dict) and isinstance(reference.get("format"), str)


def load(saved: Any) -> tuple[list[ColumnBins], int]:
    """The columns' bins, and how many each was to have; ValueError if they are no saved bins."""
    if isinstance(saved, (str, bytes)):
        try:
            saved = json.loads(saved)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"reference is text that is no JSON ({error}); pass a table, or the text that "
                "report.bins.to_json() gave"
            ) from None
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        found = saved.get("format") if isinstance(saved, dict) else type(saved).__name__
        raise ValueError(f"reference holds no saved bins: {found!r}, not {FORMAT!r}; {REMEDY}")
    try:
        columns = [_loaded(column) for column in saved["columns"]]
        if len({column.name for column in columns}) < len(columns):
            raise ValueError("two columns have one name")
        return columns, int(saved["bins"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"reference holds damaged bins ({error!r}); {REMEDY}") from None


def _loaded(saved: dict[str, Any]) -> ColumnBins:
    name = saved["name"]
    column = ColumnBins(
        **{
            "counts": [],
            "missing": 0,
            **saved,
            "name": tuple(name) if isinstance(name, list) else name,
        }
    )
    numbers = [*column.counts, column.missing, column.outside]
    if any(type(count) is not int or not 0 <= count < 2**53 for count in numbers):
        raise ValueError("counts must be whole numbers")
    expected = len(column.categories) if column.kind == CATEGORY else len(column.edges) + 1
    if column.kind not in (*PLURALS, NOTHING) or (
        column.kind != NOTHING and len(column.counts) != expected
    ):
        raise ValueError(f"column {name!r} has {len(column.counts)} counts")
    if column.kind in (TIME, DURATION):
        np.dtype(f"M8[{column.unit}]")  # TypeError if it is no unit
    ends = [float(end) for end in column.range]
    if len(ends) not in (0, 2):
        raise ValueError(f"column {name!r} has a range of {len(ends)} ends")
    edges = [float(edge) for edge in column.edges]
    if not all(map(math.isfinite, ends + edges)) or sorted(set(edges)) != edges:
        raise ValueError(f"the edges of column {name!r} do not ascend")
    return replace(column, edges=edges, range=ends)
