"""Pairs of Gaussians with full covariances to results, by the kernel of their size."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kullback._drivers.sources import Rows, counting
from kullback._kernels.gaussians import build
from kullback._kernels.gaussians.full import workspace
from kullback._kernels.gaussians.large import divergence
from kullback._math.lanes import WIDTH
from kullback._process import blas, threads
from kullback._process.arrays import Array
from kullback._process.memory import aligned

# Dimensions from which on pairs are computed by LAPACK. Eight pairs at a time take a quarter of its
# time even at 300, but one pair takes as long as eight. No result may depend on the batch.
LARGE = 256
TILE = 1 << 24  # steps of a tile: 1 to 2 ms
SMALL = 1 << 23  # that one thread does


class Sides(NamedTuple):
    """Means and covariances of p and of q, broadcast to one leading shape."""

    mean_p: Rows
    cov_p: Rows
    mean_q: Rows
    cov_q: Rows


def run(
    sides: Sides, tolerance: float, out: Array, status: Array, most_threads: int | None
) -> None:
    """out[r] = KL of pair r in nats, in float64; status[r]: what is at fault (nan)."""
    d = sides.mean_p.width
    steps = d**3 + 50 * d**2 + 200  # of a pair; the second is for bringing it into lanes
    many = most_threads or threads.default_threads()
    many = many if out.size * steps > SMALL else 1
    if d >= LARGE:
        _run_large(sides, tolerance, out, status, many)
        return
    step = max(WIDTH, TILE // steps // WIDTH * WIDTH)

    def tile(number: int) -> None:
        part = slice(number * step, min((number + 1) * step, out.size))
        rows = [given for side in sides for given in side.tile(part.start, part.stop)]
        memory = aligned((workspace(d),))
        build.full()(*rows, tolerance, memory, out[part], status[part])

    threads.run(tile, -(-out.size // step), many)


def check(mean: Rows, cov: Rows, as_p: bool, tolerance: float, most_threads: int | None) -> Array:
    """What is at fault in each Gaussian as p, or as q: bits as of `run`."""
    d, status = mean.width, np.zeros(mean.lead[0], np.uint8)
    step = max(WIDTH, TILE // (d**3 + 50 * d**2 + 200) // WIDTH * WIDTH)

    def tile(number: int) -> None:
        part = slice(number * step, min((number + 1) * step, status.size))
        rows = [given for side in (mean, cov) for given in side.tile(part.start, part.stop)]
        build.full_checked()(*rows, as_p, tolerance, aligned((workspace(d),)), status[part])

    threads.run(tile, -(-status.size // step), most_threads or threads.default_threads())
    return status


def pairs(sides: list[Array], tolerance: float, out: Array, status: Array) -> None:
    """As `run` on one thread, of contiguous rows: means and covariances of p, and of q."""
    d = sides[0].shape[1]
    if d < LARGE:
        rows = [given for side in sides for given in (side, counting(out.size))]
        build.full()(*rows, tolerance, aligned((workspace(d),)), out, status)
        return
    for r in range(out.size):
        mean_p, cov_p, mean_q, cov_q = (side[r] for side in sides)
        given = (mean_p, cov_p.reshape(d, d), mean_q, cov_q.reshape(d, d))
        out[r], status[r] = divergence(*given, tolerance)


def dimensions(width: int) -> int:
    """d, of a row of d means and d * d entries of a covariance."""
    return math.isqrt(width)


def _run_large(sides: Sides, tolerance: float, out: Array, status: Array, many: int) -> None:
    d = sides.mean_p.width

    def tile(number: int) -> None:
        tiles = (side.tile(number, number + 1) for side in sides)
        mean_p, cov_p, mean_q, cov_q = (rows[index[0]] for rows, index in tiles)
        given = (mean_p, cov_p.reshape(d, d), mean_q, cov_q.reshape(d, d))
        out[number], status[number] = divergence(*given, tolerance)

    # As many pairs at a time as there are threads, or else the BLAS's own threads.
    several = out.size >= many
    with blas.at_most(1 if several else many):
        threads.run(tile, out.size, many if several else 1)
