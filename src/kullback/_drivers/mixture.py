"""Groups of rows to results: tiles of whole groups, or a large group in blocks.

A block is BLOCK entries, and so is what is converted at once where the rows cannot be read where
they lie. Whole or in blocks, a group has the same result to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kullback._drivers.groups import FLOAT64, Array, Job, converted, cut
from kullback._drivers.mixture_blocks import in_blocks
from kullback._kernels.mixtures import build
from kullback._kernels.mixtures import common as mixture
from kullback._kernels.mixtures import state as careful
from kullback._kernels.mixtures.short import is_short, short_space
from kullback._process import threads

SMALL = 200_000  # elements that one thread does
TILE = 1 << 18  # elements of a tile that is read where it lies: about 0.3 ms
WHOLE = 1 << 17  # elements of a group up to which it is always done whole ...
FEW = 4  # ... and beyond, if it is read where it lies, where there are so many for each thread


def run(job: Job, out: Array) -> None:
    """out[g] = the divergence of group g; `out` is flat."""
    groups = job.groups
    size = groups.m * groups.k
    if size > WHOLE and (groups.count < FEW * job.threads() or not groups.in_place):
        for g in range(groups.count):
            value = np.array([in_blocks(job, g)])
            job.invalid.found(int(np.isnan(value[0])))
            _write(job, slice(g, g + 1), value, out)
        return
    step = max(1, (TILE if groups.in_place else mixture.BLOCK) // size)

    def tile(number: int) -> None:
        chosen = slice(number * step, min((number + 1) * step, groups.count))
        values = np.empty(chosen.stop - chosen.start)
        job.invalid.found(_whole(job, chosen, values))
        _write(job, chosen, values, out)

    many = job.threads() if groups.count * size > SMALL else 1
    threads.run(tile, -(-groups.count // step), many)


def _write(job: Job, chosen: slice, values: Array, out: Array) -> None:
    """From nats to what the caller asked for."""
    if job.normalize:
        np.minimum(values, job.most[job.choice[chosen]], out=values)
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        out[chosen] = values / job.unit


def _whole(job: Job, chosen: slice, out: Array) -> int:
    """Results in nats of some groups; how many are no distributions (nan)."""
    m, k = job.groups.m, job.groups.k
    ps = job.groups.block(chosen, slice(0, m), slice(0, k))
    out[:] = mixture.LEFT
    choice = job.choice[chosen]
    way = "short" if is_short(m, k) else "fast"
    if not _fill(job, way, ps, choice, out):
        return 0
    if ps.dtype == np.float64:
        return _fill_what_is_left(job, ps, choice, out)
    invalid = 0
    for places in cut(chosen.stop - chosen.start, max(1, mixture.BLOCK // (m * k))):
        some = places.start + np.flatnonzero(out[places] == mixture.LEFT)
        part = np.full(some.size, mixture.LEFT)
        invalid += _fill_what_is_left(job, converted(ps[some], FLOAT64), choice[some], part)
        out[some] = part
    return invalid


def _fill(job: Job, way: str, ps: Array, choice: NDArray[np.intp], out: Array) -> int:
    """Results where `out` is LEFT; how many stay so."""
    m, k, dtype = job.groups.m, job.groups.k, ps.dtype.str[1:]
    if way == "short":
        kernel = build.short_groups(job.rule, dtype)
        space = np.empty(short_space(m, k))
    else:
        kernel = build.groups(way, job.rule, dtype)
        space = np.empty(2 * mixture.CHUNK + mixture.ROW * m)
    return int(kernel(ps, job.weights, choice, job.amount, job.normalize, space, out))


def _fill_what_is_left(job: Job, ps: Array, choice: NDArray[np.intp], out: Array) -> int:
    """Results where `out` is LEFT, of rows in float64; how many are nan."""
    if not _fill(job, "near", ps, choice, out):
        return 0
    phases = careful.SURVEY | careful.SUMS | careful.TERMS
    options = (job.groups.k, job.amount, job.normalize, phases)
    state = np.empty(careful.state_for(job.groups.m))
    return int(build.careful(job.rule)(ps, job.weights, choice, *options, state, out))
