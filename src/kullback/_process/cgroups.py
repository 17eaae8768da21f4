"""The Linux control groups that this process is in: what they allow it.

A limit holds for all groups below it, so every level from a process's own group to the root is
read. Version 2 has one tree for everything, version 1 one for each controller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
UNLIMITED = 1 << 60  # bytes; version 1 writes a number near 2**63 for "no limit"


def folders(controller: str) -> Iterator[Path]:
    """The groups of this process that may limit `controller`, from its own to the root."""
    try:
        lines = MEMBERSHIP.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        base = ROOT / controllers if controllers else ROOT
        if controllers and not base.exists():
            base = ROOT / controller  # a link, or the directory's other name
        own = base / path.lstrip("/")
        # In a container the path may be the host's: then what is mounted is the group itself.
        for level in (own, *own.parents):
            yield level
            if level == base:
                break


def processors() -> float:
    """How many processors the quotas allow; infinity without one."""
    return min(map(_quota, folders("cpu")), default=math.inf)


def memory() -> float:
    """Bytes that the limits leave; file caches, which the kernel would give back, count as free."""
    return min(map(_free, folders("memory")), default=math.inf)


def _quota(folder: Path) -> float:
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        return int(quota) / int(period) if quota.isdigit() else math.inf
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _free(folder: Path) -> float:
    for limit_name, usage_name, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit = number(folder / limit_name)
        if limit < UNLIMITED:
            reclaimable = number(folder / "memory.stat", cache + " ")
            usage = number(folder / usage_name)
            used = usage if usage < math.inf else 0.0
            return max(0.0, limit - used + (reclaimable if reclaimable < math.inf else 0.0))
    return math.inf


def number(path: Path, field: str = "") -> float:
    """The number in a file, or in its line that starts with `field`; infinity if there is none."""
    try:
        for line in path.read_text().splitlines():
            if line.startswith(field):
                return float(line.removeprefix(field).split()[0])
    except (OSError, ValueError, IndexError):
        pass
    return math.inf
