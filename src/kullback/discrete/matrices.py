"""Divergences of all pairs of rows: `(n, k), (m, k) -> (n, m)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.domains import left_empty, reporter
from kullback._arguments.faces import face
from kullback._arguments.options import Chosen, MatrixOptions, checked
from kullback._arguments.progress import Shown
from kullback._arguments.results import output
from kullback._catalogue import Divergence, Parametric
from kullback._catalogue import metric as divergence_of
from kullback._drivers import rows as row_driver
from kullback._drivers import tiles
from kullback._drivers.forms import Entropic, Form, Pairs
from kullback._drivers.products import Product
from kullback._drivers.rows import Invalid, Work
from kullback._drivers.sources import Rows
from kullback._drivers.targets import Condensed, Matrix
from kullback._process.arrays import Array

FORMS: dict[str, Callable[[Work, Rows, Rows], Form]] = {
    "pairs": Pairs,
    "entropic": Entropic,
    "product": Product,
}
Metric = str | Parametric


@face
def pairwise(
    x: ArrayLike,
    y: ArrayLike | None = None,
    /,
    metric: Metric = "js",
    **options: Unpack[MatrixOptions],
) -> Array:
    """Matrix of the divergences of every row of x from every row of y.

    Parameters
    ----------
    x, y : array_like, (n, k) and (m, k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row; `y=None` is x
        itself (as is the same object, given twice), and each pair of a symmetric metric is then
        computed once.
    metric : str, Renyi or FDivergence
        "kl" (KL(x[i] || y[j])), "reverse_kl" (KL(y[j] || x[i])), "js", "js_distance", "jeffreys",
        "hellinger", "bhattacharyya", "total_variation", "chi2", or a member of a family, such as
        `kullback.Renyi(0.5)`.
    out : ndarray, (n, m), optional
        Array to write to: float64 (float32 if all inputs are), no memory in common with an input.

    Returns
    -------
    ndarray, (n, m)
        `[i, j]` is the divergence of row i of x from row j of y, in nats or units of `base`.
        A symmetric matrix is so to the last bit, with zeros on its diagonal.

    Raises
    ------
    ValueError
        An unknown metric.
    MemoryError
        Before any work, if the result does not fit: the shape, the bytes, and what to do.

    Notes
    -----
    Relative errors in float64 are below 1e-12 at every distance: fast forms (a matrix product for
    KL, Jeffreys, Hellinger and Bhattacharyya, one logarithm for each pair and bin for JS) bound
    their own error, and pairs that the bound does not certify are computed again without
    cancellation. Equal rows, and counts in proportion, are told by their bits and cost next to
    nothing. The worst case, all pairs nearly equal, takes the time of the row-wise function for
    each pair, and so do the other metrics. JS of float32 rows is certified to 1e-5 (errors
    seen: below 2e-6). Beyond the result, at most 64 MB are used.

    Examples
    --------
    >>> import kullback as kl
    >>> kl.pairwise([[1, 0], [1, 1], [0, 1]], metric="js", base=2).round(6)
    array([[0.      , 0.311278, 1.      ],
           [0.311278, 0.      , 0.311278],
           [1.      , 0.311278, 0.      ]])
    >>> kl.pairwise([[1, 1]], [[3, 1], [1, 0]], metric="kl")
    array([[0.14384104,        inf]])
    """
    divergence = divergence_of(metric)
    chosen = checked(divergence, **options)
    y = None if y is x else y
    x_array = arrays.matrix(x, "x")
    y_array = x_array if y is None else arrays.matrix(y, "y")
    arrays.common_bins(x_array, y_array, ("x", "y"))
    dtype = arrays.result_dtype(x_array, y_array)
    shape = (len(x_array), len(y_array))
    result = output(chosen.out, shape, dtype, [x_array, y_array], "pairwise")
    symmetric = y is None and divergence.symmetric
    target = Matrix(result.T if divergence.reverse else result, symmetric)
    named = [("x", x_array)] if y is None else [("x", x_array), ("y", y_array)]
    report = reporter(chosen, named, partial(left_empty, x_array, y_array))
    kind = chosen.work.matrix_dtype(dtype)
    x_rows, y_rows = _rows(x_array, kind), _rows(y_array, kind)
    if y is None:
        y_rows = x_rows
    if divergence.reverse:
        x_rows, y_rows = y_rows, x_rows
    _run(divergence, chosen, x_rows, y_rows, target, report)
    return result


@face
def condensed(
    x: ArrayLike,
    /,
    metric: Metric = "js",
    **options: Unpack[MatrixOptions],
) -> Array:
    """The upper triangle of `pairwise(x)`, as a vector: the form that SciPy's clustering takes.

    Parameters
    ----------
    x : array_like, (n, k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row.
    metric : str or Renyi
        A symmetric one: "js", "js_distance", "jeffreys", "hellinger", "bhattacharyya",
        "total_variation" or `kullback.Renyi(0.5)`. With `zeros` other than "inf", none is.
    out : ndarray, (n (n - 1) / 2,), optional
        Array to write to: float64 (float32 if x is), no memory in common with x.

    Returns
    -------
    ndarray, (n (n - 1) / 2,)
        In the order of `scipy.spatial.distance.pdist`: (0, 1), (0, 2), ... (n - 2, n - 1).

    Raises
    ------
    ValueError
        A metric that is unknown or not symmetric.
    MemoryError
        Before any work, if the result does not fit: the shape, the bytes, and what to do.

    Notes
    -----
    The same numbers as in `pairwise`, in half the memory.

    Examples
    --------
    >>> import kullback as kl
    >>> kl.condensed([[1, 0], [1, 1], [0, 1]], base=2).round(6)
    array([0.311278, 1.      , 0.311278])
    """
    divergence = divergence_of(metric)
    chosen = checked(divergence, **options)
    if not divergence.symmetric:
        raise ValueError(f"the metric {metric!r} is not symmetric; use pairwise")
    x_array = arrays.matrix(x, "x")
    arrays.common_bins(x_array, x_array, ("x", "x"))
    dtype = arrays.result_dtype(x_array)
    n = len(x_array)
    shape = (n * (n - 1) // 2,)
    result = output(chosen.out, shape, dtype, [x_array], "condensed")
    report = reporter(chosen, [("x", x_array)], lambda: "a row of x")
    rows = _rows(x_array, chosen.work.matrix_dtype(dtype))
    _run(divergence, chosen, rows, rows, Condensed(result, n), report)
    return result


def _run(
    divergence: Divergence,
    chosen: Chosen,
    x: Rows,
    y: Rows,
    target: Matrix | Condensed,
    invalid: Invalid,
) -> None:
    n, m, k = x.lead[0], y.lead[0], x.array.shape[-1]
    if not n or not m:
        return
    if target.symmetric and (n == 1 or not chosen.raises):
        # The diagonal is not computed otherwise, and may be all that a bad row shows itself in.
        diagonal = np.empty(n)
        row_driver.run(chosen.work, x, x, diagonal, invalid, chosen.threads)
        target.set_diagonal(diagonal)
    work = chosen.work
    # The fast forms look at each row once; a rule that looks at pairs of entries needs pairs.
    name = divergence.matrix_form if work.rule in ("plain", "pseudocount") else "pairs"
    in_proportion = work.normalize and work.rule == "plain"
    job = tiles.AllPairs(work, FORMS[name](work, x, y), x, y, target, invalid, in_proportion)
    with Shown(chosen.progress) as shown:
        tiles.run(job, tiles.tile_shape(name, n, m, k), chosen.threads, shown)


def _rows(array: Array, dtype: np.dtype[Any]) -> Rows:
    return Rows(array, array.shape[:1], dtype)
