"""Peak memory of a matrix beyond its result, in a process of its own.

    python benchmarks/memory.py NAME

The process's high-water mark sees what NumPy, kernels and the BLAS take alike.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import kullback as kl

MEGABYTE = 2**20


def _kl() -> int:
    x = np.random.default_rng(0).standard_exponential((8_000, 512))
    kl.pairwise(x[:600], x[600:1200], "kl")  # compiles, and starts the BLAS's threads
    return _peak(lambda: kl.pairwise(x[:4_000], x[4_000:], "kl"))


def _condensed() -> int:
    x = np.random.default_rng(0).standard_exponential((4_000, 256))
    kl.condensed(x[:600], "js")
    return _peak(lambda: kl.condensed(x, "js"))


JOBS = {"pairwise kl 4,000 x 4,000 x 512": _kl, "condensed js 4,000 x 256": _condensed}


def _status(field: str) -> int:
    """Bytes, of this process alone: getrusage's maximum begins with that of the parent."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def _peak(job: Callable[[], np.ndarray]) -> int:
    before = _status("VmRSS")
    result = job()
    return _status("VmHWM") - before - result.nbytes


def beyond_result(name: str) -> int:
    """Bytes that the job of this name took at its peak, on Linux."""
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


if __name__ == "__main__":
    print(JOBS[sys.argv[1]]())
