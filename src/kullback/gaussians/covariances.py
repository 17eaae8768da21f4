"""Checks of means and covariances, and what is wrong with those that the kernels refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments import arrays
from kullback._arguments.domains import faults
from kullback._drivers import gaussian_full
from kullback._drivers.gaussian_full import Sides
from kullback._drivers.sources import Rows
from kullback._kernels.gaussians.full import COV_P, COV_Q, MEAN_P, MEAN_Q
from kullback._kernels.gaussians.large import unlike_mirrored
from kullback._process.arrays import Array
from kullback.gaussians.arguments import MEANS, Gaussians

NAMES = {MEAN_P: "mean_p", COV_P: "cov_p", MEAN_Q: "mean_q", COV_Q: "cov_q"}
UNITS = 8  # in the last place, by which entries that should be equal may differ
HUGE = 1e150  # of a scaled covariance, which is at most 2
AT_ONCE = 1 << 20  # entries of matrices that are looked at in one go


Named = dict[tuple[int, str], tuple[Array, Rows]]


class Gaussian(NamedTuple):
    """Means and covariances, as given."""

    mean: Array
    cov: Array


def gaussian(mean: ArrayLike, cov: ArrayLike, names: tuple[str, str]) -> Gaussian:
    """Both as arrays whose last axes fit; at least one dimension."""
    found = Gaussian(arrays.array(mean, names[0]), arrays.array(cov, names[1]))
    d = found.mean.shape[-1:]
    shapes = f"{names[0]} has shape {found.mean.shape} and {names[1]} {found.cov.shape}"
    if not d or found.cov.shape[-2:] != d * 2:
        raise ValueError(f"{shapes}; they must be (..., d) and (..., d, d)")
    if d == (0,):
        raise ValueError(f"there are no dimensions: {shapes}")
    return found


def full_rows(mean: ArrayLike, cov: ArrayLike, names: tuple[str, str]) -> Gaussians:
    """Means and covariances as one set of rows: (n, d) and (n, d, d), unread."""
    found = gaussian(mean, cov, names)
    shapes = f"{names[0]} has shape {found.mean.shape} and {names[1]} {found.cov.shape}"
    try:
        lead = np.broadcast_shapes(found.mean.shape[:-1], found.cov.shape[:-2])
    except ValueError:
        raise ValueError(f"{shapes}, whose numbers of rows do not broadcast to one") from None
    if len(lead) != 1:
        raise ValueError(f"{shapes}; they must be (n, d) and (n, d, d), for n Gaussians")
    d = found.mean.shape[-1]
    means, covs = np.broadcast_to(found.mean, (*lead, d)), np.broadcast_to(found.cov, (*lead, d, d))
    return Gaussians(means, covs, (found.mean, found.cov), names)


def wrong_covariances(
    sets: Sequence[tuple[Gaussians, bool]], tolerance: float, raises: bool
) -> list[Array]:
    """Which rows of each set are no Gaussians; ValueError where `raises`.

    Each set says whether its covariances may be singular.
    """
    looked = [_looked_at(x, singular, tolerance) for x, singular in sets]
    if raises and any(status.any() for status, _ in looked):
        found = [said(status, named, tolerance) for status, named in looked if status.any()]
        raise ValueError("; ".join(found))
    return [status != 0 for status, _ in looked]


def _looked_at(x: Gaussians, singular: bool, tolerance: float) -> tuple[Array, Named]:
    """What is at fault in each row, as bits, and what they are about.

    As the kernel of pairs says of p, or of q where no covariance may be singular.
    """
    lead = x.mean.shape[:1]
    mean = Rows(x.given[0], lead, arrays.FLOAT64)
    cov = Rows(x.given[1], lead, arrays.FLOAT64, axes=2)
    status = gaussian_full.check(mean, cov, singular, tolerance, None)
    bits = (MEAN_P, COV_P) if singular else (MEAN_Q, COV_Q)
    if singular:
        allow_singular(status, cov, x.given[1], tolerance)
    named = zip(
        zip(bits, x.names, strict=True), zip(x.given, (mean, cov), strict=True), strict=True
    )
    return status, dict(named)


def tolerance_of(*inputs: Array) -> float:
    """By how much scaled entries may differ from their mirror images: the coarsest dtype's."""
    floats = [x.dtype for x in inputs if x.dtype.kind == "f"]
    return UNITS * max((float(np.finfo(dtype).eps) for dtype in floats), default=2.0**-52)


def resolve(
    values: Array, status: Array, sides: Sides, inputs: list[Array], tolerance: float, raises: bool
) -> None:
    """Make pairs with a singular cov_p infinite; raise for the others where `raises`."""
    singular = allow_singular(status, sides.cov_p, inputs[1], tolerance)
    values[singular & (status == 0)] = np.inf
    if raises and status.any():
        named = dict(zip(NAMES.items(), zip(inputs, sides, strict=True), strict=True))
        raise ValueError(said(status, named, tolerance))


def allow_singular(status: Array, rows: Rows, cov: Array, tolerance: float) -> Array:
    """Which pairs have a cov_p that is singular and nothing worse, which `status` then forgets."""
    singular = _singular(status, rows, cov, tolerance)
    status[singular] &= ~np.uint8(COV_P) & np.uint8(0xFF)
    return singular


def said(status: Array, named: Named, tolerance: float) -> str:
    """What is at fault: for each bit of `status` and name, the array as given and as rows."""
    found = []
    for (bit, name), (array, rows) in named.items():
        if bit in (MEAN_P, MEAN_Q):
            found.append(faults([(name, array, MEANS)]))
            continue
        numbers = np.unique(rows.own_numbers(np.flatnonzero(status & bit)))
        if numbers.size:
            found.append(_fault(name, array, numbers, _covariance_fault(tolerance, bit == COV_P)))
    return "; ".join(filter(None, found))


def _singular(status: Array, rows: Rows, cov: Array, tolerance: float) -> Array:
    """Which pairs have a cov_p that is singular, but without negative eigenvalues."""
    found = np.zeros(status.size, bool)
    pairs = np.flatnonzero(status & COV_P)
    numbers, back = np.unique(rows.own_numbers(pairs), return_inverse=True)
    d = cov.shape[-1]
    step = max(1, AT_ONCE // (d * d))
    right = np.zeros(numbers.size, bool)
    for start in range(0, numbers.size, step):
        some = numbers[start : start + step]
        matrices = cov[np.unravel_index(some, cov.shape[:-2])] if cov.ndim > 2 else cov[None]
        right[start : start + step] = _semidefinite(np.asarray(matrices, np.float64), tolerance)
    found[pairs] = right[back.reshape(-1)]
    return found


@np.errstate(all="ignore")
def _semidefinite(matrices: Array, tolerance: float) -> Array:
    """Whether matrices are finite, symmetric and without eigenvalues below 0, but for rounding."""
    diagonal = np.einsum("nii->ni", matrices)
    right = np.isfinite(matrices).all(axis=(1, 2)) & (diagonal >= 0).all(axis=1)
    scaled = _scaled(np.where(right[:, None, None], matrices, 0.0))
    right &= ~unlike_mirrored(scaled, tolerance).any(axis=(1, 2))
    # A variance of 0 leaves no room for a covariance.
    right &= ~(_of_no_variance(diagonal) & (matrices != 0)).any(axis=(1, 2))
    scaled[~right] = 0.0
    least = np.linalg.eigvalsh(scaled)[:, 0]
    return np.asarray(right & (least > -tolerance * matrices.shape[-1]))


def _of_no_variance(diagonal: Array) -> Array:
    """Which entries are covariances of a dimension whose variance is 0."""
    bare = diagonal == 0
    return np.asarray(bare[..., :, None] | bare[..., None, :])


@np.errstate(over="ignore")
def _scaled(matrices: Array) -> Array:
    """Scaled to variances near 1; a covariance that is too large for them stays a number."""
    power = (np.frexp(np.einsum("nii->ni", matrices))[1] - 1) >> 1
    scaled = np.ldexp(matrices, -power[:, :, None])
    return np.asarray(np.clip(np.ldexp(scaled, -power[:, None, :]), -HUGE, HUGE))


def _fault(name: str, array: Array, numbers: Array, describe: Callable[[Array], str]) -> str:
    lead = array.shape[:-2]
    place = np.unravel_index(int(numbers[0]), lead) if lead else ()
    where = f"matrix {', '.join(str(int(i)) for i in place)} " if place else ""
    return (
        f"{name}: {where}{describe(array[place])} ({numbers.size} such "
        f'matri{"x" if numbers.size == 1 else "ces"} in {name}; invalid="nan" gives NaN there)'
    )


def _covariance_fault(tolerance: float, may_be_singular: bool) -> Callable[[Array], str]:
    def describe(matrix: Array) -> str:
        wrong = np.argwhere(~np.isfinite(matrix))
        if len(wrong):
            i, j = (int(n) for n in wrong[0])
            kind = "NaN" if np.isnan(matrix[i, j]) else "infinite"
            return f"is no covariance: entry ({i}, {j}) is {kind} ({matrix[i, j]})"
        diagonal = np.diagonal(matrix)
        if (diagonal < 0).any() or ((diagonal == 0).any() and not may_be_singular):
            i = int(np.flatnonzero(diagonal <= 0)[0])
            return f"is not positive definite: entry ({i}, {i}) is {matrix[i, i]}"
        exact = np.asarray(matrix, np.float64)
        scaled = _scaled(exact[None])[0]
        wrong = np.argwhere(unlike_mirrored(scaled, tolerance))
        if len(wrong):
            i, j = (int(n) for n in wrong[0])
            return (
                f"is not symmetric: entry ({i}, {j}) is {matrix[i, j]}, and entry ({j}, {i}) "
                f"{matrix[j, i]}"
            )
        word = "semidefinite" if may_be_singular else "definite"
        wrong = np.argwhere(_of_no_variance(diagonal) & (matrix != 0))
        if len(wrong):
            i, j = (int(n) for n in wrong[0])
            return (
                f"is not positive {word}: entry ({i}, {j}) is {matrix[i, j]} beside a variance of 0"
            )
        least = float(np.linalg.eigvalsh(scaled)[0])
        return (
            f"is not positive {word}: of its correlations, the smallest eigenvalue is about "
            f"{least:.2g}"
        )

    return describe
