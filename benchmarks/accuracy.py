"""The worst relative error of every member, by dtype and band of rows, against mpmath.

    python benchmarks/accuracy.py [--write] [--seeds 4] [WORD ...]

With --write the table of docs/accuracy.md and the bounds that the tests hold it to are replaced.
An error is relative to the value; for an f of one's own, whose terms may cancel, to the sum of
|q f(p/q)| and of what a rounded p/q moves it by. Two units of the smallest number are free.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import kullback as kl  # noqa: E402
import reference  # noqa: E402
from bands import BANDS, Array, rows  # noqa: E402
from markers import replace_between, table  # noqa: E402
from reference import ORACLES, Oracle  # noqa: E402
from tolerances import TINY_ROOT, TOLERANCES  # noqa: E402

BOUNDS = Path(__file__).parent / "accuracy_bounds.json"
PAGE = ROOT / "docs" / "accuracy.md"
DTYPES = {"f8": np.float64, "f4": np.float32}
BINS = (10, 48)  # rows below 32 bins have a kernel of their own
SIDE, PAIRS = 24, 10  # the rows of a matrix, and how many of its entries are looked at
OPERATIONS = ("rows", "matrix")
MARGIN = 3.0  # of a bound over what was measured
STEPS = (1, 2, 5, 10)

Key = tuple[str, str, str, str]  # operation, dtype, word, band


def relative_error(got: Array, want: Array, size: Array, absolute: float) -> float:
    """The worst of some results; infinite where one is NaN, negative or wrongly infinite."""
    want = np.where(want > np.finfo(got.dtype).max, np.inf, want)
    got = got.astype(np.float64)
    with np.errstate(all="ignore"):
        off = np.maximum(np.abs(got - want) - absolute, 0.0) / size
    off = np.where(got == want, 0.0, np.where(np.isinf(got), np.inf, off))
    off = np.where((got < 0) & (size <= np.abs(want)), np.inf, off)
    return float(np.where(np.isnan(off), np.inf, off).max(initial=0.0))


def results(word: str, operation: str, x: Array, y: Array, i: Array, j: Array) -> Array:
    """Our values for the rows i of x and j of y, by the row-wise function or from a matrix."""
    oracle = ORACLES[word]
    if operation == "matrix":
        metric: Any = word
        if oracle.parametric:
            metric = getattr(kl, oracle.parametric)(*oracle.arguments, **oracle.keywords)
        return kl.pairwise(x, y, metric)[i, j]
    function = getattr(kl, str(oracle.public))
    if word == "entropy":
        return function(x[i])
    return function(x[i], y[j], *oracle.arguments, **oracle.keywords)


def operations(oracle: Oracle) -> list[str]:
    """What there is of a member."""
    return [*["rows"] * (oracle.public is not None), *["matrix"] * oracle.matrix]


def cases(word: str, dtype: str, band: str, seeds: int) -> Iterator[tuple[Array, ...]]:
    """Both sets of rows, and which of their pairs are looked at."""
    rng = np.random.default_rng(3)
    for seed in range(seeds):
        for k in BINS:
            x, y = rows(band, SIDE, SIDE, k, DTYPES[dtype], seed)
            i, j = (rng.integers(SIDE, size=PAIRS) for _ in "xy")
            if ORACLES[word].public == "f_divergence":  # of a float p/q
                kept = _ratios_are_floats(x[i], y[j])
                i, j = i[kept], j[kept]
            yield x, y, i, j


def _ratios_are_floats(p: Array, q: Array) -> Array:
    p, q = (row.astype(np.float64) for row in (p, q))
    p, q = (np.ldexp(row, -np.frexp(row.max(axis=1))[1][:, None]) for row in (p, q))
    with np.errstate(all="ignore"):
        return ~np.any(np.isinf(p / q) & (q > 0), axis=1)


def measure(words: list[str], seeds: int = 1) -> dict[Key, float]:
    """The worst error by operation, dtype, word and band."""
    worst: dict[Key, float] = {}
    for word in words:
        for dtype in DTYPES:
            for band in BANDS:
                _measure_band(worst, word, dtype, band, seeds)
    return worst


def _measure_band(worst: dict[Key, float], word: str, dtype: str, band: str, seeds: int) -> None:
    oracle = ORACLES[word]
    for x, y, i, j in cases(word, dtype, band, seeds):
        q = x[i] if word == "entropy" else y[j]
        want, size = reference.rowwise_and_sizes(word, x[i], q)
        if oracle.public != "f_divergence":
            size = np.abs(want)
        for operation in operations(oracle):
            absolute = TOLERANCES[operation, dtype].absolute
            if oracle.root and dtype == "f8":
                absolute = TINY_ROOT
            got = results(word, operation, x, y, i, j)
            key = (operation, dtype, word, band)
            worst[key] = max(worst.get(key, 0.0), relative_error(got, want, size, absolute))


def bound(key: Key, error: float) -> float:
    """What the tests allow: a little more than was measured, never more than is promised."""
    _operation, dtype = key[:2]
    floor = 2 * float(np.finfo(DTYPES[dtype]).eps)
    aim = max(MARGIN * error, floor)
    decade = 10.0 ** np.floor(np.log10(aim)) if np.isfinite(aim) else 1.0
    rounded = next((step * decade for step in STEPS if step * decade >= aim), np.inf)
    return min(float(f"{rounded:.0e}"), promise(key))


def promise(key: Key) -> float:
    """As the docstrings have it."""
    operation, dtype, _word, _ = key
    return TOLERANCES[operation, dtype].relative


def page(worst: dict[Key, float]) -> str:
    """One table for each operation and dtype: members down, bands across."""
    parts = []
    names = {"rows": "Row by row", "matrix": "Matrices", "f8": "float64", "f4": "float32"}
    for operation in OPERATIONS:
        for dtype in DTYPES:
            words = [word for word in ORACLES if operation in operations(ORACLES[word])]
            lines = [
                {"member": f"`{word}`"}
                | {band: f"{worst[operation, dtype, word, band]:.0e}" for band in BANDS}
                for word in words
            ]
            allowed = TOLERANCES[operation, dtype].relative
            title = f"### {names[operation]}, {names[dtype]}: at most {allowed:.0e}"
            parts += [title, table(lines)]
    return "\n\n".join(parts)


def main() -> None:
    """Measure, print what is beyond its promise, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    worst = measure(given.words or list(ORACLES), given.seeds)
    for key, error in worst.items():
        if error > promise(key):
            print("beyond its promise:", *key, f"{error:.1e}")
    if given.words:
        print(*(f"{' '.join(key)}: {error:.1e}" for key, error in worst.items()), sep="\n")
    if given.write and not given.words:
        bounds = {" ".join(key): bound(key, error) for key, error in worst.items()}
        BOUNDS.write_text(json.dumps(bounds, indent=1) + "\n", "utf-8")
        replace_between(PAGE, "accuracy", page(worst))


if __name__ == "__main__":
    main()
