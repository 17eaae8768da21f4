"""Divergences of all pairs of rows: `(n, k), (m, k) -> (n, m)`."""

from __future__ import annotations

from typing import Any, Unpack

from numpy.typing import ArrayLike

from kullback._arguments.faces import face_of
from kullback._arguments.options import MatrixOptions, checked
from kullback._arguments.remedies import refuse_metric
from kullback._arguments.results import output
from kullback._arguments.stores import is_store, job_of
from kullback._catalogue import Parametric
from kullback._catalogue import metric as divergence_of
from kullback._drivers.targets import Condensed, Matrix
from kullback.discrete import stored
from kullback.discrete.sparse import sides_of

Metric = str | Parametric


@face_of("(n,k),(m,k)->(n,m)")
def pairwise(
    x: ArrayLike,
    y: ArrayLike | None = None,
    /,
    metric: Metric = "js",
    *,
    resume: bool = False,
    **options: Unpack[MatrixOptions],
) -> Any:
    """Matrix of the divergences of every row of x from every row of y.

    Parameters
    ----------
    x, y : array_like, (n, k) and (m, k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row; `y=None` is x
        itself (as is the same object, given twice), and each pair of a symmetric metric is then
        computed once. SciPy's sparse matrices and arrays are taken as they are: time goes with the
        bins that two rows share.
    metric : str, Renyi or FDivergence
        "kl" (KL(x[i] || y[j])), "reverse_kl" (KL(y[j] || x[i])), "js", "js_distance", "jeffreys",
        "hellinger", "bhattacharyya", "total_variation", "chi2", or a member of a family, such as
        `kullback.Renyi(0.5)`.
    out : ndarray, (n, m), path or other array, optional
        Array to write to: float64 (float32 if all inputs are), no memory in common with an input.
        Or a disk: a path that ends in ".npy" or ".zarr", a `numpy.memmap`, an array of Zarr or
        h5py. It is filled in blocks, and has its name when it is whole.
    resume : bool
        Go on where an interrupted job with this `out` stopped; begin where there is nothing; return
        at once where it is finished. Needs a path, or an array with attributes (Zarr, h5py).

    Returns
    -------
    ndarray, (n, m)
        (Of a path, the array that lies there, opened to be read.)
        `[i, j]` is the divergence of row i of x from row j of y, in nats or units of `base`.
        A symmetric matrix is so to the last bit, with zeros on its diagonal.

    Raises
    ------
    ValueError
        An unknown metric; `resume=True` for a job with other inputs, options or version.
    OSError
        A disk that is full, or a file that another process is writing.
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
    refuse_metric(y, "y")
    divergence = divergence_of(metric)
    chosen = checked(divergence, **options)
    sides = sides_of(x, y)
    if resume or is_store(chosen.out):
        job = job_of("pairwise", metric, sides.inputs, options)
        return stored.matrix(sides, sides.compared(divergence, chosen), job, resume)
    result = output(chosen.out, sides.shape, sides.dtype, sides.memory, "pairwise")
    compared = sides.compared(divergence, chosen)
    compared.fill(Matrix(result.T if divergence.reverse else result, compared.symmetric))
    return result


@face_of("(n,k)")
def condensed(
    x: ArrayLike,
    /,
    metric: Metric = "js",
    *,
    resume: bool = False,
    **options: Unpack[MatrixOptions],
) -> Any:
    """The upper triangle of `pairwise(x)`, as a vector: the form that SciPy's clustering takes.

    Parameters
    ----------
    x : array_like, (n, k)
        Counts, weights or probabilities, not negative, finite and not all 0 in a row.
    metric : str or Renyi
        A symmetric one: "js", "js_distance", "jeffreys", "hellinger", "bhattacharyya",
        "total_variation" or `kullback.Renyi(0.5)`. With `zeros` other than "inf", none is.
    out : ndarray, (n (n - 1) / 2,), path or other array, optional
        Array to write to: float64 (float32 if x is), no memory in common with x. Or a disk, as for
        `pairwise`.
    resume : bool
        Go on where an interrupted job with this `out` stopped, as for `pairwise`.

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
    sides = sides_of(x, None)
    if resume or is_store(chosen.out):
        job = job_of("condensed", metric, sides.inputs, options)
        return stored.triangle(sides, sides.compared(divergence, chosen), job, resume)
    n = sides.shape[0]
    shape = (n * (n - 1) // 2,)
    result = output(chosen.out, shape, sides.dtype, sides.memory, "condensed")
    sides.compared(divergence, chosen).fill(Condensed(result, n))
    return result
