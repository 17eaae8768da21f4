"""Pictures of distance matrices. Needs Matplotlib and SciPy: `pip install "kullback[plot]"`.

Figures can be drawn from any thread; `figures` says when they are pyplot's, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kullback._process.requirements import require
from kullback.plots.drawing import order_of_profiles, tree_of
from kullback.plots.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kullback._catalogue import Parametric

__all__ = ["heat_map", "heat_map_between"]


def heat_map(
    distances: ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    metric: str | Parametric | None = None,
    base: float | None = None,
    linkage: str = "average",
    title: str = "",
    unit: str | None = None,
) -> Figure:
    """Draw a square matrix of distances, its rows in the order of the tree that clusters them.

    The tree is the hierarchical clustering of (D + Dᵀ)/2. Beyond some 900 rows a dot of the image
    is the mean of the entries that it stands for; labels that could not be read are left out.

    Parameters
    ----------
    distances : array_like, shape (n, n), n ≥ 1
        Entry (i, j) is the distance of row i from row j. It need not be symmetric, and may hold
        infinities and NaN, which get a colour of their own and a note.
    labels : sequence of n strings, optional
        Default: the index of a DataFrame, else the numbers of the rows.
    metric, base : as of `pairwise`, optional
        What the distances are: the colour bar says it, with its unit if it has one.
    linkage : str
        The method of `scipy.cluster.hierarchy.linkage`.
    title, unit : str, optional
        Above the picture, and along its colour bar in place of what `metric` and `base` say.

    Returns
    -------
    matplotlib.figure.Figure
        `figure.savefig("d.png")` writes it, and a cell of a notebook shows it once. In a notebook,
        and where pyplot has been imported, it is pyplot's current figure, so that `plt.savefig`
        writes it, too; without windows pyplot keeps the last one only.

    Raises
    ------
    ValueError
        If `distances` is not square or is empty, `labels` are not n, or there is no such metric.

    Examples
    --------
    >>> import kullback as kl
    >>> d = kl.pairwise([[4, 1, 1], [1, 4, 1], [4, 1, 2]], metric="js_distance", base=2)
    >>> figure = kl.plots.heat_map(d, ["a", "b", "c"], metric="js_distance", base=2)
    >>> figure.axes[1].get_ylabel()
    'js_distance, square root of bits'
    """
    require("scipy", "matplotlib")
    matrix = _checked(distances)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"distances have shape {matrix.shape}, which is not square; use heat_map_between"
        )
    names = _checked_labels("labels", _own(distances, "index", labels), len(matrix))
    said = _said(metric, base) if unit is None else unit
    tree = tree_of(matrix, linkage)
    sheet = Sheet(matrix, (tree.order, tree.order), (names, names), title, said)
    return sheet.draw(tree)


def heat_map_between(
    distances: ArrayLike,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    *,
    metric: str | Parametric | None = None,
    base: float | None = None,
    linkage: str = "average",
    title: str = "",
    unit: str | None = None,
) -> Figure:
    """Draw the distances of n rows from m others; like rows stand together, and like columns.

    Each side is ordered by clustering its own profiles: two rows are alike if they are about as far
    from every column. As the sides have no distances within themselves, no tree is drawn.

    Parameters
    ----------
    distances : array_like, shape (n, m), n, m ≥ 1
    row_labels, column_labels : sequences of n and m strings, optional
    metric, base, linkage, title, unit
        As for `heat_map`, whose colours, returned figure and errors these are too.
    """
    require("scipy", "matplotlib")
    matrix = _checked(distances)
    orders = order_of_profiles(matrix, linkage), order_of_profiles(matrix.T, linkage)
    names = (
        _checked_labels("row_labels", _own(distances, "index", row_labels), matrix.shape[0]),
        _checked_labels(
            "column_labels", _own(distances, "columns", column_labels), matrix.shape[1]
        ),
    )
    said = _said(metric, base) if unit is None else unit
    return Sheet(matrix, orders, names, title, said).draw(None)


def _said(metric: str | Parametric | None, base: float | None) -> str:
    """What the colour bar says; without a metric no kernel is loaded."""
    if metric is None:
        return ""
    from kullback.plots.units import caption

    return caption(metric, base)


def _own(distances: object, side: str, labels: Sequence[str] | None) -> Sequence[str] | None:
    """The labels that were given, or those that a DataFrame has of its own."""
    own: Any = getattr(distances, side, None)
    return [str(label) for label in own] if labels is None and hasattr(own, "dtype") else labels


def _checked(distances: ArrayLike) -> NDArray[np.floating[Any]]:
    matrix = np.asarray(distances)
    if matrix.dtype.kind != "f":
        matrix = matrix.astype(np.float64)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"distances have shape {matrix.shape}; a matrix with entries is needed")
    return matrix


def _checked_labels(name: str, labels: Sequence[str] | None, count: int) -> Sequence[str]:
    if labels is None:
        return [str(i) for i in range(count)]
    if len(labels) != count:
        raise ValueError(f"{name} are {len(labels)}, but the matrix has {count}")
    return labels
