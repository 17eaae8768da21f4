"""Results that go to a disk, block by block: a job that was interrupted goes on where it stopped.

blocks ──► Comparison.between ──► a block in memory ──► store (and its mirror image) ──► ledger
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from kullback._arguments.progress import Shown
from kullback._arguments.results import output
from kullback._arguments.stores import store_of
from kullback._drivers import blocks
from kullback._drivers.blocks import Block
from kullback._drivers.ledger import Job
from kullback._drivers.stores import Store
from kullback._drivers.targets import Matrix
from kullback._process.arrays import Array
from kullback.discrete.sparse import AnyComparison, AnySides

FLUSHED = 1 << 26  # bytes that are stored before they are brought to the disk and marked


class Layout(Protocol):
    """Where the pairs of a block lie in the store."""

    blocks: list[Block]

    def put(self, block: Block, values: Array) -> None: ...


class MatrixLayout:
    """Rows and columns; those of a divergence that kernels know in reverse are exchanged."""

    def __init__(self, store: Store, compared: AnyComparison) -> None:
        self.store, self.symmetric = store, compared.symmetric
        self.transposed = compared.divergence.reverse
        n, m = compared.x.lead[0], compared.y.lead[0]
        chunks = store.chunks
        if chunks and self.transposed:
            chunks = chunks[::-1]
        self.blocks = blocks.of_matrix(n, m, chunks, self.symmetric)

    def put(self, block: Block, values: Array) -> None:
        i, j = block
        if self.transposed:
            self.store.put((j, i), values.T)
        else:
            self.store.put((i, j), values)
        if self.symmetric and i != j:
            self.store.put((j, i), values.T)


class TriangleLayout:
    """Rows of the upper triangle, one after the other, without the diagonal."""

    def __init__(self, store: Store, n: int) -> None:
        self.store, self.n = store, n
        self.blocks = blocks.of_triangle(n, store.chunks)

    def put(self, block: Block, values: Array) -> None:
        i, j = block
        parts = [row[max(0, number + 1 - j.start) :] for number, row in enumerate(values, i.start)]
        if j.stop == self.n and j.start <= i.start:  # whole rows, that follow one another
            self._put(self._start(i.start, i.start + 1), np.concatenate(parts))
            return
        for number, part in enumerate(parts, i.start):
            self._put(self._start(number, max(j.start, number + 1)), part)

    def _start(self, row: int, column: int) -> int:
        return row * self.n - row * (row + 1) // 2 + column - row - 1

    def _put(self, start: int, values: Array) -> None:
        if values.size:
            self.store.put((slice(start, start + values.size),), values)


def matrix(sides: AnySides, compared: AnyComparison, job: Job, resume: bool) -> Any:
    """The matrix, where `out` says."""
    store = _store(sides, compared, sides.shape, job, resume)
    return _finished(store, MatrixLayout(store, compared), compared, resume)


def triangle(sides: AnySides, compared: AnyComparison, job: Job, resume: bool) -> Any:
    """The upper triangle of a symmetric matrix, where `out` says."""
    n = sides.shape[0]
    store = _store(sides, compared, (n * (n - 1) // 2,), job, resume)
    return _finished(store, TriangleLayout(store, n), compared, resume)


def _store(
    sides: AnySides,
    compared: AnyComparison,
    shape: tuple[int, ...],
    job: Job,
    resume: bool,
) -> Store:
    out = compared.chosen.out
    if isinstance(out, np.ndarray):
        output(out, shape, sides.dtype, sides.memory)
    return store_of(out, shape, sides.dtype, job, resume)


def _finished(store: Store, layout: Layout, compared: AnyComparison, resume: bool) -> Any:
    """The stored result, opened; what fails leaves nothing that is not to be resumed."""
    ledger = store.ledger
    try:
        if ledger.finished:
            return store.opened()
        if not ledger.done:
            ledger.begin()
            store.create()
        _fill(store, layout, compared)
        return store.finish()
    except BaseException:
        if not resume:
            store.drop()
        raise
    finally:
        store.close()


def _fill(store: Store, layout: Layout, compared: AnyComparison) -> None:
    """Compute the blocks that are not done, and mark those that are."""
    ledger, pending, size = store.ledger, list[int](), 0
    with Shown(compared.chosen.progress) as shown:
        for number, block in enumerate(layout.blocks):
            if number in ledger.done:
                continue
            values = _block(compared, block, store.dtype)
            layout.put(block, values)
            pending.append(number)
            size += values.nbytes
            if size >= FLUSHED:
                _mark(store, pending)
                size = 0
            if shown:
                shown(number + 1, len(layout.blocks))
    _mark(store, pending)


def _mark(store: Store, pending: list[int]) -> None:
    store.flush()
    store.ledger.mark(pending)
    pending.clear()


def _block(compared: AnyComparison, block: Block, dtype: np.dtype[Any]) -> Array:
    """A block in memory; where it begins on the diagonal of a symmetric one, half is a mirror."""
    i, j = block
    values = np.empty((i.stop - i.start, j.stop - j.start), dtype)
    beyond = values
    if compared.symmetric and i.start == j.start:
        own, beyond = np.split(values, [len(values)], axis=1)
        compared.between(i, i).fill(Matrix(own, symmetric=True))
        j = slice(i.stop, j.stop)
    compared.between(i, j).fill(Matrix(beyond, symmetric=False))
    return values
