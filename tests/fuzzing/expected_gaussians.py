"""What a call of the functions of diagonal Gaussians must return or raise, by the oracle."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from mpmath import mpf

from fuzzing.check import Call, Value, Wrong
from fuzzing.expected import is_wrong, result_dtype, value_of, with_dtypes
from oracle.gaussians import SPREADS, diagonal
from oracle.sums import per_unit

BASELESS = ("hellinger", "wasserstein2")
Side = tuple[np.ndarray, ...]


@with_dtypes
def expected(call: Call) -> Wrong | Value:
    """`form` is "rows", "standard" or "pairwise"."""
    arrays = [array for array in call.arrays if array is not None]
    options = call.options
    usual = "log_var" if call.form == "standard" else "var"
    spread = options.get("spread", usual)
    has_base = options.get("base") is not None
    if spread not in SPREADS or is_wrong(options) or (has_base and call.word in BASELESS):
        return Wrong((ValueError,))
    return (_pairwise if call.form == "pairwise" else _rows)(call, spread, arrays)


def _rows(call: Call, spread: str, arrays: list[np.ndarray]) -> Wrong | Value:
    """All four arrays, of which N(0, 1) may be two, in one shape and with their sum last."""
    axis = call.options.get("axis", -1)
    try:
        whole = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        return Wrong((ValueError,))
    own = whole or (1,)
    place = -1 if axis is None else axis
    if not -len(own) <= place < len(own) or not own[place]:
        return Wrong((ValueError,))
    if call.form == "standard":
        arrays = [*arrays, np.array(0.0), np.array(0.0 if spread == "log_var" else 1.0)]
    last = [np.moveaxis(np.broadcast_to(array, own), place, -1) for array in arrays]
    lead = whole if axis is None else last[0].shape[:-1]
    d = 1 if axis is None else own[place]
    rows = list(zip(*(array.reshape(-1, d) for array in last), strict=True))
    found = [_row(row, spread, call.options) for row in rows]
    return value_of(call, found, lead, result_dtype(arrays[: len(call.arrays)]))


def _row(row: tuple[np.ndarray, ...], spread: str, options: dict[str, Any]) -> mpf | None:
    p, q = row[:2], row[2:]
    if not (is_gaussian(p, spread, zero=True) and is_gaussian(q, spread, zero=False)):
        return None
    return _value("kl", row, spread, options.get("base"))


def _pairwise(call: Call, spread: str, arrays: list[np.ndarray]) -> Wrong | Value:
    if len(arrays) == 3:
        return Wrong((ValueError,))
    sides = [arrays[:2], arrays[-2:]]
    try:
        shapes = [np.broadcast_shapes(*(array.shape for array in side)) for side in sides]
    except ValueError:
        return Wrong((ValueError,))
    if any(len(s) != 2 or not s[1] or s[1] != shapes[0][1] for s in shapes):
        return Wrong((ValueError,))
    x, y = (
        list(zip(*(np.broadcast_to(array, shape) for array in side), strict=True))
        for side, shape in zip(sides, shapes, strict=True)
    )
    anywhere, two = call.word == "wasserstein2", len(arrays) == 4
    zero_x = anywhere or (two and call.word != "reverse_kl")
    zero_y = anywhere or (two and call.word == "reverse_kl")
    right_x = [is_gaussian(row, spread, zero_x) for row in x]
    right_y = [is_gaussian(row, spread, zero_y) for row in y]
    if call.options.get("invalid", "raise") == "raise" and x and y and not all(right_x + right_y):
        return Wrong((ValueError,))
    found = [
        _value(call.word, (*p, *q), spread, call.options.get("base")) if fine_p and fine_q else None
        for (p, fine_p), (q, fine_q) in itertools.product(
            zip(x, right_x, strict=True), zip(y, right_y, strict=True)
        )
    ]
    return value_of(call, found, (len(x), len(y)), result_dtype(arrays))


def is_gaussian(side: Side, spread: str, zero: bool) -> bool:
    """Finite means, and spreads that are finite and above 0; 0 may be allowed."""
    mean, width = ([float(x) for x in array] for array in side)
    if not all(math.isfinite(x) for x in mean):
        return False
    if spread == "log_var":
        return all(math.isfinite(x) or (zero and x == -math.inf) for x in width)
    return all(0 < x < math.inf or (zero and x == 0) for x in width)


def _value(word: str, row: Side, spread: str, base: float | None) -> mpf:
    return per_unit(diagonal(word, *row, spread=spread), base)
