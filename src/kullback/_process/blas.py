"""How many threads NumPy's BLAS may use for our matrix products.

The products are made between our own tiles, by the BLAS on its threads: they go on spinning for
some 20 ms after a product, and would take that time from tiles with products of their own (pairwise
KL right after another product: 1.9 instead of 1.3 times that product's time). NumPy has no switch
for their number; the OpenBLAS in its wheels has a function. Where there is none (another BLAS),
products use as many threads as that BLAS likes.

OpenBLAS ends its threads when a process forks, and does not survive that in the middle of another
thread's product: parent and child hang. A fork therefore waits for products to end.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import numpy as np

_PREFIXES = ("scipy_openblas", "openblas")
_SUFFIXES = ("64_", "")

_POLL = 0.001  # seconds
_PATIENCE = 10.0  # seconds that a fork waits: many times what the longest product takes

_lock = threading.Lock()
_users = 0  # the callers inside `at_most`
_before = 1  # the number of threads that the last of them sets again
_multiplying: set[int] = set()  # the threads that make a product now
_forks: list[int] = []  # the threads that are about to fork


def _numpy_extension() -> str:
    core = "numpy._core" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else "numpy.core"
    return str(import_module(f"{core}._multiarray_umath").__file__)


@cache
def loaded() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """OpenBLAS's functions that get and set its number of threads, or None."""
    try:
        # A symbol is looked for in the library that is named and in all that it is linked to.
        library = ctypes.CDLL(_numpy_extension())
    except (ImportError, OSError):
        return None
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            getter = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
            setter = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
            if getter and setter:
                getter.restype, getter.argtypes = ctypes.c_int, ()
                setter.restype, setter.argtypes = None, (ctypes.c_int,)
                return getter, setter
    return None


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Inside, a matrix product uses at most so many threads; the last caller to leave restores."""
    global _users, _before
    functions = loaded()
    if functions is None or functions[0]() <= threads:
        yield
        return
    get, set_ = functions
    counted = False
    try:
        with _lock:
            if _users == 0:
                _before = get()
            _users, counted = _users + 1, True
            set_(threads)
        yield
    finally:
        with _lock:
            _users -= counted
            if _users == 0:
                set_(_before)


@contextmanager
def product() -> Iterator[None]:
    """Inside, no other thread forks this process."""
    me = threading.get_ident()
    try:
        _multiplying.add(me)  # before `_forks` is read: a fork writes that, then reads this
        while _forks:
            _multiplying.discard(me)
            time.sleep(_POLL)
            _multiplying.add(me)
        yield
    finally:
        _multiplying.discard(me)


def _wait_for_products() -> None:
    _forks.append(threading.get_ident())
    deadline = time.monotonic() + _PATIENCE
    while _multiplying - {threading.get_ident()} and time.monotonic() < deadline:
        time.sleep(_POLL)


def _let_products_begin() -> None:
    _forks.remove(threading.get_ident())


def _reset_in_child() -> None:
    """A child has none of the threads that made products in its parent."""
    global _users, _lock
    _lock = threading.Lock()
    functions = loaded()
    if _users and functions:
        functions[1](_before)
    _users = 0
    _forks.clear()
    _multiplying.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_wait_for_products,
        after_in_parent=_let_products_begin,
        after_in_child=_reset_in_child,
    )
