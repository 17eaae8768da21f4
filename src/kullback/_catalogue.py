"""All divergences, read from the records that stand beside their terms."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, runtime_checkable

from kullback._kernels import terms
from kullback._kernels.terms.record import Custom, Divergence, Exact

__all__ = ["DIVERGENCES", "GAUSSIAN", "METRICS", "MULTIVARIATE", "Custom", "Divergence", "Exact"]


def _records() -> list[Divergence]:
    """Those of all files of terms, in the order of their words."""
    modules = (import_module(f"{terms.__name__}.{m.name}") for m in iter_modules(terms.__path__))
    found = [record for module in modules for record in getattr(module, "RECORDS", ())]
    return sorted(found, key=lambda record: record.word)


DIVERGENCES = {record.word: record for record in _records()}
METRICS = {word: record for word, record in DIVERGENCES.items() if record.metric}
_GAUSSIAN = (
    Divergence("kl", symmetric=False, matrix_form="product"),
    Divergence("reverse_kl", symmetric=False, kernel="kl", reverse=True, matrix_form="product"),
    Divergence("jeffreys", symmetric=True, matrix_form="product"),
    Divergence("bhattacharyya", symmetric=True, matrix_form="overlap"),
    Divergence("hellinger", symmetric=True, takes_base=False, matrix_form="overlap"),
    Divergence("wasserstein2", symmetric=True, takes_base=False, matrix_form="product"),
)
GAUSSIAN = {divergence.word: divergence for divergence in _GAUSSIAN}
OF_COVARIANCES = ("kl", "reverse_kl", "jeffreys")  # those that full covariances have, too
MULTIVARIATE = Divergence("multivariate_gaussian", symmetric=False, metric=False)


@runtime_checkable
class Parametric(Protocol):
    """A member of a family: `kullback.Renyi(2)`."""

    def record(self) -> Divergence:
        """The divergence that it stands for."""


def gaussian_metric(name: object, full: bool = False, symmetric: bool = False) -> Divergence:
    """The record of a metric of Gaussians (with full covariances), or a ValueError with all."""
    known = [word for word in GAUSSIAN if not full or word in OF_COVARIANCES]
    if isinstance(name, str) and name in known:
        if symmetric and not GAUSSIAN[name].symmetric:
            raise ValueError(f"the metric {name!r} is not symmetric; use pairwise_gaussian")
        return GAUSSIAN[name]
    possible = [word for word in known if not symmetric or GAUSSIAN[word].symmetric]
    words = ", ".join(repr(word) for word in possible)
    if isinstance(name, str) and name in GAUSSIAN:
        raise ValueError(f'metric is {name!r}; with spread="cov" it must be one of {words}')
    raise ValueError(f"metric is {name!r}; it must be one of {words}")


def metric(name: object) -> Divergence:
    """The record of a metric, or a ValueError that lists them all."""
    if isinstance(name, str) and name in METRICS:
        return METRICS[name]
    if isinstance(name, Parametric) and not isinstance(name, type):
        return name.record()
    known = ", ".join(repr(word) for word in METRICS)
    raise ValueError(
        f"metric is {name!r}; it must be one of {known}, or kullback.Renyi(alpha) or "
        "kullback.FDivergence(f, ...)"
    )
