"""What a fork waits for: a child must inherit no lock without its holder, and no half a kernel."""

from __future__ import annotations

import sys
import threading
from typing import Any

PATIENCE = 60.0  # seconds; a child that may hang is better than a parent that does

loading = threading.RLock()  # held by who loads a module of the package
_held: list[Any] = []


def _locks() -> list[Any]:
    """In the order in which threads take them: who loads may compile, then LLVM is used."""
    compiler = sys.modules.get("numba.core.compiler_lock")
    llvm = sys.modules.get("llvmlite.binding.ffi")
    return [
        loading,
        getattr(getattr(compiler, "global_compiler_lock", None), "_lock", None),
        getattr(getattr(getattr(llvm, "lib", None), "_lock", None), "_lock", None),
    ]


def hold() -> None:
    """Before a fork."""
    for number in range(len(_locks())):
        lock = _locks()[number]  # asked for anew: the last one may have waited for a load
        if lock is not None and lock.acquire(timeout=PATIENCE):
            _held.append(lock)


def let_go() -> None:
    """After a fork, in the parent."""
    while _held:
        _held.pop().release()


def let_go_in_child() -> None:
    """After a fork, in the child: what other threads were compiling is nobody's work here."""
    let_go()
    compiling: Any = sys.modules.get("kullback._process.compiling")
    if compiling is not None:
        compiling.forget()
