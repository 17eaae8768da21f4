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
from typing import TYPE_CHECKING, Any, NamedTuple

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
        frame = self._frame((height, width), (right, below), with_tree=tree is not None)
        cells = round(height * DPI), round(width * DPI)
        axes = frame.axes(0, 0, width, height)
        scale = _paint(axes, shrink(self.matrix, *self.orders, cells), self.matrix.shape)
        _write_labels(axes, right, below)
        _draw_bar(frame, scale, self.unit)
        if tree is not None:
            _draw_tree(frame.axes(-_TREE, 0, _TREE, height), tree)
        return frame.figure

    def _frame(
        self, size: tuple[float, float], labels: tuple[Labels, Labels], *, with_tree: bool
    ) -> _Frame:
        """The page, with its title and notes written and room for everything else."""
        from matplotlib.figure import Figure

        height, width = size
        right, below = (text_width(part.texts, part.size) + 2 * _GAP for part in labels)
        left = _MARGIN + _TREE * with_tree
        page = max(left + width + right + _BAR + _BAR_TEXT + _MARGIN, _NARROWEST)
        head = wrapped([self.title], page - 2 * _MARGIN, _TITLE_SIZE)
        foot = wrapped(self._notes(*labels), page - 2 * _MARGIN, _NOTE_SIZE)
        bottom = _MARGIN + text_height(foot, _NOTE_SIZE) + below
        top = bottom + height + text_height(head, _TITLE_SIZE) + _MARGIN
        figure = Figure(figsize=(page, top), dpi=DPI)
        frame = _Frame(figure, left, bottom, bar=(width + right, height))
        frame.write(_MARGIN, top - _MARGIN, head, _TITLE_SIZE, "top")
        frame.write(_MARGIN, _MARGIN, foot, _NOTE_SIZE, "bottom")
        return frame

    def _notes(self, right: Labels, below: Labels) -> list[str]:
        kinds = {
            "Red: infinite": np.count_nonzero(np.isinf(self.matrix)),
            "Grey: undefined (NaN)": np.count_nonzero(np.isnan(self.matrix)),
        }
        total = f"{self.matrix.size:,} entries."
        notes = [f"{what}, {count:,} of {total}" for what, count in kinds.items() if count]
        step = max(right.step, below.step)
        return [*notes, f"One label in {step} is shown."] if step > 1 else notes


@dataclass
class _Frame:
    """A figure, and the `left` and `bottom` of its image in inches.

    The left and top of the colour bar, `bar`, and the places given to `axes` count from there.
    """

    figure: Figure
    left: float
    bottom: float
    bar: tuple[float, float]

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        across, up = self.figure.get_size_inches()
        place = (
            (self.left + left) / across,
            (self.bottom + bottom) / up,
            width / across,
            height / up,
        )
        return self.figure.add_axes(place)

    def write(self, left: float, height: float, text: str, size: float, align: str) -> None:
        across, up = self.figure.get_size_inches()
        self.figure.text(
            left / across, height / up, text, fontsize=size, va=align, parse_math=False
        )


def _paint(axes: Axes, image: NDArray[np.float64], shape: tuple[int, ...]) -> _Scale:
    from matplotlib import colormaps
    from matplotlib.colors import to_rgba

    scale = _scale(image)
    span = np.clip(image / scale.top, 0, 1)
    colours = colormaps[_COLOURS](np.where(np.isfinite(span), span, 0.0))
    colours[np.isposinf(image)] = to_rgba(_INFINITE)
    colours[np.isnan(image)] = to_rgba(_UNDEFINED)
    axes.imshow(
        colours,
        extent=(-0.5, shape[1] - 0.5, shape[0] - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_xticks([])
    axes.set_yticks([])
    return scale


class _Scale(NamedTuple):
    """The colours run from 0 to `top`; `extend` is "max" if there are larger finite entries."""

    top: float
    extend: str


def _scale(image: NDArray[np.float64]) -> _Scale:
    finite = image[np.isfinite(image)]
    largest = float(finite.max(initial=0.0))
    if largest <= 0:
        return _Scale(1.0, "neither")
    # A few rows that are unlike all others should not leave one colour to the rest.
    most = float(np.percentile(finite, 99))
    return _Scale(most, "max") if 0 < 3 * most < largest else _Scale(largest, "neither")


def _draw_bar(frame: _Frame, scale: _Scale, unit: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    left, top = frame.bar
    height = min(top, 2.4)
    axes = frame.axes(left, top - height, _BAR, height)
    colours = ScalarMappable(Normalize(0, scale.top), _COLOURS)
    frame.figure.colorbar(colours, cax=axes, extend=scale.extend)
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
