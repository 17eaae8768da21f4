"""Clustering for scikit-learn, which is the extra `sklearn`: k-means of distributions.

kmeans    the estimator: arguments, seeds, starts, batches
problems  the steps of a run, and clusters that are empty
lloyd     one pass over the rows: nearest centres, and what the next centres are made of
spaces    what a metric makes of rows and centres: factors of a product
shannon   the same for JS, which is none
objectives: the metrics row by row, and options
centres   the centre of a cluster, for each metric;  shares: rows as distributions
"""

from kullback.cluster.kmeans import DivergenceKMeans

__all__ = ["DivergenceKMeans"]


def __dir__() -> list[str]:
    return __all__
