"""What a heat map is made of: an order, a tree, an image that fits, labels that can be read.

Nothing here knows Matplotlib except `text_width`; all lengths are in inches, text sizes in points.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Beyond this many rows the best order of the leaves costs more time than it shows on the page.
BEST_ORDER_ROWS = 400
LABEL_LENGTH = 44
DPI = 150  # widths of texts hold for it: letters are fitted to dots
SMALLEST_TEXT, LARGEST_TEXT, THINNED_TEXT = 5.5, 9.0, 6.5

Matrix = NDArray[np.floating[Any]]


class Tree(NamedTuple):
    """`order`: n row numbers from the top; `lines`: (n-1, 4, 2), each merge's (height, place)s."""

    order: NDArray[np.intp]
    lines: NDArray[np.float64]


def tree_of(distances: Matrix, linkage: str) -> Tree:
    """The tree that clusters n rows by the (n, n) matrix, which is symmetrised first.

    An infinite or undefined distance counts as a bit more than the largest finite one.
    """
    from scipy.spatial.distance import squareform

    both = (np.asarray(distances, np.float64) + distances.T) / 2
    np.fill_diagonal(both, 0.0)
    return _tree(_made_finite(squareform(both, checks=False)), len(both), linkage)


def order_of_profiles(rows: Matrix, linkage: str) -> NDArray[np.intp]:
    """The order that puts rows of an (n, m) matrix with like entries together."""
    from scipy.spatial.distance import pdist

    finite = _made_finite(np.asarray(rows, np.float64))
    return _tree(pdist(finite), len(rows), linkage).order


def _made_finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = np.isfinite(values)
    if finite.all():
        return values
    largest = values.max(where=finite, initial=0.0)
    return np.where(finite, values, 1.2 * largest if largest > 0 else 1.0)


def _tree(condensed: NDArray[np.float64], count: int, linkage: str) -> Tree:
    from scipy.cluster import hierarchy

    method: Any = linkage  # SciPy says which names there are

    if count < 2:
        return Tree(np.arange(count), np.empty((0, 4, 2)))
    merges = hierarchy.linkage(condensed, method, optimal_ordering=count <= BEST_ORDER_ROWS)
    order = hierarchy.leaves_list(merges).astype(np.intp)
    # Not hierarchy.dendrogram: it recurses, and a chain of a thousand rows ends it.
    place = np.empty(2 * count - 1)
    height = np.zeros(2 * count - 1)
    place[order] = np.arange(count)
    lines = np.empty((count - 1, 4, 2))
    for i, (left, right) in enumerate(merges[:, :2].astype(int)):
        top = height[count + i] = merges[i, 2]
        place[count + i] = (place[left] + place[right]) / 2
        lines[i, :, 0] = height[left], top, top, height[right]
        lines[i, :, 1] = place[left], place[left], place[right], place[right]
    return Tree(order, lines)


def shrink(
    matrix: Matrix, rows: NDArray[np.intp], columns: NDArray[np.intp], most: tuple[int, int]
) -> NDArray[np.float64]:
    """`matrix[rows][:, columns]` as an image of at most `most` = (height, width) cells.

    A cell is the mean of the finite entries it stands for, or inf or NaN if most of them are.
    """
    tops, lefts = (
        np.linspace(0, len(order), min(len(order), cells), endpoint=False).astype(np.intp)
        for order, cells in zip((rows, columns), most, strict=True)
    )
    image = np.empty((len(tops), len(lefts)))
    # One line of cells at a time, so that a matrix that fills the memory is not copied.
    for i, (top, bottom) in enumerate(zip(tops, [*tops[1:], len(rows)], strict=True)):
        part = np.asarray(matrix[rows[top:bottom]], np.float64)[:, columns]
        finite, undefined = np.isfinite(part), np.isnan(part)
        total, counted, missing = (
            np.add.reduceat(values.sum(axis=0), lefts)
            for values in (np.where(finite, part, 0.0), finite, undefined)
        )
        endless = np.add.reduceat(np.full(len(columns), len(part)), lefts) - counted - missing
        mean = total / np.maximum(counted, 1)
        other = np.where(endless >= missing, np.inf, np.nan)
        image[i] = np.where(counted >= np.maximum(endless, missing), mean, other)
    return image


@dataclass(frozen=True)
class Labels:
    """The labels that are drawn: where, what, and the size of their text. Every `step`-th is."""

    places: list[int]
    texts: list[str]
    size: float
    step: int


def fitting_labels(labels: Sequence[str], order: NDArray[np.intp], length: float) -> Labels:
    """As many of the labels, along a side of this length, as can be read."""
    pitch = 72 * length / max(len(order), 1)
    size, step = min(LARGEST_TEXT, 0.86 * pitch), 1
    if size < SMALLEST_TEXT:
        size, step = THINNED_TEXT, int(np.ceil(1.3 * THINNED_TEXT / pitch))
    places = list(range(step // 2, len(order), step))
    return Labels(places, [_shortened(str(labels[order[i]])) for i in places], size, step)


def _shortened(label: str) -> str:
    """On one line, and without its middle if it is long: names often differ at both ends."""
    label = " ".join(label.split())
    if len(label) <= LABEL_LENGTH:
        return label
    half = (LABEL_LENGTH - 1) // 2
    return f"{label[:half]}…{label[-half:]}"


def side_length(count: int) -> float:
    """The length of a side of `count` rows: room for text at up to some 90, then no more."""
    return max(2.0, min(0.17 * count, max(6.5, min(0.1 * count, 9.0))))


def wrapped(paragraphs: Sequence[str], width: float, size: float) -> str:
    """The paragraphs in one, broken into lines of at most this width."""
    # A letter is some 0.55 em wide; a long path without blanks is broken where it must be.
    text = " ".join(" ".join(paragraphs).split())
    return "\n".join(textwrap.wrap(text, max(20, int(72 * width / (0.56 * size)))))


def text_height(text: str, size: float) -> float:
    """The height of the lines of `text` and of a gap beside them; 0 if there is none."""
    lines = text.count("\n") + 1 if text else 0
    return (1.25 * size * lines + 6) / 72 if lines else 0.0


def text_width(texts: Sequence[str], size: float) -> float:
    """The width of the widest of the texts."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    renderer: Any = RendererAgg(10, 10, DPI)  # type: ignore[no-untyped-call]
    font = FontProperties(size=size)
    widths = (renderer.get_text_width_height_descent(t, font, False)[0] for t in texts)
    return max(widths, default=0.0) / DPI
