"""The public names and where each is defined: for type checkers, and for `__init__.py`."""

from kullback import cluster as cluster, estimate as estimate, plots as plots, project as project
from kullback.discrete.contributions import contributions as contributions
from kullback.discrete.distances import (
    triangular_discrimination as triangular_discrimination,
    bhattacharyya_distance as bhattacharyya_distance,
    chi2_divergence as chi2_divergence,
    hellinger_distance as hellinger_distance,
    total_variation_distance as total_variation_distance,
)
from kullback.discrete.divergences import (
    jeffreys_divergence as jeffreys_divergence,
    js_distance as js_distance,
    js_divergence as js_divergence,
    kl_divergence as kl_divergence,
)
from kullback.discrete.entropies import cross_entropy as cross_entropy, entropy as entropy
from kullback.discrete.families import (
    FDivergence as FDivergence,
    Renyi as Renyi,
    f_divergence as f_divergence,
    renyi_divergence as renyi_divergence,
)
from kullback.discrete.generalized_js import generalized_js_divergence as generalized_js_divergence
from kullback.discrete.information import (
    conditional_kl_divergence as conditional_kl_divergence,
    mutual_information as mutual_information,
)
from kullback.discrete.matrices import condensed as condensed, pairwise as pairwise
from kullback.discrete.neighbors import Neighbors as Neighbors
from kullback.discrete.neighbourhoods import (
    kneighbors as kneighbors,
    radius_neighbors as radius_neighbors,
)
from kullback.discrete.shared_information import (
    conditional_mutual_information as conditional_mutual_information,
    normalized_mutual_information as normalized_mutual_information,
)
from kullback.gaussians.diagonal import (
    gaussian_kl_divergence as gaussian_kl_divergence,
    standard_gaussian_kl_divergence as standard_gaussian_kl_divergence,
)
from kullback.gaussians.matrices import (
    condensed_gaussian as condensed_gaussian,
    pairwise_gaussian as pairwise_gaussian,
)
from kullback.gaussians.multivariate import (
    multivariate_gaussian_kl_divergence as multivariate_gaussian_kl_divergence,
)
from kullback.logits import (
    entropy_from_logits as entropy_from_logits,
    js_divergence_from_logits as js_divergence_from_logits,
    kl_divergence_from_logits as kl_divergence_from_logits,
)
from kullback.monitoring.categories import category_counts as category_counts
from kullback.monitoring.drift import drift as drift
from kullback.monitoring.histograms import (
    histograms as histograms,
    population_stability_index as population_stability_index,
)

__version__: str
__all__: list[str]

def __dir__() -> list[str]: ...
