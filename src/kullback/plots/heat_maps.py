"""Pictures of distance matrices. Needs Matplotlib and SciPy: `pip install "kullback[plot]"`.

No global state of pyplot is touched, so figures can be drawn from any thread.
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

__all__ = ["heat_map", "heat_map_between"]


def heat_map(
    distances: ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    linkage: str = "average",
    title: str = "",
    unit: str = "nats",
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
        Default: the numbers of the rows.
    linkage : str
        The method of `scipy.cluster.hierarchy.linkage`.
    title, unit : str
        Above the picture, and along its colour bar.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot; `figure.savefig("d.png")` writes it, and notebooks show it.

    Raises
    ------
    ValueError
        If `distances` is not square or is empty, or `labels` are not n.
    """
    require("scipy", "matplotlib")
    matrix = _checked(distances)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"distances have shape {matrix.shape}, which is not square; use heat_map_between"
        )
    names = _checked_labels("labels", labels, len(matrix))
    tree = tree_of(matrix, linkage)
    sheet = Sheet(matrix, (tree.order, tree.order), (names, names), title, unit)
    return sheet.draw(tree)


def heat_map_between(
    distances: ArrayLike,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    *,
    linkage: str = "average",
    title: str = "",
    unit: str = "nats",
) -> Figure:
    """Draw the distances of n rows from m others; like rows stand together, and like columns.

    Each side is ordered by clustering its own profiles: two rows are alike if they are about as far
    from every column. As the sides have no distances within themselves, no tree is drawn.

    Parameters
    ----------
    distances : array_like, shape (n, m), n, m ≥ 1
    row_labels, column_labels : sequences of n and m strings, optional
    linkage, title, unit : str
        As for `heat_map`, whose colours, returned figure and errors these are too.
    """
    require("scipy", "matplotlib")
    matrix = _checked(distances)
    orders = order_of_profiles(matrix, linkage), order_of_profiles(matrix.T, linkage)
    names = (
        _checked_labels("row_labels", row_labels, matrix.shape[0]),
        _checked_labels("column_labels", column_labels, matrix.shape[1]),
    )
    return Sheet(matrix, orders, names, title, unit).draw(None)


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
