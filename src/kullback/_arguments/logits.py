"""Checks of the options and the rows of functions of logits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._arguments import arrays as _arguments
from kullback._arguments.domains import Domain, faults
from kullback._drivers.rows import Invalid

LOGITS = Domain(lambda x: x < np.inf, "has no softmax", blank=-math.inf, empty="is -inf everywhere")


class LogitOptions(NamedTuple):
    """The checked options."""

    temperature: float
    unit: float
    raises: bool
    threads: int | None


def options(
    temperature: float, base: float | None, invalid: str, threads: int | None
) -> LogitOptions:
    """Check the options."""
    degree = _arguments.number(temperature, "temperature")
    if not 0.0 < degree < math.inf:
        raise ValueError(f"temperature is {temperature!r}; it must be positive and finite")
    return LogitOptions(
        degree,
        _arguments.unit(base),
        _arguments.invalid_raises(invalid),
        _arguments.thread_count(threads),
    )


def reporter(options: LogitOptions, named: Iterable[tuple[str, NDArray[Any]]]) -> Invalid:
    """What is to happen when a kernel meets rows that have no softmax."""
    if not options.raises:
        return Invalid(None)
    return Invalid(lambda: ValueError(faults((name, rows, LOGITS) for name, rows in named)))
