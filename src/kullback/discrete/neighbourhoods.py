"""The nearest rows of each row, and all rows within a radius, with no matrix of all pairs."""

from __future__ import annotations

import operator
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

from kullback._arguments.faces import face_of
from kullback._arguments.options import NeighbourOptions, number
from kullback._drivers.nearest import Nearest, Within
from kullback._process.memory import check_memory
from kullback.discrete import searches
from kullback.discrete.matrices import Metric
from kullback.discrete.neighbors import Neighbors


@face_of("(n,k),(m,k)")
def kneighbors(
    x: ArrayLike,
    y: ArrayLike | None = None,
    /,
    *,
    n_neighbors: int = 5,
    metric: Metric = "js",
    include_self: bool = False,
    **options: Unpack[NeighbourOptions],
) -> Neighbors:
    """The rows of y, or other rows of x, that are nearest to each row of x.

    Parameters
    ----------
    x, y : array_like, (n, k) and (m, k)
        Queries, and what is searched: counts, weights or probabilities, not negative, finite and
        not all 0 in a row; sparse matrices of SciPy, too. `y=None` searches x itself, where a
        row is not its own neighbour (its duplicates are); `kneighbors(x, x)` keeps it.
    n_neighbors : int
        How many, at most m (of x itself: n - 1 others).
    metric : str, Renyi or FDivergence
        As for `pairwise`: `[i, j]` is the divergence of row i of x from row j of y, so "kl" is
        KL(x[i] || y[j]) and "reverse_kl" KL(y[j] || x[i]).
    include_self : bool
        Let each row of x be its own first neighbour, at 0, counted in `n_neighbors`; for `y=None`.

    Returns
    -------
    Neighbors
        Unpacks as `distances, indices`, (n, n_neighbors) each: nats or units of `base`, float32 if
        all inputs are, ascending; equal ones in the order of their indices. Infinite distances
        are kept. With `invalid="nan"`, a row that is no distribution is nobody's neighbour and
        has NaN and -1 itself, as have places that nothing can fill. `.graph()` is a sparse matrix.

    Raises
    ------
    ValueError
        More neighbours than there are rows; `include_self` with a y; an unknown metric.
    TypeError
        A number in place of y: `n_neighbors=` is given by name.

    See Also
    --------
    radius_neighbors : all rows within a distance.
    pairwise : the whole matrix.

    Notes
    -----
    Exact: the neighbours and, to the accuracy of `pairwise`, the distances are those of the whole
    matrix, of which at most 64 MB are in memory at a time. Results depend neither on the number of
    threads nor on how the work was cut.

    Examples
    --------
    >>> import kullback as kl
    >>> distances, indices = kl.kneighbors([[5, 1], [3, 3], [1, 5], [4, 2]], n_neighbors=2)
    >>> indices
    array([[3, 1],
           [3, 0],
           [1, 3],
           [1, 0]])
    >>> distances.round(4)
    array([[0.0188, 0.0647],
           [0.0144, 0.0647],
           [0.0647, 0.1357],
           [0.0144, 0.0188]])
    """
    count = _count(n_neighbors)
    search = searches.checked(x, y, metric, include_self, "n_neighbors=", options)
    n, m = search.shape
    most = m - (search.within and not include_self)
    if count > most:
        there = (
            f"{m - 1} other rows in x" if most < m else f"{m} rows in {'x' if y is None else 'y'}"
        )
        raise ValueError(f"n_neighbors is {count}, but there are {there} to choose from")
    check_memory((n, 2 * count), np.dtype(np.float64), "kneighbors")
    distances, indices = np.empty((n, count), search.dtype), np.empty((n, count), np.intp)
    first = int(include_self)
    if include_self:
        itself = searches.itself(search)
        distances[:, 0] = itself
        indices[:, 0] = np.where(np.isnan(itself), -1, np.arange(n))
    if count > first:
        target = Nearest(distances, indices, first, searches.meeting(search))
        searches.run(search, target)
        target.finish(search.most_threads)
    return Neighbors(distances, indices, m)


@face_of("(n,k),(m,k)")
def radius_neighbors(
    x: ArrayLike,
    y: ArrayLike | None = None,
    /,
    *,
    radius: float,
    metric: Metric = "js",
    include_self: bool = False,
    sort_results: bool = True,
    **options: Unpack[NeighbourOptions],
) -> csr_matrix:
    """All rows of y, or other rows of x, within a radius of each row of x.

    Parameters
    ----------
    x, y : array_like, (n, k) and (m, k)
        As for `kneighbors`.
    radius : float
        In nats or units of `base`; rows at exactly this distance are within.
    metric : str, Renyi or FDivergence
        As for `kneighbors`.
    include_self : bool
        Let each row of x be its own first neighbour, at 0; for `y=None`.
    sort_results : bool
        Put the entries of a row in the order of their values; False: of their columns.

    Returns
    -------
    scipy.sparse.csr_matrix, (n, m)
        The distances at or below the radius, zeros among them; float32 if all inputs are. A row
        that is no distribution has none, with `invalid="nan"`.

    Raises
    ------
    ValueError
        A radius that is NaN; `include_self` with a y; an unknown metric.
    TypeError
        A number in place of y: `radius=` is given by name.

    See Also
    --------
    kneighbors : as many rows as one likes.

    Notes
    -----
    Exact, as `kneighbors` is. Memory goes with the number of entries.

    Examples
    --------
    >>> import kullback as kl
    >>> near = kl.radius_neighbors([[5, 1], [3, 3], [1, 5], [4, 2]], radius=0.02)
    >>> near.toarray().round(4)
    array([[0.    , 0.    , 0.    , 0.0188],
           [0.    , 0.    , 0.    , 0.0144],
           [0.    , 0.    , 0.    , 0.    ],
           [0.0188, 0.0144, 0.    , 0.    ]])
    """
    most = number(radius, "radius")
    if np.isnan(most):
        raise ValueError("radius is NaN; it must be a number")
    search = searches.checked(x, y, metric, include_self, "radius=", options)
    target = Within(search.shape[0], most, search.dtype, searches.meeting(search))
    if search.within and (include_self or search.shape[0] == 1):
        itself = searches.itself(search)  # of one row, for an error that is seen nowhere else
        if include_self:
            target.add_diagonal(itself)
    searches.run(search, target)
    return csr_matrix(target.finish(bool(sort_results)), search.shape)


def _count(n_neighbors: Any) -> int:
    try:
        count = operator.index(n_neighbors)
    except TypeError:
        count = 0
    if count < 1 or isinstance(n_neighbors, bool):
        raise ValueError(f"n_neighbors is {n_neighbors!r}; it must be a whole number above 0")
    return count
