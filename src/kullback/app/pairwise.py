"""`kullback pairwise`: tables in, a matrix and perhaps a picture out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kullback as kl
from kullback.app.errors import UserError, from_library, require
from kullback.app.outputs import (
    MATRIX_SUFFIXES,
    PICTURE_SUFFIXES,
    AtomicFiles,
    Matrix,
    check_destination,
    check_names,
    complete_names,
    matrix_writer,
    save_figure,
)
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

    def check(self, *, force: bool) -> None:
        """Raise UserError if an output cannot be written or would replace an input."""
        check_destination(self.output, MATRIX_SUFFIXES, force=force)
        for source in (self.input, self.against):
            if source and self.output.exists() and source.exists():
                if os.path.samefile(source, self.output):
                    raise UserError(f"{self.output}: is the input too; choose another --output")
        if self.plot is not None:
            check_destination(self.plot, PICTURE_SUFFIXES, force=force)
            require("matplotlib scipy", "plot", "--plot")


def run_pairwise(files: Files, **options: Any) -> None:
    """Read, compute, write. `options` are those of `kullback.pairwise`. Raises UserError."""
    suffix = files.output.suffix.lower()
    write = matrix_writer(suffix)
    x = read_table(files.input, files.header)
    y = x if files.against is None else read_table(files.against, files.header)
    _check_widths(x, y)
    names = complete_names(x.labels, y.labels, (len(x.values), len(y.values)))
    check_names(names, suffix)
    matrix = Matrix(_compute(x, y, options), names)
    with AtomicFiles() as outputs:
        outputs.write(files.output, lambda file: write(file, matrix))
        if files.plot is not None:
            save_figure(outputs, files.plot, _draw(matrix, x, y, options))


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
            return kl.pairwise(x.values, other, progress=progress, **options)
    except (ValueError, TypeError, OverflowError, MemoryError, ImportError) as error:
        raise UserError(f"{x.path}: {from_library(error)}") from error


def _draw(matrix: Matrix, x: Table, y: Table, options: dict[str, Any]) -> Figure:
    from kullback.plots import heat_map, heat_map_between

    metric, base = options["metric"], options["base"]
    unit = {None: "nats", 2: "bits", 10: "bans"}.get(base, f"base {base:g}")
    rows, columns = matrix.names or (None, None)
    if y is x:
        return heat_map(matrix.values, rows, title=f"{metric}: {x.path.name}", unit=unit)
    title = f"{metric}: {x.path.name} (rows) against {y.path.name} (columns)"
    return heat_map_between(matrix.values, rows, columns, title=title, unit=unit)
