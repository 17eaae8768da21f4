"""The pool, and running numbered tiles on it.

Numba's own threading layers abort or hang processes that fork or that call them from two threads,
so kernels release the interpreter lock and run on plain Python threads. The calling thread works
too: it takes tiles like every other, so a call never waits for a pool that others keep busy.
Calls that run at once share what each of them may use: with as many callers as processors, such as
a scheduler's worker threads, each works alone.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

from kullback._process import compiling
from kullback._process.limits import default_threads
from kullback._process.uninterrupted import Cancelled

__all__ = ["Progress", "default_threads", "run"]

Progress = Callable[[int, int], None]

_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()
_MOST_THREADS = (
    1024  # of the pool, which starts a thread only when it is asked for and none is idle
)
_POLL = 0.1  # seconds; on Windows no wait ends before its time, and Ctrl-C only between waits

# The threads that work on tiles now, callers among them. A set and not a count: whatever moment an
# interrupt comes at, a thread is in it once or not, and its next call puts right what is not.
_working: set[int] = set()


def run(
    tile: Callable[[int], None], count: int, threads: int, progress: Progress | None = None
) -> None:
    """Call tile(0) ... tile(count - 1) on at most `threads` threads, this one among them.

    The first exception, KeyboardInterrupt included, cancels the tiles not yet begun and is raised
    once the others have ended. `progress(done, count)` is called from this thread.
    """
    tiles = _Tiles(tile, count, threads)
    late: BaseException | None = None
    whole = False
    try:
        _working.add(threading.get_ident())
        _ask_for_help(tiles)
        tiles.work(progress)
        whole = True
    finally:
        # Not a function: between its call and its `try`, a second Ctrl-C would leave helpers.
        while True:
            try:
                tiles.closed = True  # helpers that come from now on leave at once
                # After an error or an interrupt, helpers at work begin no other tile.
                tiles.cancelled = tiles.cancelled or not whole or late is not None
                _working.discard(threading.get_ident())
                while tiles.helpers:
                    tiles.wait()
                break
            except BaseException as error:
                late = error
        if late is not None:
            raise late
    if tiles.error is not None:
        raise tiles.error
    if progress and count:
        progress(count, count)


def stop_if_cancelled() -> None:
    """Raise Cancelled if the call that this thread works for is cancelled: for long tiles."""
    cancelled = getattr(compiling.waiting, "cancelled", None)
    if cancelled and cancelled():
        raise Cancelled


class _Tiles:
    """Numbered tiles that several threads take one after the other."""

    def __init__(self, tile: Callable[[int], None], count: int, threads: int) -> None:
        self.tile = tile
        self.count = count
        self.threads = threads
        self.cancelled = False  # the results are in vain
        self.closed = False  # there is no tile left to begin, or all are in vain
        self.error: BaseException | None = None
        self.helpers: set[int] = set()
        self._left: SimpleQueue[None] = SimpleQueue()
        self._numbers = itertools.count()  # next() on it is atomic
        self._finished = itertools.count(1)

    def work(self, progress: Progress | None = None) -> None:
        while not self.cancelled and (number := next(self._numbers)) < self.count:
            self.tile(number)
            done = next(self._finished)
            if progress and done < self.count:
                progress(done, self.count)
            if self.helpers and len(_working) > self.threads and self._may_leave():
                return

    def _may_leave(self) -> bool:
        return threading.get_ident() in self.helpers

    def help(self) -> None:
        """Work for a caller in another thread, until no tile is left or other calls need it."""
        me = threading.get_ident()
        self.helpers.add(me)  # before `closed` is read: `run` sets that, then reads this
        try:
            if not self.closed:
                _working.add(me)
                compiling.waiting.cancelled = lambda: self.cancelled
                self.work()
        except BaseException as error:
            if self.error is None and not self.cancelled:
                self.error = error
            self.cancelled = True
        finally:
            compiling.waiting.cancelled = None
            _working.discard(me)
            self.helpers.discard(me)
            self._left.put(None)

    def wait(self) -> None:
        """Wait until a helper leaves, at most _POLL."""
        with suppress(Empty):
            self._left.get(timeout=_POLL)


def _ask_for_help(tiles: _Tiles) -> None:
    others = len(_working) - 1
    for _ in range(min(tiles.threads - others, tiles.count) - 1):
        try:
            _get_pool().submit(tiles.help)
        except RuntimeError:
            return  # no thread can be started, or the interpreter is ending: fewer do the work


def _get_pool() -> ThreadPoolExecutor:
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kullback")
        return _pool


def _forget_pool() -> None:
    """A forked child has the pool object but none of its threads."""
    global _pool, _pool_lock
    _pool = None
    _pool_lock = threading.Lock()
    _working.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
