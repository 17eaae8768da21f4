"""How many threads by default: the smallest of all limits; one inside a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from kullback._process import cgroups, limits, threads
from support.processes import assert_fine, needs_linux, run_child


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Sixteen processors and no other limit."""
    for name in limits.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(limits, "_processors", lambda: 16)
    monkeypatch.setattr(limits, "_quota", lambda: float("inf"))
    assert threads.default_threads() == 16
    return monkeypatch


def test_the_smallest_limit_counts(unlimited: pytest.MonkeyPatch) -> None:
    for name, value, want in [
        ("OMP_NUM_THREADS", "1000", 16),
        ("KULLBACK_NUM_THREADS", "12", 12),
        ("OMP_NUM_THREADS", "9,2", 9),
        ("KULLBACK_NUM_THREADS", "7", 7),
        ("OMP_NUM_THREADS", "", 7),
        ("KULLBACK_NUM_THREADS", " 8 ", 8),
    ]:
        unlimited.setenv(name, value)
        assert threads.default_threads() == want
    unlimited.setattr(limits, "_quota", lambda: 4.5)
    assert threads.default_threads() == 5
    unlimited.setattr(limits, "_processors", lambda: 3)
    assert threads.default_threads() == 3


@pytest.mark.parametrize("value", ["many", "0", "-1", "1.5"])
def test_a_wrong_setting_is_an_error_that_names_it(
    unlimited: pytest.MonkeyPatch, value: str
) -> None:
    unlimited.setenv("OMP_NUM_THREADS", value)  # of another library, whose business that is
    assert threads.default_threads() == 16
    unlimited.setenv("KULLBACK_NUM_THREADS", value)
    with pytest.raises(ValueError, match=f"KULLBACK_NUM_THREADS is '{value}'"):
        threads.default_threads()


@needs_linux
def test_affinity_limits_the_threads_also_when_it_changes() -> None:
    assert_fine(
        run_child(
            """
            import os
            from kullback._process.threads import default_threads
            all_of_them = os.sched_getaffinity(0)
            assert default_threads() <= len(all_of_them)
            os.sched_setaffinity(0, {min(all_of_them)})
            assert default_threads() == 1
            os.sched_setaffinity(0, all_of_them)
            assert default_threads() <= len(all_of_them)
            print("fine")
            """,
            KULLBACK_NUM_THREADS=None,
        )
    )


Tree = dict[str, str]
VERSION_2: Tree = {
    "membership": "0::/a/b\n",
    "a/cpu.max": "250000 100000\n",
    "a/b/cpu.max": "max 100000\n",
    "a/b/memory.max": "max\n",
    "a/memory.max": "1000000\n",
    "a/memory.current": "700000\n",
    "a/memory.stat": "anon 5\ninactive_file 50000\n",
}
VERSION_1: Tree = {
    "membership": "5:cpu,cpuacct:/a\n4:memory:/a/b\n3:pids:/z\n",
    "cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n",
    "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
    "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
    "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "memory/a/b/memory.limit_in_bytes": "1000000\n",
    "memory/a/b/memory.usage_in_bytes": "700000\n",
    "memory/a/b/memory.stat": "cache 3\ntotal_inactive_file 50000\n",
    "memory/memory.limit_in_bytes": f"{2**63 - 4096}\n",
}
# A container that has its own group mounted as the root, but sees the host's path.
MOUNTED_ROOT: Tree = {
    "membership": "0::/docker/0123\n",
    "cpu.max": "250000 100000\n",
    "memory.max": "1000000\n",
    "memory.current": "650000\n",
}


@pytest.fixture(params=[VERSION_2, VERSION_1, MOUNTED_ROOT], ids=["2", "1", "mounted root"])
def groups(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in request.param.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(cgroups, "ROOT", tmp_path)
    monkeypatch.setattr(cgroups, "MEMBERSHIP", tmp_path / "membership")


@pytest.mark.usefixtures("groups")
def test_a_quota_of_any_version_and_level_limits_the_threads() -> None:
    assert cgroups.processors() == 2.5


@pytest.mark.usefixtures("groups")
def test_a_memory_limit_of_any_version_and_level_counts() -> None:
    assert cgroups.memory() == 350_000


def test_without_control_groups_there_is_no_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cgroups, "MEMBERSHIP", tmp_path / "none")
    assert cgroups.processors() == cgroups.memory() == float("inf")


def test_as_many_threads_are_used_as_are_allowed_and_no_more() -> None:
    """Not only said but done."""
    code = """
    import numpy as np, kullback as kl
    from kullback._process import threads
    at_once, work = [1], threads._Tiles.work
    def counted(job, progress=None):
        at_once.append(len(threads._working))
        work(job, progress)
    threads._Tiles.work = counted
    x = np.random.default_rng(0).random((1500, 128))
    for metric in ("js", "total_variation"):
        kl.pairwise(x, metric=metric)
    kl.kl_divergence(x[:200, None], x[None])
    print(max(at_once))
    """
    for count in (1, 3):
        done = run_child(code, KULLBACK_NUM_THREADS=str(count), OMP_NUM_THREADS=None)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == min(count, limits._processors())
