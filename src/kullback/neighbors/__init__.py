"""The searches for near rows as scikit-learn's estimators: `pip install "kullback[sklearn]"`.

nearest, transformers   the estimators
│
methods            kneighbors, radius_neighbors, and the graph of either
│
searching           fit, tags, options ──► `kullback.kneighbors`, `.radius_neighbors`
│
rows, graphs          what was given, checked as scikit-learn checks it; CSR as it wants it
"""

from kullback._process.requirements import require

require("sklearn")

from kullback.neighbors.nearest import NearestNeighbors  # noqa: E402
from kullback.neighbors.transformers import (  # noqa: E402
    KNeighborsTransformer,
    RadiusNeighborsTransformer,
)

__all__ = ["KNeighborsTransformer", "NearestNeighbors", "RadiusNeighborsTransformer"]


def __dir__() -> list[str]:
    return __all__
