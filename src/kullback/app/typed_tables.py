"""Files to tables of columns, each of numbers, times or text: what `kullback drift` compares.

.csv and .tsv have a first line of names. A column is one of numbers if each of its cells that is
not empty is a number, of times if each is a date or a time as ISO 8601 writes it, else of text. An
empty cell is a missing value.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kullback.app.errors import UserError, one_line, os_error, require
from kullback.app.tables import check_file

COLUMN_SUFFIXES = (".csv", ".tsv", ".parquet")
MISSING = frozenset(("", "nan", "NaN", "NA", "N/A", "null", "None"))
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?\Z")

Columns = dict[str, Any]


def read_columns(path: Path) -> Columns:
    """The table in `path`, whose suffix says what it is. Raises UserError, in one line."""
    suffix = path.suffix.lower()
    if suffix not in COLUMN_SUFFIXES:
        kinds = ", ".join(COLUMN_SUFFIXES)
        raise UserError(f"{path}: unknown kind of table; it should be one of {kinds}")
    try:
        check_file(path)
        if suffix == ".parquet":
            return _read_parquet(path)
        return _read_text(path, "\t" if suffix == ".tsv" else ",")
    except OSError as error:
        raise os_error(error, path) from error
    except MemoryError as error:
        raise UserError(f"{path}: does not fit in memory; save it as .parquet") from error


def _read_parquet(path: Path) -> Columns:
    require("pyarrow pyarrow.parquet", "parquet", "reading .parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = pq.ParquetFile(path).read()  # not read_table: see `tables`
    except pa.ArrowException as error:
        reason = one_line(str(error)).split(". ")[0]
        raise UserError(f"{path}: is not a .parquet file ({reason}); write it anew") from error
    _check_names(path, content.column_names)
    return dict(zip(content.column_names, content.columns, strict=True))


def _read_text(path: Path, delimiter: str) -> Columns:
    try:
        # utf-8-sig: spreadsheets put a byte order mark first, which is no part of the first cell.
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            names = next((cells for cells in reader if cells), None)
            if names is None:
                raise UserError(f"{path}: is empty; its first line should hold names of columns")
            names = [name.strip() for name in names]
            _check_header(path, names, delimiter)
            rows = list(_rows(path, reader, names))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num}: {error}; check its quotes") from error
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: _typed(cells) for name, cells in zip(names, columns, strict=True)}


def _rows(path: Path, reader: Any, names: list[str]) -> Any:
    for cells in reader:
        if len(cells) == len(names):
            yield cells
        elif cells and any(cell.strip() for cell in cells):
            raise UserError(
                f"{path}: line {reader.line_num} has {len(cells)} cells, but line 1 has "
                f"{len(names)} names; every line needs the same number"
            )


def _check_header(path: Path, names: list[str], delimiter: str) -> None:
    numbers = [name for name in names if _is_number(name)]
    if numbers:
        raise UserError(
            f"{path}: line 1 holds the number {numbers[0]!r} where it should hold names of columns;"
            " write a line of names above"
        )
    if "" in names:
        raise UserError(
            f"{path}: column {names.index('') + 1} has no name in line 1; give it one (an index "
            "that pandas wrote: save it by index=False)"
        )
    if len(names) == 1 and (";" in names[0] or ("\t" in names[0] and delimiter == ",")):
        raise UserError(
            f"{path}: line 1 is one cell, {names[0][:40]!r}; write commas between the cells of a "
            ".csv and tabs in a .tsv"
        )
    _check_names(path, names)


def _check_names(path: Path, names: list[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise UserError(f"{path}: {times} columns are called {name!r}; give each its own name")


def _is_number(cell: str) -> bool:
    if "_" in cell or cell.strip() in MISSING:  # Python reads 2024_01 as a number
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _typed(cells: tuple[str, ...]) -> NDArray[Any]:
    """Cells as numbers, times or text; what is missing as NaN, NaT or None."""
    values = [None if (text := cell.strip()) in MISSING else text for cell in cells]
    first = next((value for value in values if value is not None), None)
    if first is None:
        return np.full(len(values), np.nan)
    if _is_number(first) and not any(value is not None and "_" in value for value in values):
        try:
            return np.array([np.nan if value is None else float(value) for value in values])
        except ValueError:
            pass
    if _TIME.match(first) and all(value is None or _TIME.match(value) for value in values):
        try:
            return np.array(["NaT" if value is None else value for value in values], "M8[us]")
        except ValueError:  # February the 30th
            pass
    return np.array(values, object)
