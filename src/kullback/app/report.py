"""What the demo prints: plain text, a line at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kullback.app.corpus import Corpus
from kullback.app.findings import Cluster, loneliest, marks, nearest, nearest_pairs

_PAIRS = 8


@dataclass(frozen=True)
class Timing:
    """Seconds for the matrix, at the first call and when `warm`, and for rows given to both.

    `threads` of kullback; `rows`, how many those are; the largest `difference` of
    the two results; how many results of SciPy are NaN.
    """

    threads: int
    first: float
    warm: float
    rows: int
    kullback: float
    scipy: float
    difference: float
    undefined: int


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def tell_pairs(corpus: Corpus, threads: int | None) -> None:
    names, sizes = corpus.names, corpus.sizes
    near = nearest(corpus.counts, _PAIRS, threads)
    pairs, equal = nearest_pairs(near, _PAIRS)
    copies = len(names) - corpus.contents_differ
    say("", f"Nearest pairs, after {equal} at distance 0 ({copies} files are copies of another):")
    say(*(f"  {p.distance:.6f}  {names[p.one]}  {names[p.other]}" for p in pairs))
    alone = loneliest(near)
    say(
        "",
        f"Most unlike all others: {names[alone.one]} ({sizes[alone.one]:,} bytes)",
        f"  {alone.distance:.3f} bits from the nearest, {names[alone.other]}"
        f" ({sizes[alone.other]:,} bytes); more of: {'  '.join(marks(corpus, [alone.one]))}",
    )


def tell_clusters(corpus: Corpus, groups: list[Cluster]) -> None:
    say("", f"{len(groups)} clusters (Ward's method), each with its most typical files:")
    for group in groups:
        typical = ", ".join(corpus.names[i] for i in group.members[:3])
        size = int(np.median(corpus.sizes[group.members]))
        say(
            f"  {len(group.members):4} files, {group.in_folder} of them in {group.folder};"
            f" median {size:,} bytes; mean divergence inside {group.mean_inside:.3f}",
            f"       {typical}",
            f"       more than elsewhere: {'  '.join(group.marks)}",
        )


def tell_time(timing: Timing, count: int) -> None:
    pairs, pairs_timed = (n * (n - 1) // 2 for n in (count, timing.rows))
    threads = "1 thread" if timing.threads == 1 else f"{timing.threads} threads"
    ratio = timing.scipy / timing.kullback
    say(
        "",
        f"Time for the whole matrix, {pairs:,} different pairs:",
        f"  kullback, first call   {timing.first:8.3f} s (compiles, or loads what was compiled)",
        f"  kullback, then         {timing.warm:8.3f} s",
    )
    if timing.rows < count:
        whole = timing.scipy * pairs / pairs_timed
        say(f"  SciPy, an estimate     {whole:8.3f} s (from {timing.rows} of the rows)")
    say(
        f"Time for the {pairs_timed:,} pairs of {timing.rows:,} rows, each pair once:",
        f"  SciPy                  {timing.scipy:8.3f} s (pdist jensenshannon, squared; 1 thread)",
        f"  kullback               {timing.kullback:8.3f} s (condensed; {threads};"
        f" {ratio:.0f} times as fast)",
        f"  largest difference of the two results: {timing.difference:.1e} bits",
    )
    if timing.undefined:
        say(f"  {timing.undefined} results of SciPy are NaN, from roots of negative numbers")
