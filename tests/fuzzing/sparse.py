"""Any call of the discrete functions with sparse rows: the value, or the error, of dense ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse

from fuzzing import calls as dense
from fuzzing.check import Call, compare
from fuzzing.expected_calls import expected, word_of

MAKES = ("csr_array", "csc_array", "coo_array", "csr_matrix", "scrambled")


def calls(thorough: bool) -> st.SearchStrategy[Call]:
    """Those of dense rows that SciPy has a matrix for, each with a way to make it."""
    fit = dense.calls(thorough).filter(_fits).map(_plain)
    makes = st.lists(st.sampled_from(MAKES), min_size=2, max_size=2)
    return st.builds(lambda call, made: call._replace(layouts=tuple(made)), fit, makes)


def _fits(call: Call) -> bool:
    arrays = [array for array in call.arrays if isinstance(array, np.ndarray)]
    known = all(a.dtype.kind in "fiub" and a.dtype.itemsize <= 8 for a in arrays)
    own = call.word.startswith("f_") or call.word == "stability"
    return known and not own and all(1 <= a.ndim <= 2 for a in arrays)


def _plain(call: Call) -> Call:
    """In native dtypes, none of 16 bits; results go to an array of their own."""
    arrays = [
        np.array(a, np.float32 if a.dtype == np.float16 else a.dtype.newbyteorder("="))
        for a in call.arrays
    ]
    options = {name: value for name, value in call.options.items() if name != "out"}
    return call._replace(arrays=arrays, options=options)


def run(call: Call) -> Any:
    """What the library makes of it: of two arguments the second is dense where it is one row."""
    made = [
        _made(array, make) if number == 0 or array.ndim == 2 else array
        for number, (array, make) in enumerate(zip(call.arrays, call.layouts, strict=False))
    ]
    return dense.run(call._replace(arrays=made))


def _made(rows: np.ndarray, make: str) -> Any:
    if rows.ndim == 1:
        return sparse.coo_array(rows)
    if make != "scrambled":
        return getattr(sparse, make)(rows)
    places = np.nonzero(np.ones_like(rows))  # zeros too, from the last column to the first
    order = np.argsort(places[0] * rows.shape[1] - places[1], kind="stable")
    starts = np.arange(len(rows) + 1) * rows.shape[1]
    values = rows[places][order]
    return sparse.csr_array((values, places[1][order], starts), rows.shape)


def check(call: Call) -> None:
    """Same value or same error as the reference."""
    form = "rows" if call.form == "rows" else "any matrix"
    compare(call, expected(call), run, form, word_of(call))
