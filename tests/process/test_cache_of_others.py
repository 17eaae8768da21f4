"""What lies in the place of a kernel and is no file of ours: it is never opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from process.test_cache import CALL, VALUE, assert_right, call, filled
from support.processes import needs_posix, run_child

__all__ = ["filled"]

LIMIT = 60  # seconds; a child that opens a FIFO waits for ever
NOBODY = 65534
NAME = "one.kernel"
READ = """
import os, sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, given: opened.append(given[0]) if event == "open" else None)
from kullback._process import own_files
del opened[:]
try:
    print(own_files.read(Path({path!r}), marked_after=60.0))
except PermissionError as error:
    print(error)
assert {path!r} not in map(str, opened), "it was opened"
"""


def _device(path: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # a node of our own, of zeros


def _link(path: Path) -> None:
    path.with_suffix(".file").write_bytes(b"a kernel")
    path.symlink_to(path.with_suffix(".file"))


def _of_nobody(path: Path) -> None:
    path.write_bytes(b"a kernel")
    os.chown(path, NOBODY, NOBODY)


def _fifo_among_nobodys(path: Path) -> None:
    os.mkfifo(path)
    os.chown(path.parent, NOBODY, NOBODY)
    path.parent.chmod(0o777)


# What lies there, whether root alone can put it there, and why it is not read.
OTHERS: dict[str, tuple[Callable[[Path], None], bool, str]] = {
    "FIFO": (os.mkfifo, False, "is not a regular file"),
    "device": (_device, True, "is not a regular file"),
    "directory": (Path.mkdir, False, "is not a regular file"),
    "link": (_link, False, "is not a regular file"),
    "file of another user": (_of_nobody, True, "belongs to someone else"),
    "FIFO in a directory of another user": (_fifo_among_nobodys, True, "belongs to someone else"),
}


@needs_posix
@pytest.mark.parametrize("other", OTHERS)
def test_what_is_no_file_of_ours_is_never_opened(tmp_path: Path, other: str) -> None:
    make, by_root, reason = OTHERS[other]
    if by_root and os.geteuid() != 0:
        pytest.skip("only root can make devices, and give files away")
    folder = tmp_path / "kernels"
    folder.mkdir(0o700)
    make(folder / NAME)
    done = run_child(READ.format(path=str(folder / NAME)), LIMIT)
    assert done.returncode == 0, done.stderr
    assert reason in done.stdout


@needs_posix
def test_a_fifo_of_another_user_costs_a_compilation_and_one_warning(
    filled: Path, tmp_path: Path
) -> None:
    """Whoever waits for its writer waits for ever: MemPalace/mempalace #2221, filebrowser #1155."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    (kernel,) = filled.iterdir()
    folder = tmp_path / "kernels"
    folder.mkdir()
    _fifo_among_nobodys(folder / kernel.name)
    assert_right(call(folder, limit=LIMIT), 1, "belongs to someone else")


def test_an_unusable_cache_is_no_error_where_warnings_are(tmp_path: Path) -> None:
    """The kernel has been compiled by then, and the warning is told on standard error."""
    (tmp_path / "file").write_text("not a directory")
    settings = {"KULLBACK_CACHE_DIR": str(tmp_path / "file"), "KULLBACK_CACHE": None}
    done = run_child(CALL, warn="error", **settings)
    assert (done.returncode, done.stdout.strip()) == (0, VALUE), done.stderr
    assert done.stderr.count("RuntimeWarning: kullback compiles its kernels anew") == 1
