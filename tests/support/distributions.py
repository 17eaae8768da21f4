"""Distributions are built, and installed in environments that have what they declare alone."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command says, in a folder, without the clone on Python's path."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    given = {"env": {**clean, **environment}, "cwd": folder, "capture_output": True, "text": True}
    done = subprocess.run([*map(str, command)], timeout=300, check=False, **given)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def build(source: Path, target: str, folder: Path) -> Path:
    before = set(folder.iterdir())
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder, folder=source)
    (made,) = set(folder.iterdir()) - before
    return made


def declared(package: Distribution, extra: str = "") -> set[str]:
    """The names of all packages that it needs, and that these need, as installed here."""
    found: set[str] = set()
    left = [(package, extra)]
    while left:
        package, extra = left.pop()
        for one in map(Requirement, package.requires or ()):
            if one.marker is not None and not one.marker.evaluate({"extra": extra}):
                continue
            if one.name not in found:
                found.add(one.name)
                left.extend((distribution(one.name), each) for each in one.extras or ("",))
    return found


def link(name: str, target: Path) -> None:
    """Make an installed package one of another environment."""
    package = distribution(name)
    tops = {file.parts[0] for file in package.files or () if ".." not in file.parts}
    for top in tops - {"__pycache__"}:
        if not (target / top).exists():
            (target / top).symlink_to(Path(str(package.locate_file(top))).resolve())
