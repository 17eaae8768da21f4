"""Rows to be clustered under a metric: their nearest centres, and the centres of clusters."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from kullback._process.arrays import Array, Index
from kullback.cluster import lloyd, shannon
from kullback.cluster.lloyd import Pass
from kullback.cluster.spaces import SPACES, minus_entropies


class Problem(Protocol):
    """`sums` of a pass, divided by weights, are what `centres` makes the next centres of.

    Where centres are not `final`, they are one step nearer to those of the clusters.
    """

    final: bool

    def assign(self, centres: Array, sample_weight: Array) -> Pass: ...

    def sums(self, labels: Index, centres: Array, sample_weight: Array) -> Array: ...

    def centres(self, means: Array) -> Array: ...


class Products:
    """A metric whose nearest centres are found by a product."""

    final = True

    def __init__(self, metric: str, p: Any) -> None:
        self.space = SPACES[metric]
        self.factors, self.own = self.space.factors(p), self.space.own(p)

    def assign(self, centres: Array, sample_weight: Array) -> Pass:
        found = lloyd.assign(self.factors, sample_weight, self.space.weights(centres))
        return found._replace(nearest=found.nearest + self.own)

    def sums(self, labels: Index, centres: Array, sample_weight: Array) -> Array:
        total = np.zeros((len(centres), self.factors.shape[1]))
        lloyd.add_grouped(self.factors, labels, sample_weight, total)
        return total

    def centres(self, means: Array) -> Array:
        found = self.space.centres(means)
        if wrong := int(np.isnan(found).any(axis=1).sum()):
            raise ValueError(
                f"{wrong} of {len(found)} clusters are infinitely far from every centre, since "
                f"{self.space.unreachable}; pseudocount=0.5, say, gives every bin a share"
            )
        return found


class Shannon:
    """Jensen-Shannon: a product tells most of the nearest centres, and no formula the next ones."""

    final = False

    def __init__(self, metric: str, p: Any) -> None:
        del metric
        self.p, self.own = p, minus_entropies(p)

    def assign(self, centres: Array, sample_weight: Array) -> Pass:
        return shannon.assign(self.p, self.own, sample_weight, centres)

    def sums(self, labels: Index, centres: Array, sample_weight: Array) -> Array:
        return shannon.assign(self.p, self.own, sample_weight, centres, labels).sums

    def centres(self, means: Array) -> Array:
        return shannon.centres(means)


def problem(metric: str, p: Any) -> Problem:
    """The rows, under the metric."""
    return Shannon(metric, p) if metric == "js" else Products(metric, p)


class Run(NamedTuple):
    """Where a run ended: its centres, the last pass, the objective, the number of steps."""

    centres: Array
    found: Pass
    objective: float
    steps: int


def run(given: Problem, centres: Array, sample_weight: Array, most_steps: int, tol: float) -> Run:
    """Lloyd's steps: the objective never rises, but for roundings."""
    found = given.assign(centres, sample_weight)
    objective = float(sample_weight @ found.nearest)
    steps = 0
    while steps < most_steps:
        filled = fill_empty(given, found, centres, sample_weight)
        after = next_centres(given, filled, centres)
        before, last = found, objective
        found = given.assign(after, sample_weight)
        objective = float(sample_weight @ found.nearest)
        centres, steps = after, steps + 1
        if given.final and filled is before and np.array_equal(found.labels, before.labels):
            break
        if last - objective <= tol * abs(objective):
            break
    return Run(centres, found, objective, steps)


def next_centres(given: Problem, found: Pass, centres: Array) -> Array:
    """The centres of clusters; one without weight stays where it was."""
    some = found.weights > 0.0
    after = centres.copy()
    after[some] = given.centres(found.sums[some] / found.weights[some, None])
    return after


def fill_empty(given: Problem, found: Pass, centres: Array, sample_weight: Array) -> Pass:
    """Give a cluster without weight the row that is farthest from its centre, as long as one is."""
    empty = np.flatnonzero(found.weights == 0.0)
    if not empty.size:
        return found
    far = np.argsort(-np.where(sample_weight > 0.0, found.nearest, -np.inf), kind="stable")
    labels, alone = found.labels.copy(), np.bincount(found.labels, minlength=len(centres))
    moved = False
    for row in far:
        if not empty.size or not found.nearest[row] > 1e-12:
            break
        if alone[labels[row]] > 1:
            alone[labels[row]] -= 1
            labels[row], empty, moved = empty[0], empty[1:], True
    if not moved:
        return found
    sums = given.sums(labels, centres, sample_weight)
    return Pass(labels, found.nearest, sums, lloyd.totals(labels, sample_weight, len(centres)))
