"""Pictures of results: `pip install "kullback[plot]"`."""

from kullback.plots.drift import drift
from kullback.plots.heat_maps import heat_map, heat_map_between

__all__ = ["drift", "heat_map", "heat_map_between"]


def __dir__() -> list[str]:
    return __all__
