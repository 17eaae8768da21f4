"""Where results go that do not fit into memory: files of `.npy`, directories of Zarr, any array.

A store takes blocks in any order, and has `done` in a ledger. A path has its name when it is whole:

    D.npy.part, D.npy.ledger   while it is made; a Zarr directory likewise
    D.npy, D.npy.ledger        afterwards
"""

from __future__ import annotations

import errno
import io
import math
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from kullback._drivers import blocks
from kullback._drivers.ledger import AttributeLedger, FileLedger, Job, Ledger, NoLedger
from kullback._process.arrays import Array


class Store(Protocol):
    """`ledger` may know what is done; `chunks`: the shape of what is written as a whole, if any."""

    ledger: Ledger
    dtype: np.dtype[Any]

    @property
    def chunks(self) -> tuple[int, ...] | None: ...

    def create(self) -> None:
        """Begin anew."""

    def put(self, place: tuple[slice, ...], values: Array) -> None: ...

    def flush(self) -> None:
        """Return when all that was put is on the disk."""

    def finish(self) -> Any:
        """Give the result its name, and return it, opened."""

    def opened(self) -> Any:
        """The finished result."""

    def drop(self) -> None:
        """Leave nothing of what is not finished."""

    def close(self) -> None:
        """Let go of files."""


class _Path:
    """A path, what it grows in until it is whole, and its ledger."""

    def __init__(
        self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], job: Job, resume: bool
    ) -> None:
        self.path = Path(os.path.realpath(path))  # a link goes on pointing to its file
        self.shape, self.dtype = shape, dtype
        self.part = self._beside("part")
        self.ledger: Ledger = FileLedger(self._beside("ledger"), job, resume)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{suffix}")

    def _distrust(self) -> None:
        """The files are not those that the ledger knows of: there is nothing to go on with."""
        self.ledger.done, self.ledger.finished = set(), False

    def drop(self) -> None:
        self._beside("ledger").unlink(missing_ok=True)

    def close(self) -> None:
        self.ledger.close()


class NpyFile(_Path):
    """A file that `numpy.load` reads; rows of a block are written one by one."""

    chunks = None

    def __init__(
        self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], job: Job, resume: bool
    ) -> None:
        super().__init__(path, shape, dtype, job, resume)
        self.header = _header(shape, dtype)
        self.size = len(self.header) + math.prod(shape) * dtype.itemsize
        self.file: Any = None
        if _size(self.path if self.ledger.finished else self.part) != self.size:
            self._distrust()
        elif not self.ledger.finished and self.ledger.done:
            self.file = open(self.part, "r+b")  # noqa: SIM115 (closed by `close`)

    def create(self) -> None:
        self.file = open(self.part, "w+b")  # noqa: SIM115
        _reserve(self.file, self.size)
        self.file.seek(0)
        self.file.write(self.header)

    def put(self, place: tuple[slice, ...], values: Array) -> None:
        values = np.ascontiguousarray(values, self.dtype)
        if values.ndim == 1:
            self._write(place[0].start, values)
            return
        rows, columns = place
        width = self.shape[1]
        if values.shape[1] == width:
            self._write(rows.start * width, values)
            return
        for row, some in enumerate(values, rows.start):
            self._write(row * width + columns.start, some)

    def _write(self, start: int, values: Array) -> None:
        self.file.seek(len(self.header) + start * self.dtype.itemsize)
        self.file.write(values.reshape(-1).view(np.uint8).data)

    def flush(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())

    def finish(self) -> Any:
        self.flush()
        self._close()  # on Windows an open file cannot get another name
        os.replace(self.part, self.path)
        self.ledger.finish()
        return self.opened()

    def opened(self) -> Any:
        return np.load(self.path, mmap_mode="r" if math.prod(self.shape) else None)

    def drop(self) -> None:
        self._close()
        self.part.unlink(missing_ok=True)
        super().drop()

    def close(self) -> None:
        self._close()
        super().close()

    def _close(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None


class ZarrDirectory(_Path):
    """An array of Zarr, without a compressor: distances do not get smaller by one."""

    def __init__(
        self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], job: Job, resume: bool
    ) -> None:
        super().__init__(path, shape, dtype, job, resume)
        import zarr

        self.zarr: Any = zarr
        side = blocks.SIDE if len(shape) == 2 else blocks.SIDE**2  # 8 MB of float64
        self.chunks = tuple(max(1, min(n, side)) for n in shape)
        self.array: Any = None
        if not (self.path if self.ledger.finished else self.part).is_dir():
            self._distrust()
        elif not self.ledger.finished and self.ledger.done:
            self.array = zarr.open_array(str(self.part), mode="r+")

    def create(self) -> None:
        self.array = self.zarr.create_array(
            str(self.part),
            shape=self.shape,
            dtype=self.dtype,
            chunks=self.chunks,
            fill_value=np.nan,
            compressors=None,
            config={"write_empty_chunks": True},
            overwrite=True,
        )

    def put(self, place: tuple[slice, ...], values: Array) -> None:
        self.array[place] = values

    def flush(self) -> None:
        """A chunk is a file of its own, which appears when it is whole."""

    def finish(self) -> Any:
        old = self.path.with_name(f"{self.path.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        with suppress(FileNotFoundError):
            os.replace(self.path, old)  # no directory can take the place of another
        os.replace(self.part, self.path)
        shutil.rmtree(old, ignore_errors=True)
        self.ledger.finish()
        return self.opened()

    def opened(self) -> Any:
        return self.zarr.open_array(str(self.path), mode="r")

    def drop(self) -> None:
        shutil.rmtree(self.part, ignore_errors=True)
        super().drop()


class GivenArray:
    """An array of the caller's: a `numpy.memmap`, or one of Zarr's or h5py's."""

    def __init__(self, array: Any, job: Job, resume: bool) -> None:
        self.array, self.dtype = array, np.dtype(array.dtype)
        attributes = getattr(array, "attrs", None)
        if attributes is None:
            self.ledger: Ledger = NoLedger()
        else:
            self.ledger = AttributeLedger(attributes, self.flush, job, resume)

    @property
    def chunks(self) -> tuple[int, ...] | None:
        return getattr(self.array, "chunks", None)

    def create(self) -> None:
        """It exists."""

    def put(self, place: tuple[slice, ...], values: Array) -> None:
        self.array[place] = values

    def flush(self) -> None:
        getattr(self.array, "flush", lambda: None)()

    def finish(self) -> Any:
        self.flush()
        self.ledger.finish()
        return self.array

    def opened(self) -> Any:
        return self.array

    def drop(self) -> None:
        """It stays, with what was written."""

    def close(self) -> None:
        """It is the caller's to close."""


def _header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """What a file of this array begins with."""
    file = io.BytesIO()
    described = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def _size(path: Path) -> int | None:
    """The size of a file, if it is one."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _reserve(file: IO[bytes], size: int) -> None:
    """Make a file this long, and raise OSError now if the disk has no room for it."""
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except (AttributeError, OSError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        file.truncate(size)
