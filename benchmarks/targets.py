"""Measure the figures that are asked for, and check what was computed: `report.py --targets`."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np

import bands
import errors
import memory
import reference
from figures import GROUPS, Group, Ratio
from peers import Array

HEAD = ("figure", "measured", "asked", "", "times", "worst error")
PEER_BANDS = ("random", "zeros", "1e-3", "1e-6", "1e-9")
MEMORY = 64  # MB beyond the result


def measured(group: Group) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of each lane, taken in turns, and the worst error of a sample of results."""
    p, q = group.data()
    off, times = {}, {name: [] for name in group.lanes}
    for lane in group.lanes.values():
        lane(p[:600], p[:600] if q is p else q[:600])
    for turn in range(group.rounds):
        for name, lane in group.lanes.items():
            start = perf_counter()
            found = lane(p, q)
            times[name].append((perf_counter() - start) / group.work.get(name, 1.0))
            if turn == 0 and name in group.words:
                off[name] = sampled_error(group.words[name], p, q, found, group.checked)
            del found
    return {name: float(np.median(seconds)) for name, seconds in times.items()}, off


def sampled_error(word: str, p: Array, q: Array, found: Array, count: int) -> float:
    """The worst relative error of some results; half of a matrix's are in one cluster in 20."""
    rng = np.random.default_rng(1)
    i = rng.integers(len(p), size=count)
    j = i
    if found.ndim == 2:
        j = rng.integers(len(q), size=count)
        j[::2] = (i[::2] + 20 * j[::2]) % (len(q) // 20 * 20)
    at = (i, j) if found.ndim == 2 else i
    return errors.worst(found[at], reference.rowwise(word, p[i], q[j]))


def band_errors(group: Group, lane: str) -> str:
    """The worst relative errors of a lane: on random rows, ones with zeros, near-equal ones."""
    worst = []
    for band in PEER_BANDS:
        p, q = bands.rows(band, 12, 9, 100, group.data()[0].dtype.type)
        p, q = (rows / rows.sum(axis=1, keepdims=True) for rows in (p, q))
        with np.errstate(all="ignore"):
            found = group.lanes[lane](p, q)
        worst.append(errors.worst(found, reference.pairwise(group.words[lane], p, q)))
    return ", ".join(f"{band} {error:.0e}" for band, error in zip(PEER_BANDS, worst, strict=True))


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
        if ratio.asked is None:
            shown = "; ".join(f"{lane}: {band_errors(group, lane)}" for lane in ratio.over)
        else:
            shown = ", ".join(f"{off[lane]:.0e}" for lane in ratio.over if lane in off)
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
