"""Checks of Gaussians: shapes of means and spreads, and which of them are no Gaussians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kullback._arguments.arrays import array
from kullback._arguments.axes import Axis, merged, resolve_axis
from kullback._arguments.domains import Domain, faults, refusal, wrong_rows
from kullback._drivers.rows import Invalid
from kullback._process.arrays import Array

SPREADS = {"var": "variance", "std": "standard deviation", "log_var": "log-variance"}
DIMENSION = "dimension"  # what the entries of a row are
MEANS = Domain(np.isfinite, "is no mean", DIMENSION)


class Gaussians(NamedTuple):
    """n Gaussians of d dimensions: arrays as they were given, broadcast to (n, d), unread."""

    mean: Array
    spread: Array
    given: tuple[Array, Array]
    names: tuple[str, str]


def spread_kind(spread: object, full: bool = False) -> str:
    """The option `spread`, checked; `full`: covariances are known, too."""
    if full and isinstance(spread, str) and spread == "cov":
        return spread
    if not isinstance(spread, str) or spread not in SPREADS:
        known = '"var", "std", "log_var" or "cov"' if full else '"var", "std" or "log_var"'
        raise ValueError(f"spread is {spread!r}; it must be {known}")
    return spread


def dimensions_last(arrays: Sequence[Array], names: Sequence[str], axis: Axis) -> list[Array]:
    """The arrays with one common number of dimensions of space, on the last axis.

    Leading axes are left to be broadcast; numbers are Gaussians of one dimension.
    """
    shapes = [array.shape for array in arrays]
    try:
        whole = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"the shapes do not broadcast: {_shapes(arrays, names)}") from None
    if not whole:
        if axis != -1:
            resolve_axis(axis, 1, _shapes(arrays, names))
        return [array.reshape(1) for array in arrays]
    if axis != -1:
        arrays = _moved(arrays, names, axis, whole)
        whole = np.broadcast_shapes(*(array.shape for array in arrays))
    d = whole[-1]
    if not d:
        raise ValueError(f"there are no dimensions: {_shapes(arrays, names)}")
    return [a if a.shape[-1:] == (d,) else np.broadcast_to(a, (*a.shape[:-1], d)) for a in arrays]


def _moved(
    arrays: Sequence[Array], names: Sequence[str], axis: Axis, whole: tuple[int, ...]
) -> list[Array]:
    """The arrays with the axes of the dimensions, of which a number has none, made the last one."""
    places = resolve_axis(axis, len(whole), _shapes(arrays, names))
    dimensions = [whole[i] for i in places]
    found = []
    for given in arrays:
        one = given.reshape((1,) * (len(whole) - given.ndim) + given.shape)
        own = [one.shape[i] for i in places]
        if any(n != 1 for n in own) and own != dimensions:
            sizes = dict(zip(places, dimensions, strict=True))
            one = np.broadcast_to(one, [sizes.get(i, n) for i, n in enumerate(one.shape)])
        found.append(merged(one, places))
    return found


def _shapes(arrays: Sequence[Array], names: Sequence[str]) -> str:
    return ", ".join(f"{n} has shape {a.shape}" for n, a in zip(names, arrays, strict=True))


def gaussian_rows(mean: ArrayLike, spread: ArrayLike, names: tuple[str, str]) -> Gaussians:
    """Means and spreads as one set of rows; at least one dimension."""
    given = array(mean, names[0]), array(spread, names[1])
    shapes = f"{names[0]} has shape {given[0].shape} and {names[1]} has shape {given[1].shape}"
    try:
        shape = np.broadcast_shapes(given[0].shape, given[1].shape)
    except ValueError:
        raise ValueError(f"{shapes}, which do not broadcast to one") from None
    if len(shape) != 2:
        raise ValueError(f"{shapes}; together they must have two axes, rows and dimensions")
    if shape[1] == 0:
        raise ValueError(f"there are no dimensions: {shapes}")
    means, spreads = (np.broadcast_to(x, shape) for x in given)
    return Gaussians(means, spreads, given, names)


def spreads(kind: str, zero: bool) -> Domain:
    """What spreads of a kind must be; `zero` says whether a variance may be 0: that of a point."""
    word = SPREADS[kind]
    if kind == "log_var":
        if zero:
            return Domain(lambda x: x < np.inf, f"is no {word}", DIMENSION)
        return Domain(np.isfinite, f"is no finite {word}", DIMENSION)
    if zero:
        return Domain(lambda x: (x >= 0.0) & (x < np.inf), f"is no {word}", DIMENSION)
    return Domain(lambda x: (x > 0.0) & (x < np.inf), f"is no {word} above 0", DIMENSION)


def wrong_gaussians(sets: Sequence[tuple[Gaussians, Domain]], raises: bool) -> list[Array]:
    """Which rows of each set have a mean or a spread that is none; ValueError where `raises`."""
    wrong = [wrong_rows(x.mean, MEANS) | wrong_rows(x.spread, domain) for x, domain in sets]
    if raises and any(rows.any() for rows in wrong):
        named = []
        for x, domain in sets:
            named += [(x.names[0], x.mean, MEANS), (x.names[1], x.spread, domain)]
        raise ValueError(faults(named))
    return wrong


def reporter(sides: Sequence[Array], names: Sequence[str], kind: str, raises: bool) -> Invalid:
    """What is to happen when a kernel meets what is no Gaussian: means and spreads by turns."""
    domains = (MEANS, spreads(kind, zero=True), MEANS, spreads(kind, zero=False))
    return refusal(raises, list(zip(names, sides, domains, strict=False)))
