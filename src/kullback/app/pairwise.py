"""`kullback pairwise`: tables in, a matrix and perhaps a picture out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kullback as kl
from kullback.app.columns import in_order_of, tell_of_identifiers
from kullback.app.errors import UserError, from_library, require
from kullback.app.matrix_files import (
    MATRIX_SUFFIXES,
    Matrix,
    check_names,
    complete_names,
    matrix_writer,
)
from kullback.app.outputs import PICTURE_SUFFIXES, AtomicFiles, check_destination, save_figure
from kullback.app.progress import progress_bar
from kullback.app.tables import Table, read_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Files:
    """What the command reads and writes; `against` and `plot` may be None."""

    input: Path
    against: Path | None
    output: Path
    plot: Path | None
    header: bool | None = None
    labels: str | None = None

    def check(self, *, force: bool) -> None:
        """Raise UserError if an output cannot be written or would replace an input."""
        check_destination(self.output, MATRIX_SUFFIXES, force=force)
        for source in (self.input, self.against):
            if source and _same_file(source, self.output):
                raise UserError(f"{self.output}: is the input too; choose another --output")
        if self.plot is not None:
            check_destination(self.plot, PICTURE_SUFFIXES, force=force)
            require("matplotlib scipy", "plot", "--plot")


def run_pairwise(files: Files, **options: Any) -> None:
    """Read, compute, write. `options` are those of `kullback.pairwise`. Raises UserError."""
    _named(options["metric"])  # what is wrong with it is said before any file is read
    suffix = files.output.suffix.lower()
    write = matrix_writer(suffix)
    x = y = read_table(files.input, files.header, files.labels)
    if files.against is not None:
        y = read_table(files.against, files.header, files.labels)
    for table in (x,) if y is x else (x, y):
        tell_of_identifiers(table)
    y = in_order_of(x, y)
    _check_widths(x, y)
    names = complete_names(x.labels, y.labels, (len(x.values), len(y.values)))
    check_names(names, suffix)
    matrix = Matrix(_compute(x, y, options), names)
    with AtomicFiles() as outputs:
        outputs.write(files.output, lambda file: write(file, matrix))
        if files.plot is not None:
            save_figure(outputs, files.plot, lambda: _draw(matrix, x, y, options))


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and os.path.samefile(one, other)


def _check_widths(x: Table, y: Table) -> None:
    if x.values.shape[1] != y.values.shape[1]:
        raise UserError(
            f"{x.path} has {x.values.shape[1]} bins a row, but {y.path} has {y.values.shape[1]};"
            " both need the same bins"
        )


def _compute(x: Table, y: Table, options: dict[str, Any]) -> Any:
    """The matrix of shape (n, m); what the library refuses as UserError, with the files' names."""
    try:
        with progress_bar() as progress:
            other = None if y is x else y.values
            given = {**options, "metric": _named(options["metric"])}
            return kl.pairwise(x.values, other, progress=progress, **given)
    except (ValueError, TypeError, OverflowError, MemoryError, ImportError) as error:
        raise UserError(_in_the_files(str(from_library(error)), x, y)) from error


def _named(metric: str, *, record: bool = False) -> Any:
    """What the library calls a metric, "renyi:0.5" among them; or its record."""
    from kullback._catalogue import METRICS
    from kullback._catalogue import metric as record_of

    family, _, parameter = metric.partition(":")
    named: Any = metric
    if family == "renyi" and parameter:
        try:
            named = kl.Renyi(float(parameter))
        except ValueError as error:
            raise UserError(f"--metric {metric}: {error}") from error
    elif metric not in METRICS:
        known = ", ".join(METRICS)
        raise UserError(f"--metric is {metric!r}; it must be one of {known}, or renyi:ALPHA")
    return record_of(named) if record else named


def _in_the_files(message: str, x: Table, y: Table) -> str:
    """A message of the library about its arguments in terms of files and options."""
    message = message.replace('invalid="nan"', "--invalid nan")
    message = message.replace("pass out=", "in Python, pass out=")
    tables = {"x": x} if y is x else {"x": x, "y": y}
    if not message.startswith(("x ", "y ")):
        return message
    places = [f"{name} is {table.path}" for name, table in tables.items()]
    for i, (name, table) in enumerate(tables.items()):
        found = re.search(rf"\b{name} is no distribution: row (\d+)(?:, column (\d+))?", message)
        if found and table.places is not None:
            row, column = found.groups()
            at = None if column is None else int(column)
            if at is not None and table.order is not None:
                at = table.order[at]
            places[i] += f", {table.places.of(int(row), at)}"
    return f"{message}; here {' and '.join(places)}"


def _draw(matrix: Matrix, x: Table, y: Table, options: dict[str, Any]) -> Figure:
    from kullback.plots.heat_maps import heat_map, heat_map_between

    metric, unit = options["metric"], _unit(options["metric"], options["base"])
    rows, columns = matrix.names or (None, None)
    if y is x:
        return heat_map(matrix.values, rows, title=f"{metric}: {x.path.name}", unit=unit)
    title = f"{metric}: {x.path.name} (rows) against {y.path.name} (columns)"
    return heat_map_between(matrix.values, rows, columns, title=title, unit=unit)


def _unit(metric: str, base: float | None) -> str:
    """What the colour bar says."""
    from kullback.plots.units import unit_name

    unit = unit_name(_named(metric, record=True), base)
    return f"{metric}, {unit}" if unit else metric
