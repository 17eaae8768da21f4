"""Limits of a real control group, where root can make one: not only of files like its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kullback._process import cgroups
from support.processes import assert_fine, needs_linux, run_child

pytestmark = needs_linux

NAME = f"kullback-{os.getpid()}"
MEMORY = 600_000_000
# By version: the file, in the folder of its controller, and what is written to it.
LIMITS = {
    2: {
        ("", "cpu.max"): "100000 100000",
        ("", "memory.max"): str(MEMORY),
    },
    1: {
        ("cpu", "cpu.cfs_quota_us"): "100000",
        ("cpu", "cpu.cfs_period_us"): "100000",
        ("memory", "memory.limit_in_bytes"): str(MEMORY),
    },
}

# A process goes into the group of a group that is limited, before it loads anything.
CODE = """
import os
for folder in {folders}:
    with open(folder + "/cgroup.procs", "w") as file: file.write(str(os.getpid()))
import numpy as np, kullback as kl
from kullback._process import limits
assert limits.default_threads() == 1, limits.reasons()
x = np.random.default_rng(0).random((12_000, 2))
try:
    kl.pairwise(x)  # 1.15 GB: the kernel would end the process
    raise SystemExit("was not refused")
except MemoryError as error:
    assert "needs 1.15 GB, but" in str(error) and "MB are available" in str(error), error
assert kl.pairwise(x[:500]).shape == (500, 500)
print("fine")
"""


@pytest.fixture
def group() -> Iterator[list[Path]]:
    """The folders of a group below the limited one."""
    made: list[Path] = []
    try:
        for limits in LIMITS.values():
            folders = {cgroups.ROOT / controller / NAME for controller, _ in limits}
            if all((cgroups.ROOT / c / "cgroup.procs").exists() for c, _ in limits):
                made += [inner for folder in folders for inner in (folder, folder / "inner")]
                _fill(made, limits)
                yield [folder / "inner" for folder in folders]
                return
        pytest.skip("no control groups are mounted here")
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    finally:
        for folder in reversed(made):
            if folder.exists():
                folder.rmdir()


def _fill(folders: list[Path], limits: dict[tuple[str, str], str]) -> None:
    for folder in folders:
        folder.mkdir()
    for (controller, name), value in limits.items():
        (cgroups.ROOT / controller / NAME / name).write_text(value)


def test_the_limits_of_a_group_above_ones_own_count(group: list[Path]) -> None:
    code = CODE.replace("{folders}", repr([str(folder) for folder in group]))
    assert_fine(run_child(code, KULLBACK_NUM_THREADS=None, OMP_NUM_THREADS=None))
