"""Watching data over time: histograms on common edges, and how far they have moved."""

from kullback.monitoring.histograms import histograms, population_stability_index

__all__ = ["histograms", "population_stability_index"]


def __dir__() -> list[str]:
    return __all__
