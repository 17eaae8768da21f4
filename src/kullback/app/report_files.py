"""A report of drift ──► a file of the kind that its suffix says."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from typing import IO, Any

from kullback.app.errors import require
from kullback.monitoring.report import FIELDS, DriftReport

REPORT_SUFFIXES = (".csv", ".tsv", ".json", ".parquet")
Writer = Callable[[IO[bytes], DriftReport], None]


def report_writer(suffix: str) -> Writer:
    """The function that writes a report; UserError if the package for it is missing."""
    if suffix == ".parquet":
        require("pyarrow pyarrow.parquet", "parquet", "writing .parquet")
        return _write_parquet
    if suffix == ".json":
        return _write_json
    delimiter = "\t" if suffix == ".tsv" else ","
    return lambda file, report: _write_text(file, report, delimiter)


def _write_text(file: IO[bytes], report: DriftReport, delimiter: str) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        writer.writerow(["column", *FIELDS])
        for column, cells in zip(report, report.rows(), strict=True):
            writer.writerow([column.name, *map(_written, cells)])
        text.flush()
    finally:
        text.detach()


def _written(cell: Any) -> Any:
    """What is undefined as an empty cell."""
    return "" if isinstance(cell, float) and math.isnan(cell) else cell


def _write_json(file: IO[bytes], report: DriftReport) -> None:
    """A list of columns; JSON has no NaN and no infinity, which are null and "inf"."""
    rows = []
    for column, cells in zip(report, report.rows(), strict=True):
        plain = (cell if not isinstance(cell, float) else _number(cell) for cell in cells)
        rows.append({"column": column.name, **dict(zip(FIELDS, plain, strict=True))})
    found = {"level": report.level, "drifted": report.drifted, "columns": rows}
    file.write(json.dumps(found, indent=1, allow_nan=False).encode() + b"\n")


def _number(value: float) -> float | str | None:
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else "inf"


def _write_parquet(file: IO[bytes], report: DriftReport) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = list(zip(*report.rows(), strict=True)) or [()] * len(FIELDS)
    names = pa.array([str(column.name) for column in report], pa.string())
    columns = [names, *(pa.array(list(values)) for values in cells)]
    pq.write_table(pa.table(columns, names=["column", *FIELDS]), file)
