"""From raw samples to divergences: has a distribution shifted?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments import arrays
from kullback._arguments.faces import face
from kullback._arguments.options import Options, thread_count
from kullback._drivers import binning as driver
from kullback._process.arrays import Array
from kullback.discrete.divergences import jeffreys_divergence


@face
def population_stability_index(
    p: ArrayLike,
    q: ArrayLike,
    /,
    **options: Unpack[Options],
) -> Any:
    """Population stability index, sum (p - q) ln(p/q): Jeffreys' divergence in credit risk.

    The usual reading, in nats: below 0.1 the population is stable, from 0.1 to 0.25 it should be
    watched, above 0.25 it has shifted. It is a convention for about ten bins and thousands of
    observations; with few, noise alone makes about (k - 1)(1/n + 1/m).

    Parameters
    ----------
    p, q : array_like, (..., k)
        Counts or shares of the k bins now and at the time of reference, for instance from
        `histograms`; leading axes broadcast. It is symmetric: their order does not matter.

    Returns
    -------
    ndarray (...), or a float for two 1-D rows
        At least 0; in nats or units of `base`.

    Notes
    -----
    A bin that is empty on one side makes the index infinite: unless `pseudocount` is given, say 0.5
    for counts, or `zeros`, which treats both sides alike. Accuracy and threads: as `kl_divergence`.

    References
    ----------
    N. Siddiqi, "Credit Risk Scorecards", Wiley (2006).

    Examples
    --------
    >>> import kullback as kl
    >>> float(kl.population_stability_index([40, 30, 20, 10], [25, 25, 25, 25]).round(6))
    0.228217
    """
    return jeffreys_divergence(p, q, **options)


def histograms(
    samples: ArrayLike | Sequence[ArrayLike],
    /,
    bins: int | str | ArrayLike = 10,
    range: tuple[float, float] | None = None,
    *,
    threads: int | None = None,
) -> tuple[NDArray[np.int64], Array]:
    """Counts of many samples in the same bins, so that the samples can be compared.

    `counts, edges = histograms(samples)`, then `pairwise(counts)` or `kl_divergence(counts[1:],
    counts[0], pseudocount=0.5)`.

    Parameters
    ----------
    samples : array_like, (n, values), or a sequence of n 1-D arrays of any lengths
        Of any real dtype.
    bins : int, str or array_like, (k + 1,)
        How many bins of equal width; or a rule of `numpy.histogram_bin_edges` ("auto", "fd", ...),
        applied to all samples together; or the edges, in ascending order.
    range : (float, float), optional
        Where bins that are not given begin and end: by default at the least and the largest value
        of all samples.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    counts : ndarray of int64, (n, k)
        `counts[i]` is `numpy.histogram(samples[i], edges)[0]`: a bin has its lower edge and not its
        upper one, the last bin has both. Values outside and NaN are not counted; an empty sample
        has zeros.
    edges : ndarray, (k + 1,)
        As from `numpy.histogram_bin_edges`.

    Raises
    ------
    ValueError
        Samples of another shape; NaN or infinity (naming the sample) where the range has to be
        found; bins or a range that NumPy refuses.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.

    Notes
    -----
    Every value is compared with the edges themselves, in the dtype in which NumPy does so. Only a
    rule by name makes a copy of samples that are a sequence.

    Examples
    --------
    >>> import kullback as kl
    >>> counts, edges = kl.histograms([[0.1, 0.2, 0.7], [0.5, 0.9, 1.0, 2.0]], 2, (0, 1))
    >>> counts
    array([[2, 1],
           [0, 3]])
    >>> float(kl.population_stability_index(*counts, pseudocount=0.5).round(3))
    1.228
    """
    many = thread_count(threads)
    given = _samples(samples)
    edges = _edges(given, bins, range, many)
    counts = np.zeros((given.count, edges.size - 1), np.int64)
    driver.run(given, edges, counts, many)
    return counts, edges


def _samples(given: object) -> driver.Samples:
    """Samples of one length as an array, others as a list of arrays."""
    if isinstance(given, np.ndarray) and given.dtype == object and given.ndim == 1:
        given = list(given)
    if not isinstance(given, (list, tuple)):
        array = arrays.array(given, "samples")
        if array.ndim != 2:
            raise ValueError(
                f"samples have shape {array.shape}; they must be the rows of a 2-D array or a "
                "sequence of 1-D arrays (one sample alone: [sample])"
            )
        return driver.Stack(array)
    several = [arrays.array(one, f"samples[{i}]") for i, one in enumerate(given)]
    for i, array in enumerate(several):
        if array.ndim != 1:
            raise ValueError(f"samples[{i}] has shape {array.shape}; each sample must be 1-D")
    return driver.Sequence(several)


def _edges(
    given: driver.Samples,
    bins: int | str | ArrayLike,
    limits: tuple[float, float] | None,
    threads: int | None,
) -> Array:
    """The edges that `numpy.histogram_bin_edges` gives for all samples together."""
    if not isinstance(bins, str) and np.ndim(bins):
        edges = arrays.array(bins, "bins")
        if edges.ndim != 1 or not edges.size or (edges != edges).any():
            raise ValueError(f"bins have shape {edges.shape}; they must be edges, 1-D, without NaN")
        return np.histogram_bin_edges(np.empty(0), edges)
    pooled = np.empty(0, given.dtype)
    if limits is None:
        found = driver.extremes(given, threads)
        if found is not None:
            if not np.isfinite(found).all():
                raise ValueError(_not_finite(given))
            pooled = np.array(found, given.dtype)
    if isinstance(bins, str):
        pooled = given.pooled()
    return np.histogram_bin_edges(pooled, bins, limits)


def _not_finite(given: driver.Samples) -> str:
    """Which sample has a value that is no number, and what to do."""
    samples = given.array if isinstance(given, driver.Stack) else given.samples
    for i, sample in enumerate(samples):
        wrong = ~np.isfinite(sample)
        if wrong.any():
            place = int(np.argmax(wrong))
            return (
                f"samples[{i}] has {sample[place]} at {place}, so the range cannot be found from "
                "the samples; give range= or the edges"
            )
    raise AssertionError
