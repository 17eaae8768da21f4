"""Compilation: one at a time for each kernel, on a thread of its own.

LLVM works for seconds without ever coming back to the interpreter, so a caller that compiled by
itself could not be interrupted. Here it waits instead, and may stop waiting: the compilation ends
in the background and its kernel is there for the next call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from numba.core.compiler_lock import global_compiler_lock

from kullback._process.uninterrupted import Task

Make = Callable[[], Any]

waiting = (
    threading.local()
)  # `waiting.cancelled()`, where a thread has set it, tells that its wait is in vain

_ready: dict[str, Any] = {}
_pending: dict[str, _Making] = {}


def once(name: str, make: Make) -> Any:
    """The result of `make`, which is called only once for each name."""
    if name in _ready:
        return _ready[name]
    if global_compiler_lock.is_locked():  # by this thread, whose compiler has called this function
        return _ready.setdefault(name, make())
    making = _pending.get(name)
    if making is None:
        making = _Making(name, make)
        making.start()
    return making.result(getattr(waiting, "cancelled", None))


def apart(make: Make) -> Any:
    """The result of `make`, called as by `once`, for a kernel that has no name."""
    name = f"unnamed-{id(make)}"
    try:
        return once(name, make)
    finally:
        _ready.pop(name, None)


class _Making(Task):
    """A call of `make`, or the wait for a call under the same name that began before."""

    def __init__(self, name: str, make: Make) -> None:
        super().__init__(self._make_once, "kullback-compiler")
        self._name = name
        self._make = make

    def _make_once(self) -> Any:
        try:
            first = _pending.setdefault(self._name, self)
            if self._name in _ready:  # another thread has made it since `once` looked for it
                return _ready[self._name]
            if first is not self:
                return first.result()
            made = self._make()
            _ready[self._name] = made  # before it is no longer pending
            return made
        finally:
            if _pending.get(self._name) is self:
                del _pending[self._name]


def forget() -> None:
    """Drop, in a forked child, the compilations of threads that it does not have."""
    _pending.clear()
