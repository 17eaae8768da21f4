"""How many threads a call may use when the caller does not say."""

from __future__ import annotations

import math
import os
import sys
import threading
from functools import cache

from kullback._process import cgroups

VARIABLES = ("KULLBACK_NUM_THREADS", "OMP_NUM_THREADS")


def default_threads() -> int:
    """The smallest of what affinity, cgroup quota, the environment and a worker's host allow."""
    return max(1, int(min(limit for _, limit in reasons())))


def reasons() -> list[tuple[str, float]]:
    """Every limit on the number of threads, and who sets it."""
    found: list[tuple[str, float]] = [("processors that this process may run on", _processors())]
    quota = _quota()
    if quota < math.inf:
        found.append(("quota of the control group", math.ceil(quota)))
    for name in VARIABLES:
        value = os.environ.get(name, "").split(",")[0].strip()
        if value.isdigit() and int(value) > 0:
            found.append((name, int(value)))
        elif value and name.startswith("KULLBACK"):
            raise ValueError(f"{name} is {value!r}; it must be a whole number above 0")
    if worker := _worker():
        found.append((worker, 1))
    return found


_quota = cache(cgroups.processors)  # reading the quota takes longer than a small call


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _worker() -> str:
    """What kind of worker this is, if its host runs as many of them as there are processors."""
    if "Dask-" in threading.current_thread().name:  # a distributed worker's
        return "a worker thread of Dask"
    processes = sys.modules.get("multiprocessing.process")
    if processes is None:
        return ""
    process = processes.current_process()
    # This attribute of the process is private. Without it, a worker takes more threads.
    if getattr(getattr(process, "_target", None), "__module__", "") == "concurrent.futures.process":
        return "a worker process of concurrent.futures"
    return "a worker process of multiprocessing" if process.daemon else ""
