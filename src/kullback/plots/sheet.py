"""One heat map on one page, laid out by hand, in inches: every part has a size of its own.

┌─────────────────────────────────────────┐
│ title                                   │
│ tree │ image           │ labels │ colour│
│      │                 │        │ bar   │
│      │ labels, upright │        │       │
│ notes: what ∞ and NaN look like, …      │
└─────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from kullback.plots.drawing import (
    DPI,
    Labels,
    Tree,
    fitting_labels,
    shrink,
    side_length,
    text_height,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARGIN, _GAP, _TREE, _BAR, _BAR_TEXT = 0.15, 0.08, 1.1, 0.16, 0.75
_NARROWEST, _TITLE_SIZE, _NOTE_SIZE = 5.0, 10.0, 7.5
_Extend = Literal["neither", "max"]
_COLOURS, _INFINITE, _UNDEFINED = "viridis", "#d62728", "#b8b8b8"


@dataclass
class Sheet:
    """One picture being laid out; `orders` and `names` are of the rows and of the columns."""

    matrix: NDArray[np.floating[Any]]
    orders: tuple[NDArray[np.intp], NDArray[np.intp]]
    names: tuple[Sequence[str], Sequence[str]]
    title: str
    unit: str

    def draw(self, tree: Tree | None) -> Figure:
        height, width = (side_length(count) for count in self.matrix.shape)
        right = fitting_labels(self.names[0], self.orders[0], height)
        below = fitting_labels(self.names[1], self.orders[1], width)
        if tree is not None and below.step > 1:
            below = Labels([], [], below.size, 1)  # the columns are the rows: once is enough
        beside, under = (text_width(part.texts, part.size) + 2 * _GAP for part in (right, below))
        left = _MARGIN + (_TREE if tree else 0.0)
        page = max(left + width + beside + _BAR + _BAR_TEXT + _MARGIN, _NARROWEST)
        figure, bottom = self._page(page, height, under, self._notes(right, below))
        axes = _axes(figure, left, bottom, width, height)
        cells = round(height * DPI), round(width * DPI)
        scale = _paint(axes, shrink(self.matrix, *self.orders, cells), self.matrix.shape)
        _write_labels(axes, right, below)
        bar = min(height, 2.4)
        place = left + (width + beside), bottom + (height - bar), _BAR, bar
        _draw_bar(figure, _axes(figure, *place), *scale, self.unit)
        if tree is not None:
            _draw_tree(_axes(figure, _MARGIN, bottom, _TREE, height), tree)
        return figure

    def _page(
        self, page: float, height: float, under: float, notes: Sequence[str]
    ) -> tuple[Figure, float]:
        """The page with its title and notes, and where the image of this height begins."""
        from kullback.plots.figures import new_figure

        head = wrapped([self.title], page - 2 * _MARGIN, _TITLE_SIZE)
        foot = wrapped(notes, page - 2 * _MARGIN, _NOTE_SIZE)
        bottom = _MARGIN + text_height(foot, _NOTE_SIZE) + under
        top = bottom + height + text_height(head, _TITLE_SIZE) + _MARGIN
        figure = new_figure(page, top)
        for text, size, up, align in (
            (head, _TITLE_SIZE, top - _MARGIN, "top"),
            (foot, _NOTE_SIZE, _MARGIN, "bottom"),
        ):
            place = _MARGIN / page, up / top
            figure.text(*place, text, fontsize=size, va=align, parse_math=False)
        return figure, bottom

    def _notes(self, right: Labels, below: Labels) -> list[str]:
        kinds = {
            "Red: infinite": np.count_nonzero(np.isinf(self.matrix)),
            "Grey: undefined (NaN)": np.count_nonzero(np.isnan(self.matrix)),
        }
        total = f"{self.matrix.size:,} entries."
        notes = [f"{what}, {count:,} of {total}" for what, count in kinds.items() if count]
        step = max(right.step, below.step)
        return [*notes, f"One label in {step} is shown."] if step > 1 else notes


def _axes(figure: Figure, *inches: float) -> Axes:
    """Axes at (left, bottom, width, height)."""
    left, bottom, width, height = np.array(inches) / np.tile(figure.get_size_inches(), 2)
    return figure.add_axes((left, bottom, width, height))


def _paint(axes: Axes, image: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[float, _Extend]:
    """Show the image; the end of its colours, and whether finite entries lie beyond."""
    from matplotlib import colormaps

    top, extend = _scale(image)
    colours = colormaps[_COLOURS].with_extremes(over=_INFINITE, bad=_UNDEFINED)
    axes.imshow(
        colours(np.where(np.isfinite(image), np.clip(image / top, 0, 1), image)),
        extent=(-0.5, shape[1] - 0.5, shape[0] - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
    )
    return top, extend


def _scale(image: NDArray[np.float64]) -> tuple[float, _Extend]:
    finite = image[np.isfinite(image)]
    largest = float(finite.max(initial=0.0))
    if largest <= 0:
        return 1.0, "neither"
    # A few rows that are unlike all others should not leave one colour to the rest.
    most = float(np.percentile(finite, 99))
    return (most, "max") if 0 < 3 * most < largest else (largest, "neither")


def _draw_bar(figure: Figure, axes: Axes, top: float, extend: _Extend, unit: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    colours = ScalarMappable(Normalize(0, top), _COLOURS)
    figure.colorbar(colours, cax=axes, extend=extend)
    axes.tick_params(labelsize=7.5)
    axes.set_ylabel(unit, fontsize=8.5, parse_math=False)


def _write_labels(axes: Axes, right: Labels, below: Labels) -> None:
    """A mark and a text each. Not tick labels: those would read $…$ in a name as mathematics."""
    axes.set_yticks(right.places, labels=[""] * len(right.places))
    axes.set_xticks(below.places, labels=[""] * len(below.places))
    axes.tick_params(left=False, right=True, bottom=True, length=2, width=0.5)
    away = 72 * _GAP
    for place, text in zip(right.places, right.texts, strict=True):
        axes.annotate(
            text, (1, place), (away, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center_baseline", fontsize=right.size, parse_math=False,
        )  # fmt: skip
    for place, text in zip(below.places, below.texts, strict=True):
        axes.annotate(
            text, (place, 0), (0, -away), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", ha="center", rotation=90, fontsize=below.size,
            parse_math=False,
        )  # fmt: skip


def _draw_tree(axes: Axes, tree: Tree) -> None:
    from matplotlib.collections import LineCollection

    count = len(tree.order)
    width = 0.9 if count <= 100 else 0.4
    axes.add_collection(LineCollection(list(tree.lines), colors="#444444", linewidths=width))
    highest = tree.lines[:, :, 0].max(initial=0.0)
    axes.set_xlim(1.02 * highest if highest > 0 else 1.0, 0)
    axes.set_ylim(count - 0.5, -0.5)
    axes.axis("off")
