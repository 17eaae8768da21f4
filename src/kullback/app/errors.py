"""What goes wrong at the command line, told in one line: what, where, and the remedy."""

from __future__ import annotations

import errno
import importlib
from pathlib import Path

from kullback._process.requirements import OLDEST, too_old

_REMEDIES = {
    errno.ENOENT: "check the path",
    errno.EACCES: "check the permissions",
    errno.EPERM: "check the permissions",
    errno.EROFS: "choose a directory that can be written to",
    errno.ENOSPC: "free some space or choose another disk",
    errno.EDQUOT: "free some space or choose another disk",
    errno.EFBIG: "choose another disk or raise the limit",
    errno.EISDIR: "name a file in it",
    errno.ENOTDIR: "check the path",
}


class UserError(Exception):
    """Something that the user can put right. The message is one line, without a full stop."""


def one_line(text: str) -> str:
    """`text` with every line break and run of blanks made one blank."""
    return " ".join(text.split())


def os_error(error: OSError, path: Path | str | None = None) -> UserError:
    """An OSError as what the system refused, for which file, and what usually helps."""
    where = path if path is not None else error.filename
    what = error.strerror or str(error) or type(error).__name__
    what = what[:1].lower() + what[1:]
    remedy = _REMEDIES.get(error.errno or 0)
    message = f"{where}: {what}" if where is not None else what
    return UserError(f"{message}; {remedy}" if remedy else message)


def from_library(error: Exception) -> UserError:
    """An exception of the library or of NumPy as one line; one without a message by its name."""
    if isinstance(error, MemoryError) and not str(error):
        return UserError("not enough memory; use fewer rows at a time")
    return UserError(one_line(str(error)) or type(error).__name__)


def require(packages: str, extra: str, purpose: str) -> None:
    """Import `packages` (names with blanks between) or raise UserError naming the extra to install.

    Called before the work, so that an hour's result is not lost for want of a package.
    """
    remedy = f'pip install "kullback[{extra}]"'
    for package in packages.split():
        try:
            module = importlib.import_module(package)
        except ImportError as error:
            reason = "is not installed" if error.name == package else f"fails: {error}"
            raise UserError(
                one_line(f"{purpose} needs {package}, which {reason}; {remedy}")
            ) from error
        if package in OLDEST and (found := too_old(package, module)):
            raise UserError(
                f"{purpose} needs {package}>={OLDEST[package]}, and {found} is installed; {remedy}"
            )
