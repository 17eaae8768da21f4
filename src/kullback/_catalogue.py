"""One record per divergence: everything that the floors above need to know of it.

Row-wise functions, matrices and condensed forms all come from these records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from kullback._drivers.rows import Custom

MatrixForm = Literal["pairs", "centred", "entropic", "roots", "symmetrized", "product", "overlap"]


@dataclass(frozen=True)
class Divergence:
    """`word`: its name as a metric; `kernel`: the one that computes it; the rest as named."""

    word: str
    kernel: str | Custom
    symmetric: bool
    root: bool = False  # the root of a quantity of information: its unit is a root, too
    reverse: bool = False  # the arguments change places
    takes_base: bool = True  # a quantity of information, in nats or units of a base
    alpha: float = 0.0  # the parameter of its kernel; of js, 1/2 where the root is taken
    matrix_form: MatrixForm = "pairs"  # the fastest one it has


_ALL = (
    Divergence("kl", "kl", symmetric=False, matrix_form="centred"),
    Divergence("reverse_kl", "kl", symmetric=False, reverse=True, matrix_form="centred"),
    Divergence("js", "js", symmetric=True, matrix_form="entropic"),
    Divergence("js_distance", "js", symmetric=True, root=True, alpha=0.5, matrix_form="entropic"),
    Divergence("jeffreys", "jeffreys", symmetric=True, matrix_form="symmetrized"),
    Divergence("hellinger", "hellinger", symmetric=True, takes_base=False, matrix_form="roots"),
    Divergence("bhattacharyya", "bhattacharyya", symmetric=True, matrix_form="roots"),
    Divergence("total_variation", "total_variation", symmetric=True, takes_base=False),
    Divergence("chi2", "chi2", symmetric=False, takes_base=False),
)
DIVERGENCES = {divergence.word: divergence for divergence in _ALL}
_GAUSSIAN = (
    Divergence("kl", "kl", symmetric=False, matrix_form="product"),
    Divergence("reverse_kl", "kl", symmetric=False, reverse=True, matrix_form="product"),
    Divergence("jeffreys", "jeffreys", symmetric=True, matrix_form="product"),
    Divergence("bhattacharyya", "bhattacharyya", symmetric=True, matrix_form="overlap"),
    Divergence("hellinger", "hellinger", symmetric=True, takes_base=False, matrix_form="overlap"),
    Divergence(
        "wasserstein2", "wasserstein2", symmetric=True, takes_base=False, matrix_form="product"
    ),
)
GAUSSIAN = {divergence.word: divergence for divergence in _GAUSSIAN}
MULTIVARIATE = Divergence("multivariate_gaussian", "kl", symmetric=False)  # no metric
CROSS_ENTROPY = Divergence("cross_entropy", "cross_entropy", symmetric=False)  # no metric


@runtime_checkable
class Parametric(Protocol):
    """A member of a family: `kullback.Renyi(2)`."""

    def record(self) -> Divergence:
        """The divergence that it stands for."""


def gaussian_metric(name: object) -> Divergence:
    """The record of a metric of Gaussians, or a ValueError that lists them all."""
    if isinstance(name, str) and name in GAUSSIAN:
        return GAUSSIAN[name]
    known = ", ".join(repr(word) for word in GAUSSIAN)
    raise ValueError(f"metric is {name!r}; it must be one of {known}")


def metric(name: object) -> Divergence:
    """The record of a metric, or a ValueError that lists them all."""
    if isinstance(name, str) and name in DIVERGENCES:
        return DIVERGENCES[name]
    if isinstance(name, Parametric) and not isinstance(name, type):
        return name.record()
    known = ", ".join(repr(word) for word in DIVERGENCES)
    raise ValueError(
        f"metric is {name!r}; it must be one of {known}, or kullback.Renyi(alpha) or "
        "kullback.FDivergence(f, ...)"
    )
