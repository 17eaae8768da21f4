"""What users would write without us: lanes of NumPy, SciPy, numkong and simsimd."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import numpy as np
from scipy.spatial.distance import cdist, pdist, squareform
from scipy.special import log_softmax, rel_entr, softmax

from case import Array, Lane


def _normalized(rows: Array) -> Array:
    return rows / rows.sum(axis=1, keepdims=True)


# Row by row


def kl_rows_scipy(p: Array, q: Array) -> Array:
    return rel_entr(_normalized(p), _normalized(q)).sum(axis=1)


def kl_rows_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return (p * np.log(p / q)).sum(axis=1)


def js_rows_scipy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    m = (p + q) / 2
    return (rel_entr(p, m) + rel_entr(q, m)).sum(axis=1) / 2


def js_rows_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    m = (p + q) / 2
    return (p * np.log(p / m) + q * np.log(q / m)).sum(axis=1) / 2


def hellinger_rows_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=1) / 2)


def total_variation_rows_numpy(p: Array, q: Array) -> Array:
    return np.abs(_normalized(p) - _normalized(q)).sum(axis=1) / 2


def kl_logits_scipy(p: Array, q: Array) -> Array:
    """As good as it gets there: e**log_softmax is never 0 / 0."""
    return rel_entr(np.exp(log_softmax(p, axis=1)), np.exp(log_softmax(q, axis=1))).sum(axis=1)


def _log_softmax_numpy(rows: Array) -> Array:
    rows = rows - rows.max(axis=1, keepdims=True)
    return rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))


def kl_logits_numpy(p: Array, q: Array) -> Array:
    p, q = _log_softmax_numpy(p), _log_softmax_numpy(q)
    return (np.exp(p) * (p - q)).sum(axis=1)


def js_logits_scipy(p: Array, q: Array) -> Array:
    return js_rows_scipy(softmax(p, axis=1), softmax(q, axis=1))


def js_logits_numpy(p: Array, q: Array) -> Array:
    return js_rows_numpy(np.exp(_log_softmax_numpy(p)), np.exp(_log_softmax_numpy(q)))


# Matrices; of one set against itself each pair once


def js_matrix_scipy(p: Array, q: Array) -> Array:
    if q is p:
        return squareform(pdist(p, "jensenshannon") ** 2)
    return cdist(p, q, "jensenshannon") ** 2


def js_matrix_numpy(p: Array, q: Array) -> Array:
    if q is p:
        out = np.zeros((len(p), len(p)))
        for i, row in enumerate(p[:-1]):
            others = p[i + 1 :]
            out[i, i + 1 :] = js_rows_numpy(np.broadcast_to(row, others.shape), others)
        return out + out.T
    return np.array([js_rows_numpy(np.broadcast_to(row, q.shape), q) for row in p])


def kl_matrix_scipy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return np.array([rel_entr(row, q).sum(axis=1) for row in p])


def kl_matrix_numpy(p: Array, q: Array) -> Array:
    p, q = _normalized(p), _normalized(q)
    return (p * np.log(p)).sum(axis=1)[:, None] - p @ np.log(q).T


# Optional libraries: numkong and simsimd, where they are installed


def _distances(library: str, metric: str, square: bool) -> Lane:
    """Their `cdist`, whose Jensen-Shannon is the distance, on as many threads as it takes."""
    all_pairs = import_module(library).cdist

    def lane(p: Array, q: Array) -> Array:
        found = np.asarray(all_pairs(p, q, metric))
        return found * found if square else found

    return lane


def simd_matrix(word: str) -> dict[str, Lane]:
    """One lane for each of the two that is installed; rows must be normalized."""
    metric, square = {"js": ("jensenshannon", True), "kl": ("kullbackleibler", False)}[word]
    installed = [library for library in ("numkong", "simsimd") if find_spec(library)]
    return {library: _distances(library, metric, square) for library in installed}


ROWS: dict[str, dict[str, Lane]] = {  # SciPy has no Hellinger distance or total variation
    "kl": {"SciPy": kl_rows_scipy, "NumPy": kl_rows_numpy},
    "js": {"SciPy": js_rows_scipy, "NumPy": js_rows_numpy},
    "hellinger": {"NumPy": hellinger_rows_numpy},
    "total_variation": {"NumPy": total_variation_rows_numpy},
}
LOGITS: dict[str, dict[str, Lane]] = {
    "kl": {"SciPy": kl_logits_scipy, "NumPy": kl_logits_numpy},
    "js": {"SciPy": js_logits_scipy, "NumPy": js_logits_numpy},
}
MATRIX: dict[str, dict[str, Lane]] = {
    "kl": {"SciPy": kl_matrix_scipy, "NumPy": kl_matrix_numpy},
    "js": {"SciPy": js_matrix_scipy, "NumPy": js_matrix_numpy},
}
