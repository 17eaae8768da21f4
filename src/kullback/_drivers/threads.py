"""How many threads, the pool, and running numbered tiles on it.

Numba's own threading layers abort or hang processes that fork or that call them from two threads,
so kernels release the interpreter lock and run on plain Python threads. The calling thread works
too: it takes tiles like every other, so a call never waits for a pool that others keep busy.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

Progress = Callable[[int, int], None]

_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()
_MOST_THREADS = 1024  # of the pool: it starts one only when a job asks for it and none is idle


def default_threads() -> int:
    """The smallest of affinity, cgroup quota, KULLBACK_NUM_THREADS and OMP_NUM_THREADS."""
    limits = [_available_processors()]
    for name in ("KULLBACK_NUM_THREADS", "OMP_NUM_THREADS"):
        value = os.environ.get(name, "").split(",")[0].strip()
        if value.isdigit() and int(value) > 0:
            limits.append(int(value))
        elif value and name.startswith("KULLBACK"):
            raise ValueError(f"{name} is {value!r}; it must be a whole number above 0")
    return min(limits)


@cache
def _available_processors() -> int:
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        processors = os.cpu_count() or 1
    quota = min(_cgroup_quotas(), default=math.inf)
    return max(1, min(processors, math.ceil(quota) if quota < math.inf else processors))


def _cgroup_quotas() -> list[float]:
    """Processors that control groups (version 2, then 1) allow, at every level that says so."""
    quotas: list[float] = []
    root = Path("/sys/fs/cgroup")
    try:
        own = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return quotas
    for line in own:
        _, controllers, path = line.split(":", 2)
        base = root if not controllers else root / controllers
        if controllers and "cpu" not in controllers.split(","):
            continue
        folder = base / path.lstrip("/")
        for level in (folder, *folder.parents):
            quotas += _quota_of(level)
            if level == base:
                break
    return quotas


def _quota_of(folder: Path) -> list[float]:
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        return [int(quota) / int(period)] if quota.isdigit() else []
    except (OSError, ValueError):
        return []


def run(
    tile: Callable[[int], None], count: int, threads: int, progress: Progress | None = None
) -> None:
    """Call tile(0) ... tile(count - 1) on at most `threads` threads, this one among them.

    The first exception, KeyboardInterrupt included, cancels the tiles not yet begun and is raised
    once the others have ended. `progress(done, count)` is called from this thread.
    """
    job = _Job(tile, count)
    helpers = _helpers(job, min(threads, count) - 1)
    try:
        job.work(progress)
    except BaseException:
        job.cancelled = True
        raise
    finally:
        _join(helpers)
    for helper in helpers:
        if helper.done() and not helper.cancelled():
            helper.result()
    if progress and count:
        progress(count, count)


class _Job:
    """Numbered tiles that several threads take one after the other."""

    def __init__(self, tile: Callable[[int], None], count: int) -> None:
        self.tile = tile
        self.count = count
        self.cancelled = False
        self._numbers = itertools.count()  # next() on it is atomic
        self._finished = itertools.count(1)

    def work(self, progress: Progress | None = None) -> None:
        try:
            while not self.cancelled and (number := next(self._numbers)) < self.count:
                self.tile(number)
                done = next(self._finished)
                if progress and done < self.count:
                    progress(done, self.count)
        except BaseException:
            self.cancelled = True
            raise


def _helpers(job: _Job, wanted: int) -> list[Future[None]]:
    helpers: list[Future[None]] = []
    while len(helpers) < wanted:
        try:
            helpers.append(_get_pool().submit(job.work))
        except RuntimeError:
            break  # no thread can be started (or the interpreter is shutting down): fewer will do
    return helpers


def _join(helpers: list[Future[None]]) -> None:
    """Wait until no helper works any more; a second Ctrl-C must not leave one behind."""
    interrupted = False
    for helper in helpers:
        helper.cancel()
        while not helper.done():
            try:
                helper.exception()
            except KeyboardInterrupt:
                interrupted = True
    if interrupted:
        raise KeyboardInterrupt


def _get_pool() -> ThreadPoolExecutor:
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kullback")
        return _pool


def _forget_pool() -> None:
    """A forked child has the pool object but none of its threads."""
    global _pool, _pool_lock
    _pool = None
    _pool_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
