"""Jobs that write to a disk: killed, out of room, twice at once, larger than memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from support.processes import assert_fine, needs_linux, needs_posix, run_child

JOB = """
    import numpy as np, kullback as kl
    from kullback._drivers import blocks
    from kullback.discrete import stored
    blocks.SIDE, stored.FLUSHED = 64, 1
    x = np.random.default_rng(0).dirichlet(np.ones(16), 600)
"""


@needs_posix
@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
def test_killed_at_any_moment_and_resumed(tmp_path: Path, suffix: str) -> None:
    """The result is the same, bit for bit, as that of a job that nobody disturbed."""
    run = f"""
    print("ready", flush=True)
    for metric in ("js", "kl"):
        kl.pairwise(x, metric=metric, out=rf"{tmp_path}/{{metric}}{suffix}", resume=True)
    print("done", flush=True)
    """
    code = textwrap.dedent(JOB) + textwrap.dedent(run)
    random = np.random.default_rng(5)
    for attempt in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(random.uniform(0.0, 0.3) * 2**attempt)
            child.send_signal(signal.SIGKILL)
            if child.stdout.read() == "done\n":
                break
    else:
        pytest.fail("it never came to its end")
    assert attempt > 0
    done = run_child(
        JOB
        + f"""
    import zarr
    for metric in ("js", "kl"):
        whole = kl.pairwise(x, metric=metric, out=rf"{tmp_path}/whole{suffix}")[:]
        found = kl.pairwise(x, metric=metric, out=rf"{tmp_path}/{{metric}}{suffix}", resume=True)
        assert np.array_equal(whole, found[:])
    print("fine")
    """,
        warn="default",
    )
    assert_fine(done)


@needs_posix
def test_a_full_disk_is_said_and_the_job_goes_on_afterwards(tmp_path: Path) -> None:
    done = run_child(
        JOB
        + f"""
    import os, resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        kl.pairwise(x, out=r"{tmp_path}/a.npy", progress=lambda done, total: 1 / 0)
    except OSError as error:  # before any work
        assert not os.listdir(r"{tmp_path}"), os.listdir(r"{tmp_path}")
    else:
        raise AssertionError
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    found = kl.pairwise(x, out=r"{tmp_path}/a.npy", resume=True)
    assert np.array_equal(found, kl.pairwise(x))
    print("fine")
    """
    )
    assert_fine(done)


@needs_posix
def test_the_second_of_two_processes_is_refused(tmp_path: Path) -> None:
    code = (
        JOB
        + f"""
    def wait(done, total):
        print("at work", flush=True)
        input()
    kl.pairwise(x, out=r"{tmp_path}/a.npy", progress=wait)
    """
    )
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "at work\n"
        second = (
            JOB
            + f"""
    for resume in (False, True):
        try:
            kl.pairwise(x, out=r"{tmp_path}/a.npy", resume=resume)
        except BlockingIOError as error:
            assert "another process writes it" in str(error)
        else:
            raise AssertionError
    print("fine")
    """
        )
        try:
            assert_fine(run_child(second))
        finally:
            first.kill()
    third = (
        JOB
        + f"""
    found = kl.pairwise(x, out=r"{tmp_path}/a.npy", resume=True)
    assert np.array_equal(found, kl.pairwise(x))
    print("fine")
    """
    )
    assert_fine(run_child(third))


@needs_linux
@pytest.mark.parametrize(("suffix", "metric"), [(".npy", "kl"), (".zarr", "js")])
def test_memory_stays_the_same_whatever_the_size(tmp_path: Path, suffix: str, metric: str) -> None:
    done = run_child(
        f"""
    import numpy as np, kullback as kl, resource
    x = np.random.default_rng(0).dirichlet(np.ones(8), 5000).astype(np.float32)
    kl.pairwise(x[:1100], metric="{metric}", out=r"{tmp_path}/a{suffix}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kl.pairwise(x, metric="{metric}", out=r"{tmp_path}/a{suffix}")
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert more < 64_000, more
    print("fine")
    """,
        warn="default",
    )
    assert os.path.exists(tmp_path / f"a{suffix}")
    assert_fine(done)
