"""Compiled kernels on disk: one file for each kernel, written whole or not at all.

A file's name is a hash of everything that its machine code depends on (the sources of
its functions, its name and signature, Python, NumPy, Numba, llvmlite and the processor), so that
nothing stale can be found. It does not depend on this module: whoever changes the form of the files
changes their suffix. The file starts with a digest of the rest of it: a truncated or altered
file is not read. Whatever goes wrong here costs a compilation and at most one warning a process.

The rest is a pickle, and code: reading it is running it. The digest tells of damage, not of malice.
Other users' code is kept out because only files and directories are read that belong to this user
and that nobody else may write to.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

from kullback._process.own_files import read, refuse_what_others_can_write

DIGEST_BYTES = 32
KEY_DIGITS = 32  # hexadecimal digits of the hash in a file's name
DAY = 86400.0  # in seconds
ABANDONED = DAY / 24  # the age at which a half-written file has no writer any more
UNUSED = 90 * DAY  # so long after its last use a kernel is taken for one of an older version

# Numba's settings that change the machine code of a kernel.
_SETTINGS = (
    "OPT",
    "LOOP_VECTORIZE",
    "SLP_VECTORIZE",
    "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
    "EXTEND_VARIABLE_LIFETIMES",
    "ENABLE_AVX",
    "CPU_NAME",
    "CPU_FEATURES",
)


def directory() -> Path:
    """`KULLBACK_CACHE_DIR`, or `kullback` in the place where the user's caches are."""
    given = os.environ.get("KULLBACK_CACHE_DIR")
    if given:
        return Path(given).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "kullback"


def switched_on() -> bool:
    """Whether kernels are kept: unless `KULLBACK_CACHE` says no."""
    return os.environ.get("KULLBACK_CACHE", "").strip().lower() not in ("0", "off", "no", "false")


def state() -> str:
    """What the cache does in this process, in words: "used", or why kernels are compiled anew."""
    if not switched_on():
        return "switched off by KULLBACK_CACHE"
    folder = directory()
    try:
        refuse_what_others_can_write(folder.stat(), folder)
    except FileNotFoundError:
        return "used, when there is a kernel to keep"
    except OSError as error:
        return f"not used: {error}"
    return "used" if os.access(folder, os.W_OK | os.X_OK) else "read, but cannot be written to"


_warned = False


def _warn_once(problem: str) -> None:
    global _warned
    if _warned:
        return
    _warned = True
    message = (
        f"kullback compiles its kernels anew in this process: {problem.rstrip('.')}. "
        "Set KULLBACK_CACHE_DIR to a directory that only you can write to, or KULLBACK_CACHE=0 to "
        "keep no kernels."
    )
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:  # an error by the user's choice; but the kernel is there, or will be
        if sys.stderr is not None:
            print(f"RuntimeWarning: {message}", file=sys.stderr)


class KernelCache(_Cache):
    """The disk cache of one kernel, in the form in which Numba's dispatcher uses one."""

    def __init__(self, name: str, sources: str) -> None:
        self.name = name
        self.sources = sources  # the digest of the source files of the kernel

    @property
    def cache_path(self) -> str:
        return str(directory())

    def _path(self, signature: Any, codegen: Any) -> Path:
        depends_on = (
            self.sources,
            self.name,
            str(signature),
            codegen.magic_tuple(),
            sys.version,
            np.__version__,
            numba.__version__,
            llvmlite.__version__,
            [(name, getattr(config, name, None)) for name in _SETTINGS],
        )
        key = hashlib.sha256(repr(depends_on).encode()).hexdigest()
        return directory() / f"{self.name}-{key[:KEY_DIGITS]}.kernel"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled kernel, or None: then Numba compiles it and calls `save_overload`."""
        # A kernel on disk needs the target's runtime and no more. `refresh()`, which Numba's own
        # cache calls, loads every registry, in 0.3 s; compiling a kernel that is not found does so.
        rtsys.initialize(target_context)
        if not switched_on():
            return None
        try:
            path = self._path(sig, target_context.codegen())
            data = read(path, marked_after=DAY)
            if data is None:
                return None
            digest, payload = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
            if hashlib.sha256(path.name.encode() + payload).digest() != digest:
                raise ValueError(f"{path} is damaged")
            return CompileResult._rebuild(target_context, *pickle.loads(payload))
        except Exception as error:
            _warn_once(f"cannot read the kernel cache: {error}")
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write the kernel to a file of its own beside its place, then move it there."""
        if not switched_on():
            return
        try:
            path = self._path(sig, data.target_context.codegen())
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_what_others_can_write(path.parent.stat(), path.parent)
            payload = dumps(data._reduce())
            digest = hashlib.sha256(path.name.encode() + payload).digest()
            _replace(path, digest + payload)
            _tidy(path.parent)
        except Exception as error:
            _warn_once(f"cannot write the kernel cache: {error}")

    def enable(self) -> None:
        """Numba's interface; there is nothing to switch."""

    def disable(self) -> None:
        """Numba's interface; there is nothing to switch."""

    def flush(self) -> None:
        """Numba's interface; there is no index to clear."""


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@cache
def _tidy(folder: Path) -> None:
    """Remove, once a process, the half-written files of killed processes and kernels out of use."""
    name = "*-" + "[0-9a-f]" * KEY_DIGITS + ".kernel"
    for pattern, age in ((".new-*", ABANDONED), (name, UNUSED)):
        for path in folder.glob(pattern):
            with suppress(OSError):  # another process has moved it into its place, or removed it
                if time.time() - path.stat().st_mtime > age:
                    path.unlink()
