"""The locks that a fork waits for: a child inherits none without its holder, no half a kernel."""

from __future__ import annotations

import sys
import threading
from typing import Any

PATIENCE = 60.0  # seconds; a child that may hang is better than a parent that does

loading = threading.RLock()  # held by a thread that loads a module of the package
_held: list[Any] = []


def _locks() -> list[Any]:
    """The locks in the order in which threads take them: loading may compile, which uses LLVM."""
    compiler = sys.modules.get("numba.core.compiler_lock")
    llvm = sys.modules.get("llvmlite.binding.ffi")
    return [
        loading,
        getattr(getattr(compiler, "global_compiler_lock", None), "_lock", None),
        getattr(getattr(getattr(llvm, "lib", None), "_lock", None), "_lock", None),
    ]


def hold() -> None:
    """Take all locks, before a fork."""
    for number in range(len(_locks())):
        lock = _locks()[number]  # found anew: a load that the last one waited for may make it
        if lock is not None and lock.acquire(timeout=PATIENCE):
            _held.append(lock)


def let_go() -> None:
    """Release the locks, after a fork, in the parent."""
    while _held:
        _held.pop().release()


def let_go_in_child() -> None:
    """Release the locks, after a fork, in the child, and drop what its parent was compiling."""
    let_go()
    compiling: Any = sys.modules.get("kullback._process.compiling")
    if compiling is not None:
        compiling.forget()
