"""KL from samples of both distributions, by the distances to nearest neighbours."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree
from scipy.special import digamma

from kullback._arguments.options import thread_count, unit_of
from kullback._process.arrays import Array, Floats
from kullback._process.threads import default_threads
from kullback.estimate import arguments
from kullback.estimate.results import Estimate

BLOCKS = 20  # parts of the samples: the spread of their estimates gives the standard error


def kl_nearest_neighbor(
    x: ArrayLike,
    y: ArrayLike,
    /,
    *,
    n_neighbors: int = 5,
    base: float | None = None,
    threads: int | None = None,
) -> Estimate:
    """KL(p || q) from samples x of p and y of q alone: (d/n) sum ln(nu/rho) + ln(m/(n - 1)).

    rho is the distance of a sample of x to its k-th nearest neighbour among the rest of x, nu to
    the one in y: where p is denser than q, rho is the smaller one.

    Parameters
    ----------
    x : array_like, (n,) or (n, d)
        Samples of p, independent, of a distribution that has a density.
    y : array_like, (m,) or (m, d)
        Samples of q.
    n_neighbors : int
        k: more neighbours make the variance smaller and the bias larger.
    base : float, optional
        Base of the logarithm: None gives nats, 2 bits, 10 bans.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    Estimate
        `value` and `standard_error`, in nats or units of `base`, and `interval(confidence)`. The
        value is reported as it is, which for near distributions may be below 0: cutting it off
        would bias a mean of several. The standard error is NaN with too few samples.

    Raises
    ------
    ValueError
        Samples of other shapes, NaN or infinite, or not more than k of them different; an option
        out of its range.
    TypeError
        A dtype that is not real.

    Notes
    -----
    The estimate converges to KL as both samples grow, for every k, and is nearly unbiased in few
    dimensions. In many, or where q is very thin where p is not, samples near enough do not exist
    and it is too small; scale the coordinates so that they vary alike. The standard error comes
    from the estimates of 20 disjoint random parts of the samples (the same ones in every call); it
    covers the variance, not the bias.

    Equal samples (duplicates, rounded measurements) have distance 0. If there are any, k is, for
    each sample by itself, how many neighbours there are within the first positive distance that
    has k of them, and psi(k) of either side corrects for their difference. Measurements that are
    rounded to a tenth of their spread cost some percent; such that are rounded to much more are
    counts: use `kl_divergence`. A set of samples that is repeated as a whole is not independent,
    and looks as if its distribution had atoms.

    References
    ----------
    Q. Wang, S. R. Kulkarni and S. Verdú, "Divergence Estimation for Multidimensional Densities Via
    k-Nearest-Neighbor Distances", IEEE Trans. Inf. Theory 55 (2009).

    Examples
    --------
    >>> import numpy as np
    >>> import kullback as kl
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(0, 1, 20_000), rng.normal(0, 2, 20_000)
    >>> result = kl.estimate.kl_nearest_neighbor(x, y)  # the truth is 0.318
    >>> print(f"{result.value:.3f} +- {result.standard_error:.3f}")
    0.315 +- 0.010
    """
    unit = unit_of(base)
    k = arguments.whole(n_neighbors, "n_neighbors", 1)
    workers = thread_count(threads) or default_threads()
    x, y = arguments.by_label({"x": x, "y": y}, ("n", "m"))
    one, other = arguments.samples(x, "x"), arguments.samples(y, "y")
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"x has {one.shape[1]} dimensions and y {other.shape[1]}")
    if len(one) <= k or len(other) < k:
        raise ValueError(
            f"x has {len(one)} samples and y {len(other)}; with n_neighbors={k} x must have more "
            f"than {k} and y no fewer"
        )
    value = _estimate(one, other, k, workers)
    error, freedom = _standard_error(one, other, k, workers)
    return Estimate(value / unit, error / unit, freedom)


def _estimate(x: Floats, y: Floats, k: int, workers: int) -> float:
    both = np.concatenate([x, y])
    repeated = len(np.unique(both, axis=0)) < len(both)
    rho, own = _distances(x, x, (k, 1), repeated, workers)
    nu, others = _distances(y, x, (k, 0), repeated, workers)
    n, m, d = len(x), len(y), x.shape[1]
    ratios = d * (np.log(nu) - np.log(rho)) + digamma(own) - digamma(others)
    return float(ratios.mean()) + math.log(m / (n - 1))


def _distances(
    among: Floats, of: Floats, neighbors: tuple[int, int], repeated: bool, workers: int
) -> tuple[Floats, Array]:
    """Distances to the k-th neighbour, or the first at a positive one, and how many are within it.

    `neighbors`: k, and how many of the neighbours at distance 0 are the sample itself: 1 or 0.
    """
    k, itself = neighbors
    tree = cKDTree(among)
    found, _ = tree.query(of, [k + itself], workers=workers)
    distances = np.ravel(found)
    if not repeated:
        return distances, np.full(len(of), k)
    equal = distances == 0
    if equal.any():
        distances[equal] = _first_positive(tree, of[equal], k + itself, workers)
    radius = distances * (
        1.0 + 4.0 * np.finfo(np.float64).eps
    )  # the tree compares squares, which are rounded
    within = tree.query_ball_point(of, radius, return_length=True, workers=workers)
    return distances, np.asarray(within) - itself


def _first_positive(tree: cKDTree, of: Floats, k: int, workers: int) -> Floats:
    """The distance of each sample to the nearest that is not equal to it."""
    different, back = np.unique(of, axis=0, return_inverse=True)
    found = np.zeros(len(different))
    while not found.all():
        if k >= tree.n:
            raise ValueError("all samples are equal: they have no density")
        k = min(2 * k, tree.n)
        missing = np.flatnonzero(found == 0)
        for some in np.array_split(missing, max(1, missing.size * k >> 22)):
            near, _ = tree.query(different[some], k, workers=workers)
            found[some] = np.where(near > 0, near, np.inf).min(axis=1)
        found[np.isinf(found)] = 0.0
    return np.asarray(found[np.ravel(back)])


def _standard_error(x: Floats, y: Floats, k: int, workers: int) -> tuple[float, float]:
    """The standard error and its degrees of freedom: blocks vary as many times as they are."""
    blocks = min(BLOCKS, len(x) // (4 * k + 4), len(y) // (4 * k + 4))
    if blocks < 5:
        return math.nan, math.nan
    rng, values = np.random.default_rng(0), []
    x, y = rng.permutation(x), rng.permutation(y)  # sorted samples are common
    for i in range(blocks):
        try:
            values.append(_estimate(x[i::blocks], y[i::blocks], k, workers))
        except ValueError:  # a block of equal samples
            return math.nan, math.nan
    return float(np.std(values, ddof=1)) / math.sqrt(blocks), blocks - 1.0
