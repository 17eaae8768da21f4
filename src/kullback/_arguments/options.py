"""The options that functions share: their types, their defaults, and what is refused."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, NamedTuple, TypedDict

import numpy as np

from kullback._arguments.axes import Axis
from kullback._arguments.progress import Progress
from kullback._catalogue import Divergence
from kullback._drivers.rows import Work
from kullback._process.arrays import Array


class Common(TypedDict, total=False):
    """What every function takes that works in bulk."""

    invalid: str
    out: Array | None
    threads: int | None


class InformationOptions(Common, total=False):
    """What a quantity of information takes: Gaussians and logits have no more in common."""

    base: float | None


class LogitOptions(InformationOptions, total=False):
    """What logits take."""

    axis: Axis
    keepdims: bool


class TableOptions(InformationOptions, total=False):
    """What information in joint distributions takes."""

    pseudocount: float


class RatioOptions(Common, total=False):
    """What a ratio of information takes."""

    pseudocount: float


class GroupOptions(TableOptions, total=False):
    """What a divergence of several rows takes."""

    axis: Axis
    keepdims: bool
    normalize: bool


class MatrixOptions(TableOptions, total=False):
    """What matrices of divergences take."""

    normalize: bool
    zeros: str | float
    progress: Progress


class NeighbourOptions(TypedDict, total=False):
    """What a search for near rows takes, whose results have a size of their own."""

    base: float | None
    normalize: bool
    pseudocount: float
    zeros: str | float
    invalid: str
    threads: int | None
    progress: Progress


class DistanceOptions(Common, total=False):
    """What a row-wise function takes whose results have no unit."""

    axis: Axis
    keepdims: bool
    normalize: bool
    pseudocount: float
    zeros: str | float


class Options(DistanceOptions, InformationOptions, total=False):
    """What all other row-wise functions of distributions take."""


class BinOptions(TableOptions, total=False):
    """What a function takes that tells bins apart."""

    axis: Axis
    normalize: bool
    zeros: str | float


class Chosen(NamedTuple):
    """The options, checked, in the form in which the floors below take them."""

    work: Work
    raises: bool
    threads: int | None
    axis: Axis
    keepdims: bool
    out: Array | None
    progress: Progress


def checked(
    divergence: Divergence,
    *,
    axis: Axis = -1,
    keepdims: bool = False,
    base: float | None = None,
    normalize: bool = True,
    pseudocount: float = 0.0,
    zeros: str | float = "inf",
    invalid: str = "raise",
    out: Array | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> Chosen:
    """Check the options of a function, which has as many of them as it takes."""
    rule, amount = _rule(pseudocount, zeros, divergence.gaps != "")
    raises = invalid_raises(invalid)
    if base is not None and not divergence.takes_base:
        raise ValueError(f"base is {base!r}, but {divergence.word} is no logarithm: it has no base")
    one = math.sqrt(unit_of(base)) if divergence.root else unit_of(base)
    work = Work(divergence, rule, amount, bool(normalize), one)
    return Chosen(work, raises, thread_count(threads), axis, keepdims, out, progress)


def _rule(pseudocount: float, zeros: str | float, concerned: bool) -> tuple[str, float]:
    """The kernels' word for what is done with zeros, if they concern the divergence at all."""
    pseudocount = number(pseudocount, "pseudocount")
    if not 0.0 <= pseudocount < math.inf:
        raise ValueError(f"pseudocount is {pseudocount}; it must be finite and not negative")
    chosen = zeros_rule(zeros)
    if pseudocount:
        return "pseudocount", pseudocount
    return chosen if concerned else ("plain", 0.0)


def zeros_rule(zeros: str | float) -> tuple[str, float]:
    """The kernels' word for an option `zeros`, and its number."""
    if zeros in ("inf", "skip"):
        return ("plain", 0.0) if zeros == "inf" else ("skip", 0.0)
    message = f'zeros is {zeros!r}; it must be "inf", "skip" or a positive finite number'
    if isinstance(zeros, str):
        raise ValueError(message)
    epsilon = number(zeros, "zeros")
    if not 0.0 < epsilon < math.inf:
        raise ValueError(message)
    return "fill", epsilon


def number(given: Any, name: str) -> float:
    """A real number; TypeError naming it otherwise."""
    plain = type(given) is float or type(given) is int  # to ask for `Real` takes 0.4 us
    plain = plain or isinstance(given, Real)
    if not plain and not (isinstance(given, np.ndarray) and given.ndim == 0):
        raise TypeError(f"{name} is {given!r}; it must be a number")
    try:
        return float(given)
    except OverflowError:
        raise ValueError(f"{name} is beyond 1.8e308, the largest of all floats") from None


def invalid_raises(invalid: str) -> bool:
    """Whether what is invalid is an error, not NaN."""
    if invalid not in ("raise", "nan"):
        raise ValueError(f'invalid is {invalid!r}; it must be "raise" or "nan"')
    return invalid == "raise"


def unit_of(base: float | None) -> float:
    """What results in nats are divided by."""
    if base is None:
        return 1.0
    value = number(base, "base")
    if not 1.0 < value < math.inf:
        raise ValueError(f"base is {base!r}; it must be None (nats) or a number above 1")
    return math.log(value)


def thread_count(threads: int | None) -> int | None:
    """The most threads that the caller allows; None: what the machine does."""
    if threads is None:
        return None
    if isinstance(threads, bool) or not hasattr(threads, "__index__") or int(threads) < 1:
        raise ValueError(f"threads is {threads!r}; it must be None or a whole number above 0")
    return int(threads)
