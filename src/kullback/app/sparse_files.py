"""Sparse rows in a file, and graphs of neighbours: what `scipy.sparse.save_npz` writes."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from kullback.app.errors import UserError, from_library, require


def read_npz(path: Path) -> Any:
    """The rows as CSR. Nothing that would run code (a pickle) is ever loaded."""
    require("scipy.sparse", "plot", "reading .npz")
    from scipy import sparse

    try:
        with open(path, "rb") as file:  # which NumPy leaves open where it is no archive
            rows: Any = sparse.load_npz(file)
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _no_rows(path, error) from error
    except (TypeError, AttributeError, NotImplementedError, IndexError) as error:
        raise _no_rows(path, error) from error  # parts of other kinds than SciPy's
    if len(rows.shape) != 2:
        return rows  # which the caller refuses
    try:
        return rows.tocsr()
    except (ValueError, IndexError, TypeError) as error:
        raise _no_rows(path, error) from error


def _no_rows(path: Path, error: Exception) -> UserError:
    reason = str(from_library(error)).split(". ")[0]
    return UserError(
        f"{path}: holds no sparse matrix ({reason}); write it by scipy.sparse.save_npz, and dense "
        "rows as .npy"
    )


def write_npz(file: IO[bytes], graph: Any) -> None:
    """A sparse matrix, explicit zeros among it."""
    from scipy import sparse

    sparse.save_npz(file, graph)
