"""The worst relative error of every function, by dtype and band of input, against mpmath.

    python benchmarks/accuracy.py [--write] [--seeds 4] [WORD ...]

With --write the tables of docs/accuracy.md and the bounds that the tests hold them to are replaced.
Two units of the smallest number are free.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import accuracy_gaussians  # noqa: E402
import accuracy_histograms  # noqa: E402
import accuracy_logits  # noqa: E402
from accuracy_family import DTYPES, Key  # noqa: E402
from markers import replace_between, table  # noqa: E402
from support.tolerances import TOLERANCES  # noqa: E402

BOUNDS = Path(__file__).parent / "accuracy_bounds.json"
PAGE = ROOT / "docs" / "accuracy.md"
FAMILIES = (accuracy_histograms.FAMILY, *accuracy_gaussians.FAMILIES, accuracy_logits.FAMILY)
TITLES = {
    "rows": "Histograms row by row",
    "matrix": "Histograms, matrices",
    "gaussian": "Diagonal Gaussians row by row",
    "gaussian_matrix": "Diagonal Gaussians, matrices",
    "multivariate": "Gaussians with full covariance",
    "logits": "Logits",
    "f8": "float64",
    "f4": "float32",
}
MARGIN = 3.0  # of a bound over what was measured
STEPS = (1, 2, 5, 10)


def measure(word: str, seeds: int = 1) -> dict[Key, float]:
    """The worst errors of the functions that have this word."""
    found: dict[Key, float] = {}
    for family in FAMILIES:
        if word in family.words:
            found |= family.measure(word, seeds)
    return found


def words() -> list[str]:
    """All of them, once."""
    return list(dict.fromkeys(word for family in FAMILIES for word in family.words))


def bound(key: Key, error: float) -> float:
    """What the tests allow: a little more than was measured, never more than is promised."""
    floor = 2 * float(np.finfo(DTYPES[key[1]]).eps)
    aim = max(MARGIN * error, floor)
    decade = 10.0 ** np.floor(np.log10(aim)) if np.isfinite(aim) else 1.0
    rounded = next((step * decade for step in STEPS if step * decade >= aim), np.inf)
    return min(float(f"{rounded:.0e}"), promise(key))


def promise(key: Key) -> float:
    """As the docstrings have it."""
    operation, dtype = key[:2]
    return TOLERANCES[operation, dtype].relative


def page(worst: dict[Key, float]) -> str:
    """One table for each operation and dtype: functions down, bands across."""
    parts = []
    for family in FAMILIES:
        for operation in TITLES:
            own = [word for word in family.words if operation in family.operations(word)]
            for dtype in DTYPES if own else ():
                allowed = TOLERANCES[operation, dtype].relative
                lines = [
                    {"": f"`{word}`"}
                    | {band: f"{worst[operation, dtype, word, band]:.0e}" for band in family.bands}
                    for word in own
                ]
                title = f"## {TITLES[operation]}, {TITLES[dtype]}: at most {allowed:.0e}"
                parts += [title, table(lines)]
    return "\n\n".join(parts)


def main() -> None:
    """Measure, print what is beyond its promise, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    worst: dict[Key, float] = {}
    for word in given.words or words():
        worst |= measure(word, given.seeds)
    for key, error in worst.items():
        if error > promise(key):
            print("beyond its promise:", *key, f"{error:.1e}")
    if given.words:
        print(*(f"{' '.join(key)}: {error:.1e}" for key, error in worst.items()), sep="\n")
    if given.write and not given.words:
        held = json.loads(BOUNDS.read_text("utf-8"))  # a bound may get tighter, not looser
        found = {" ".join(key): bound(key, error) for key, error in worst.items()}
        bounds = {key: min(value, held.get(key, value)) for key, value in found.items()}
        BOUNDS.write_text(json.dumps(bounds, indent=1) + "\n", "utf-8")
        replace_between(PAGE, "accuracy", page(worst))


if __name__ == "__main__":
    main()
