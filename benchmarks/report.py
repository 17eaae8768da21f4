"""Time every lane of every case, interleaved in one run, and write the tables.

    python benchmarks/report.py [--write] [--rounds 7] [NAME ...]
    python benchmarks/report.py --targets [NAME ...]

With --write the README's table, between its two markers, is replaced. With --targets the figures
that are asked for are measured instead (`figures.py`), in some five minutes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import targets  # noqa: E402
from case import EXACT, SLOW, Case, few  # noqa: E402
from cases import CASES  # noqa: E402
from markers import replace_between, table  # noqa: E402

VERY_SLOW = 1e9  # terms, which take those half a minute


def time_lanes(case: Case, rounds: int) -> dict[str, float]:
    """Median seconds of each lane and of the limit, taken in turns."""
    arrays = case.data(case.size)
    shown = (*SLOW, *EXACT)  # the threads of PyTorch go on spinning and take others' time
    lanes = {name: lane for name, lane in case.lanes.items() if name in shown}
    lanes["limit"] = case.limit
    for lane in lanes.values():
        lane(*few(arrays, 16))
    times: dict[str, list[float]] = {name: [] for name in lanes}
    for turn in range(rounds):
        for name, lane in lanes.items():
            if name in SLOW and turn >= (1 if case.terms > VERY_SLOW else 3):
                continue
            start = perf_counter()
            lane(*arrays)
            times[name].append(perf_counter() - start)
    return {name: float(np.median(seconds)) for name, seconds in times.items()}


def row(case: Case, rounds: int) -> dict[str, str]:
    """One line of the table."""
    seconds = time_lanes(case, rounds)
    ours, scipy = seconds["ours"], seconds.get("SciPy")

    def over(lane: str) -> str:
        return f"{seconds[lane] / ours:.1f} ×" if lane in seconds else ""

    return {
        "work (float64)": case.name,
        "kullback": f"{_time(ours)} (one thread {_time(seconds['ours, one thread'])})",
        "SciPy": f"{_time(scipy)}, **{scipy / ours:.0f} ×**" if scipy else "has none",
        "NumPy": over("NumPy"),
        "Numba loop": over("Numba"),
        "time / limit": f"{ours / seconds['limit']:.2f} ({case.limit_name})",
        "worst error, near-equal … random": f"{case.worst_error('ours'):.0e}",
        "SciPy's": f"{case.worst_error('SciPy'):.0e}" if scipy else "",
    }


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"


def main() -> None:
    """Print the table; with --write also into the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of names of cases")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    parser.add_argument("--targets", action="store_true", help="the figures that are asked for")
    given = parser.parse_args()
    if given.targets:
        for line in targets.lines(given.names):
            print("| " + " | ".join(line) + " |", flush=True)
        return
    chosen = [c for c in CASES.values() if not given.names or any(n in c.name for n in given.names)]
    text = table([row(case, given.rounds) for case in chosen])
    print(text)
    if given.write:
        replace_between(ROOT / "README.md", "benchmarks", text)


if __name__ == "__main__":
    main()
