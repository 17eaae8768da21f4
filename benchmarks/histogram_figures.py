"""The figures that are asked for of histograms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.spatial.distance import cdist, pdist

import kullback as kl
import limits
import peers
from case import Array, Arrays, Lane, Size, worst
from group import Check, Group, Ratio, pairs_against, rows_against
from histogram_cases import ROW_WISE, banded, matrix, weights
from oracle import divergences as reference


def rows_of(word: str, count: int) -> Check:
    return rows_against(partial(reference.rowwise, word), count)


def pairs_of(word: str) -> Check:
    return pairs_against(partial(reference.rowwise, word), 300)


def sparse(size: Size, both: bool) -> Arrays:
    """Three bins in ten are 0: in the rows of x, or in both (where nearly all KL is infinite)."""
    x, y = weights(size)
    rng = np.random.default_rng(7)
    for rows in (x, y) if both else (x,):
        rows[rng.random(rows.shape) < 0.3] = 0
    return x, y


def clusters(size: Size) -> Arrays:
    """Twenty clusters far apart, whose rows differ by 1e-4."""
    n, m, k = size
    rng = np.random.default_rng(7)
    centres = rng.standard_exponential((20, k))
    x, y = (
        centres[np.arange(count) % 20] * (1 + 1e-4 * rng.standard_normal((count, k)))
        for count in (n, m)
    )
    return x, y


def condensed(x: Array, _: Array) -> Array:
    return kl.condensed(x, "js")


def _rows(n: int, k: int, asked: dict[str, float], dtype: type = np.float64) -> Group:
    single = " float32" * (dtype is np.float32)
    ratios = [
        Ratio(f"{word}{single} {n:,} x {k:,}: speed / reading", ("reading", word), least)
        for word, least in asked.items()
    ]
    lanes = {"reading": limits.read, **{word: ROW_WISE[word] for word in asked}}
    checks = {word: rows_of(word, 20_000 // k) for word in asked}
    return Group(partial(weights, (n, n, k), dtype), lanes, ratios, checks, rounds=7)


def _product(name: str, data: Callable[[], Arrays], most: float) -> Group:
    copies: dict[int, Array] = {}

    def product(x: Array, y: Array) -> Array:
        """Of x and itself NumPy makes half, since it is symmetric; KL needs all of it."""
        if y is x:
            y = copies.setdefault(id(x), x.copy())
        return limits.matrix_product(x, y)

    lanes = {"product": product, "ours": partial(matrix, "kl")}
    ratio = Ratio(f"pairwise kl {name}: time / product", ("ours", "product"), most, False)
    return Group(data, lanes, [ratio], {"ours": pairs_of("kl")})


def _growth(word: str) -> Group:
    """Time for each pair and bin of few rows and of many."""
    few, many, calls = 500, 10_000, 20

    def repeated(x: Array, _: Array) -> Array:
        for _turn in range(calls):
            found = kl.pairwise(x[:few], None, word)
        return found

    lanes = {"many": partial(matrix, word), "few": repeated}
    name = f"pairwise {word}: time a pair, n = {many:,} / {few} or its inverse"
    ratio = Ratio(name, ("many", "few"), 1.15, False, True)
    work = {"many": float(many**2), "few": float(calls * few**2)}
    return Group(partial(weights, (many, 0, 256)), lanes, [ratio], rounds=3, work=work)


def _many_js() -> Group:
    ours = partial(matrix, "js")
    lanes: dict[str, Lane] = {
        "ours": ours,
        "one thread": partial(matrix, "js", threads=1),
        "two threads": partial(matrix, "js", threads=2),
        "float32": lambda x, _: ours(single, single),
        "condensed": condensed,
        "cdist": lambda x, y: cdist(x, y, "jensenshannon"),
        "pdist": lambda x, _: pdist(x, "jensenshannon"),
    }
    single = weights((1_000, 0, 256))[0].astype(np.float32)
    work = "js 1,000 x 1,000 x 256"
    ratios = [
        Ratio(f"pairwise {work}: speed / cdist", ("cdist", "ours"), 110),
        Ratio(f"condensed {work}: speed / pdist", ("pdist", "condensed"), 55),
        Ratio(f"pairwise {work}: float32 / float64", ("ours", "float32"), 1.6),
        Ratio(f"pairwise {work}: two threads / one", ("one thread", "two threads"), 1.9),
    ]
    data = partial(weights, (1_000, 0, 256))
    return Group(data, lanes, ratios, {"ours": pairs_of("js")}, rounds=3)


def _peers(word: str, dtype: type) -> Group:
    theirs = peers.simd_matrix(word)
    kind = np.dtype(dtype).name
    ratios = [
        Ratio(f"pairwise {word} 600 x 600 x 256 {kind}: speed / {name}", (name, "ours"))
        for name in theirs
    ]
    lanes = {"ours": partial(matrix, word), **theirs}
    notes = {name: partial(_band_errors, word, lane, dtype) for name, lane in lanes.items()}
    return Group(partial(weights, (600, 0, 256), dtype), lanes, ratios, notes=notes)


def _band_errors(word: str, lane: Lane, dtype: type) -> str:
    """The worst relative errors of a lane: on random rows, ones with zeros, near-equal ones."""
    found = []
    for band in ("random", "zeros", "1e-3", "1e-6", "1e-9"):
        p, q = (rows / rows.sum(axis=1, keepdims=True) for rows in banded((12, 9, 100), band))
        p, q = p.astype(dtype), q.astype(dtype)
        with np.errstate(all="ignore"):
            error = worst(lane(p, q), reference.pairwise(word, p, q))
        found.append(f"{band} {error:.0e}")
    return ", ".join(found)


LARGE = (4_000, 4_000, 512)
ALL_ROWS = {"kl": 0.9, "js": 0.8, "hellinger": 0.9, "total_variation": 0.9}
GROUPS: dict[str, Callable[[], Group]] = {
    "rows-256": lambda: _rows(200_000, 256, ALL_ROWS),
    "rows-10": lambda: _rows(2_000_000, 10, dict.fromkeys(ALL_ROWS, 0.5)),
    "rows-10000": lambda: _rows(5_000, 10_000, dict.fromkeys(ALL_ROWS, 0.8)),
    "rows-float32": lambda: _rows(200_000, 256, dict.fromkeys(ALL_ROWS, 0.8), np.float32),
    "kl": lambda: _product("4,000 x 4,000 x 512", partial(weights, LARGE), 1.2),
    "kl-itself": lambda: _product("4,000 x itself x 512", partial(weights, (4_000, 0, 512)), 1.2),
    "kl-zeros": lambda: _product("30 % zeros in x", partial(sparse, LARGE, False), 1.6),
    "kl-zeros-both": lambda: _product("30 % zeros in both", partial(sparse, LARGE, True), 1.6),
    "kl-clusters": lambda: _product("20 tight clusters", partial(clusters, LARGE), 4.0),
    "js": _many_js,
    "growth-kl": lambda: _growth("kl"),
    "growth-js": lambda: _growth("js"),
    **{
        f"peers-{word}-{np.dtype(dtype).name}": partial(_peers, word, dtype)
        for word in ("js", "kl")
        for dtype in (np.float64, np.float32)
    },
}
