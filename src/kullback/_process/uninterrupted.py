"""Work that no interrupt ends half way: on a thread of its own, for which its callers wait.

An interrupt may come between any two steps of the main thread. A caller therefore makes nothing
that others would miss if it went no further: no entry that another thread has to answer, no lock
that it has to release. `Thread`, `Condition` and `Future` make such things when they are called, so
only threads that no interrupt comes to call them.
"""

from __future__ import annotations

import threading
from _thread import start_new_thread
from collections.abc import Callable
from typing import Any

POLL = 0.05  # seconds; on Windows no wait ends before its time, and Ctrl-C only between waits


class Cancelled(Exception):  # noqa: N818  (not an error: the caller has one of its own to raise)
    """The caller has no use for the result any more."""


class Task:
    """One call of `work`: begun by `start`, on a thread called `name`, and ended in `result`."""

    def __init__(self, work: Callable[[], Any], name: str) -> None:
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name)
        self._value: Any = None
        self._error: BaseException | None = None
        self._done = False
        self._gate = threading.Lock()  # unlocked once the work is done
        self._gate.acquire()

    def start(self) -> None:
        try:
            start_new_thread(self._begin, ())
        except RuntimeError:  # no thread can be started: the caller's own does the work
            self._run()

    def result(self, cancelled: Callable[[], bool] | None = None) -> Any:
        """Return or raise what `work` has; raise Cancelled if `cancelled()` before that."""
        while not self._done:
            if self._gate.acquire(timeout=POLL):
                self._gate.release()  # an interrupt here costs other callers a POLL
            elif cancelled and cancelled():
                raise Cancelled
        if self._error is not None:
            raise self._error
        return self._value

    def _begin(self) -> None:
        """Start a `Thread`: the interpreter waits for it at its end."""
        try:
            self._thread.start()
        except RuntimeError:
            self._run()

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._done = True
            self._gate.release()
