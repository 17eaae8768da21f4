"""Any search for neighbours: those of the reference's matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse

import kullback as kl
from fuzzing import calls as dense
from fuzzing.check import Call, Value, Wrong, compare
from fuzzing.expected_calls import expected as expected_matrix
from fuzzing.expected_calls import word_of
from support.calls import metric
from support.tolerances import assert_close

MAKES = ("dense",)  # the family `sparse` draws sparse rows
OF_SEARCH = ("n_neighbors", "include_self")


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    """Those of matrices, with a number of neighbours, of which some are too many."""
    call = draw(dense.calls(thorough).filter(lambda call: call.form == "pairwise"))
    options = {name: value for name, value in call.options.items() if name != "out"}
    options["n_neighbors"] = draw(st.integers(1, 4))
    if len(call.arrays) == 1 or not draw(st.integers(0, 5)):
        options["include_self"] = draw(st.booleans())
    makes = ("dense",) * 2
    if all(_is_of_scipy(array) for array in call.arrays):
        makes = tuple(draw(st.lists(st.sampled_from(MAKES), min_size=2, max_size=2)))
    return call._replace(options=options, layouts=makes)


def _is_of_scipy(array: Any) -> bool:
    return array.ndim == 2 and array.dtype.kind in "fiub" and 4 <= array.dtype.itemsize <= 8


def _matrix(call: Call) -> Wrong | Value:
    """What the reference says of all pairs."""
    options = {name: value for name, value in call.options.items() if name not in OF_SEARCH}
    return expected_matrix(call._replace(options=options))


def _nearest(call: Call, whole: Wrong | Value) -> Wrong | Value:
    """A stable sort of each row, NaN last."""
    count, itself = call.options["n_neighbors"], call.options.get("include_self", False)
    within = len(call.arrays) == 1
    if isinstance(whole, Wrong):
        return Wrong((ValueError, *whole.kinds))
    if count > whole.results.shape[1] - (within and not itself) or (itself and not within):
        return Wrong((ValueError,))
    results = whole.results.copy()
    if within:  # a row itself is before all others, or behind them
        own = np.where(np.isnan(results.diagonal()) | (not itself), np.nan, -1.0)
        np.fill_diagonal(results, own)
    order = np.argsort(results, axis=1, kind="stable")[:, :count]
    kept = whole.promised.all(axis=1, keepdims=True)  # what is near depends on all of a row
    return Value(
        *(np.take_along_axis(part, order, 1) for part in (_with_itself(results), whole.sizes)),
        np.broadcast_to(kept, order.shape),
        whole.dtype,
    )


def _with_itself(results: np.ndarray) -> np.ndarray:
    return np.where(results == -1.0, 0.0, results)


def run(call: Call) -> Any:
    """The distances; their indices must be those of rows at these distances."""
    return _search(call).distances


def _search(call: Call) -> kl.Neighbors:
    arrays = [
        a if make == "dense" else getattr(sparse, make)(np.array(a, a.dtype.newbyteorder("=")))
        for a, make in zip(call.arrays, call.layouts, strict=False)
    ]
    options = {name: value for name, value in call.options.items() if name != "alpha"}
    return kl.kneighbors(*arrays, metric=metric(word_of(call)), **options)


def check(call: Call) -> None:
    """Same distances or same error as the reference, and indices that are at these distances."""
    whole = _matrix(call)
    want = _nearest(call, whole)
    compare(call, want, run, "any matrix", word_of(call))
    if isinstance(want, Wrong) or isinstance(whole, Wrong):
        return
    found = _search(call)
    there = (found.indices >= 0) & want.promised
    assert (np.isnan(found.distances) == (found.indices < 0)).all(), "NaN has no index"
    places = np.maximum(found.indices, 0)
    at, sizes = (np.take_along_axis(part, places, 1) for part in (whole.results, whole.sizes))
    word = word_of(call)
    assert_close(found.distances[there], at[there], "any matrix", word, sizes[there])
    for row in found.indices:
        assert len(np.unique(row[row >= 0])) == (row >= 0).sum(), "a neighbour comes twice"
