"""One record per divergence: everything that the floors above need to know of it.

Row-wise functions, matrices and condensed forms all come from these records.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from kullback._kernels import js, kl


@dataclass(frozen=True)
class Divergence:
    """`word`: its name as a metric; `kernel`: the module with its term; the rest as named."""

    word: str
    kernel: ModuleType
    symmetric: bool
    root: bool = False  # the square root is taken at the end: a distance
    reverse: bool = False  # the arguments change places
    matrix_form: Literal["pairs", "centred", "entropic"] = "pairs"  # the fastest one it has


_ALL = (
    Divergence("kl", kl, symmetric=False, matrix_form="centred"),
    Divergence("reverse_kl", kl, symmetric=False, reverse=True, matrix_form="centred"),
    Divergence("js", js, symmetric=True, matrix_form="entropic"),
    Divergence("js_distance", js, symmetric=True, root=True, matrix_form="entropic"),
)
DIVERGENCES = {divergence.word: divergence for divergence in _ALL}


def metric(name: object) -> Divergence:
    """The record of a metric, or a ValueError that lists them all."""
    if isinstance(name, str) and name in DIVERGENCES:
        return DIVERGENCES[name]
    known = ", ".join(repr(word) for word in DIVERGENCES)
    raise ValueError(f"metric is {name!r}; it must be one of {known}")
