"""Graphs of neighbours as scikit-learn expects them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, csr_matrix, sparray
from sklearn import get_config

from kullback._process.arrays import Array

MODES = ("distance", "connectivity")


def aligned(graph: csr_matrix, *given: Any) -> csr_matrix | csr_array:
    """A graph of the kind that `set_config(sparse_interface=…)` or an array among X asks for.

    Entries keep their places: zeros are distances, and rows are in the order of their values.
    """
    arrays = get_config().get("sparse_interface") == "sparray"
    if arrays or any(isinstance(rows, sparray) for rows in given):
        return csr_array((graph.data, graph.indices, graph.indptr), graph.shape)
    return graph


def in_mode(graph: csr_matrix, mode: str) -> csr_matrix:
    """A graph of distances, or of ones."""
    if mode == "connectivity":
        graph.data[:] = 1
    return graph


def check_mode(mode: Any) -> None:
    """ValueError for a mode that there is not."""
    if mode not in MODES:
        raise ValueError(f'mode is {mode!r}; it must be "distance" or "connectivity"')


def listed(entries: Array, ends: Array) -> Array:
    """An array of arrays, the entries of each row."""
    parts = np.split(entries, ends[1:-1])
    rows = np.empty(len(parts), object)
    rows[:] = parts if len({len(part) for part in parts}) > 1 else None
    for i, part in enumerate(parts):  # parts of one length would make an array with two axes
        rows[i] = part
    return rows
