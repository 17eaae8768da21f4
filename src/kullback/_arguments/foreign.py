"""Which library an argument is of, told without importing that: else there can be nothing of it.

What is done with it stands in rooms that are loaded when they are needed, by `loading.load`, which
neither a fork nor an interrupt breaks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from numpy import ndarray

from kullback._process.loading import load


def is_sparse(given: object) -> bool:
    """Whether it is one of SciPy's sparse matrices or arrays."""
    known = getattr(sys.modules.get("scipy.sparse"), "issparse", None)
    return known is not None and type(given) is not ndarray and bool(known(given))


def is_lazy(given: object) -> bool:
    """Whether it is a Dask array."""
    array = getattr(sys.modules.get("dask.array"), "Array", None)
    return array is not None and isinstance(given, array)


def special_call(given: tuple[Any, ...]) -> Callable[..., Any] | None:
    """What makes the call of a function with such arguments; None: a call like any other."""
    if any(map(is_lazy, given)):
        return load("_arguments.lazy.calls").call  # type: ignore[no-any-return]
    if "pandas" in sys.modules or "xarray" in sys.modules:
        return load("_arguments.labels.calls").call  # type: ignore[no-any-return]
    return None
