"""Two tables, and the command line run as a function or as a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kullback.app.cli import main

COUNTS = np.random.default_rng(0).integers(0, 50, (6, 8))
OTHERS = np.random.default_rng(1).integers(1, 50, (4, 8))
PLOT = ("pairwise", "x.npy", "--output", "d.npy", "--plot", "d.png")
Fails = Callable[..., str]  # a command that must: see `cli/conftest.py`


def pairwise(*arguments: str) -> None:
    assert main(["pairwise", *arguments]) == 0


def write(name: str, text: str) -> None:
    Path(name).write_text(text, "utf-8")


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kullback", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
