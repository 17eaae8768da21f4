"""`kullback demo`: what the bytes of the standard library's sources tell, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import kullback as kl
from kullback._process.threads import default_threads
from kullback.app.corpus import Corpus, read_corpus
from kullback.app.errors import from_library, os_error, require
from kullback.app.findings import Cluster, clusters
from kullback.app.matrix_files import Matrix, write_npy
from kullback.app.outputs import AtomicFiles, check_destination, save_figure
from kullback.app.report import Timing, say, tell_clusters, tell_pairs, tell_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MATRIX, _LABELS, _HEAT_MAP, _DETAIL = "distances.npy", "labels.txt", "heatmap.png", "clusters.png"
_CLUSTERS, _DETAIL_FILES = 12, 40
# Seconds that SciPy may take, and the number of rows on which its speed is measured first.
_SCIPY_SECONDS, _SAMPLE_ROWS = 4.0, 100


def run_demo(folder: Path, *, threads: int | None, force: bool) -> None:
    """Compute, tell on standard output, write the matrix, the names and two pictures to `folder`.

    Raises UserError, before the work if it can be known then.
    """
    require("scipy matplotlib", "plot", "the demo")
    _prepare(folder, force=force)
    corpus = read_corpus()
    say(
        f"{len(corpus.names):,} source files of Python's standard library,"
        f" {int(corpus.sizes.sum()):,} bytes, from {corpus.root}",
        "Each file is a histogram of its 256 byte values; the distance of two files is their",
        "Jensen-Shannon divergence in bits: 0 if alike, 1 if they have no byte value in common.",
    )
    distances, timing = _measure(corpus.counts, threads)
    groups = clusters(corpus, distances, _CLUSTERS)
    tell_pairs(corpus, threads)
    tell_clusters(corpus, groups)
    tell_time(timing, len(corpus.names))
    _write(folder, corpus, distances, groups)


def _prepare(folder: Path, *, force: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise os_error(error, folder) from error
    for name in (_MATRIX, _LABELS, _HEAT_MAP, _DETAIL):
        check_destination(folder / name, (Path(name).suffix,), force=force)


def _measure(counts: NDArray[np.int64], threads: int | None) -> tuple[NDArray[Any], Timing]:
    """The (n, n) matrix in bits, and the times that it took."""
    from scipy.spatial.distance import pdist

    def whole() -> NDArray[Any]:
        return np.asarray(kl.pairwise(counts, metric="js", base=2, threads=threads))

    def by_scipy(rows: NDArray[Any]) -> NDArray[Any]:
        roots: NDArray[Any] = pdist(rows, "jensenshannon")
        return np.asarray(roots**2 / np.log(2))

    try:
        distances, first = _timed(whole)
    except (ValueError, TypeError, MemoryError, ImportError) as error:  # wrong `threads`, no Numba
        raise from_library(error) from error
    warm = min(_timed(whole)[1] for _ in range(3))
    sample = _spread(counts, _SAMPLE_ROWS).astype(np.float64)
    pair = min(_timed(lambda: by_scipy(sample))[1] for _ in range(3)) / (len(sample) ** 2 / 2)
    some = _spread(counts, int(np.sqrt(2 * _SCIPY_SECONDS / pair)))
    theirs, scipy = _timed(lambda: by_scipy(some.astype(np.float64)))
    kl.condensed(some, "js", base=2, threads=threads)  # may compile
    ours, kullback = _timed(lambda: kl.condensed(some, "js", base=2, threads=threads))
    differences = np.abs(ours - theirs)
    return distances, Timing(
        threads or default_threads(),
        first,
        warm,
        len(some),
        kullback,
        scipy,
        difference=float(np.nanmax(differences)),
        undefined=int(np.count_nonzero(np.isnan(differences))),
    )


def _timed(work: Callable[[], NDArray[Any]]) -> tuple[NDArray[Any], float]:
    """What `work` returns and the seconds that it takes."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _spread(rows: NDArray[Any], count: int) -> NDArray[Any]:
    """At most `count` of the rows, evenly spread over all."""
    if count >= len(rows):
        return rows
    chosen = np.linspace(0, len(rows) - 1, max(count, 2)).astype(int)
    return np.asarray(rows[chosen])


def _write(folder: Path, corpus: Corpus, distances: NDArray[Any], groups: list[Cluster]) -> None:
    from kullback.plots.heat_maps import heat_map

    unit = "JS distance (square root of bits)"
    roots = np.sqrt(distances)
    each = max(1, _DETAIL_FILES // len(groups))
    some = np.concatenate([group.members[:each] for group in groups])

    def everything() -> Figure:
        title = f"{len(corpus.names):,} source files of the standard library, by their bytes"
        return heat_map(roots, corpus.names, linkage="ward", title=title, unit=unit)

    def detail() -> Figure:
        title = f"The {each} most typical files of each of {len(groups)} clusters"
        names = [corpus.names[i] for i in some]
        return heat_map(roots[np.ix_(some, some)], names, title=title, unit=unit)

    text = "".join(f"{name}\n" for name in corpus.names).encode("utf-8", "surrogateescape")
    with AtomicFiles() as outputs:
        outputs.write(folder / _MATRIX, lambda file: write_npy(file, Matrix(distances)))
        outputs.write(folder / _LABELS, lambda file: file.write(text))
        save_figure(outputs, folder / _HEAT_MAP, everything)
        save_figure(outputs, folder / _DETAIL, detail)
    say(
        "",
        f"Written to {folder}:",
        f"  {_MATRIX}  the divergences in bits, {distances.shape}",
        f"  {_LABELS}     the names of its rows",
        f"  {_HEAT_MAP}    all files, ordered by their clusters",
        f"  {_DETAIL}   the most typical files of each cluster",
    )
