"""Cells of text files that are no numbers: what was meant by them."""

from __future__ import annotations

import re
from pathlib import Path

from kullback.app.errors import UserError

# What other programs write for a value that is not there; Python reads none of them as a number.
_MISSING = frozenset(
    ("na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing", "-", "--", "?")
)
# Numbers where the decimal mark is a comma, and those that have one.
_NUMBER = re.compile(r"\s*[+-]?\d[\d.]*(,\d+)?([eE][+-]?\d+)?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d[\d.]*,\d+([eE][+-]?\d+)?\s*")
_DECIMAL_POINT = re.compile(r"\s*[+-]?\d*\.\d+\s*")


def is_missing(cell: str) -> bool:
    """Whether the cell says that there is no value."""
    return cell.strip().lower() in _MISSING


def refuse_decimal_commas(path: Path, number: int, cells: list[str]) -> None:
    """Raise UserError for a line of a file with semicolons between numbers, or commas in them.

    Split at its commas, such a line has numbers, and one piece like "5;0" that could be a label.
    """
    pieces = ",".join(cells).split(";")
    others = [piece for piece in pieces if not _NUMBER.fullmatch(piece)]  # a label, at most
    label = len(others) <= 1 and "," not in "".join(others)
    with_semicolons = len(pieces) > max(1, len(others)) and label
    with_commas = any(map(_DECIMAL_COMMA.fullmatch, cells))
    with_commas = with_commas and not any(map(_DECIMAL_POINT.fullmatch, cells))
    if with_semicolons or with_commas:
        what = "semicolons between the cells" if with_semicolons else "commas in its numbers"
        raise UserError(
            f"{path}: line {number} has {what}; save the file with commas (in a .tsv tabs) between"
            " the cells, and points in the numbers"
        )
