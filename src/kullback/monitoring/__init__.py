"""Watching data over time: counts in common bins, and how far they have moved.

histograms · categories     samples of numbers or of categories ──► counts, in the same bins
  samples · leftovers       what is counted; what is in no bin
drift                       two tables ──► a report, a row a column
  tables ─► columns         any library's table; any dtype as numbers or categories
    arrow · objects
  edges ─► bins             fixed on the reference, counted on both sides, saved
  comparison ─► report      a column's counts to its row
    noise · names           what chance alone does; what bins are called

No value is left out in silence: what is in no bin is an error, a warning or a column of the report.
"""

from kullback.monitoring.categories import category_counts
from kullback.monitoring.drift import drift
from kullback.monitoring.histograms import histograms, population_stability_index

__all__ = ["category_counts", "drift", "histograms", "population_stability_index"]


def __dir__() -> list[str]:
    return __all__
