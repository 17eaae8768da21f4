"""Files that nobody but this user can have written: the only ones that may be read as code.

Nothing is opened before it is known to be a regular file of this user's in a directory of this
user's: to open a FIFO may wait for ever, and to open a device may do anything.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

# To the file itself, never to what a link names, and without waiting for a FIFO's writer: what was
# looked at may have been replaced since. (Windows knows neither, but text and binary files.)
_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)


def refuse_what_others_can_write(status: os.stat_result, path: Path) -> None:
    """Raise where another user could have put code into a file that is to be loaded."""
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{path} belongs to someone else or others can write to it")


def read(path: Path, marked_after: float) -> bytes | None:
    """The content of the file, or None if there is no file.

    A file that was last marked as used longer than `marked_after` seconds ago is marked anew.
    """
    try:
        refuse_what_others_can_write(path.parent.stat(), path.parent)
        _refuse_all_but_our_files(path.lstat(), path)
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            _refuse_all_but_our_files(status, path)
            if time.time() - status.st_mtime > marked_after:
                _mark(file.fileno(), path)
            return file.read()
    except FileNotFoundError:
        return None


def _refuse_all_but_our_files(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError(f"{path} is not a regular file")
    refuse_what_others_can_write(status, path)


def _mark(handle: int, path: Path) -> None:
    with suppress(OSError):  # a cache that cannot be written to is not tidied up: it needs no marks
        os.utime(handle if os.utime in os.supports_fd else path)
