"""One large group in blocks: bands of rows of parts of the columns, each phase by all threads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kullback._drivers.groups import FLOAT64, Array, Groups, Job, converted, cut
from kullback._kernels.mixtures import build
from kullback._kernels.mixtures import common as mixture
from kullback._kernels.mixtures import state as careful
from kullback._math.lanes import WIDTH
from kullback._process import threads


def in_blocks(job: Job, g: int) -> float:
    """The result of one group in nats, nan if a row is no distribution."""
    m = job.groups.m
    parts = cut(job.groups.k, mixture.part_width(m))
    bands = cut(m, m if m <= mixture.CHUNK else mixture.CHUNK)
    for way, trusted_above in (("fast", mixture.trusted_fast), ("near", mixture.trusted_near)):
        kernel = Kernel(job, way, g)
        rows = _sums(kernel, bands, parts)
        weights = job.weights[job.choice[g]]
        usable, mass, back = build.plan()(rows.reshape(-1), weights, job.normalize)
        if not usable:
            break
        value = _terms(kernel, bands, parts, rows) * back
        if value > trusted_above(m) * mass:
            return float(value)
    return _careful_in_blocks(job, g)


class Kernel:
    """The kernel over blocks, bound to a group and a way of computing it."""

    def __init__(self, job: Job, way: str, g: int) -> None:
        self.job, self.group = job, slice(g, g + 1)
        self.dtype = FLOAT64 if way == "near" else job.groups.dtype
        self.kernel = build.blocks(way, job.rule, self.dtype.str[1:])

    def block(self, band: slice, part: slice) -> Array:
        """Some rows' part, as the kernel reads it."""
        return converted(self.job.groups.block(self.group, band, part), self.dtype)

    def __call__(self, phase: int, block: Array, rows: Array, mean: Array, total: Array) -> float:
        return float(self.kernel(block, self.job.amount, phase, rows.reshape(-1), mean, total))


def _sums(kernel: Kernel, bands: list[slice], parts: list[slice]) -> Array:
    """The sums of all rows: by parts where all rows make one band, else by bands."""
    pieces = len(parts) if len(bands) == 1 else 1
    rows = np.zeros((pieces, bands[-1].stop, mixture.ROW))
    unused = np.zeros(2 * WIDTH)

    def tile(number: int) -> None:
        if pieces > 1:
            block = kernel.block(bands[0], parts[number])
            kernel(mixture.SUMS, block, rows[number], unused, unused)
            return
        band = bands[number]
        for part in parts:
            kernel(mixture.SUMS, kernel.block(band, part), rows[0, band], unused, unused)

    threads.run(tile, pieces if pieces > 1 else len(bands), kernel.job.threads())
    total: Array = rows[0]
    for piece in rows[1:]:
        _add(total, piece)
    return total


def _add(total: Array, piece: Array) -> None:
    """Two sets of sums, as the kernel adds them."""
    x, y = total[:, mixture.SUM], piece[:, mixture.SUM]
    with np.errstate(all="ignore"):
        high = x + y
        back = high - x
        error = (x - (high - back)) + (y - back)
        total[:, mixture.SUM] = high
        total[:, mixture.SUM + 1] += error + piece[:, mixture.SUM + 1]
    total[:, mixture.SIGNS] += piece[:, mixture.SIGNS]


def _terms(kernel: Kernel, bands: list[slice], parts: list[slice], rows: Array) -> float:
    totals = np.empty(len(parts))

    def tile(number: int) -> None:
        part = parts[number]
        mean = np.empty(2 * (-(-(part.stop - part.start) // WIDTH) * WIDTH))
        total = np.zeros(2 * WIDTH)
        one_row = kernel.block(slice(0, 1), part)
        alone = kernel.block(bands[0], part) if len(bands) == 1 else None
        kernel(mixture.CLEAR, one_row, rows[:1], mean, total)
        for band in bands:
            block = kernel.block(band, part) if alone is None else alone
            kernel(mixture.MEANS, block, rows[band], mean, total)
        kernel(mixture.SETTLE, one_row, rows[:1], mean, total)
        for band in bands:
            block = kernel.block(band, part) if alone is None else alone
            totals[number] = kernel(mixture.TERMS, block, rows[band], mean, total)

    threads.run(tile, len(parts), kernel.job.threads())
    return float(sum(totals))  # in turn: np.sum would add in another order than the whole kernel


def _careful_in_blocks(job: Job, g: int) -> float:
    """As the careful kernel, a few columns at a time; by one thread: such groups are rare."""
    groups = job.groups
    kernel = build.careful(job.rule)
    state = np.zeros(careful.state_for(groups.m))
    out = np.empty(1)
    choice = job.choice[g : g + 1]
    for phase, columns in _phases(groups):
        out[:] = mixture.LEFT
        ps = groups.block(slice(g, g + 1), slice(0, groups.m), columns)
        options = (groups.k, job.amount, job.normalize, phase)
        kernel(converted(ps, FLOAT64), job.weights, choice, *options, state, out)
    return float(out[0])


def _phases(groups: Groups) -> Iterator[tuple[int, slice]]:
    for phase in (careful.SURVEY, careful.SUMS, careful.TERMS):
        for columns in cut(groups.k, max(1, mixture.BLOCK // groups.m)):
            yield phase, columns
