"""A directory with tables, and a command in it that must fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kullback.app.cli import main
from support.cli_calls import COUNTS, OTHERS, Fails


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: x.npy, y.npy and names.csv, whose rows are called r0, r1 …"""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", COUNTS)
    np.save("y.npy", OTHERS)
    rows = (",".join([f"r{i}", *map(str, row)]) for i, row in enumerate(COUNTS))
    Path("names.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


@pytest.fixture
def fails(folder: Path, capfd: pytest.CaptureFixture[str]) -> Fails:
    """Runs a command that must fail: status 2, one line, the files as they were. The line."""

    def call(*arguments: str, status: int = 2) -> str:
        before = _snapshot()
        capfd.readouterr()
        assert main(arguments) == status
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith("kullback: error: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert _snapshot() == before
        return err.strip()

    return call


def _snapshot() -> dict[Path, tuple[int, int]]:
    """Size and time of every file, also of those that may not be read."""
    states = ((path, path.lstat()) for path in Path.cwd().rglob("*"))
    return {path: (state.st_size, state.st_mtime_ns) for path, state in states if path.is_file()}
