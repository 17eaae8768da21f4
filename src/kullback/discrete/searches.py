"""A search for near rows: what was given, checked, and the way to its results.

neighbourhoods ──► checked ──► Search ──► run(target): by a filter, by all pairs, or by a sort;
                                          sparse rows by walks
"""

from __future__ import annotations

from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import options as given_options
from kullback._arguments.options import Chosen, NeighbourOptions
from kullback._arguments.progress import Shown
from kullback._catalogue import Divergence
from kullback._catalogue import metric as divergence_of
from kullback._drivers import rows as row_driver
from kullback._drivers import searching, tiles
from kullback._drivers.forms import NearPairs
from kullback._drivers.kept import Job
from kullback._drivers.nearest import Meeting, Nearest, Within
from kullback._drivers.rows import Invalid
from kullback._drivers.sparse import matrices
from kullback._drivers.sparse.rows import SparseRows
from kullback._drivers.targets import Matrix, Target
from kullback._process import threads
from kullback._process.arrays import Array
from kullback.discrete.comparison import FORMS
from kullback.discrete.matrices import Metric
from kullback.discrete.sparse import SparseComparison, sides_of

LARGEST_WHOLE = 1 << 22  # pairs: 32 MB


class Search(NamedTuple):
    """What was given, checked."""

    divergence: Divergence
    chosen: Chosen
    x: Any  # Rows, or SparseRows
    y: Any
    dtype: np.dtype[Any]
    invalid: Invalid
    within: bool  # x against itself
    form: str  # that of a matrix: where it is "pairs", no row can be prepared alone

    @property
    def shape(self) -> tuple[int, int]:
        """Queries, and rows that are searched."""
        return self.x.lead[0], self.y.lead[0]

    @property
    def most_threads(self) -> int:
        """The caller's number, or the machine's."""
        return self.chosen.threads or threads.default_threads()


def checked(
    x: ArrayLike,
    y: ArrayLike | None,
    metric: Metric,
    include_self: bool,
    meant: str,
    options: NeighbourOptions,
) -> Search:
    """Check what was given; `meant` is the option that a number in place of y stands for."""
    if isinstance(y, str | Number):
        name = "metric=" if isinstance(y, str) else meant
        raise TypeError(f"y is {y!r}, which is no array of rows; write {name}{y!r}")
    if include_self and y is not None:
        raise ValueError("include_self=True is for rows of x among themselves; leave out y")
    divergence = divergence_of(metric)
    chosen = given_options.checked(divergence, **options)
    sides = sides_of(x, y)
    compared = sides.compared(divergence, chosen)
    rows = (compared.y, compared.x) if divergence.reverse else (compared.x, compared.y)
    form = "sparse" if isinstance(compared, SparseComparison) else compared.form_name
    return Search(divergence, chosen, *rows, sides.dtype, compared.invalid, y is None, form)


def meeting(search: Search) -> Meeting:
    """Which pairs of rows meet."""
    symmetric = search.within and search.divergence.symmetric
    return Meeting(symmetric, search.within, search.divergence.reverse)


def itself(search: Search) -> Array:
    """0 for each row of x, NaN for one that is no distribution."""
    if isinstance(search.x, SparseRows):
        return np.where(search.x.invalid, np.nan, 0.0).astype(search.dtype)
    diagonal = np.empty(search.shape[0], search.dtype)
    row_driver.run(
        search.chosen.work, search.x, search.x, diagonal, search.invalid, search.chosen.threads
    )
    return diagonal


def run(search: Search, target: Nearest | Within) -> None:
    """Offer all pairs that may be near to the target."""
    n, m = search.shape
    if not n or not m:
        return
    if isinstance(search.x, SparseRows):
        _all_sparse(search, target)
        return
    dtype = search.dtype.str[1:]
    job = Job(search.chosen.work, search.x, search.y, target, search.invalid, dtype)
    many = isinstance(target, Nearest) and target.asks_for_many(m) and n * m <= LARGEST_WHOLE
    product = search.form == "product"
    filtered = product or (search.form != "pairs" and not many)
    with Shown(search.chosen.progress) as shown:
        if filtered and searching.run_if_it_pays(job, search.most_threads, shown):
            return
        if many and isinstance(target, Nearest):
            _sorted(search, target, shown)
        else:
            _all(search, target, shown)


def _all_sparse(search: Search, target: Target) -> None:
    """Offer every pair of sparse rows to the target: they are walked, which needs no filter."""
    x, y = (search.y, search.x) if search.divergence.reverse else (search.x, search.y)
    job = matrices.Job(search.chosen.work, x, y, target, search.invalid)
    with Shown(search.chosen.progress) as shown:
        matrices.run(job, search.chosen.threads, shown)


def _sorted(search: Search, target: Nearest, shown: threads.Progress | None) -> None:
    """Sort the whole matrix: of many neighbours of few rows, that takes less than heaps do."""
    matrix = np.empty(search.shape, search.dtype)
    turned = matrix.T if target.meeting.swapped else matrix
    _all(search, Matrix(turned, target.meeting.symmetric), shown)
    target.sort(matrix, search.most_threads)


def _all(search: Search, target: Target, shown: threads.Progress | None) -> None:
    """Offer every pair to the target."""
    work, x, y = search.chosen.work, search.x, search.y
    if search.divergence.reverse:
        x, y = y, x
    # A product's last digits hang on the place of a row in it, and equal rows must be equally far.
    name = "entropic" if search.form == "entropic" else "pairs"
    careful = search.dtype == np.float32 and search.form == "product"
    form = (NearPairs if careful else FORMS[name])(work, x, y)
    in_proportion = work.normalize and work.rule == "plain"
    job = tiles.AllPairs(work, form, x, y, target, search.invalid, in_proportion)
    shape = tiles.tile_shape(name, x.lead[0], y.lead[0], x.width)
    tiles.run(job, shape, search.chosen.threads, shown)
