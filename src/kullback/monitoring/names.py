"""What bins are called, in pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from kullback.monitoring.bins import ColumnBins, Compared
from kullback.monitoring.columns import CATEGORY, DURATION, NOTHING, TIME


def bin_names(bins: ColumnBins, compared: Compared) -> tuple[str, ...]:
    """The names of all bins of a column, missing values last."""
    if bins.kind == CATEGORY:
        extra = len(compared.current) - len(bins.categories)
        names = bins.categories + list(compared.new)[len(compared.new) - extra :]
    elif bins.kind == NOTHING or len(compared.current) != len(bins.counts):
        names = ["any value"]
    else:
        names = _between(bins)
    return (*names, "missing")


def _between(bins: ColumnBins) -> list[str]:
    edges = bins.edges
    write = _writer(bins)
    if not edges:
        return ["any value"]
    alone = [high == math.nextafter(low, math.inf) for low, high in pairwise(edges)]
    # The edge after a value that is a bin of its own would read the same as the value.
    starts = [f"above {write(low)}" if one else "" for low, one in zip(edges, alone, strict=False)]
    starts = ["", *starts]
    names = [f"below {write(edges[0])}"]
    for i, one in enumerate(alone):
        low = starts[i] or write(edges[i])
        names.append(write(edges[i]) if one else f"{low} to {write(edges[i + 1])}")
    return [*names, starts[-1] or f"from {write(edges[-1])}"]


def _writer(bins: ColumnBins) -> Callable[[float], str]:
    """As many digits as tell edges apart; times as such."""
    edges = [edge for edge in bins.edges if edge]
    unit: Any = bins.unit  # NumPy's stubs take literals alone
    if bins.kind == TIME:
        return lambda edge: _time(np.datetime64(int(edge), unit))
    if bins.kind == DURATION:
        return lambda edge: str(np.timedelta64(int(edge), unit))
    if not edges:
        return str
    spread = max(bins.edges) - min(bins.edges)
    largest = max(map(abs, edges))
    finer = largest * len(edges) / spread if spread > 0 else 1.0
    digits = 2 + max(0, math.ceil(math.log10(finer)))
    return lambda edge: f"{edge:.{min(digits, 15)}g}"


def _time(moment: np.datetime64) -> str:
    """Without the zeros at its end."""
    text = str(moment).replace("T", " ")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.removesuffix(" 00:00:00").removesuffix(":00")
