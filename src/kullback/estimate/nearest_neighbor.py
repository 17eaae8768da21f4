"""KL from samples of both distributions, by the distances to nearest neighbours."""

from __future__ import annotations

import math
import warnings

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree
from scipy.special import digamma

from kullback._arguments.options import thread_count, unit_of
from kullback._process.arrays import Array, Floats
from kullback._process.threads import default_threads
from kullback.estimate import arguments
from kullback.estimate.repeated import AROUND, Repeated, decide, repeated
from kullback.estimate.results import ConvergenceWarning, Estimate

FEW = 0.05  # nats: repeated samples that may move the value by more decide it in any case
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
        would bias a mean of several. The standard error is NaN with too few samples, and where
        repeated samples decide the value. The value is infinite where y lacks an atom of x.

    Raises
    ------
    ValueError
        Samples of other shapes, NaN or infinite, or not more than k of them different; an option
        out of its range.
    TypeError
        A dtype that is not real.

    Warns
    -----
    ConvergenceWarning
        Samples are repeated, or common to x and y.

    Notes
    -----
    The estimate converges to KL as both samples grow, for every k, and is nearly unbiased in few
    dimensions. In many, or where q is very thin where p is not, samples near enough do not exist
    and it is too small; scale the coordinates so that they vary alike. The standard error comes
    from the estimates of 20 disjoint random parts of the samples (the same ones in every call); it
    covers the variance, not the bias.

    Samples of a density are all different. Those that are not (atoms, rounded measurements, rows
    that stand in both sets) are counted, and named in a warning. Ten equal samples or more are an
    atom: ln(p/q) is there that of the two counts, and infinite where y certainly has no atom and x
    has a hundredth of its samples. For others k is how many neighbours there are within the first
    positive distance that has k of them, and psi(k) of either side corrects for their difference.
    Where such samples may move the value by more than a tenth of the standard error, that is NaN:
    the value may be right, as for atoms with counts that are large, but no interval is known to
    cover it.

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
    found = repeated(one, other)
    value = _estimate(one, other, k, workers, found)
    error, freedom = math.nan, math.nan
    if found is None or (found.effect(k) < FEW and math.isfinite(value)):
        error, freedom = _standard_error(one, other, k, workers)
    if found is not None:
        decided = decide(found, error, k)
        warnings.warn(found.said(decided), ConvergenceWarning, stacklevel=2)
        error, freedom = (math.nan, math.nan) if decided else (error, freedom)
    return Estimate(value / unit, error / unit, freedom)


def _estimate(x: Floats, y: Floats, k: int, workers: int, found: Repeated | None) -> float:
    n, m = len(x), len(y)
    if found is None:
        ratios = _ratios(x, y, x, k, workers, False)
    else:
        if (found.in_x == n).all():
            raise ValueError("all samples are equal: they have no density")
        ratios = np.empty(n)
        atoms = found.atoms(k)
        ratios[atoms] = found.of_counts(atoms)
        alone = np.isinf(ratios) & atoms
        if alone.any():
            smooth = _ratios(x, y, x[alone], k, workers, True)
            _, near = cKDTree(y).query(x[alone], min(AROUND, m), workers=workers)
            around = near.reshape(len(smooth), -1)
            ratios[alone] = np.where(found.lacks(alone, smooth, around), np.inf, smooth)
        if not atoms.all():
            ratios[~atoms] = _ratios(x, y, x[~atoms], k, workers, True)
    return float(ratios.mean()) + math.log(m / (n - 1))


def _ratios(x: Floats, y: Floats, of: Floats, k: int, workers: int, equals: bool) -> Floats:
    """Ln(p/q) at some samples of x but for ln(m/(n - 1)); `equals`: whether any are repeated."""
    rho, own = _distances(x, of, (k, 1), equals, workers)
    nu, others = _distances(y, of, (k, 0), equals, workers)
    d = x.shape[1]
    return np.asarray(d * (np.log(nu) - np.log(rho)) + digamma(own) - digamma(others))


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
            some = x[i::blocks], y[i::blocks]
            values.append(_estimate(*some, k, workers, repeated(*some)))
        except ValueError:  # a block of equal samples
            return math.nan, math.nan
    return float(np.std(values, ddof=1)) / math.sqrt(blocks), blocks - 1.0
