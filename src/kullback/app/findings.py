"""What the demo finds in rows of counts: near pairs, clusters, a file that stands alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import kullback as kl
from kullback.app.corpus import Corpus

Distances = NDArray[np.float64]


class Pair(NamedTuple):
    """Two files and their divergence."""

    distance: float
    one: int
    other: int


@dataclass(frozen=True)
class Cluster:
    """Some files that are alike; `members` from the most typical to the least."""

    members: NDArray[np.intp]
    mean_inside: float  # the mean divergence of two members
    folder: str  # where most members are, and how many are there
    in_folder: int
    marks: list[str]  # the bytes that set the cluster apart from all other files


def nearest(counts: NDArray[Any], count: int, threads: int | None = None) -> kl.Neighbors:
    """So many neighbours of each row, in bits of JS, beside those that are equal to it."""
    equal = kl.radius_neighbors(counts, radius=0.0, threads=threads)
    most = min(len(counts) - 1, count + int(np.diff(equal.indptr).max()))
    return kl.kneighbors(counts, n_neighbors=most, base=2, threads=threads)


def nearest_pairs(near: kl.Neighbors, count: int) -> tuple[list[Pair], int]:
    """The `count` nearest pairs of rows that are not equal, and how many pairs are equal."""
    graph = near.graph().tocoo()
    one, other = np.minimum(graph.row, graph.col), np.maximum(graph.row, graph.col)
    _, first = np.unique(np.stack((one, other)), axis=1, return_index=True)
    one, other, values = one[first], other[first], graph.data[first]
    equal = int(np.count_nonzero(values == 0))
    order = np.argsort(values, kind="stable")[equal : equal + count]
    return [Pair(float(values[i]), int(one[i]), int(other[i])) for i in order], equal


def loneliest(near: kl.Neighbors) -> Pair:
    """The row whose nearest neighbour is farthest, and that neighbour."""
    alone = int(near.distances[:, 0].argmax())
    return Pair(float(near.distances[alone, 0]), alone, int(near.indices[alone, 0]))


def clusters(corpus: Corpus, distances: Distances, most: int) -> list[Cluster]:
    """At most `most` clusters of the files, the largest first, from the (n, n) JS divergences.

    Ward's method on the square roots: they are distances in a Hilbert space (Fuglede and Topsøe,
    2004), which is what the method asks for.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    merges = linkage(squareform(np.sqrt(distances), checks=False), "ward")
    numbers = fcluster(merges, most, "maxclust")
    groups = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
    groups.sort(key=lambda group: (-len(group), group[0]))
    return [_cluster(corpus, distances, group) for group in groups]


def _cluster(corpus: Corpus, distances: Distances, group: NDArray[np.intp]) -> Cluster:
    inside = distances[np.ix_(group, group)]
    pairs = len(group) * (len(group) - 1)
    folders = Counter(_folder(corpus.names[i]) for i in group)
    folder, in_folder = max(folders.items(), key=lambda item: (item[1], item[0]))
    return Cluster(
        members=group[np.argsort(inside.sum(axis=1), kind="stable")],
        mean_inside=float(inside.sum() / pairs) if pairs else 0.0,
        folder=folder,
        in_folder=in_folder,
        marks=marks(corpus, group),
    )


def marks(corpus: Corpus, group: NDArray[np.intp] | list[int], count: int = 6) -> list[str]:
    """The bytes most typical of a group: those that add most to KL(group ‖ all the other files)."""
    shares = corpus.counts / corpus.sizes[:, None]
    others = np.delete(shares, group, axis=0)
    p = shares[group].mean(axis=0)
    q = (others.sum(axis=0) + p) / (len(others) + 1)  # with p, so that no ratio is infinite
    present = p > 0
    terms = np.zeros(256)
    terms[present] = p[present] * np.log(p[present] / q[present])
    order = np.argsort(-terms, kind="stable")[:count]
    return [_byte_name(int(byte)) for byte in order if terms[byte] > 0]


def _folder(name: str) -> str:
    folder, slash, _ = name.partition("/")
    return f"{folder}/" if slash else "the top level"


def _byte_name(byte: int) -> str:
    special = {9: "tab", 10: "newline", 13: "return", 32: "space"}
    return special.get(byte) or (chr(byte) if 32 < byte < 127 else f"0x{byte:02x}")
