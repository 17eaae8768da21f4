"""Results to files that appear whole or not at all.

Each file is written under a temporary name beside its destination; when all of a command's files
are complete they are renamed, and on any failure (also Ctrl-C) the temporary ones are removed.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback.app.errors import UserError, from_library, one_line, os_error, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MATRIX_SUFFIXES = (".npy", ".csv", ".tsv", ".parquet")
PICTURE_SUFFIXES = (".png", ".pdf", ".svg")
LABEL_COLUMN = "label"


class Names(NamedTuple):
    """What the n rows and the m columns of a matrix are called."""

    rows: list[str]
    columns: list[str]


@dataclass(frozen=True)
class Matrix:
    """Distances of shape (n, m), and names if there are any."""

    values: NDArray[Any]
    names: Names | None = None


def complete_names(
    rows: Sequence[str] | None, columns: Sequence[str] | None, shape: tuple[int, int]
) -> Names | None:
    """Names for both sides of a matrix of this shape: a side without labels is numbered from 0.

    None if neither side has labels.
    """
    if rows is None and columns is None:
        return None
    numbers = [[str(i) for i in range(count)] for count in shape]
    return Names(
        numbers[0] if rows is None else list(rows),
        numbers[1] if columns is None else list(columns),
    )


def check_destination(path: Path, suffixes: Sequence[str], *, force: bool) -> None:
    """Raise UserError for what would make writing to `path` fail, as far as it can be known now."""
    if path.suffix.lower() not in suffixes:
        raise UserError(f"{path}: unknown kind of output; end the name with {_alternatives(suffixes)}")
    try:
        if path.is_dir():
            raise UserError(f"{path}: is a directory; name a file in it")
        if not path.parent.is_dir():
            raise UserError(f"{path}: there is no directory {path.parent}; create it first")
        if os.path.lexists(path) and not force:
            raise UserError(f"{path}: already exists; choose another name, or replace it by --force")
    except OSError as error:
        raise os_error(error, path) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UserError(f"{path}: no permission to write in {path.parent}; check the permissions")


class AtomicFiles:
    """Context: files added by `write` appear together at its end, or, on an exception, none of them."""

    def __init__(self) -> None:
        self._pending: list[tuple[Path, Path]] = []

    def __enter__(self) -> AtomicFiles:
        return self

    def write(self, path: Path, writer: Callable[[IO[bytes]], object]) -> None:
        """Let `writer` fill a temporary file that will become `path`. UserError if it cannot."""
        # A link keeps pointing to its file, which is the one that is replaced.
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.tmp")
        self._pending.append((temporary, target))
        try:
            with open(temporary, "xb") as file:
                writer(file)
        except OSError as error:
            raise os_error(error, path) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for temporary, target in self._pending:
                    _replace(temporary, target)
        finally:
            for temporary, _ in self._pending:
                temporary.unlink(missing_ok=True)


def matrix_writer(suffix: str) -> Callable[[IO[bytes], Matrix], None]:
    """The function that writes a Matrix as the kind of file that `suffix` names.

    Raises UserError if the package for it is missing.
    """
    if suffix == ".parquet":
        require("pyarrow pyarrow.parquet", "parquet", "writing .parquet")
        return write_parquet
    return {".npy": write_npy, ".csv": write_csv, ".tsv": write_tsv}[suffix]


def check_names(names: Names | None, suffix: str) -> None:
    """Raise UserError if a file of this kind cannot have its columns called so."""
    if suffix != ".parquet" or names is None:
        return
    seen = {LABEL_COLUMN}
    for name in names.columns:
        if name in seen:
            raise UserError(
                f"two columns would be called {name!r}, which a .parquet cannot hold; write .csv or"
                " .npy instead"
            )
        seen.add(name)


def write_npy(file: IO[bytes], matrix: Matrix) -> None:
    """The values alone. Labels are not kept."""
    values = np.ascontiguousarray(matrix.values)
    header = np.lib.format.header_data_from_array_1_0(values)
    np.lib.format.write_array_header_1_0(file, header)
    # Not np.save: on a full disk its OSError carries no errno, so no reason could be given.
    file.write(values.reshape(-1).view(np.uint8).data)


def write_csv(file: IO[bytes], matrix: Matrix, *, delimiter: str = ",") -> None:
    """With labels: a header line with an empty corner, and a label before each row. Without: numbers
    alone. Numbers have as many digits as it takes to read the same ones back."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        names = matrix.names
        if names is not None:
            writer.writerow(["", *names.columns])
        for i, row in enumerate(matrix.values):
            numbers = row.astype(str).tolist()
            writer.writerow(numbers if names is None else [names.rows[i], *numbers])
        text.flush()
    finally:
        text.detach()


def write_tsv(file: IO[bytes], matrix: Matrix) -> None:
    """As `write_csv`, with tabs."""
    write_csv(file, matrix, delimiter="\t")


def write_parquet(file: IO[bytes], matrix: Matrix) -> None:
    """One column for each column of the matrix, after a column `label` if there are labels."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = matrix.names
    count = matrix.values.shape[1]
    columns = [np.ascontiguousarray(matrix.values[:, j]) for j in range(count)]
    titles = [str(j) for j in range(count)] if names is None else names.columns
    if names is not None:
        columns, titles = [pa.array(names.rows, pa.string()), *columns], [LABEL_COLUMN, *titles]
    try:
        pq.write_table(pa.table(columns, names=titles), file)
    except pa.ArrowException as error:
        raise UserError(f"the .parquet could not be written: {one_line(str(error))}") from error


def save_figure(outputs: AtomicFiles, path: Path, figure: Figure) -> None:
    """Add the picture to `outputs`, in the format of its suffix."""
    kind = path.suffix.lower()[1:]
    try:
        outputs.write(path, lambda file: figure.savefig(file, format=kind))
    except (ValueError, MemoryError) as error:
        raise UserError(f"{path}: could not be drawn: {from_library(error)}") from error


def _replace(temporary: Path, target: Path) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        raise os_error(error, target) from error


def _alternatives(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
