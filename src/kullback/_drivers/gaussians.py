"""Batches of diagonal Gaussians to results, in tiles of rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.rows import CONVERTED_TILE, SMALL, TILE, Invalid
from kullback._drivers.sources import Index, Rows
from kullback._kernels.gaussians import build as build_gaussians
from kullback._kernels.gaussians.rows import SHORT
from kullback._process import threads

Array = NDArray[Any]


class Job(NamedTuple):
    """What is to be computed, and of what."""

    spread: str
    standard: bool  # q is N(0, I), and not given
    sides: list[Rows]  # mean and spread of p, and of q
    entries: bool  # every dimension, not their sum
    unit: float  # results are divided by it: ln(base)
    invalid: Invalid
    threads: int | None


def run(job: Job, out: Array) -> None:
    """out[r] = the divergence of pair r, or out[r, c] that of one dimension of it."""
    count, d = out.shape[0], job.sides[0].array.shape[-1]
    if not out.size:
        return
    each = len(job.sides) * d
    flat = job.entries or d < SHORT
    in_place = all(_is_read_in_place(rows, flat) for rows in job.sides)
    step = max(1, (TILE if in_place else CONVERTED_TILE) // each)

    def tile(number: int) -> None:
        start = number * step
        stop = min(start + step, count)
        direct = out.dtype == np.float64
        results = out[start:stop] if direct else np.empty(out[start:stop].shape)
        invalid = (_entries if flat else _rows)(job, start, stop, results)
        job.invalid.found(invalid)
        with np.errstate(over="ignore"):  # what is too large becomes infinite
            if job.unit != 1.0:
                results /= job.unit
            if not direct:
                out[start:stop] = results

    if count * each <= SMALL and count <= step:
        tile(0)
    else:
        threads.run(tile, -(-count // step), job.threads or threads.default_threads())


def _is_read_in_place(rows: Rows, flat: bool) -> bool:
    return rows.in_place and (rows.own == rows.lead or not flat)


def _rows(job: Job, start: int, stop: int, out: Array) -> int:
    """Sums over the dimensions; how many are nan."""
    given: list[Array | Index] = []
    for rows in job.sides:
        given += rows.tile(start, stop)
    if job.standard:
        given += given
    return int(_kernel(build_gaussians.rows, job)(*given, out))


def _entries(job: Job, start: int, stop: int, out: Array) -> int:
    """The same of short rows, or every dimension; how many are nan."""
    given = [_in_a_row(rows, start, stop) for rows in job.sides]
    if job.standard:
        given += given
    d = 1 if job.entries else job.sides[0].array.shape[-1]
    return int(_kernel(build_gaussians.entries, job)(*given, d, out.reshape(-1)))


def _in_a_row(rows: Rows, start: int, stop: int) -> Array:
    """The entries of some rows, one after the other."""
    array, index = rows.tile(start, stop)
    return (array if rows.own == rows.lead else array[index]).reshape(-1)


def _kernel(build_one: Any, job: Job) -> Any:
    return build_one(job.spread, job.standard, job.sides[0].dtype.str[1:])
