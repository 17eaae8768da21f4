"""Batches of diagonal Gaussians to results, in tiles of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kullback._drivers.rows import CONVERTED_TILE, SMALL, TILE, Invalid
from kullback._drivers.sources import Rows, counting
from kullback._exact.gaussians import divergences
from kullback._kernels import UNCERTIFIED
from kullback._kernels.gaussians import build as build_gaussians
from kullback._kernels.gaussians.rows import SHORT
from kullback._process import threads
from kullback._process.arrays import Array, Index


class Batch(NamedTuple):
    """What is to be computed, and of what."""

    spread: str
    standard: bool  # q is N(0, I), and not given
    sides: list[Rows]  # mean and spread of p, and of q
    entries: bool  # every dimension, not their sum
    unit: float  # results are divided by it: ln(base)
    invalid: Invalid
    threads: int | None


def run(job: Batch, out: Array) -> None:
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


def settle(metric: str, spread: str, sides: list[tuple[Array, Index]], out: Array) -> int:
    """Compute exactly what no kernel has vouched for in `out`; how many are nan: no Gaussians.

    sides: mean and spread of p and of q, each as rows and which of them are meant.
    """
    places = np.flatnonzero(out == UNCERTIFIED)
    step = max(1, CONVERTED_TILE // sides[0][0].shape[1])
    for start in range(0, places.size, step):
        some = places[start : start + step]
        rows = [array[index[some]] for array, index in sides]
        out[some] = divergences(metric, spread, rows, threads.stop_if_cancelled)
    return int(np.isnan(out[places]).sum())


def _rows(job: Batch, start: int, stop: int, out: Array) -> int:
    """Sums over the dimensions; how many are nan."""
    sides = [rows.tile(start, stop) for rows in job.sides]
    given = _flat(sides) * (2 if job.standard else 1)
    kernel = build_gaussians.rows(job.spread, job.standard, _dtype(job))
    return _settled(job, sides, out) if kernel(*given, out) else 0


def _entries(job: Batch, start: int, stop: int, out: Array) -> int:
    """The same of short rows, or every dimension; how many are nan."""
    arrays = [_in_a_row(rows, start, stop) for rows in job.sides]
    given = arrays * (2 if job.standard else 1)
    d = 1 if job.entries else job.sides[0].array.shape[-1]
    flat = out.reshape(-1)
    if not build_gaussians.entries(job.spread, job.standard, _dtype(job))(*given, d, flat):
        return 0
    return _settled(job, [(array.reshape(-1, d), counting(flat.size)) for array in arrays], flat)


def _settled(job: Batch, sides: list[tuple[Array, Index]], out: Array) -> int:
    if job.standard:
        everywhere, d = np.zeros(out.size, np.intp), sides[0][0].shape[1]
        unit = 0.0 if job.spread == "log_var" else 1.0
        sides = [*sides, *((np.full((1, d), x), everywhere) for x in (0.0, unit))]
    return settle("kl", job.spread, sides, out)


def _flat(sides: list[tuple[Array, Index]]) -> list[Array]:
    return [given for side in sides for given in side]


def _in_a_row(rows: Rows, start: int, stop: int) -> Array:
    """The entries of some rows, one after the other."""
    array, index = rows.tile(start, stop)
    return (array if rows.own == rows.lead else array[index]).reshape(-1)


def _dtype(job: Batch) -> str:
    return job.sides[0].dtype.str[1:]
