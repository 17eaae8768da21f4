"""The figures that pictures are drawn on: shown once by a notebook, saved by `pyplot.savefig`.

Where the caller uses pyplot, or a notebook is running, a figure is pyplot's current one, as users
of `savefig` expect. Elsewhere pyplot is not touched, and a figure belongs to its holder alone, as
it does where another thread than the main one draws: pyplot is not made for threads.

A notebook shows the result of a cell and, when the cell has ended, all figures of pyplot, which it
closes then. Without a window to close, pyplot keeps our last figure and no other.
"""

from __future__ import annotations

import io
import sys
import threading
from importlib import import_module
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.figure import Figure

from kullback.plots.drawing import DPI

INLINE = "inline"  # in the name of the backend that notebooks use


class Picture(Figure):
    """A figure that a cell of a notebook shows once."""

    shown = False

    def _ipython_display_(self) -> None:
        """Show nothing where the cell has shown it as its result; else let IPython go on."""
        kept = _is_inline(self) and _is_pyplots(self)
        if self.shown and kept:
            return
        self.shown = kept
        raise NotImplementedError

    def _repr_png_(self) -> bytes | None:
        """For notebooks that know nothing of figures; what has a window needs no picture."""
        if _has_window(self):
            return None
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    pyplot = _pyplot()
    size: dict[str, Any] = {"figsize": (width, height), "dpi": DPI}
    if pyplot is None or threading.current_thread() is not threading.main_thread():
        return Picture(**size)
    last = [manager for manager in Gcf.get_all_fig_managers() if _is_dropped(manager.canvas.figure)]
    figure = pyplot.figure(FigureClass=Picture, **size)
    for manager in last:
        pyplot.close(manager.canvas.figure)
    return figure  # type: ignore[no-any-return]


def _pyplot() -> Any:
    """Pyplot where it is in use, or would be shown; None elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        return import_module("matplotlib.pyplot")
    return sys.modules.get("matplotlib.pyplot")


def _is_pyplots(figure: Figure) -> bool:
    return any(manager.canvas.figure is figure for manager in Gcf.get_all_fig_managers())


def _is_dropped(figure: Figure) -> bool:
    """Whether it is one of ours that nobody would ever close."""
    return isinstance(figure, Picture) and not _has_window(figure) and not _is_inline(figure)


def _has_window(figure: Figure) -> bool:
    return getattr(figure.canvas, "required_interactive_framework", None) is not None


def _is_inline(figure: Figure) -> bool:
    import matplotlib

    return INLINE in str(matplotlib.get_backend()) and not _has_window(figure)
