"""Compilation: one at a time for each kernel, on a thread of its own.

LLVM works for seconds without ever coming back to the interpreter, so a caller that compiled by
itself could not be interrupted. Here it waits instead, and may stop waiting: the compilation ends
in the background and its kernel is there for the next call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from numba.core.compiler_lock import global_compiler_lock

Make = Callable[[], Any]

POLL = 0.05  # seconds; on Windows no wait ends before its time, and Ctrl-C only between waits

waiting = threading.local()  # its `cancelled()`, if there is one: whether the wait is in vain

_ready: dict[str, Any] = {}
_pending: dict[str, Future[Any]] = {}
_lock = threading.Lock()


class Cancelled(Exception):  # noqa: N818  (it is no error: another thread's is told)
    """The job that needed the kernel has ended."""


def once(name: str, make: Make) -> Any:
    """What `make` returns: from the only call ever made of it under this name."""
    if name in _ready:
        return _ready[name]
    if global_compiler_lock.is_locked():  # by this thread: a compiler that calls us
        return _ready.setdefault(name, make())
    own: Future[Any] = Future()
    thread = threading.Thread(target=_make, args=(name, make, own), name="kullback-compiler")
    try:
        with _lock:
            future = _pending.setdefault(name, own)
            if name in _ready:  # since it was looked for
                return _ready[name]
        if future is own:
            thread.start()
    except RuntimeError:  # no thread can be started: one's own will do
        _make(name, make, own)
    finally:
        if _pending.get(name) is own and not _begins(thread) and not own.done():
            _pending.pop(name, None)  # interrupted before it began
    return _result(future)


def _begins(thread: threading.Thread) -> bool:
    """Whether it runs, or is on its way: `start` may be interrupted while it waits for that."""
    for _ in range(20):
        if thread.ident is not None:
            return True
        time.sleep(0.005)
    return False


def apart(make: Make) -> Any:
    """What `make` returns, as in `once`, for a kernel that has no name."""
    name = f"unnamed-{id(make)}"
    try:
        return once(name, make)
    finally:
        _ready.pop(name, None)


def _make(name: str, make: Make, future: Future[Any]) -> None:
    try:
        made = make()
    except BaseException as error:
        _pending.pop(name, None)
        future.set_exception(error)
    else:
        _ready[name] = made  # before it is no longer pending: there is no moment between
        _pending.pop(name, None)
        future.set_result(made)


def _result(future: Future[Any]) -> Any:
    cancelled = getattr(waiting, "cancelled", None)
    while not future.done():
        try:
            future.exception(POLL)
        except TimeoutError:
            if cancelled and cancelled():
                raise Cancelled from None
    return future.result()


def forget() -> None:
    """In a forked child: no thread is at work here."""
    global _lock
    _pending.clear()
    _lock = threading.Lock()
