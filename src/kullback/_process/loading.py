"""Loading the package's modules on first use, which neither a fork nor an interrupt may break."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import Any

from kullback._process import forks
from kullback._process.requirements import require
from kullback._process.uninterrupted import Task

_fork_is_guarded = False


def load(module: str) -> Any:
    """A module of the package, after the packages that every module needs.

    NumPy and Numba cannot be loaded again after they were loaded by halves, and an interrupted
    import may leave its lock to nobody: interrupts come to the main thread, so another one loads.
    """
    loaded = f"kullback.{module}" in sys.modules
    if not loaded:
        _refuse_subinterpreters()
    if loaded or threading.get_ident() != threading.main_thread().ident:
        return _load(module)
    task = Task(lambda: _load(module), "kullback-loader")
    task.start()
    return task.result()


def _refuse_subinterpreters() -> None:
    """ImportError in one: there, threads that load NumPy and LLVM wait for ever.

    Both ask for the lock of the main interpreter, whichever one they were called from.
    """
    for name in ("_interpreters", "_xxsubinterpreters"):  # of Python 3.13, and of older ones
        try:
            interpreters = import_module(name)
            inside = interpreters.get_current() != interpreters.get_main()
        except (ImportError, AttributeError):
            continue
        if inside:
            raise ImportError(
                "kullback works in a process's main interpreter alone, and this is a "
                "subinterpreter; for mod_wsgi set WSGIApplicationGroup %{GLOBAL}, for uWSGI "
                "single-interpreter = true"
            )
        return


def _load(module: str) -> Any:
    _guard_fork()
    with forks.loading:
        require("numpy", "numba")
        return import_module(f"kullback.{module}")


def _guard_fork() -> None:
    """Make forks wait for loads: a child would wait for ever for a thread that it does not have.

    Hooks run in the reverse order of their registration. That of `logging`, which takes a lock that
    loading and compiling need too, must run after ours: a thread that loads may want that lock
    before it lets go of ours.
    """
    global _fork_is_guarded
    if _fork_is_guarded or not hasattr(os, "register_at_fork"):
        return
    import_module("concurrent.futures.thread")  # takes a lock at a fork, too
    import_module("logging")
    os.register_at_fork(
        before=forks.hold, after_in_parent=forks.let_go, after_in_child=forks.let_go_in_child
    )
    _fork_is_guarded = True
