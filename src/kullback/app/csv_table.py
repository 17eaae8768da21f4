"""Tables of numbers in text files. Lines and columns count from 1, as an editor shows them.

What the first line and the first column are is decided from the text alone:

- The first line is a header if none of its cells is a number, or if they are 0, 1, 2 … after an
  empty corner, as pandas writes it. 0, 1, 2 … alone could be either, and so could other numbers
  after an empty cell: then the user is asked.
- A first column under an empty corner holds labels, also if they look like numbers. Otherwise the
  first row of data decides: its one cell that is not a number, if there is one, is a label.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback.app.csv_cells import is_missing, refuse_decimal_commas
from kullback.app.errors import UserError

# Fewer numbers than this in a row, such as 0,1, are too likely to be counts to be taken for names.
_FEWEST_NAMES = 3

Line = tuple[int, list[str]]
Numbers = NDArray[np.int64 | np.float64]


class Content(NamedTuple):
    """Values of shape (n, k), n labels and k names of columns or None, and where the values are."""

    values: Numbers
    labels: list[str] | None
    places: Places
    columns: list[str] | None


def read_csv(path: Path, delimiter: str, header: bool | None, labels: str | None = None) -> Content:
    """What the file holds.

    The values are int64 if every cell is an integer that fits, else float64. `header` says whether
    the first line holds names; None: decide from the text. `labels` is the column that holds the
    labels, by its name or else by its number, which counts from 1; None: decide from the text.
    Raises UserError naming line and column.
    """
    lines = _lines(path, delimiter)
    first = next(lines, None)
    if first is None:
        raise UserError(f"{path}: is empty; it should hold one histogram a line")
    refuse_decimal_commas(path, *first)
    if header is None:
        header = _is_header(path, first)
    start = next(lines, None) if header else first
    if start is None:
        raise UserError(f"{path}: holds a header but no rows; it should hold one histogram a line")
    refuse_decimal_commas(path, *start)
    corner = header and len(first[1]) > 1 and not first[1][0].strip()
    names = [cell.strip() for cell in first[1]] if header else None
    if labels is not None:
        label: int | None = column_called(path, labels, names, len(first[1]))
    else:
        label = 0 if corner else _label_column(path, start)
    reader = _RowReader(path, label, width=len(first[1]), first_line=first[0])
    reader.add(start)
    for line in lines:
        reader.add(line)
    if not corner and labels is None:
        reader.check_labels(start)
    if names is not None and label is not None:
        names = names[:label] + names[label + 1 :]
    return Content(reader.values(), reader.labels, Places(reader.line_numbers, label), names)


def column_called(path: Path, wanted: str, names: list[str] | None, count: int) -> int:
    """The place of the column that a user means: by its name, or by its number from 1."""
    if names is not None and wanted in names:
        if names.count(wanted) > 1:
            raise UserError(f"{path}: has {names.count(wanted)} columns {wanted!r}; rename one")
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= count:
        return int(wanted) - 1
    known = ", ".join(map(_shortened, (names or [])[:5]))
    known += ", …" if names and len(names) > 5 else ""
    have = f"its columns are {known}" if names else "it has no header; give a number from 1"
    raise UserError(f"{path}: has no column {wanted!r} for --labels; {have}")


class Places(NamedTuple):
    """Where the values are: the line of each row, and the column (from 0) of the labels if any."""

    lines: list[int]
    label: int | None

    def of(self, row: int, column: int | None) -> str:
        """Line and column in the file of a row and column of the values, which count from 0."""
        if column is None:
            return f"line {self.lines[row]}"
        after_labels = self.label is not None and column >= self.label
        return f"line {self.lines[row]}, column {column + 1 + after_labels}"


class _RowReader:
    """Collects rows of one width, each as an array; says where a cell is wrong."""

    def __init__(self, path: Path, label: int | None, width: int, first_line: int) -> None:
        self.labels: list[str] | None = None if label is None else []
        self.line_numbers: list[int] = []
        self._rows: list[Numbers] = []
        self._path, self._label, self._width, self._first_line = path, label, width, first_line

    def add(self, line: Line) -> None:
        number, cells = line
        if len(cells) != self._width:
            raise UserError(
                f"{self._path}: line {number} has {len(cells)} cells, but line {self._first_line}"
                f" has {self._width}; every line needs the same number"
            )
        numbers = cells
        if self._label is not None and self.labels is not None:
            self.labels.append(cells[self._label].strip())
            numbers = cells[: self._label] + cells[self._label + 1 :]
        row = _numbers(numbers)
        if row is None:
            raise self._not_a_number(number, cells)
        self._rows.append(row)
        self.line_numbers.append(number)

    def check_labels(self, start: Line) -> None:
        """One text above numbers is not the first label of a column of labels but a slip."""
        label, *others = self.labels or [""]
        if others and all(_numbers([label]) is not None for label in others):
            raise self._not_a_number(*start)
        if not others and is_missing(label):
            raise self._not_a_number(*start)

    def values(self) -> Numbers:
        values: Numbers = np.stack(self._rows)  # int64 and float64 rows become float64
        return values

    def _not_a_number(self, number: int, cells: list[str]) -> UserError:
        bad = (j for j, cell in enumerate(cells) if _numbers([cell]) is None)
        column = next((j for j in bad if j != self._label), self._label or 0)
        cell = cells[column]
        where = f"{self._path}: line {number}, column {column + 1}"
        if not cell.strip():
            return UserError(f"{where}: is empty; write 0 for an empty bin")
        if is_missing(cell):
            return UserError(
                f"{where}: {_shortened(cell)} is a missing value; write 0 for an empty bin, or"
                " leave the line out"
            )
        what = f"{where}: {_shortened(cell)} is not a number"
        if number == self._first_line:
            return UserError(f"{what}; if line {number} holds the names of the bins, say --header")
        return UserError(f"{what}; correct it (only one column, of labels, may hold text)")


def _lines(path: Path, delimiter: str) -> Iterator[Line]:
    """The lines that are not blank, each as the number of its first line and its cells."""
    number = 1
    try:
        # utf-8-sig: spreadsheets put a byte order mark first, which is no part of the first cell.
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield number, cells
                number = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise UserError(f"{path}: line {number}: {error}; check its quotes") from error


def _numbers(cells: list[str]) -> Numbers | None:
    """The cells as int64 if each is such an integer, else as float64; None if one is no number."""
    # Python reads 2024_01 as a number; in a table it is a name.
    if any("_" in cell for cell in cells):
        return None
    try:
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        return np.array([float(cell) for cell in cells], dtype=np.float64)
    except ValueError:
        return None


def _is_header(path: Path, first: Line) -> bool:
    number, cells = first
    names = [cell for cell in cells if _numbers([cell]) is not None]
    if not names:
        blanks = sum(map(is_missing, cells))
        if blanks and blanks >= len(cells) - 1:
            raise UserError(
                f"{path}: line {number} holds no numbers but missing values, so it may hold names"
                " or a histogram; say --header or --no-header"
            )
        return True
    corner = not cells[0].strip()
    counting = len(names) >= _FEWEST_NAMES and names == [str(i) for i in range(len(names))]
    if corner and counting:
        return True
    if corner or counting:
        what = "starts with an empty cell" if corner else "counts up from 0"
        raise UserError(
            f"{path}: line {number} {what}, so it may hold names or a histogram; say --header or"
            " --no-header"
        )
    return False


def _label_column(path: Path, start: Line) -> int | None:
    """The column of the one cell of the first row of data that is text; None if there is none."""
    number, cells = start
    texts = [j for j, cell in enumerate(cells) if cell.strip() and _numbers([cell]) is None]
    if len(texts) == len(cells):
        raise UserError(
            f"{path}: line {number} holds no numbers; write one histogram a line, with"
            " commas between the cells in a .csv and tabs in a .tsv"
        )
    words = [j for j in texts if not is_missing(cells[j])] or texts
    if len(words) > 1 and not is_missing(cells[words[0]]):
        listed = ", ".join(f"{_shortened(cells[j])} in column {j + 1}" for j in words)
        raise UserError(
            f"{path}: line {number} holds text in several columns ({listed}); only one, of labels,"
            f" may hold text; if line {number} holds the names of the bins, say --header"
        )
    return words[0] if len(words) == 1 else None


def _shortened(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
