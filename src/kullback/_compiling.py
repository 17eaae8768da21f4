"""Compilation: one at a time for each kernel, on a thread of its own.

LLVM works for seconds without ever coming back to the interpreter, so a caller that compiled by
itself could not be interrupted. Here it waits instead, and may stop waiting: the compilation ends
in the background and its kernel is there for the next call.

An interrupt may come between any two steps of its thread. So what callers do leaves nothing behind
that others need: no entry that a thread was to answer, no lock that it was to let go of. `Thread`,
`Condition` and `Future` do, and are used on threads that no interrupt comes to.
"""

from __future__ import annotations

import threading
from _thread import start_new_thread
from collections.abc import Callable
from typing import Any

from numba.core.compiler_lock import global_compiler_lock

Make = Callable[[], Any]

POLL = 0.05  # seconds; on Windows no wait ends before its time, and Ctrl-C only between waits

waiting = threading.local()  # its `cancelled()`, if there is one: whether the wait is in vain

_ready: dict[str, Any] = {}
_pending: dict[str, _Making] = {}


class Cancelled(Exception):  # noqa: N818  (it is no error: another thread's is told)
    """The job that needed the kernel has ended."""


def once(name: str, make: Make) -> Any:
    """What `make` returns: from the only call ever made of it under this name."""
    if name in _ready:
        return _ready[name]
    if global_compiler_lock.is_locked():  # by this thread: a compiler that calls us
        return _ready.setdefault(name, make())
    making = _pending.get(name)
    if making is None:
        making = _Making(name, make)
        thread = threading.Thread(target=making.run, name="kullback-compiler")
        try:
            start_new_thread(_begin, (thread, making))
        except RuntimeError:  # no thread can be started: one's own will do
            making.run()
    return making.result()


def apart(make: Make) -> Any:
    """What `make` returns, as in `once`, for a kernel that has no name."""
    name = f"unnamed-{id(make)}"
    try:
        return once(name, make)
    finally:
        _ready.pop(name, None)


def _begin(thread: threading.Thread, making: _Making) -> None:
    """Start the thread that the interpreter knows, and waits for at its end."""
    try:
        thread.start()
    except RuntimeError:
        making.run()


class _Making:
    """One call of `make`, or what another one, that was first, returns."""

    def __init__(self, name: str, make: Make) -> None:
        self.name = name
        self.make = make
        self.made: Any = None
        self.error: BaseException | None = None
        self.done = False
        self._gate = threading.Lock()  # open once it is done
        self._gate.acquire()

    def run(self) -> None:
        try:
            first = _pending.setdefault(self.name, self)
            if self.name in _ready:  # since it was looked for
                self.made = _ready[self.name]
            elif first is self:
                self.made = self.make()
                _ready[self.name] = self.made  # before it is no longer pending
            else:
                self.made = first.result()
        except BaseException as error:
            self.error = error
        finally:
            if _pending.get(self.name) is self:
                del _pending[self.name]
            self.done = True
            self._gate.release()

    def result(self) -> Any:
        cancelled = getattr(waiting, "cancelled", None)
        while not self.done:
            if self._gate.acquire(timeout=POLL):
                self._gate.release()  # an interrupt in between costs the others a POLL
            elif cancelled and cancelled():
                raise Cancelled
        if self.error is not None:
            raise self.error
        return self.made


def forget() -> None:
    """In a forked child: no thread is at work here."""
    _pending.clear()
