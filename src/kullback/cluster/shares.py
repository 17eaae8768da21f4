"""Rows as distributions, dense or sparse (CSR)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from kullback._process.arrays import Array

ROWS = 1 << 19  # numbers of rows that are made dense, or gathered, at once


def is_sparse(rows: Any) -> bool:
    """Whether it is one of SciPy's."""
    return sparse.issparse(rows)


def shares(x: Any, pseudocount: float, name: str) -> Any:
    """Rows divided by their sums, in float64; what is negative or nothing but 0 is an error."""
    rows = x.data if is_sparse(x) else x
    if rows.size and rows.min() < 0.0:
        raise ValueError(f"Negative values in data passed to {name}: rows must be distributions")
    if pseudocount:
        x = (x.toarray() if is_sparse(x) else x) + float(pseudocount)
    x = x.astype(np.float64) if is_sparse(x) else np.array(x, np.float64, order="C")
    sums = np.asarray(x.sum(axis=1), np.float64).ravel()
    if not np.isfinite(sums).all():
        x = x * 2.0**-64
        sums = np.asarray(x.sum(axis=1)).ravel()
    if not sums.all():
        row = int(np.flatnonzero(sums == 0.0)[0])
        raise ValueError(
            f"row {row} of {name} sums to 0 ({(sums == 0.0).sum()} such rows): leave it out, or "
            "let pseudocount= be positive"
        )
    if is_sparse(x):
        x.data /= np.repeat(sums, np.diff(x.indptr))
        return x
    x /= sums[:, None]
    return x


def dense(p: Any) -> Iterator[tuple[slice, Array]]:
    """The rows in dense parts of ROWS numbers."""
    step = max(1, ROWS // p.shape[1])
    for start in range(0, p.shape[0], step):
        rows = slice(start, min(start + step, p.shape[0]))
        part = p[rows]
        yield rows, part.toarray() if is_sparse(part) else part
