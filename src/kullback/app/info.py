"""`kullback info`: what a bug report should hold, and whether every kernel is right here."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
from typing import Any

import kullback as kl
from kullback._process.requirements import require
from kullback.app.progress import progress_bar

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "matplotlib", "pyarrow", "tqdm")
SETTINGS = ("KULLBACK_", "NUMBA_", "OMP_", "OPENBLAS_", "MKL_")
REPORT = (
    "A bug report should hold this text, the call with its input (or its shape, dtype and a row),"
    " what came of it, and what should have."
)


def run_info(*, as_json: bool) -> int:
    """Print the facts and what the self-test found; return 1 if a check failed, else 0."""
    facts = gather()
    print(json.dumps(facts, indent=2) if as_json else _text(facts))
    return 1 if facts["self_test"]["failed"] else 0


def gather() -> dict[str, Any]:
    """All facts, in the types of JSON. One that cannot be found says why, and stops no other."""
    return {
        "kullback": kl.__version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: _version(name) for name in PACKAGES},
        "system": platform.platform(),
        "processor": _safely(_processor),
        "threads": _safely(_threads),
        "blas": _safely(_blas),
        "memory": _safely(_memory),
        "cache": _safely(_cache),
        "settings": {k: v for k, v in sorted(os.environ.items()) if k.startswith(SETTINGS)},
        "flush_to_zero": sys.float_info.min * 0.5 == 0.0,
        "self_test": _self_test(),
    }


def _safely(find: Any) -> Any:
    try:
        return find()
    except Exception as error:  # such as Numba's absence
        return {"unknown": f"{type(error).__name__}: {error}"}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> dict[str, Any]:
    """The one that kernels are compiled for; the machine's own too, where it is another one."""
    from llvmlite import binding
    from numba.core import config

    host = binding.get_host_cpu_name()
    chosen = {"name": config.CPU_NAME or host}  # NUMBA_CPU_NAME and NUMBA_CPU_FEATURES
    if chosen["name"] != host:
        chosen["machine"] = host
    features = config.CPU_FEATURES
    if features is None:
        features = binding.get_host_cpu_features().flatten()
    lanes = ("avx2", "avx512f", "avx512vbmi", "neon", "sve")
    wide = [name for name in lanes if f"+{name}" in features.split(",")]
    return {**chosen, "count": os.cpu_count(), "lanes": wide}


def _threads() -> dict[str, Any]:
    from kullback._process import limits

    return {"used": limits.default_threads(), "limits": dict(limits.reasons())}


def _blas() -> dict[str, Any]:
    import numpy as np

    from kullback._process import blas

    built: Any = np.show_config(mode="dicts")
    functions = blas.loaded()
    return {
        "name": built["Build Dependencies"]["blas"].get("name"),
        "version": built["Build Dependencies"]["blas"].get("version"),
        "threads": functions[0]() if functions else "as many as it likes",
    }


def _memory() -> dict[str, Any]:
    from kullback._process import memory

    return {"available_bytes": int(memory.available())}


def _cache() -> dict[str, Any]:
    from kullback._process import cache

    folder = cache.directory()
    kernels = [path.stat().st_size for path in folder.glob("*.kernel")] if folder.is_dir() else []
    return {
        "directory": str(folder),
        "state": cache.state(),
        "kernels": len(kernels),
        "bytes": sum(kernels),
    }


def _self_test() -> dict[str, Any]:
    try:
        require("numpy", "numba")
        from kullback.app.self_test import checks, failures  # whose answers need NumPy

        chosen, told = list(checks()), []
        with progress_bar() as progress:  # where no kernel is kept yet, each takes a second or two
            for done, check in enumerate(chosen, 1):
                told.append(failures(check))
                if callable(progress):
                    progress(done, len(chosen))
    except ImportError as error:
        told = [str(error)]
    return {"checks": len(told), "failed": [one for one in told if one]}


def _text(facts: dict[str, Any]) -> str:
    lines = [f"kullback {facts['kullback']} on {facts['python']}, {facts['system']}"]
    for name in ("packages", "processor", "threads", "blas", "memory", "cache", "settings"):
        lines += [name, *(f"  {key}: {_plain(value)}" for key, value in facts[name].items())]
    if facts["flush_to_zero"]:
        lines.append("a library has switched subnormal numbers off (flush to zero)")
    tested = facts["self_test"]
    wrong = tested["failed"]
    lines += ["self-test", f"  {tested['checks']} checks, {len(wrong) or 'none'} failed"]
    return "\n".join([*lines, *(f"  {one}" for one in wrong), "", REPORT])


def _plain(value: Any) -> str:
    if value is None:
        return "not installed"
    if isinstance(value, dict):
        return ", ".join(f"{number:g} ({who})" for who, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
