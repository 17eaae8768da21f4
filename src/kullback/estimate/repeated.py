"""Samples that are repeated, or common to both sets: what distributions with densities never give.

Where many samples are equal the distribution has an atom, or measurements were rounded: there the
logarithm of p/q is that of two counts. Few of them may be chance or a slip; they are told, too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import digamma

from kullback._process.arrays import Array, Floats

AROUND = 20  # samples of y that tell whether it has a density at a place
ATOM = 10  # equal samples from which on they are an atom
LEAST = 0.01  # the part of x from which on an atom that y lacks makes the value infinite
EXPECTED = 20.0  # samples of y at a place where there is none: e**-20 is no chance
PART = 0.1  # of the standard error, which repeated samples may move the value by in silence


class Repeated(NamedTuple):
    """How many samples of x and of y are equal to each sample of x, itself included; and of y's."""

    in_x: Array
    in_y: Array
    of_y: Array  # how many of y are equal to each of y

    @property
    def numbers(self) -> tuple[int, int, int]:
        """How many samples of x, and of y, are repeated, and how many of x are also in y."""
        sets = (self.in_x > 1, self.of_y > 1, self.in_y > 0)
        return tuple(int(np.count_nonzero(which)) for which in sets)  # type: ignore[return-value]

    def effect(self, k: int) -> float:
        """About how far they may move the value: z neighbours at distance 0 are z neighbours less.

        psi(k) - psi(k - z) is what that makes of a term, and about as much of terms beside it.
        """

        def moved(equals: Array) -> float:
            left = np.maximum(k - equals, 1)
            return float(np.mean(digamma(k) - digamma(left) + (equals >= k)))

        return 2.0 * (moved(self.in_x - 1 + self.in_y) + moved(self.of_y - 1))

    def atoms(self, k: int) -> Array:
        """Which samples of x lie on an atom: its k-th neighbour is at distance 0."""
        return np.asarray(self.in_x >= max(ATOM, k + 1))

    def of_counts(self, atoms: Array) -> Floats:
        """Ln(p/q) at the atoms but for ln(m/(n - 1)); infinite where y has none."""
        with np.errstate(divide="ignore"):
            others = np.where(self.in_y[atoms] > 0, digamma(self.in_y[atoms]), -np.inf)
        return np.asarray(digamma(self.in_x[atoms] - 1) - others)

    def lacks(self, alone: Array, ratios: Floats, around: Array) -> Array:
        """At which of the atoms that y has no sample of it has no atom for certain.

        `ratios`: ln(p/q) there, of densities that are as smooth as the samples around; `around`:
        which samples of y are nearest. Where these are not repeated, y has a density and no atom;
        where they are, it may have missed one by chance, but not one of many expected samples. A
        few equal samples among very many are sooner a slip in x than an atom of p.
        """
        of_x = self.in_x[alone] / len(self.in_x)
        has_density = np.mean(self.of_y[around] > 1, axis=1) < 0.5
        expected = len(self.of_y) * of_x * np.exp(-ratios)
        return np.asarray((of_x >= LEAST) & (has_density | (expected > EXPECTED)))

    def said(self, decided: bool) -> str:
        """What a warning tells of them."""
        of_x, of_y, common = self.numbers
        parts = [
            f"{of_x} of {len(self.in_x)} samples of x are repeated" if of_x else "",
            f"{of_y} of {len(self.of_y)} samples of y are repeated" if of_y else "",
            f"{common} sample{'s' * (common > 1)} of x also in y" if common else "",
        ]
        what = ", ".join(part for part in parts if part)
        if not decided:
            return f"{what}: too few to matter, but samples of a density have no equals"
        return (
            f"{what}: they decide the estimate, which therefore has no standard error. Atoms and "
            "rounded values are for kl_divergence of their counts; samples that stand in both "
            "sets, or twice in one, are to be left out"
        )


def repeated(x: Floats, y: Floats) -> Repeated | None:
    """What is repeated; None where nothing is."""
    both = np.concatenate([x, y])
    axis = 0 if x.shape[1] > 1 else None
    different, place = np.unique(both, axis=axis, return_inverse=True)
    if len(different) == len(both):
        return None
    place = np.ravel(place)
    of_x, of_y = place[: len(x)], place[len(x) :]
    in_x, in_y = (np.bincount(some, minlength=len(different)) for some in (of_x, of_y))
    return Repeated(in_x[of_x], in_y[of_x], in_y[of_y])


def decide(found: Repeated, error: float, k: int) -> bool:
    """Whether they may move the value by more than a part of its standard error."""
    return not found.effect(k) <= PART * error
