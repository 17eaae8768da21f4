"""The search for near rows; scikit-learn wants every parameter by name in the signature."""

from __future__ import annotations

from kullback.discrete.matrices import Metric
from kullback.neighbors.methods import NearestMethods, RadiusMethods


class NearestNeighbors(NearestMethods, RadiusMethods):
    """Search for the nearest rows, as `sklearn.neighbors.NearestNeighbors` does.

    Parameters
    ----------
    n_neighbors : int
        How many neighbours are found, where a call does not say.
    radius : float
        How far neighbours within a radius are at most, in nats or units of `base`; under
        "js_distance" no rows are further apart than 0.833.
    metric : str, Renyi or FDivergence
        As for `kullback.kneighbors`: `[i, j]` is the divergence of query i from fitted row j, never
        made symmetric.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits.
    normalize : bool
        Divide each row by its sum.
    pseudocount : float
        Added to every bin before normalizing.
    zeros : "inf", "skip" or float
        What a bin does that alone makes the divergence infinite; as for `pairwise`.
    threads : int, optional
        At most so many; None: as many as the machine allows.

    Attributes
    ----------
    n_samples_fit_ : int
        Number of fitted rows.
    n_features_in_ : int
        Number of their columns.
    feature_names_in_ : ndarray of str, (n_features,)
        The names of these, where `X` was a table with names.
    effective_metric_ : str, Renyi or FDivergence
        The metric.
    effective_metric_params_ : dict
        Its options: base, normalize, pseudocount and zeros.

    See Also
    --------
    kullback.kneighbors : the function behind it.
    KNeighborsTransformer : the same as a step of a pipeline.

    Notes
    -----
    The search is exact. It compares all pairs, or what a lower bound leaves of them, in compiled
    code: there is no tree to choose, hence no `algorithm`, `leaf_size` or `p`.

    Examples
    --------
    >>> from kullback.neighbors import NearestNeighbors
    >>> search = NearestNeighbors(n_neighbors=1).fit([[5, 1], [3, 3], [1, 5], [4, 2]])
    >>> distances, indices = search.kneighbors([[50, 12]])
    >>> indices
    array([[0]])
    """

    def __init__(
        self,
        *,
        n_neighbors: int = 5,
        radius: float = 1.0,
        metric: Metric = "js_distance",
        base: float | None = None,
        normalize: bool = True,
        pseudocount: float = 0.0,
        zeros: str | float = "inf",
        threads: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.metric = metric
        self.base = base
        self.normalize = normalize
        self.pseudocount = pseudocount
        self.zeros = zeros
        self.threads = threads
