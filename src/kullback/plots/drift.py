"""A report of drift on a page. Needs Matplotlib: `pip install "kullback[plot]"`.

┌──────────────────────────────────────────────────────────┐
│ title                                                    │
│ names │ distance and noise, │ │ the worst columns: their │
│       │ the worst first     │ │ bins, shares on both     │
│       │                     │ │ sides, part of the whole │
│ notes                                                    │
└──────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kullback._process.requirements import require
from kullback.plots.drawing import DPI, text_height, text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kullback.monitoring.report import ColumnDrift, DriftReport

__all__ = ["drift"]

MOST_COLUMNS, MOST_PANELS, MOST_BINS = 40, 4, 6
_MARGIN, _ROW, _GAP, _DISTANCES, _BARS, _PART = 0.15, 0.24, 0.12, 3.0, 2.4, 0.55
_TITLE, _TEXT, _NOTE = 11.0, 8.5, 7.5
_DRIFTED, _STEADY, _NOISE, _INK = "#d9762b", "#2f86d0", "#d4d4d4", "#444444"
_BOLD = 1.2  # times as wide
_HEAD = 0.38  # above each panel
_AXIS = 0.45  # below each, for its numbers and what they are


def drift(report: DriftReport, *, title: str = "", columns: int = MOST_COLUMNS) -> Figure:
    """Draw a report: every column's distance beside its noise, and why the worst ones drifted.

    On the left the columns, the worst first: a dot for the JS distance, a grey bar as long as
    chance alone would make it. On the right the worst of them, each by the bins that contribute
    most to its distance: the shares of the rows on both sides, and the part that the bin has in the
    divergence.

    Parameters
    ----------
    report : DriftReport
        From `kullback.drift`.
    title : str
        Above the picture.
    columns : int
        At most so many are drawn; a note says how many are not.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot; `figure.savefig("drift.png")` writes it, and notebooks show it.

    Raises
    ------
    ValueError
        A report without columns.
    """
    require("matplotlib")
    if not len(report):
        raise ValueError("the report has no columns, so that there is nothing to be drawn")
    ordered = report.worst_first()
    shown = ordered[: max(1, columns)]
    panels = [c for c in shown if c.drifted and not math.isnan(c.js_distance)][:MOST_PANELS]
    return _Page(report, shown, panels, title).draw()


class _Page:
    """One picture being laid out, in inches from its lower left corner."""

    def __init__(
        self,
        report: DriftReport,
        shown: list[ColumnDrift],
        panels: list[ColumnDrift],
        title: str,
    ) -> None:
        self.report, self.shown, self.panels, self.title = report, shown, panels, title
        self.bins = [_worst_bins(column) for column in panels]
        self.names = _BOLD * text_width([_short(c.name) for c in shown], _TEXT) + 2 * _GAP
        labels = [_short(name) for rows in self.bins for name, *_ in rows]
        self.labels = text_width(labels, _TEXT) + 2 * _GAP

    def draw(self) -> Figure:
        from matplotlib.figure import Figure

        left = _MARGIN + self.names + _DISTANCES
        heads = _BOLD * text_width([_head(column) for column in self.panels], _TEXT)
        right = max(self.labels + _BARS + _PART, heads) if self.panels else 0.0
        width = left + right + 2 * _MARGIN
        head = wrapped([self.title], width - 2 * _MARGIN, _TITLE)
        foot = wrapped(self._notes(), width - 2 * _MARGIN, _NOTE)
        below = _MARGIN + text_height(foot, _NOTE)
        body = max(
            _HEAD + _ROW * len(self.shown) + _AXIS,
            sum(_HEAD + _ROW * len(rows) for rows in self.bins) + _AXIS,
        )
        top = below + body
        height = top + text_height(head, _TITLE) + _MARGIN
        figure = Figure(figsize=(width, height), dpi=DPI)
        for text, size, up, align in (
            (head, _TITLE, height - _MARGIN, "top"),
            (foot, _NOTE, _MARGIN, "bottom"),
        ):
            place = _MARGIN / width, up / height
            figure.text(*place, text, fontsize=size, va=align, parse_math=False)
        rows = _ROW * len(self.shown)
        inches = (_MARGIN + self.names, top - _HEAD - rows, _DISTANCES - 4 * _GAP, rows)
        _draw_distances(_axes(figure, *inches), self.shown)
        self._draw_panels(figure, left + _MARGIN + self.labels, top)
        return figure

    def _draw_panels(self, figure: Figure, left: float, top: float) -> None:
        most = max(
            (max(now, before) for rows in self.bins for _, now, before, _ in rows), default=1
        )
        for column, rows in zip(self.panels, self.bins, strict=True):
            high = _ROW * len(rows)
            top -= _HEAD + high
            axes = _axes(figure, left, top, _BARS, high)
            axes.annotate(
                _head(column), (0, 1), (-72 * self.labels, 4), xycoords="axes fraction",
                textcoords="offset points", fontsize=_TEXT, weight="bold", parse_math=False,
            )  # fmt: skip
            _draw_bins(axes, rows, most, last=column is self.panels[-1])

    def _notes(self) -> list[str]:
        once = f"{1 / self.report.level:,.0f}"
        notes = [
            f"{len(self.report.drifted)} of {len(self.report)} columns drifted: their distance is "
            f"beyond the grey bar, which chance alone passes in 1 of {once} reports, a column."
        ]
        if len(self.shown) < len(self.report):
            more = len(self.report) - len(self.shown)
            notes.append(f"{more} columns that drifted less are not shown.")
        if self.panels:
            notes.append("On the right: the part that each bin has in the column's divergence.")
        return notes


def _axes(figure: Figure, *inches: float) -> Axes:
    """Axes at (left, bottom, width, height), bare but for what is asked for."""
    left, bottom, width, height = np.array(inches) / np.tile(figure.get_size_inches(), 2)
    axes = figure.add_axes((left, bottom, width, height))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(labelsize=_NOTE, colors=_INK, left=False)
    return axes


def _draw_distances(axes: Axes, columns: list[ColumnDrift]) -> None:
    from matplotlib.ticker import MaxNLocator

    places = np.arange(len(columns))
    distances = np.array([column.js_distance for column in columns])
    noise = np.array([column.noise for column in columns])
    colours = [_DRIFTED if column.drifted else _STEADY for column in columns]
    axes.barh(places, np.nan_to_num(noise), height=0.62, color=_NOISE)
    axes.scatter(distances, places, s=26, c=colours, zorder=3)
    most = np.nanmax(np.r_[distances, noise, 1e-3])
    axes.set_xlim(0, 1.06 * most)
    axes.set_ylim(len(columns) - 0.5, -0.5)
    axes.set_yticks(places, labels=[""] * len(columns))
    for place, column in enumerate(columns):
        weight = "bold" if column.drifted else "normal"
        _write(axes, _short(column.name), place, -_GAP, "right", weight=weight)
        if math.isnan(column.js_distance):
            note = column.note.split(";")[0]
            axes.text(
                0.01, place, note, fontsize=_NOTE, color=_DRIFTED, va="center_baseline",
                transform=axes.get_yaxis_transform(), parse_math=False, clip_on=False,
            )  # fmt: skip
    axes.set_xlabel("JS distance, √bits (grey: chance)", fontsize=_TEXT, color=_INK)
    axes.xaxis.set_major_locator(MaxNLocator(4))


Rows = list[tuple[str, float, float, float]]


def _worst_bins(column: ColumnDrift) -> Rows:
    """Name, share now, share before and part in the divergence of the bins that make most of it."""
    parts = contributions(column)
    order = np.argsort(-parts, kind="stable")[:MOST_BINS]
    order = order[parts[order] > 0.005 * parts.sum()]
    now, before = column.current / column.current.sum(), column.reference / column.reference.sum()
    return [
        (column.bins[i], float(now[i]), float(before[i]), float(parts[i] / parts.sum()))
        for i in order
    ]


def contributions(column: ColumnDrift) -> Any:
    """What each bin adds to the JS divergence, in nats."""
    from scipy.special import rel_entr

    p, q = column.current / column.current.sum(), column.reference / column.reference.sum()
    middle = (p + q) / 2
    return (rel_entr(p, middle) + rel_entr(q, middle)) / 2


def _head(column: ColumnDrift) -> str:
    return f"{_short(column.name)}: {column.js_distance:.3f}, chance {column.noise:.3f}"


def _draw_bins(axes: Axes, rows: Rows, most: float, *, last: bool) -> None:
    places = np.arange(len(rows))
    axes.barh(places - 0.19, [before for _, _, before, _ in rows], height=0.36, color="#9a9a9a")
    axes.barh(places + 0.19, [now for _, now, _, _ in rows], height=0.36, color=_DRIFTED)
    axes.set_xlim(0, 1.02 * most)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(places, labels=[""] * len(rows))
    for place, (name, _, _, part) in enumerate(rows):
        _write(axes, _short(name), place, -_GAP, "right")
        _write(axes, f"{part:.0%}", place, _GAP, "left", x=1.0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    if last:
        axes.set_xlabel("share of the rows: grey before, orange now", fontsize=_TEXT, color=_INK)
    else:
        axes.set_xticklabels([])


def _write(
    axes: Axes, text: str, place: int, away: float, align: Any, *, x: float = 0.0, **style: Any
) -> None:
    """Beside a row. Not a tick label: that would read $…$ in a name as mathematics."""
    axes.annotate(
        text, (x, place), (72 * away, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha=align, va="center_baseline", fontsize=_TEXT,
        parse_math=False, **style,
    )  # fmt: skip


def _short(name: object) -> str:
    """A name as reports print it; whoever has a report to draw has loaded monitoring."""
    from kullback.monitoring.report import shortened

    return shortened(str(name))
