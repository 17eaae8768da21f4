"""The demo's input, which every Python has: the sources of the standard library."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kullback.app.errors import UserError

MOST_FILES = 1700
# Fewer bytes than this say next to nothing of what a file is like.
FEWEST_BYTES = 24
_INSTALLED = {"site-packages", "dist-packages"}


@dataclass(frozen=True)
class Corpus:
    """`counts`: (n, 256) int64, how often each byte occurs in each file; `names`: their n paths."""

    root: Path
    names: list[str]
    counts: NDArray[np.int64]
    contents_differ: int  # how many of the files have contents that no file before them has

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The n sizes in bytes."""
        total: NDArray[np.int64] = self.counts.sum(axis=1)
        return total


def read_corpus(root: Path | None = None) -> Corpus:
    """The byte histograms of the *.py files below `root` (default: the standard library), by path.

    Of more than MOST_FILES the largest are taken. Raises UserError if there are too few to compare.
    """
    root = Path(sysconfig.get_path("stdlib")) if root is None else root
    found = {path.relative_to(root).as_posix(): content for path, content in _sources(root)}
    largest = sorted(found, key=lambda name: (-len(found[name]), name))[:MOST_FILES]
    names = sorted(largest)
    if len(names) < 3:
        raise UserError(
            f"{root}: holds {len(names)} Python source files, too few to compare; run the demo"
            " with a Python whose standard library is not packed or stripped"
        )
    counts = [np.bincount(np.frombuffer(found[name], np.uint8), minlength=256) for name in names]
    different = len({found[name] for name in names})
    return Corpus(root, names, np.array(counts, dtype=np.int64), different)


def _sources(root: Path) -> Iterator[tuple[Path, bytes]]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - _INSTALLED)
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix != ".py" or not path.is_file():
                continue
            try:
                content = path.read_bytes()
            except OSError:  # a file that this user may not read is left out
                continue
            if len(content) >= FEWEST_BYTES:
                yield path, content
