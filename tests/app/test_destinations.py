"""Outputs that are no files, or have names as long as they may be: told before any work."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kullback.app import pairwise as command
from support.cli_calls import Fails, pairwise
from support.processes import needs_posix

LONGEST = 255  # bytes, of a name on most file systems


def _device(name: str) -> None:
    os.mknod(name, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # a node of our own


def _linked(make: Callable[[str], None]) -> Callable[[str], None]:
    def make_both(name: str) -> None:
        make("other")
        os.symlink("other", name)

    return make_both


NO_FILES: dict[str, Callable[[str], None]] = {
    "FIFO": os.mkfifo,
    "device": _device,
    "link to a FIFO": _linked(os.mkfifo),
    "link to a device": _linked(_device),
    "link to itself": lambda name: os.symlink(name, name),
}


@needs_posix
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("option", ["--output", "--plot"])
@pytest.mark.parametrize("force", [True, False])
def test_what_is_no_file_is_never_replaced(
    fails: Fails, kind: str, option: str, force: bool
) -> None:
    """A device that became a file of its name: bazelbuild/bazel #31038."""
    if kind.endswith("device") and os.geteuid() != 0:
        pytest.skip("only root can make devices")
    name = "d.npy" if option == "--output" else "d.png"
    NO_FILES[kind](name)
    before = os.lstat(name), os.listdir()
    others = ["--output", "e.npy"] if option == "--plot" else []
    line = fails("pairwise", "x.npy", option, name, *others, *["--force"] * force)
    assert f"{name}: is not a regular file" in line
    assert (os.lstat(name), os.listdir()) == before


@needs_posix
def test_what_became_no_file_meanwhile_is_not_replaced(
    fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = command._compute

    def compute(*given: Any) -> Any:
        os.mkfifo("d.npy")
        return real(*given)

    monkeypatch.setattr(command, "_compute", compute)
    assert "d.npy: is not a regular file" in fails("pairwise", "x.npy", "--output", "d.npy")
    assert stat.S_ISFIFO(os.lstat("d.npy").st_mode)


@needs_posix
def test_a_link_keeps_pointing_to_the_file_that_is_replaced(folder: Path) -> None:
    Path("real").mkdir()
    Path("d.npy").symlink_to("real/d.npy")
    for _ in range(2):
        pairwise("x.npy", "--output", "d.npy", "--force")
        assert Path("d.npy").is_symlink()
        assert Path("real/d.npy").stat().st_size > 0
    assert os.listdir("real") == ["d.npy"]


@needs_posix
def test_a_link_into_no_directory_is_told_before_the_work(fails: Fails) -> None:
    Path("d.npy").symlink_to("none/d.npy")
    line = fails("pairwise", "x.npy", "--output", "d.npy", "--force")
    assert "there is no directory" in line


@needs_posix
@pytest.mark.parametrize("letter", ["d", "é", "字", "😀"])
def test_a_name_may_be_as_long_as_the_system_allows(folder: Path, letter: str) -> None:
    """Of the same kind, where a temporary name was longer: npm/write-file-atomic #63."""
    size = len(letter.encode())
    for stem in (LONGEST - 4, LONGEST - 4 - size * 2):
        name = letter * (stem // size) + ".npy"
        pairwise("x.npy", "--output", name)
        assert Path(name).stat().st_size > 0


@needs_posix
def test_a_longer_name_is_told_before_the_work(fails: Fails) -> None:
    line = fails("pairwise", "missing.npy", "--output", "d" * LONGEST + ".npy")
    assert "file name too long" in line
