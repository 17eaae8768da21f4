"""`kullback pairwise`: tables in, a matrix and perhaps a picture out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

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

STORED = (".npy", ".zarr")  # what can be written block by block


@dataclass(frozen=True)
class Files:
    """What the command reads and writes; `against` and `plot` may be None."""

    input: Path
    against: Path | None
    output: Path
    plot: Path | None
    header: bool | None = None
    labels: str | None = None
    resume: bool = False

    def check(self, *, force: bool) -> None:
        """Raise UserError if an output cannot be written or would replace an input."""
        self._check_output(force)
        check_is_no_input(self.output, self.input, self.against)
        if self.plot is not None:
            check_destination(self.plot, PICTURE_SUFFIXES, force=force)
            require("matplotlib scipy", "plot", "--plot")

    def _check_output(self, force: bool) -> None:
        suffix = self.output.suffix.lower()
        if self.resume and suffix in MATRIX_SUFFIXES and suffix not in STORED:
            raise UserError(
                f"{self.output}: a {suffix} is written in one go, and has nothing to --resume; "
                "write .npy or .zarr"
            )
        if suffix == ".zarr":
            require("zarr", "zarr", "writing .zarr")
        # What this job, or the one that it goes on with, has made may be there.
        begun = self.resume and self.output.with_name(f"{self.output.name}.ledger").exists()
        kinds = tuple(dict.fromkeys((*STORED, *MATRIX_SUFFIXES)))
        check_destination(self.output, kinds, force=force or begun, folder=suffix == ".zarr")

    @property
    def stored(self) -> bool:
        """Whether the matrix goes to the disk block by block."""
        return self.resume or self.output.suffix.lower() == ".zarr"


def run_pairwise(files: Files, **options: Any) -> None:
    """Read, compute, write. `options` are those of `kullback.pairwise`. Raises UserError."""
    named(options["metric"])  # what is wrong with it is said before any file is read
    suffix = files.output.suffix.lower()
    write = None if files.stored else matrix_writer(suffix)
    x, y = read_sides(files.input, files.against, files.header, files.labels)
    names = complete_names(x.labels, y.labels, (x.values.shape[0], y.values.shape[0]))
    check_names(names, suffix)
    where = {"out": str(files.output), "resume": files.resume} if files.stored else {}
    matrix = Matrix(_compute(x, y, options | where), names)
    with AtomicFiles() as outputs:
        if write is not None:
            outputs.write(files.output, lambda file: write(file, matrix))
        if files.plot is not None:
            save_figure(outputs, files.plot, lambda: _draw(matrix, x, y, options))


def check_is_no_input(output: Path, *inputs: Path | None) -> None:
    """Raise UserError if the output would replace one of the inputs."""
    for source in inputs:
        if source and source.exists() and output.exists() and os.path.samefile(source, output):
            raise UserError(f"{output}: is the input too; choose another --output")


def read_sides(
    given: Path, against: Path | None, header: bool | None, labels: str | None
) -> tuple[Table, Table]:
    """The two tables, or one twice, with their columns in one order."""
    x = y = read_table(given, header, labels)
    if against is not None:
        y = read_table(against, header, labels)
    for table in (x,) if y is x else (x, y):
        tell_of_identifiers(table)
    y = in_order_of(x, y)
    _check_widths(x, y)
    return x, y


def _check_widths(x: Table, y: Table) -> None:
    if x.values.shape[1] != y.values.shape[1]:
        raise UserError(
            f"{x.path} has {x.values.shape[1]} bins a row, but {y.path} has {y.values.shape[1]};"
            " both need the same bins"
        )


def _compute(x: Table, y: Table, options: dict[str, Any]) -> Any:
    """The matrix of shape (n, m)."""
    return computed(kl.pairwise, x, y, options)


def computed(function: Callable[..., Any], x: Table, y: Table, options: dict[str, Any]) -> Any:
    """A result; what the library refuses is a UserError, with the files' names."""
    try:
        with progress_bar() as progress:
            other = None if y is x else y.values
            given = {**options, "metric": named(options["metric"])}
            return function(x.values, other, progress=progress, **given)
    except (ValueError, TypeError, OverflowError, MemoryError, ImportError) as error:
        raise UserError(_in_the_files(str(from_library(error)), x, y)) from error


def named(metric: str, *, record: bool = False) -> Any:
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
    message = message.replace(
        "leave out resume=True to begin anew", "give --force, without --resume"
    )
    message = message.replace("n_neighbors is", "-k is")
    tables = {"x": x} if y is x else {"x": x, "y": y}
    if not message.startswith(("x ", "y ")) and not re.search(r"\brows in [xy]\b", message):
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
    values = np.asarray(matrix.values[:])  # of a file, too
    if y is x:
        return heat_map(values, rows, title=f"{metric}: {x.path.name}", unit=unit)
    title = f"{metric}: {x.path.name} (rows) against {y.path.name} (columns)"
    return heat_map_between(values, rows, columns, title=title, unit=unit)


def _unit(metric: str, base: float | None) -> str:
    """What the colour bar says."""
    from kullback.plots.units import unit_name

    unit = unit_name(named(metric, record=True), base)
    return f"{metric}, {unit}" if unit else metric
