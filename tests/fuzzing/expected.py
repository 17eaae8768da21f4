"""What all references share: which calls are errors, and results as floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from mpmath import mpf

from fuzzing.arrays import REFUSED
from fuzzing.check import Call, Value, Wrong
from oracle.divergences import Exact


def result_dtype(arrays: Sequence[np.ndarray]) -> np.dtype:
    return np.dtype("f4" if all(a.dtype.str[1:] in ("f2", "f4") for a in arrays) else "f8")


def refused(array: np.ndarray) -> bool:
    return array.dtype.kind in REFUSED or array.dtype.itemsize > 8


def with_dtypes(expected: Callable[[Call], Wrong | Value]) -> Callable[[Call], Wrong | Value]:
    """A reference that knows of dtypes, from one that does not."""

    def found(call: Call) -> Wrong | Value:
        if not any(array is not None and refused(array) for array in call.arrays):
            return expected(call)
        plain = [a if a is None or not refused(a) else np.ones(a.shape) for a in call.arrays]
        rest = expected(call._replace(arrays=plain))
        return Wrong((TypeError, *rest.kinds)) if isinstance(rest, Wrong) else Wrong((TypeError,))

    return found


def value_of(
    call: Call, found: Sequence[Exact | mpf | None], shape: tuple[int, ...], dtype: np.dtype
) -> Wrong | Value:
    """Results in their shape; one that is None is an error, or NaN if the call asks for it."""
    if None in found and call.options.get("invalid", "raise") == "raise":
        return Wrong((ValueError,))
    whole = [one if isinstance(one, Exact) else Exact(one, one) for one in found]
    rows = [(math.nan,) * 2 if one.value is None else map(float, one[:2]) for one in whole]
    numbers = np.array([*map(tuple, rows)], float).reshape(*shape, 2)
    promised = np.reshape([one.promised for one in whole], shape).astype(bool)
    return Value(numbers[..., 0], numbers[..., 1], promised, dtype)


def is_wrong(options: dict[str, Any]) -> bool:
    """Whether one of the options of every function is out of its range."""
    base, threads = options.get("base"), options.get("threads")
    zeros = options.get("zeros", "inf")
    return (
        (base is not None and not 1 < base < math.inf)
        or (threads is not None and threads < 1)
        or options.get("invalid", "raise") not in ("raise", "nan")
        or not 0 <= options.get("pseudocount", 0.0) < math.inf
        or not (zeros in ("inf", "skip") if isinstance(zeros, str) else 0 < zeros < math.inf)
    )
