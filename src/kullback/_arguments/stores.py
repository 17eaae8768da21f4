"""What was given as `out` where results go to a disk, and what is computed, in words."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from kullback._arguments.faces import DEFAULTS
from kullback._arguments.sparse import Given
from kullback._drivers.ledger import DiffersError, Job
from kullback._drivers.stores import GivenArray, NpyFile, Store, ZarrDirectory
from kullback._process.arrays import Array

PATHS: dict[str, Any] = {".npy": NpyFile, ".zarr": ZarrDirectory}
PIECE = 1 << 22  # numbers of an input that are looked at in one go
MOST_BYTES = 1 << 26  # of a chunk


def is_store(out: object) -> bool:
    """Whether `out` is a path, a memory-mapped file, or an array of another library."""
    if isinstance(out, np.ndarray):
        return isinstance(out, np.memmap)
    words = ("shape", "dtype", "__setitem__")
    return isinstance(out, (str, os.PathLike)) or all(hasattr(out, word) for word in words)


def store_of(
    out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], job: Job, resume: bool
) -> Store:
    """The store that was given, with what its ledger says if the job is to be resumed."""
    if not is_store(out):
        raise ValueError('resume=True needs out= a path, such as "distances.npy" or ".zarr"')
    try:
        if isinstance(out, (str, os.PathLike)):
            path = Path(out)
            found: Store = PATHS[_suffix(path)](path, shape, dtype, job, resume)
            return found
        _check(out, shape, dtype)
        store = GivenArray(out, job, resume)
    except DiffersError as error:
        names = ", ".join(error.args)
        raise ValueError(
            f"out={_shown(out)} was begun with other values of: {names}; give the same, or "
            "leave out resume=True to begin anew"
        ) from None
    if resume and not hasattr(out, "attrs"):
        raise ValueError(
            f"resume=True, but a {type(out).__name__} has no place to note what is done; give "
            'out= a path, such as "distances.npy"'
        )
    return store


def job_of(
    function: str, metric: Any, inputs: Sequence[Array | Given], options: Mapping[str, Any]
) -> Job:
    """What is computed, in words and numbers that say whether it is the same again."""
    from kullback import __version__

    names = ("base", "normalize", "pseudocount", "zeros", "invalid")
    given = {name: _word(options.get(name, DEFAULTS[name])) for name in names}
    x, *y = map(_digest, inputs)
    sides = {"x": x, "y": y[0] if y else None}
    job = {"kullback": __version__, "function": function, "metric": _metric(metric)}
    return {**job, **sides, **given}


def _word(value: Any) -> Any:
    return float(value) if isinstance(value, Real) else str(value)


def _digest(x: Array | Given) -> str:
    """A hash of the shape and the numbers of rows, whatever their layout."""
    if isinstance(x, Given):
        parts = " ".join(_digest(part[:, None]) for part in x.entries)
        return hashlib.sha256(f"{x.shape} {x.dtype.str} {parts}".encode()).hexdigest()
    found = hashlib.sha256(f"{x.shape} {x.dtype.newbyteorder('<').str}".encode())
    step = max(1, PIECE // max(1, x.shape[-1]))
    for start in range(0, len(x), step):
        some = x[start : start + step]
        found.update(np.ascontiguousarray(some, some.dtype.newbyteorder("<")).view(np.uint8).data)
    return found.hexdigest()


def _metric(metric: Any) -> str:
    """A metric in words: for one's own f, its code."""
    code = getattr(getattr(metric, "f", None), "__code__", None)
    if code is None:
        return str(metric)
    made = hashlib.sha256(repr((code.co_code, code.co_consts, code.co_names)).encode())
    return f"f {made.hexdigest()} {metric.f_at_zero} {metric.slope_at_infinity}"


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in PATHS:
        raise ValueError(f"out={str(path)!r}: a path ends in .npy or .zarr")
    right, kind = (path.is_file, "regular file") if suffix == ".npy" else (path.is_dir, "directory")
    if path.exists() and not right():
        raise ValueError(f"out={str(path)!r} is no {kind}; choose another name")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"out={str(path)!r}: there is no directory {path.parent}")
    return suffix


def _check(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if tuple(out.shape) != shape or np.dtype(out.dtype) != dtype:
        raise ValueError(
            f"out has shape {tuple(out.shape)} and dtype {out.dtype}; it must have shape {shape} "
            f"and dtype {dtype}"
        )
    chunks: Sequence[int] = getattr(out, "chunks", None) or ()
    size = math.prod(chunks) * dtype.itemsize if chunks else 0
    if size > MOST_BYTES:
        raise ValueError(
            f"out has chunks of {size} bytes, each of which must be in memory to be written; make "
            f"them at most {MOST_BYTES} bytes, such as (1024, 1024)"
        )


def _shown(out: Any) -> str:
    return repr(os.fspath(out)) if isinstance(out, (str, os.PathLike)) else type(out).__name__
