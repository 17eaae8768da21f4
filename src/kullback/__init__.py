"""Compare probability distributions in bulk: KL and Jensen-Shannon divergences of many rows.

    import kullback as kl
    kl.kl_divergence(p, q)          row by row
    kl.pairwise(x, metric="js")     every row of x against every other

Each name is loaded when it is first used: `import kullback` loads neither Numba nor SciPy.
"""

from __future__ import annotations

import os
from _thread import RLock
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kullback.distances import (
        bhattacharyya_distance,
        chi2_divergence,
        hellinger_distance,
        total_variation_distance,
    )
    from kullback.divergences import jeffreys_divergence, js_distance, js_divergence, kl_divergence
    from kullback.entropies import cross_entropy, entropy
    from kullback.families import f_divergence, renyi_divergence
    from kullback.gaussians import gaussian_kl_divergence, standard_gaussian_kl_divergence
    from kullback.matrices import condensed, pairwise
    from kullback.metrics import FDivergence, Renyi
    from kullback.mixtures import generalized_js_divergence
    from kullback.monitoring import histograms, population_stability_index

__version__ = "0.1.0"

_HOME = {
    "bhattacharyya_distance": "distances",
    "chi2_divergence": "distances",
    "condensed": "matrices",
    "cross_entropy": "entropies",
    "entropy": "entropies",
    "f_divergence": "families",
    "FDivergence": "metrics",
    "generalized_js_divergence": "mixtures",
    "gaussian_kl_divergence": "gaussians",
    "hellinger_distance": "distances",
    "histograms": "monitoring",
    "jeffreys_divergence": "divergences",
    "js_distance": "divergences",
    "js_divergence": "divergences",
    "kl_divergence": "divergences",
    "pairwise": "matrices",
    "population_stability_index": "monitoring",
    "Renyi": "metrics",
    "renyi_divergence": "families",
    "standard_gaussian_kl_divergence": "gaussians",
    "total_variation_distance": "distances",
}

__all__ = [
    "FDivergence",
    "Renyi",
    "bhattacharyya_distance",
    "chi2_divergence",
    "condensed",
    "cross_entropy",
    "entropy",
    "f_divergence",
    "gaussian_kl_divergence",
    "generalized_js_divergence",
    "hellinger_distance",
    "histograms",
    "jeffreys_divergence",
    "js_distance",
    "js_divergence",
    "kl_divergence",
    "pairwise",
    "population_stability_index",
    "renyi_divergence",
    "standard_gaussian_kl_divergence",
    "total_variation_distance",
]


_loading = RLock()
if hasattr(os, "register_at_fork"):
    # A child would wait for ever for a module that a thread it does not have was loading.
    os.register_at_fork(
        before=_loading.acquire,
        after_in_parent=_loading.release,
        after_in_child=_loading.release,
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _loading:
        from kullback._requirements import require

        require("numpy", "numba")
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
