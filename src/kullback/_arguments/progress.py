"""A progress callback for the duration of a call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

DELAY = 2.0  # seconds of work before there is a bar: one for less only flickers
Progress = bool | Callable[[int, int], None]


class Shown:
    """The caller's own callback, a bar's, or none."""

    def __init__(self, progress: Progress) -> None:
        """`progress` as the public functions take it."""
        self.progress = progress
        self.bar: Any = None

    def __enter__(self) -> Callable[[int, int], None] | None:
        if not self.progress:
            return None
        if callable(self.progress):
            return self.progress
        try:
            from tqdm import tqdm
        except ImportError:
            return None
        if sys.stderr is None:  # in a daemon, or a program without a console
            return None
        self.bar = tqdm(unit="tile", leave=False, delay=DELAY)
        return self._update

    def _update(self, done: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()
