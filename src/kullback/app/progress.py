"""A progress bar, if standard error is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None] | bool]:
    """A `progress` for the library: a tqdm bar if standard error is a terminal, else False."""
    try:
        from tqdm import tqdm
    except ImportError:
        tqdm = None
    if tqdm is None or not sys.stderr.isatty():
        yield False
        return
    # leave=False: an error that follows stands on a line of its own. Short work shows no bar.
    form = "{percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
    with tqdm(bar_format=form, leave=False, delay=0.3, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            yield show
        finally:
            bar.clear()  # tqdm forgets to if Ctrl-C comes while it draws
