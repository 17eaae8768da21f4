"""Pictures of results: `pip install "kullback[plot]"`."""

from kullback.plots.heat_maps import heat_map

__all__ = ["heat_map"]
