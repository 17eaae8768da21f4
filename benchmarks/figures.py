"""The figures that are asked for: the registry of all groups of lanes."""

from __future__ import annotations

from collections.abc import Callable

import gaussian_figures
import histogram_figures
import logit_figures
from group import Group

GROUPS: dict[str, Callable[[], Group]] = {
    **histogram_figures.GROUPS,
    **gaussian_figures.GROUPS,
    **logit_figures.GROUPS,
}
