"""Work that no interrupt ends half way: on a thread of its own, for which its callers wait.

An interrupt may come between any two steps of the interpreter's main thread. So what callers do
leaves nothing behind that others need: no entry that a thread was to answer, no lock that it was
to let go of. `Thread`, `Condition` and `Future` do, and are used on threads that no interrupt
comes to.
"""

from __future__ import annotations

import threading
from _thread import start_new_thread
from collections.abc import Callable
from typing import Any

POLL = 0.05  # seconds; on Windows no wait ends before its time, and Ctrl-C only between waits


class Cancelled(Exception):  # noqa: N818  (it is no error: another thread's is told)
    """Who waited needs the result no more."""


class Task:
    """One call of `work`: begun by `start`, on a thread called `name`, and ended in `result`."""

    def __init__(self, work: Callable[[], Any], name: str) -> None:
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name)
        self._value: Any = None
        self._error: BaseException | None = None
        self._done = False
        self._gate = threading.Lock()  # open once it is done
        self._gate.acquire()

    def start(self) -> None:
        try:
            start_new_thread(self._begin, ())
        except RuntimeError:  # no thread can be started: one's own will do
            self._run()

    def result(self, cancelled: Callable[[], bool] | None = None) -> Any:
        """What `work` has returned, or raises what it has raised; Cancelled if it is in vain."""
        while not self._done:
            if self._gate.acquire(timeout=POLL):
                self._gate.release()  # an interrupt in between costs the others a POLL
            elif cancelled and cancelled():
                raise Cancelled
        if self._error is not None:
            raise self._error
        return self._value

    def _begin(self) -> None:
        """Start the thread that the interpreter knows, and waits for at its end."""
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
