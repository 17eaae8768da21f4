"""Matrices of Gaussians with full covariances: their rows, their pairs and the form of their tiles.

A row is d means and after them d * d entries of a covariance, side by side in float64; the two
arrays that they come from are never copied as a whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kullback._drivers import gaussian_full
from kullback._drivers.forms import Place, Prepared
from kullback._drivers.gaussian_matrices import MOST_EXPONENT, MOST_FOR_REFERENCE
from kullback._drivers.products import multiply_in_chunks
from kullback._drivers.sources import counting
from kullback._kernels.gaussians import build
from kullback._kernels.gaussians.full_layout import half_width, workspace
from kullback._process.arrays import Array, Index, contiguous
from kullback._process.memory import aligned

MOST_WEIGHT = 60  # as a power of two
AT_ONCE = 1 << 18  # numbers of pairs that are brought side by side


class FullRows:
    """Means (n, d) and covariances (n, d, d); rows that `wrong` marks are made nan."""

    def __init__(self, mean: Array, cov: Array, wrong: Array) -> None:
        self.mean, self.cov, self.wrong = mean, cov, wrong
        self.lead = mean.shape[:1]
        self.d = mean.shape[1]
        self.width = self.d * (self.d + 1)

    def tile(self, start: int, stop: int) -> tuple[Array, Index]:
        """Rows start ... stop - 1 as one array."""
        d = self.d
        rows = np.empty((stop - start, self.width))
        with np.errstate(invalid="ignore"):  # a signaling NaN
            rows[:, :d] = self.mean[start:stop]
            rows[:, d:].reshape(-1, d, d)[:] = self.cov[start:stop]
        wrong = self.wrong[start:stop]
        if wrong.any():
            rows[wrong, :d] = np.nan
            rows[wrong, d:] = np.eye(d).reshape(-1)
        return rows, counting(stop - start)

    def sample(self, most: int) -> tuple[Array, Array]:
        """Means and covariances of some rows that are not wrong; lower triangles count."""
        right = np.flatnonzero(~self.wrong)
        chosen = right[:: -(-right.size // most)] if right.size else right
        lower = np.tril(contiguous(self.cov[chosen]))
        return contiguous(self.mean[chosen]), lower + np.tril(lower, -1).transpose(0, 2, 1)


class FullWork(NamedTuple):
    """What to do with each pair of rows."""

    metric: str  # "kl" or "jeffreys"
    tolerance: float  # by how much scaled entries may differ from their mirror images
    unit: float  # results are divided by it: ln(base)

    def pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """Results in nats of row pairs; none is invalid here."""
        step = max(1, AT_ONCE // p.shape[1])
        for start in range(0, out.size, step):
            some = slice(start, start + step)
            x, y = p[p_index[some]], q[q_index[some]]
            out[some] = self._divergences(x, y)
            if self.metric == "jeffreys":
                out[some] += self._divergences(y, x)
        return 0

    def near_pairs(self, p: Array, p_index: Index, q: Array, q_index: Index, out: Array) -> int:
        """As `pairs`, whose kernel is right for near pairs too."""
        return self.pairs(p, p_index, q, q_index, out)

    def _divergences(self, p: Array, q: Array) -> Array:
        """KL of pairs; infinite where a covariance is singular, which has been allowed."""
        d = gaussian_full.dimensions(p.shape[1])
        values, status = np.empty(len(p)), np.zeros(len(p), np.uint8)
        sides = [contiguous(part) for rows in (p, q) for part in (rows[:, :d], rows[:, d:])]
        gaussian_full.pairs(sides, self.tolerance, values, status)
        singular = (status != 0) & ~np.isnan(p[:, 0]) & ~np.isnan(q[:, 0])
        return np.where(singular, np.inf, values)

    def convert(self, out: Array) -> None:
        """From nats to what the caller asked for, in place."""
        if self.unit != 1.0:
            with np.errstate(over="ignore"):
                out /= self.unit


class FullProduct:
    """KL in one product; Jeffreys' divergence in two, side by side."""

    multiplies = True
    alike = False

    def __init__(self, work: FullWork, x: FullRows, y: FullRows) -> None:
        self.d = x.d
        self.both = work.metric == "jeffreys"
        self.reference = middle(x, y)
        self.width = int(half_width(x.d)) * (2 if self.both else 1)

    def space(self, count: int) -> Prepared:
        return aligned((count, self.width)), np.empty(count), np.empty(count)

    def left(self, rows: Array, made: Prepared) -> None:
        self._prepare(rows, made, second=False)

    def right(self, rows: Array, made: Prepared) -> None:
        self._prepare(rows, made, second=True)

    def _prepare(self, rows: Array, made: Prepared, second: bool) -> None:
        kernel = build.full_prepared(self.both or not second, self.both or second)
        kernel(rows, self.reference, self.d, second, aligned((workspace(self.d),)), *made)

    def multiply(self, x: Prepared, y: Prepared, out: Array) -> None:
        multiply_in_chunks(x[0], y[0], out)

    def tile(self, x: Prepared, y: Prepared, place: Place, out: Array) -> bool:
        kernel = build.certify(False)
        return bool(kernel(out, *x[1:], *y[1:], self.width, place.above, place.diagonal))


@np.errstate(all="ignore")  # what over- or underflows costs time, not digits: it is refined
def middle(x: FullRows, y: FullRows) -> Array:
    """A Gaussian in the middle of all: means, powers of two, a triangle T and weights, in one row.

    In units of the powers of two its covariance is T**-1 T**-T. It lies where the median of the
    means does and has median variances, which a few far rows do not move; of covariances, each in
    proportion, the mean, which is narrow where all are.
    """
    d = x.d
    some = [rows.sample(MOST_FOR_REFERENCE) for rows in ((x, y) if y is not x else (x,))]
    means, covs = (np.concatenate(parts) for parts in zip(*some, strict=True))
    if not len(means):
        means, covs = np.zeros((1, d)), np.eye(d)[None]
    place = len(means) // 2
    variances = np.einsum("nii->ni", covs)
    v = np.partition(variances, place, axis=0)[place]
    v[~((v > 0.0) & (v < np.inf))] = 1.0
    scale = np.ldexp(1.0, np.clip(-np.frexp(np.sqrt(v))[1], -MOST_EXPONENT, MOST_EXPONENT))
    covs = covs * scale[:, None] * scale
    size = (np.einsum("nii->ni", covs) / (v * scale * scale)).mean(axis=1)
    alike = covs / size[:, None, None]
    alike = alike[np.isfinite(alike).all(axis=(1, 2))]
    triangle = _inverse_triangle(alike.mean(axis=0) if len(alike) else np.eye(d))
    # One of the means: a median of each dimension may lie where none is, in a narrow direction.
    a = ((means - means[0]) * scale) @ triangle.T
    apart = np.abs(a - np.partition(a, place, axis=0)[place]).sum(axis=1)
    c = means[np.argmin(np.where(apart == apart, apart, np.inf))]
    weights = _weights(triangle, (means - c) * scale, covs)
    return np.concatenate([c, scale, triangle[np.tril_indices(d)], weights])


def _weights(triangle: Array, means: Array, covs: Array) -> Array:
    """What brings entries of covariances and of means to one size in p and in q: powers of two."""
    a = means @ triangle.T
    v, one = triangle @ covs @ triangle.T, np.eye(len(triangle))
    try:
        inverse = np.linalg.inv(v)
    except np.linalg.LinAlgError:
        return np.ones(2)
    length = np.linalg.norm(a, axis=1)
    of_p = np.linalg.norm(v - one + a[:, :, None] * a[:, None], axis=(1, 2))
    slope = 2.0 * np.linalg.norm(np.einsum("nij,nj->ni", inverse, a), axis=1)
    of_means = of_p / length
    of_q = np.hypot(np.linalg.norm(inverse - one, axis=(1, 2)), slope / of_means)
    weight = np.sqrt(of_q / of_p)
    return np.array([_usual(weight), _usual(weight * of_means)])


def _usual(ratios: Array) -> float:
    """A power of two near the median of those that are numbers."""
    some = ratios[(ratios > 0.0) & (ratios < np.inf)]
    power = np.log2(np.median(some)) if some.size else 0.0
    return float(np.ldexp(1.0, int(np.clip(np.rint(power), -MOST_WEIGHT, MOST_WEIGHT))))


def _inverse_triangle(cov: Array) -> Array:
    """The inverse of Cholesky's factor; that of 1, if there is none."""
    try:
        return np.asarray(np.linalg.inv(np.linalg.cholesky(cov)))
    except np.linalg.LinAlgError:
        return np.eye(len(cov))
