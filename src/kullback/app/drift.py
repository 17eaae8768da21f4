"""`kullback drift`: two tables in, a table of what has drifted out, and a status that says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import kullback as kl
from kullback.app.errors import UserError, from_library, one_line, os_error, require
from kullback.app.outputs import PICTURE_SUFFIXES, AtomicFiles, check_destination, save_figure
from kullback.app.report import say
from kullback.app.report_files import REPORT_SUFFIXES, report_writer
from kullback.app.tables import check_file
from kullback.app.typed_tables import read_columns
from kullback.monitoring.bins import is_saved

DRIFTED = 1  # the exit status
ANEW = "write it anew by kullback drift --save-bins"


@dataclass(frozen=True)
class Files:
    """What the command reads and writes; all but the first two may be None."""

    reference: Path
    current: Path
    output: Path | None
    plot: Path | None
    save_bins: Path | None

    def check(self, *, force: bool) -> None:
        """Raise UserError if an output cannot be written or would replace an input."""
        kinds = ((self.output, REPORT_SUFFIXES), (self.plot, PICTURE_SUFFIXES))
        for path, suffixes in (*kinds, (self.save_bins, (".json",))):
            if path is None:
                continue
            check_destination(path, suffixes, force=force)
            for source in (self.reference, self.current):
                if source.exists() and path.exists() and source.samefile(path):
                    raise UserError(f"{path}: is an input too; choose another name")
        if self.plot is not None:
            require("matplotlib", "plot", "--plot")


def run_drift(files: Files, *, bins: int | None, level: float, threads: int | None) -> int:
    """Read, compare, print, write. The exit status. Raises UserError."""
    write = report_writer(files.output.suffix.lower()) if files.output else None
    reference = _reference(files.reference)
    current = read_columns(files.current)
    try:
        report = kl.drift(reference, current, bins=bins, level=level, threads=threads)
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        raise UserError(_in_the_files(str(from_library(error)), files)) from error
    with AtomicFiles() as outputs:
        if files.output is not None and write is not None:
            outputs.write(files.output, _writing(write, report))
        if files.save_bins is not None:
            text = report.bins.to_json().encode()
            outputs.write(files.save_bins, lambda file: file.write(text))
        if files.plot is not None:
            title = f"{files.current.name} against {files.reference.name}"
            save_figure(outputs, files.plot, lambda: _draw(report, title))
        say(str(report))
    return DRIFTED if report.drifted else 0


def _writing(write: Callable[[IO[bytes], Any], None], report: Any) -> Callable[[IO[bytes]], None]:
    return lambda file: write(file, report)


def _draw(report: Any, title: str) -> Any:
    from kullback.plots.drift import drift as draw

    return draw(report, title=title)


def _reference(path: Path) -> Any:
    """A table, or saved bins."""
    if path.suffix.lower() != ".json":
        return read_columns(path)
    try:
        check_file(path)
        saved = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise os_error(error, path) from error
    except (ValueError, RecursionError) as error:
        reason = one_line(str(error))
        raise UserError(f"{path}: is no JSON ({reason}); {ANEW}") from error
    if not is_saved(saved):
        raise UserError(f"{path}: holds no saved bins; {ANEW}")
    return saved


def _in_the_files(message: str, files: Files) -> str:
    """A message of the library about its arguments in terms of files and options."""
    for argument, path in (("reference", files.reference), ("current", files.current)):
        if message.startswith(f"{argument} "):
            return f"{path}: {message.removeprefix(argument).strip()}".replace(
                "save them anew: report.bins.to_json()", ANEW
            )
    return message.replace("bins is", "--bins is").replace("level is", "--level is")
