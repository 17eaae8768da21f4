"""From raw samples to divergences: has a distribution shifted?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._arguments.faces import face
from kullback._arguments.options import Options, thread_count
from kullback._drivers import binning as driver
from kullback._process.arrays import Array
from kullback.discrete.divergences import jeffreys_divergence
from kullback.monitoring.leftovers import MISSING, OUTSIDE, Rules, completed, refuse_missing
from kullback.monitoring.samples import edges_for, samples_of


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
    outside: str = "warn",
    missing: str = "raise",
    threads: int | None = None,
) -> tuple[NDArray[np.int64], Array]:
    """Counts of many samples in the same bins, so that the samples can be compared.

    `counts, edges = histograms(samples)`, then `pairwise(counts)` or `kl_divergence(counts[1:],
    counts[0], pseudocount=0.5)`.

    Parameters
    ----------
    samples : array_like, (n, values), a sequence of n 1-D arrays of any lengths, or a table
        Of any real dtype. The columns of a table (a DataFrame, a pyarrow Table, a dict) are the
        samples, those of an array the values.
    bins : int, str or array_like, (k + 1,)
        How many bins of equal width; or a rule of `numpy.histogram_bin_edges` ("auto", "fd", ...),
        applied to all samples together; or the edges, in ascending order.
    range : (float, float), optional
        Where bins that are not given begin and end: by default at the least and the largest value
        of all samples.
    outside : "warn", "bins" or "drop"
        What values beyond the edges do: be left out, with one warning that says how many they are;
        be counted in two bins more, one at either end; or be left out in silence.
    missing : "raise", "bin" or "drop"
        What NaN does: be an error that says how many they are; be counted in one bin more, the last
        one; or be left out in silence.
    threads : int, optional
        At most so many; by default what affinity, cgroup quota and KULLBACK_NUM_THREADS allow.

    Returns
    -------
    counts : ndarray of int64, (n, k)
        `counts[i]` is `numpy.histogram(samples[i], edges)[0]`: a bin has its lower edge and not its
        upper one, the last bin between the edges has both. An empty sample has zeros. With
        `outside="bins"` k is larger by 2, with `missing="bin"` by 1.
    edges : ndarray
        As from `numpy.histogram_bin_edges`; with `outside="bins"` between -inf and inf.

    Raises
    ------
    ValueError
        Samples of another shape; NaN, unless `missing` says otherwise; infinity (naming the sample)
        where the range has to be found; edges that are equal; bins or a range that NumPy refuses.
    TypeError
        A dtype that is not real, or that float64 cannot hold; masked, sparse and device arrays.
        Text is counted by `category_counts`.

    Warns
    -----
    UserWarning
        Values beyond the edges were left out.

    Notes
    -----
    Every value is compared with the edges themselves, in the dtype in which NumPy does so. Only a
    rule by name makes a copy of samples that are a sequence. A sample of which nothing is counted
    is no distribution: divergences refuse its row of zeros.

    Examples
    --------
    >>> import kullback as kl
    >>> counts, edges = kl.histograms([[0.1, 0.2, 0.7], [0.5, 0.9, 1.0]], 2, (0, 1))
    >>> counts
    array([[2, 1],
           [0, 3]])
    >>> kl.histograms([[0.1, 7.0, float("nan")]], [0, 0.5, 1], outside="bins", missing="bin")[0]
    array([[0, 1, 0, 1, 1]])
    >>> float(kl.population_stability_index(*counts, pseudocount=0.5).round(3))
    1.228
    """
    many = thread_count(threads)
    rules = Rules(_one_of(outside, "outside", OUTSIDE), _one_of(missing, "missing", MISSING))
    given = samples_of(samples)
    if rules.missing == "raise":
        refuse_missing(given)
    edges = edges_for(given, bins, range, many)
    counts = np.zeros((given.count, edges.size - 1), np.int64)
    driver.run(given, edges, counts, many)
    return completed(given, edges, counts, rules)


def _one_of(given: str, name: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        raise ValueError(f"{name} is {given!r}; it must be one of {', '.join(map(repr, allowed))}")
    return given
