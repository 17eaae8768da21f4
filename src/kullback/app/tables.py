"""Files to tables: one histogram a row, and a label for each if the file has them."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback.app.csv_table import Places, column_called, read_csv
from kullback.app.errors import UserError, from_library, one_line, os_error, require
from kullback.app.sparse_files import read_npz

TABLE_SUFFIXES = (".npy", ".npz", ".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class Table:
    """`values` of shape (n, k) in the dtype of the file (of .npz: sparse), and n `labels` or None.

    `places` says where in the file the values are, if it is a text file. `columns` are the names of
    the k bins, or None where the file has none.
    """

    path: Path
    values: Any
    labels: Sequence[str] | None = None
    places: Places | None = None
    columns: Sequence[str] | None = None
    order: Sequence[int] | None = None  # where in the file the columns are, if in another order


def read_table(path: Path, header: bool | None = None, labels: str | None = None) -> Table:
    """The table in `path`, whose suffix says what it is. Raises UserError, in one line.

    `header` is for .csv and .tsv: whether the first line holds names; None: see `csv_table`.
    `labels` is the column that holds the labels; None: the one that holds text, if there is one.
    """
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        kinds = ", ".join(TABLE_SUFFIXES)
        raise UserError(f"{path}: unknown kind of input; it should be one of {kinds}")
    try:
        check_file(path)
        if suffix in (".npy", ".npz"):
            if labels is not None:
                raise UserError(f"{path}: a {suffix} has no names of columns for --labels {labels}")
            table = Table(path, _read_npy(path) if suffix == ".npy" else read_npz(path))
        elif suffix == ".parquet":
            table = _read_parquet(path, labels)
        else:
            delimiter = "\t" if suffix == ".tsv" else ","
            table = Table(path, *read_csv(path, delimiter, header, labels))
    except OSError as error:
        raise os_error(error, path) from error
    except MemoryError as error:
        raise UserError(
            f"{path}: does not fit in memory; save it as .npy, which is mapped"
        ) from error
    return _checked(table)


def check_file(path: Path) -> None:
    """Raise UserError if `path` is no regular file with something in it."""
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise UserError(f"{path}: is a directory; name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise UserError(f"{path}: is not a regular file; save the table in one")
    if status.st_size == 0:
        raise UserError(f"{path}: is empty; it should hold one histogram a row")


def _checked(table: Table) -> Table:
    shape = table.values.shape
    if len(shape) != 2:
        raise UserError(
            f"{table.path}: holds an array of shape {shape}; it should have 2 dimensions, one"
            " histogram a row"
        )
    if 0 in shape:
        raise _no_numbers(table.path, shape)
    return table


def _no_numbers(path: Path, shape: tuple[int, ...]) -> UserError:
    return UserError(f"{path}: holds no numbers (shape {shape}); it needs rows and columns")


def _read_npy(path: Path) -> NDArray[Any]:
    """The array, mapped and read-only. Nothing that would run code (a pickle) is ever loaded."""
    with open(path, "rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            if version not in ((1, 0), (2, 0)):
                raise ValueError(f"format version {version} is not known")
            read = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
            shape, _, dtype = read[version[0]](file)
        except OSError:
            raise
        except Exception as error:  # the header is a Python literal: whatever its parser raises
            reason = one_line(str(error)).split(". ")[0]
            raise UserError(
                f"{path}: is not a .npy file ({reason}); write it by numpy.save"
            ) from error
        start = file.tell()
    if dtype.hasobject:
        raise UserError(
            f"{path}: holds pickled Python objects, which could run code and are not loaded; save"
            " an array of numbers"
        )
    if any(type(length) is not int or length < 0 for length in shape):  # True is an int
        raise UserError(
            f"{path}: its header declares the shape {shape}; write it anew by numpy.save"
        )
    expected = dtype.itemsize
    for length in shape:
        expected *= length
    found = path.stat().st_size - start
    if expected != found:
        raise UserError(
            f"{path}: its header declares {shape} of {dtype}, {expected} bytes, but {found} bytes"
            " follow; the file is damaged or was not written to its end: write it anew"
        )
    if expected == 0:  # nothing to map, and no array need be able to have this shape
        raise _no_numbers(path, shape)
    try:
        values: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OverflowError) as error:
        raise UserError(f"{path}: {from_library(error)}; write it anew by numpy.save") from error
    return values


def _read_parquet(path: Path, wanted: str | None) -> Table:
    """Numeric columns are bins, in their order; the one text column or index holds the labels.

    So does the column that is `wanted` for it, if there is one, whatever it holds.
    """
    require("pyarrow pyarrow.parquet", "parquet", "reading .parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Not read_table: it makes columns of directories named like `year=2024`.
        content = pq.ParquetFile(path).read()
    except pa.ArrowException as error:
        reason = one_line(str(error)).split(". ")[0]
        raise UserError(f"{path}: is not a .parquet file ({reason}); write it anew") from error
    index = _index_columns(path, content.schema)
    names: list[str] = []
    if wanted is not None:
        every = list(content.column_names)
        index = {every[column_called(path, wanted, every, len(every))]}
    labels: list[str] | None = None
    label_name = ""
    columns: list[NDArray[Any]] = []
    for name, column in zip(content.column_names, content.columns, strict=True):
        _check_column(path, name, column)
        if name not in index and not _is_text(column.type):
            columns.append(column.to_numpy())
            names.append(name)
        elif labels is None:
            labels, label_name = [str(value) for value in column.to_pylist()], name
        else:
            raise UserError(
                f"{path}: the columns {label_name!r} and {name!r} both hold text; keep one"
            )
    values = np.stack(columns, axis=1) if columns else np.empty((content.num_rows, 0))
    return Table(path, values, labels, columns=names)


def _index_columns(path: Path, schema: Any) -> set[str]:
    """The columns in which pandas keeps a data frame's index (a range is kept in none)."""
    if b"pandas" not in (schema.metadata or {}):
        return set()
    try:
        metadata = schema.pandas_metadata
        columns = metadata.get("index_columns") if isinstance(metadata, dict) else None
        if not isinstance(columns, list) or not all(isinstance(c, str | dict) for c in columns):
            raise ValueError("index_columns is no list of columns")
    except (ValueError, RecursionError) as error:  # no JSON, or no UTF-8
        raise UserError(
            f"{path}: its pandas metadata cannot be read ({from_library(error)}); write it anew"
        ) from error
    return {name for name in columns if isinstance(name, str)}


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_column(path: Path, name: str, column: Any) -> None:
    import pyarrow as pa

    kind = column.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if not numeric and not _is_text(kind):
        raise UserError(
            f"{path}: column {name!r} holds {kind}; the bins should be numbers, the labels text"
        )
    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise UserError(
            f"{path}: column {name!r} is empty in row {row} (counting from 0); write 0 for an empty"
            " bin"
        )
