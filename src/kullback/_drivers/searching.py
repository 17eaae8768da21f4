"""A search: all pairs that may be near, offered to a target; by a filter, if that is faster.

searching     which filter, in which order its tiles are made
  sifting     a tile: its product, and what of it may be near
  kept        pairs that may be near; in the end they are computed by `rows`
  filters     the bounds
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kullback._drivers.filters import CosineFilter, Filter, ProductFilter
from kullback._drivers.kept import Job, KeptPairs
from kullback._drivers.sifting import Panel, Sifting
from kullback._drivers.tiles import cut
from kullback._process import blas, threads

PANEL_BYTES = 12 << 20  # of factors that are prepared at once, on either side
LARGEST_TILE = 1024  # rows and columns: a product of smaller ones takes longer
SMALLEST_TILE = 128
SMALL = 1 << 21  # pairs times bins, of which all are computed in 2 ms
SAMPLED = 128  # one in so many queries
# What things take, in ns: for each number of a row, a term of a product, of JS and of `rows`.
PRODUCT = {"f4": 0.026, "f8": 0.052}
ENTROPIC, PAIR = 1.0, 1.5
BY_PRODUCT = (ProductFilter, "f4"), (ProductFilter, "f8")
FILTERS: dict[object, tuple[tuple[Callable[..., Filter], str], ...]] = {
    "js": ((CosineFilter, "f4"),),
    "kl": BY_PRODUCT,
    "jeffreys": BY_PRODUCT,
    "hellinger": BY_PRODUCT,
    "bhattacharyya": BY_PRODUCT,
}


def run_if_it_pays(job: Job, most_threads: int, progress: threads.Progress | None) -> bool:
    """Search by the filter that will be fastest, unless to compute all pairs will be faster.

    A few of the queries tell how much each filter leaves.
    """
    n, m = job.x.lead[0], job.y.lead[0]
    if job.work.cuts or job.work.kernel not in FILTERS or n * m * job.x.width < SMALL:
        return False
    some = slice(0, n, min(n, SAMPLED))
    sample = job._replace(x=job.x.between(some), target=job.target.sample(some))
    half = 0.5 if job.target.meeting.symmetric else 1.0
    best, fastest = None, half * m * job.x.width * (ENTROPIC if job.work.kernel == "js" else PAIR)
    for make, dtype in FILTERS[job.work.kernel]:
        sieve = make(job.work, job.x, job.y, dtype)
        product = half * m * sieve.width * PRODUCT[dtype]
        if product < fastest:
            left = run(sample, sieve, 1) / sample.x.lead[0]
            time = product + left * job.x.width * PAIR
            if time < fastest:
                best, fastest = sieve, time
    if best is not None:
        run(job, best, most_threads, progress)
    return best is not None


def run(
    job: Job, sieve: Filter, most_threads: int, progress: threads.Progress | None = None
) -> int:
    """Offer all pairs that may be near to the target; how many had to be computed."""
    panels = list(_panels(job, sieve, _tile_size(job, most_threads)))
    kept = KeptPairs(job, sieve, most_threads)
    sifting = Sifting(kept)
    done, total = 0, sum(len(panel.tiles) for panel in panels)
    with blas.at_most(1):  # every thread makes the products of its own tiles
        for panel in panels:
            sifting.panel(panel, _offset(progress, done, total))
            done += len(panel.tiles)
        kept.settle()
    return kept.computed


def _offset(progress: threads.Progress | None, done: int, count: int) -> threads.Progress | None:
    return (lambda tile, tiles: progress(done + tile, count)) if progress else None


def _tile_size(job: Job, most_threads: int) -> int:
    """Large, but so that there are some tiles for each thread."""
    wanted = max(job.x.lead[0], job.y.lead[0]) // (4 * most_threads)
    return max(SMALLEST_TILE, min(LARGEST_TILE, wanted))


def _panels(job: Job, sieve: Filter, size: int) -> Iterator[Panel]:
    """Each row's first tile comes before its others: it has the limits for them."""
    n, m = job.x.lead[0], job.y.lead[0]
    most = max(1, PANEL_BYTES // (sieve.width * int(sieve.dtype[1])))
    if job.target.meeting.symmetric:
        parts = cut(0, m, most)
        for number, columns in enumerate(parts):
            blocks = cut(columns.start, columns.stop, size)
            yield Panel(columns, columns, [(block, block) for block in blocks], False)
            above = [(i, j) for place, j in enumerate(blocks) for i in blocks[:place]]
            if above:
                yield Panel(columns, columns, above, True)
            for rows in parts[:number]:
                yield Panel(rows, columns, _all(rows, columns, size), True)
        return
    for rows in cut(0, n, most):
        for columns in cut(0, m, most):
            yield Panel(rows, columns, _all(rows, columns, size), False)


def _all(rows: slice, columns: slice, size: int) -> list[tuple[slice, slice]]:
    across = cut(rows.start, rows.stop, size)
    return [(i, j) for j in cut(columns.start, columns.stop, size) for i in across]
