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
    from kullback.distances import (
        bhattacharyya_distance,
        chi2_divergence,
        hellinger_distance,
        total_variation_distance,
    )
    from kullback.divergences import jeffreys_divergence, js_distance, js_divergence, kl_divergence
    from kullback.entropies import cross_entropy, entropy
    from kullback.families import f_divergence, renyi_divergence
    from kullback.gaussian_matrices import pairwise_gaussian
    from kullback.gaussians import gaussian_kl_divergence, standard_gaussian_kl_divergence
    from kullback.information import conditional_kl_divergence, mutual_information
    from kullback.logits import js_divergence_from_logits, kl_divergence_from_logits
    from kullback.matrices import condensed, pairwise
    from kullback.metrics import FDivergence, Renyi
    from kullback.mixtures import generalized_js_divergence
    from kullback.monitoring import histograms, population_stability_index
    from kullback.multivariate_gaussians import multivariate_gaussian_kl_divergence

__version__ = "0.1.0"

_HOME = {
    "bhattacharyya_distance": "distances",
    "chi2_divergence": "distances",
    "condensed": "matrices",
    "conditional_kl_divergence": "information",
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
    "js_divergence_from_logits": "logits",
    "kl_divergence": "divergences",
    "kl_divergence_from_logits": "logits",
    "multivariate_gaussian_kl_divergence": "multivariate_gaussians",
    "mutual_information": "information",
    "pairwise": "matrices",
    "pairwise_gaussian": "gaussian_matrices",
    "population_stability_index": "monitoring",
    "Renyi": "metrics",
    "renyi_divergence": "families",
    "standard_gaussian_kl_divergence": "gaussians",
    "total_variation_distance": "distances",
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
    from kullback import _loading

    module = _loading.load(home)
    value = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
