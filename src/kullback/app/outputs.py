"""Results to files that appear whole or not at all.

Each file is written under a temporary name beside its destination; when all of a command's files
are complete they are renamed, and on any failure (also Ctrl-C) the temporary ones are removed.
"""

from __future__ import annotations

import os
import secrets
import stat
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from kullback.app.errors import UserError, from_library, os_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE_SUFFIXES = (".png", ".pdf", ".svg")


def check_destination(
    path: Path, suffixes: Sequence[str], *, force: bool, folder: bool = False
) -> None:
    """Raise UserError for what would make writing to `path` fail, as far as it can be known now.

    folder: whether what is written is a directory.
    """
    if path.suffix.lower() not in suffixes:
        raise UserError(
            f"{path}: unknown kind of output; end the name with {_alternatives(suffixes)}"
        )
    try:
        target = Path(os.path.realpath(path)) if folder else _target(path)
        parent = target.parent if path.is_symlink() else path.parent
        if not parent.is_dir():
            raise UserError(f"{path}: there is no directory {parent}; create it first")
        if folder and target.exists() and not target.is_dir():
            raise UserError(f"{path}: is a file, and no directory; choose another name")
        if os.path.lexists(path) and not force:
            raise UserError(
                f"{path}: already exists; choose another name, or replace it by --force"
            )
    except OSError as error:
        raise os_error(error, path) from error
    effective = os.access in os.supports_effective_ids
    if not os.access(parent, os.W_OK | os.X_OK, effective_ids=effective):
        raise UserError(f"{path}: no permission to write in {parent}; check the permissions")


def _target(path: Path) -> Path:
    """The file that is written: a link keeps pointing to it. UserError if it is no file."""
    target = Path(os.path.realpath(path))
    try:
        kind = os.lstat(target).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return target
    if stat.S_ISDIR(kind):
        raise UserError(f"{path}: is a directory; name a file in it")
    if not stat.S_ISREG(kind):
        raise UserError(
            f"{path}: is not a regular file, and is never replaced; choose another name"
        )
    return target


class AtomicFiles:
    """A context at whose end the files added by `write` appear, or none on an exception."""

    def __init__(self) -> None:
        self._pending: list[tuple[Path, Path]] = []

    def __enter__(self) -> AtomicFiles:
        return self

    def write(self, path: Path, writer: Callable[[IO[bytes]], object]) -> None:
        """Let `writer` fill a temporary file that will become `path`. UserError if it cannot."""
        target = _target(path)
        # A name of its own: beside that of the target, it could be too long where that is not.
        temporary = target.with_name(f".kullback-{secrets.token_hex(8)}.tmp")
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
                    _replace(temporary, _target(target))
        finally:
            for temporary, _ in self._pending:
                temporary.unlink(missing_ok=True)


def save_figure(outputs: AtomicFiles, path: Path, draw: Callable[[], Figure]) -> None:
    """Add the picture that `draw` makes to `outputs`, in the format of its suffix."""
    kind = path.suffix.lower()[1:]
    try:
        with warnings.catch_warnings():
            # A letter that the font lacks shows as a box; a line for each would help nobody.
            warnings.filterwarnings("ignore", "Glyph", UserWarning)
            figure = draw()
            outputs.write(path, lambda file: figure.savefig(file, format=kind))
    except (ValueError, MemoryError) as error:
        raise UserError(f"{path}: cannot be drawn: {from_library(error)}") from error


def _replace(temporary: Path, target: Path) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        raise os_error(error, target) from error


def _alternatives(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
