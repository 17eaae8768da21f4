"""The counts of both sides of a column to its row of the report."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from kullback.discrete.divergences import jeffreys_divergence, js_distance
from kullback.monitoring import noise
from kullback.monitoring.bins import ColumnBins, Compared
from kullback.monitoring.columns import Numbers, Tally
from kullback.monitoring.names import bin_names
from kullback.monitoring.report import CHI_SQUARE, DIVISIONS, ColumnDrift

NEW_SHOWN = 3  # categories in a note


def compare_counts(bins: ColumnBins, compared: Compared | str, level: float) -> ColumnDrift:
    """A row of the report; `compared` is a text where there is nothing to be compared."""
    if isinstance(compared, str):
        return _incomparable(bins, compared)
    reference = np.array([*compared.reference, bins.missing], np.int64)
    current = np.array([*compared.current, compared.missing], np.int64)
    n, m = int(reference[:-1].sum()), int(current[:-1].sum())
    js = psi = level_here = math.nan
    noise_from = ""
    notes = [_new(compared.new)]
    if n and m:
        p, q = current.astype(np.float64), reference.astype(np.float64)
        js = float(js_distance(p, q, base=2))
        psi = float(jeffreys_divergence(p, q))
        level_here = noise.js_level(q, p, level, bins.gaps and not compared.missing)
        noise_from = DIVISIONS if noise.is_few(q, p) else CHI_SQUARE
    else:
        sides = [side for side, count in (("reference", n), ("current table", m)) if not count]
        notes.append(f"it has no values in the {' and the '.join(sides)}")
    return ColumnDrift(
        bins.name,
        bins.kind,
        n,
        m,
        _share(bins.missing, n + bins.missing),
        _share(compared.missing, m + compared.missing),
        _share(bins.outside, n),
        _share(compared.outside, m),
        compared.new,
        js,
        psi,
        level_here,
        noise_from,
        not js <= level_here,
        "; ".join(filter(None, notes)),
        bin_names(bins, compared),
        reference,
        current,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _new(categories: dict[str, int]) -> str:
    """The new categories that come most often."""
    if not categories:
        return ""
    most = sorted(categories, key=lambda name: -categories[name])[:NEW_SHOWN]
    shown = ", ".join(f"{name!r} ({categories[name]:,})" for name in most)
    more = len(categories) - len(most)
    return f"new: {shown}{f' and {more:,} more' if more else ''}"


def _incomparable(bins: ColumnBins, reason: str) -> ColumnDrift:
    n = sum(bins.counts)
    nan = math.nan
    missing, outside = _share(bins.missing, n + bins.missing), _share(bins.outside, n)
    shares = (missing, nan, outside, nan)
    return ColumnDrift(bins.name, bins.kind, n, 0, *shares, {}, nan, nan, nan, "", True, reason)


def without_reference(column: Numbers | Tally, name: Hashable) -> ColumnDrift:
    """The row of a column that the reference does not have."""
    nan = math.nan
    missing = _missing(column)
    m = column.size - missing
    shares = (nan, _share(missing, column.size), nan, nan)
    note = "it is not in the reference; leave it out, or make a reference that has it"
    return ColumnDrift(name, column.kind, 0, m, *shares, {}, nan, nan, nan, "", True, note)


def _missing(column: Numbers | Tally) -> int:
    return column.missing if isinstance(column, Tally) else column.column.missing()
