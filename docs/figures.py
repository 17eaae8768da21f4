"""The style of the figures: no background, grey text and mid tones, for light and dark pages."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib_inline.backend_inline import set_matplotlib_formats

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "figure"]

GREY, BLUE, ORANGE, GREEN = "#808080", "#2f86d0", "#d9762b", "#3d9a6c"

set_matplotlib_formats("svg")
plt.rcParams.update(
    {
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "svg.hashsalt": "kullback",  # the same bytes in every build
        "axes.facecolor": "none",
        "axes.edgecolor": GREY,
        "axes.labelcolor": GREY,
        "axes.titlecolor": GREY,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, GREY]),
        "text.color": GREY,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "legend.frameon": False,
        "lines.linewidth": 2.0,
        "font.size": 11,
    }
)


def figure(
    columns: int = 1, *, width: float = 5.6, height: float = 2.8
) -> tuple[Figure, list[Axes]]:
    """A figure of panels side by side, in inches."""
    drawn, axes = plt.subplots(
        1, columns, figsize=(width, height), squeeze=False, layout="constrained"
    )
    return drawn, list(axes[0])
