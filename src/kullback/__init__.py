"""Compare probability distributions in bulk: KL and Jensen-Shannon divergences of many rows.

    import kullback as kl
    kl.kl_divergence(p, q)          row by row
    kl.pairwise(x, metric="js")     every row of x against every other
    kl.estimate, kl.project         densities, samples and mixtures; the nearest Gaussian

Each name is loaded when it is first used: `import kullback` loads neither Numba nor SciPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kullback import estimate, project
    from kullback.discrete.distances import (
        bhattacharyya_distance,
        chi2_divergence,
        hellinger_distance,
        total_variation_distance,
    )
    from kullback.discrete.divergences import (
        jeffreys_divergence,
        js_distance,
        js_divergence,
        kl_divergence,
    )
    from kullback.discrete.entropies import cross_entropy, entropy
    from kullback.discrete.families import f_divergence, renyi_divergence
    from kullback.discrete.generalized_js import generalized_js_divergence
    from kullback.discrete.information import conditional_kl_divergence, mutual_information
    from kullback.discrete.matrices import condensed, pairwise
    from kullback.discrete.metrics import FDivergence, Renyi
    from kullback.gaussians.diagonal import gaussian_kl_divergence, standard_gaussian_kl_divergence
    from kullback.gaussians.matrices import pairwise_gaussian
    from kullback.gaussians.multivariate import multivariate_gaussian_kl_divergence
    from kullback.logits import js_divergence_from_logits, kl_divergence_from_logits
    from kullback.monitoring.histograms import histograms, population_stability_index

__version__ = "0.1.0"

_HOME = {
    "bhattacharyya_distance": "discrete.distances",
    "chi2_divergence": "discrete.distances",
    "condensed": "discrete.matrices",
    "conditional_kl_divergence": "discrete.information",
    "cross_entropy": "discrete.entropies",
    "entropy": "discrete.entropies",
    "f_divergence": "discrete.families",
    "FDivergence": "discrete.metrics",
    "generalized_js_divergence": "discrete.generalized_js",
    "gaussian_kl_divergence": "gaussians.diagonal",
    "hellinger_distance": "discrete.distances",
    "histograms": "monitoring.histograms",
    "jeffreys_divergence": "discrete.divergences",
    "js_distance": "discrete.divergences",
    "js_divergence": "discrete.divergences",
    "js_divergence_from_logits": "logits",
    "kl_divergence": "discrete.divergences",
    "kl_divergence_from_logits": "logits",
    "multivariate_gaussian_kl_divergence": "gaussians.multivariate",
    "mutual_information": "discrete.information",
    "pairwise": "discrete.matrices",
    "pairwise_gaussian": "gaussians.matrices",
    "population_stability_index": "monitoring.histograms",
    "Renyi": "discrete.metrics",
    "renyi_divergence": "discrete.families",
    "standard_gaussian_kl_divergence": "gaussians.diagonal",
    "total_variation_distance": "discrete.distances",
}

_MODULES = ("estimate", "project")

__all__ = [
    "FDivergence",
    "Renyi",
    "bhattacharyya_distance",
    "chi2_divergence",
    "condensed",
    "conditional_kl_divergence",
    "cross_entropy",
    "entropy",
    "estimate",
    "f_divergence",
    "gaussian_kl_divergence",
    "generalized_js_divergence",
    "hellinger_distance",
    "histograms",
    "jeffreys_divergence",
    "js_distance",
    "js_divergence",
    "js_divergence_from_logits",
    "kl_divergence",
    "kl_divergence_from_logits",
    "multivariate_gaussian_kl_divergence",
    "mutual_information",
    "pairwise",
    "pairwise_gaussian",
    "population_stability_index",
    "project",
    "renyi_divergence",
    "standard_gaussian_kl_divergence",
    "total_variation_distance",
]


def __getattr__(name: str) -> Any:
    home = name if name in _MODULES else _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kullback._process import loading

    module = loading.load(home)
    value = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
