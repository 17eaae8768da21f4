"""Measure the figures that are asked for, and check what was computed: `report.py --targets`."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np

import memory
from case import few
from figures import GROUPS
from group import Group, Ratio

HEAD = ("figure", "measured", "asked", "", "times", "worst error")
MEMORY = 64  # MB beyond the result


def measured(group: Group) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of each lane, taken in turns, and the worst error of a sample of results."""
    arrays = group.data()
    off, times = {}, {name: [] for name in group.lanes}
    for lane in group.lanes.values():
        lane(*few(arrays, 600))
    for turn in range(group.rounds):
        for name, lane in group.lanes.items():
            start = perf_counter()
            found = lane(*arrays)
            times[name].append((perf_counter() - start) / group.work.get(name, 1.0))
            if turn == 0 and name in group.checks:
                off[name] = group.checks[name](arrays, found)
            del found
    return {name: float(np.median(seconds)) for name, seconds in times.items()}, off


def line(ratio: Ratio, seconds: dict[str, float], off: str) -> tuple[str, ...]:
    """One figure: its name, what was measured, what was asked, and whether it is so."""
    one, other = (seconds[name] for name in ratio.over)
    value = one / other
    if ratio.either_way:
        value = max(value, 1 / value)
    verdict = asked = ""
    if ratio.asked is not None:
        asked = f"{'>=' if ratio.at_least else '<='} {ratio.asked:g}"
        verdict = "yes" if (value >= ratio.asked) == ratio.at_least else "NO"
    times = " / ".join(
        f"{t * 1e3:.3g} ms" if t > 1e-6 else f"{t * 1e9:.3g} ns" for t in (one, other)
    )
    return ratio.name, f"{value:.3g}", asked, verdict, times, off


def _of_group(name: str) -> Iterator[tuple[str, ...]]:
    group = GROUPS[name]()
    seconds, off = measured(group)
    for ratio in group.ratios:
        notes = [f"{lane}: {group.notes[lane]()}" for lane in ratio.over if lane in group.notes]
        errors = [f"{lane}: {off[lane]:.0e}" for lane in ratio.over if lane in off]
        shown = "; ".join(notes + errors)
        yield line(ratio, seconds, shown)


def lines(names: list[str]) -> Iterator[tuple[str, ...]]:
    """The table, line by line as it is measured; `names` are parts of names of groups."""
    yield HEAD
    yield ("---",) * len(HEAD)
    for name in GROUPS:
        if not names or any(part in name for part in names):
            yield from _of_group(name)
    for name in memory.JOBS:
        if not names or any(part in f"memory {name}" for part in names):
            used = memory.beyond_result(name) / memory.MEGABYTE
            verdict = "yes" if used <= MEMORY else "NO"
            yield f"{name}: MB beyond the result", f"{used:.0f}", f"<= {MEMORY}", verdict, "", ""
