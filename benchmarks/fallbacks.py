"""How many row pairs of ordinary data leave the fast kernel, and what near-equal rows cost.

    python benchmarks/fallbacks.py          both tables
    python benchmarks/fallbacks.py shares   data in use: which share is near, how many are exact
    python benchmarks/fallbacks.py times    near-equal rows against random ones, interleaved

`exact` is a thousand times slower than the rest: no pair of data in use should need it.
"""

from __future__ import annotations

import re
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import kullback as kl
from kullback._catalogue import DIVERGENCES, METRICS
from kullback._drivers import fallback
from kullback.app.corpus import read_corpus

Rows = np.ndarray[Any, Any]
PSEUDOCOUNTS = (0.0, 0.5)
APART = (1e-6, 1e-9, 1e-12, 1e-15, 0.0)
DTYPES = ("float64", "float32", "int64")


def bytes_of_files() -> Rows:
    """(n, 256): the byte histograms of the standard library's sources."""
    return read_corpus().counts[::3]


def words_of_files(files: int = 300, words: int = 2_000) -> Rows:
    """(files, words): how often the commonest words occur in each of them."""
    sources = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:files]
    found = [Counter(re.findall(r"[a-z]+", path.read_text("utf-8", "replace"))) for path in sources]
    common = [word for word, _ in sum(found, Counter()).most_common(words)]
    counts = np.array([[each[word] for word in common] for each in found])
    return counts[counts.any(axis=1)]


def digits(count: int = 600) -> Rows:
    """(count, 64): images of 8 x 8 pixels, 0 to 16, of strokes as a pen draws them."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:8, :8]
    images = np.zeros((count, 8, 8))
    for _ in range(4):
        center, angle = rng.uniform(2, 5, (2, count)), rng.uniform(0, np.pi, count)
        along = np.cos(angle)[:, None, None] * (x - center[0][:, None, None])
        along = along + np.sin(angle)[:, None, None] * (y - center[1][:, None, None])
        images = np.maximum(images, 17 - 8 * np.abs(along))
    return np.clip(images, 0, 16).astype(int).reshape(count, 64)


def windows(count: int = 400, width: int = 4_000, step: int = 3) -> Rows:
    """(count, 50): histograms of a window that moves along a series by a few values at a time."""
    rng = np.random.default_rng(0)
    series = np.cumsum(rng.normal(size=width + count * step)) / 20
    edges = np.linspace(series.min(), series.max(), 51)
    starts = range(0, count * step, step)
    return kl.histograms([series[start : start + width] for start in starts], edges)[0]


DATA: dict[str, Callable[[], Rows]] = {
    "byte histograms": bytes_of_files,
    "word counts": words_of_files,
    "digits": digits,
    "consecutive windows": windows,
}


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """How many pairs each rung is given, for the duration."""
    found = {"near": 0, "exact": 0}
    by_near, exact = fallback._by_near, fallback._exact

    def count_near(work: Any, given: Any, places: Any, out: Any) -> Any:
        found["near"] += places.size
        return by_near(work, given, places, out)

    def count_exact(work: Any, given: Any) -> Any:
        found["exact"] += len(given.p)
        return exact(work, given)

    fallback._by_near, fallback._exact = count_near, count_exact
    try:
        yield found
    finally:
        fallback._by_near, fallback._exact = by_near, exact


def shares(rows: Rows, pseudocount: float) -> Iterator[tuple[str, int, dict[str, int]]]:
    """For each divergence row by row (neighbours in the data) and as a matrix: pairs, rungs."""
    for record in DIVERGENCES.values():
        if record.function:
            with counted() as found:
                getattr(kl, record.function)(rows[:-1], rows[1:], pseudocount=pseudocount)
            yield record.word, len(rows) - 1, found
    for word in METRICS:
        some = rows[:: max(1, len(rows) // 200)]
        with counted() as found:
            kl.pairwise(some, metric=word, pseudocount=pseudocount)
        yield f"pairwise {word}", len(some) ** 2, found


def show_shares() -> None:
    for name, make in DATA.items():
        rows = make()
        for pseudocount in PSEUDOCOUNTS:
            total: Counter[str] = Counter()
            for _, pairs, found in shares(rows, pseudocount):
                total.update(found, pairs=pairs)
            print(
                f"{name} {rows.shape}, pseudocount {pseudocount}: {total['pairs']:,} pairs, "
                f"{total['near'] / total['pairs']:.2%} near, {total['exact']} exact"
            )


def near(rows: Rows, apart: float, dtype: str) -> Rows:
    """The rows with each entry changed by a relative `apart`, or counts by one here and there."""
    rng = np.random.default_rng(1)
    if dtype == "int64":
        return rows + (rng.random(rows.shape) < min(1.0, apart * 1e6) / 20)
    return (rows * (1.0 + apart * rng.uniform(-1, 1, rows.shape))).astype(dtype)


def show_times(n: int = 2_000, k: int = 256, repeats: int = 30) -> None:
    rng = np.random.default_rng(0)
    for record in DIVERGENCES.values():
        if not record.function:
            continue
        function = getattr(kl, record.function)
        for dtype in DTYPES:
            scale = 10_000 if dtype == "int64" else 1
            rows, others = ((scale * (rng.random((n, k)) + 1e-3)).astype(dtype) for _ in range(2))
            given = [others, *(near(rows, apart, dtype) for apart in APART)]
            least = np.full(len(given), np.inf)
            for _ in range(repeats):
                for i, q in enumerate(given):
                    start = time.perf_counter()
                    function(rows, q, threads=1)
                    least[i] = min(least[i], time.perf_counter() - start)
            ratios = "  ".join(f"{t / least[0]:.2f}" for t in least[1:])
            print(
                f"{record.word:16} {dtype:8} {least[0] / rows.size * 1e9:.2f} ns a bin   {ratios}"
            )


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    if chosen != "times":
        show_shares()
    if chosen != "shares":
        print(f"times of rows {', '.join(map(str, APART))} apart over those of random rows")
        show_times()
