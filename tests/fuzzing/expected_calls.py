"""What a discrete call must return or raise, from the interface's description and the oracle."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from fuzzing.check import Call, Value, Wrong
from fuzzing.expected import is_wrong, result_dtype, value_of, with_dtypes
from oracle.divergences import Exact, Oracle, exact, oracle_of
from oracle.rows import NoDistributionError, entries

OF_ROWS = ("base", "normalize", "pseudocount", "zeros")  # the options that change a value


def word_of(call: Call) -> str:
    """The oracle's: orders are parts of its words, and PSI is Jeffreys' divergence."""
    if call.word == "renyi":
        return f"renyi_{float(call.options['alpha'])!r}"
    return "jeffreys" if call.word == "stability" else call.word


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    """`form` is "rows", "pairwise" or "condensed"."""
    arrays, options = call.arrays, call.options
    if any(_faults(call, oracle_of(word_of(call)))):
        return Wrong((ValueError,))
    if call.form == "rows":
        p, q = (_bins_last(arrays[i], options) for i in (0, -1))
        lead = np.broadcast_shapes(p.shape[:-1], q.shape[:-1])
        pairs = (np.broadcast_to(a, (*lead, a.shape[-1])).reshape(-1, a.shape[-1]) for a in (p, q))
        rows: list[Any] = list(zip(*pairs, strict=True))
    elif call.form == "condensed":
        rows = list(itertools.combinations(arrays[0], 2))
        lead = (len(rows),)
    else:
        rows = list(itertools.product(arrays[0], arrays[-1]))
        lead = (len(arrays[0]), len(arrays[-1]))
    found = [_pair(word_of(call), p, q, options) for p, q in rows]
    if rows and options.get("invalid", "raise") == "raise":
        every = (row for array in arrays for row in _rows_of(array, options))
        if any(is_invalid(row, options) for row in every):
            return Wrong((ValueError,))
    return value_of(call, found, lead, result_dtype(arrays))


def _faults(call: Call, oracle: Oracle) -> Iterator[bool]:
    """Every fault that can be seen without looking at an entry."""
    arrays, options, form = call.arrays, call.options, call.form
    yield form != "rows" and any(array.ndim != 2 for array in arrays)
    shapes = [a.shape for a in arrays]
    if form == "rows":
        axis = options.get("axis", -1)
        lacking = any(not s or not -len(s) <= axis < len(s) for s in shapes)
        yield lacking
        if lacking:
            return
        shapes = [_bins_last(a, options).shape for a in arrays]
        yield not fit(*(s[:-1] for s in shapes))
    yield any(not s or s[-1] == 0 or s[-1] != shapes[0][-1] for s in shapes)
    yield is_wrong(options) or not options.get("alpha", 1.0) > 0
    yield options.get("base") is not None and not oracle.takes_base
    yield form == "condensed" and not oracle.symmetric


def fit(*shapes: tuple[int, ...]) -> bool:
    """Whether they broadcast."""
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _bins_last(array: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    return np.moveaxis(array, options.get("axis", -1), -1)


def _rows_of(array: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    last = _bins_last(array, options)
    return last.reshape(-1, last.shape[-1])


def is_invalid(row: np.ndarray, options: dict[str, Any]) -> bool:
    try:
        entries(row, options.get("normalize", True))
    except NoDistributionError:
        return True
    return False


def _pair(word: str, p: np.ndarray, q: np.ndarray, options: dict[str, Any]) -> Exact | None:
    """The result of one pair of rows; None: it has none."""
    try:
        return exact(word, p, q, **{name: options[name] for name in OF_ROWS if name in options})
    except NoDistributionError:
        return None
