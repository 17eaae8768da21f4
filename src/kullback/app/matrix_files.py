"""A matrix of distances and its names ──► a file of the kind that its suffix says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback.app.errors import UserError, one_line, require

MATRIX_SUFFIXES = (".npy", ".csv", ".tsv", ".parquet")
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
    """With labels: a header with an empty corner, and a label before each row; else numbers alone.

    A number has as many digits as it takes to read the same one back.
    """
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
