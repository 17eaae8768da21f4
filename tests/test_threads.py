"""The pool: how many threads, errors, interrupts, forks, concurrent callers; the disk cache."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import kullback as kl
from kullback._drivers import threads

LIMIT = 60  # seconds that a child process may take


def run_child(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def test_every_tile_runs_once_and_progress_ends_at_the_total() -> None:
    seen, steps, lock = [], [], threading.Lock()

    def tile(number: int) -> None:
        with lock:
            seen.append(number)

    threads.run(tile, 50, 4, lambda done, total: steps.append((done, total)))
    assert sorted(seen) == list(range(50))
    assert steps[-1] == (50, 50)
    assert all(total == 50 and 0 < done <= 50 for done, total in steps)


def test_the_first_error_is_raised_and_the_rest_cancelled() -> None:
    ran = []

    def tile(number: int) -> None:
        ran.append(number)
        if number == 3:
            raise ArithmeticError("tile 3")

    with pytest.raises(ArithmeticError, match="tile 3"):
        threads.run(tile, 10_000, 3)
    assert len(ran) < 10_000


def test_fewer_threads_will_do_where_none_can_be_started(monkeypatch) -> None:
    def refuse() -> ThreadPoolExecutor:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_get_pool", refuse)
    ran = []
    threads.run(ran.append, 5, 4)
    assert ran == [0, 1, 2, 3, 4]


def test_the_environment_limits_the_threads(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads.default_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    monkeypatch.setenv("KULLBACK_NUM_THREADS", "1000")
    assert 1 <= threads.default_threads() <= (os.cpu_count() or 1)
    monkeypatch.setenv("KULLBACK_NUM_THREADS", "many")
    with pytest.raises(ValueError, match="KULLBACK_NUM_THREADS is 'many'"):
        threads.default_threads()


def test_a_cgroup_quota_limits_the_threads(monkeypatch, tmp_path) -> None:
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert threads._quota_of(tmp_path) == [1.5]
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert threads._quota_of(tmp_path) == []


def test_eight_threads_may_call_at_once() -> None:
    rng = np.random.default_rng(0)
    p, q = rng.random((2, 3_000, 200))
    rows, matrix = kl.kl_divergence(p, q), kl.pairwise(p[:150], q[:150], "kl")

    def call(_: int) -> bool:
        same = np.array_equal(kl.kl_divergence(p, q), rows)
        return same and np.array_equal(kl.pairwise(p[:150], q[:150], "kl"), matrix)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(64)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_forked_child_computes_while_the_pool_is_busy() -> None:
    done = run_child("""
        import os, threading, warnings
        import numpy as np, kullback as kl
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's, about forking with threads
        x = np.random.default_rng(0).random((1500, 64))
        want = kl.pairwise(x[:600])
        busy = threading.Thread(target=lambda: [kl.pairwise(x) for _ in range(4)])
        busy.start()
        for _ in range(5):
            child = os.fork()
            if not child:
                os._exit(0 if np.array_equal(kl.pairwise(x[:600]), want) else 7)
            assert os.waitpid(child, 0)[1] == 0
        busy.join()
        print("fine")
    """)
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not sent so on Windows")
def test_control_c_ends_a_long_job_soon_and_the_next_call_works() -> None:
    done = run_child("""
        import os, signal, threading, time
        import numpy as np, kullback as kl
        x = np.random.default_rng(0).random((6000, 256))
        want = kl.pairwise(x[:100])
        sent = []
        def interrupt():
            time.sleep(0.2)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)
        for _ in range(3):
            threading.Thread(target=interrupt).start()
            try:
                kl.pairwise(x)
                raise SystemExit("was not interrupted")
            except KeyboardInterrupt:
                late = time.perf_counter() - sent[-1]
                assert late < 0.3, late
        assert np.array_equal(kl.pairwise(x[:100]), want)
        print("fine")
    """)
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


FIRST_CALL = """
    import numpy as np, time
    import numba
    start = time.perf_counter()
    import kullback as kl
    print(kl.kl_divergence([0.9, 0.1], [0.5, 0.5]), time.perf_counter() - start)
"""


def test_the_second_process_finds_the_kernels(tmp_path) -> None:
    cache = str(tmp_path / "kernels")
    first, *others = (run_child(FIRST_CALL, KULLBACK_CACHE_DIR=cache) for _ in range(4))
    assert first.returncode == 0, first.stderr
    files = set((tmp_path / "kernels").iterdir())
    assert len(files) == 1, "one kernel, one file; and no more in the second process"
    assert {o.stdout.split()[0] for o in others} == {first.stdout.split()[0]}
    assert min(float(o.stdout.split()[1]) for o in others) < 0.5


def test_a_damaged_cache_costs_a_compilation_and_one_warning(tmp_path) -> None:
    run_child(FIRST_CALL, KULLBACK_CACHE_DIR=str(tmp_path))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damaged in (whole[:1000], b"", bytes(100) + whole[100:], whole[:-1] + b"x"):
        file.write_bytes(damaged)
        code = "import warnings; warnings.simplefilter('always')\n" + textwrap.dedent(FIRST_CALL)
        child = run_child(code, KULLBACK_CACHE_DIR=str(tmp_path))
        assert child.stdout.startswith("0.36806420716849"), child.stderr
        assert child.stderr.count("RuntimeWarning: kullback compiles its kernels anew") == 1
        assert file.read_bytes() != damaged, "the damaged file was replaced"


@pytest.mark.skipif(os.name != "posix", reason="the rights of files are POSIX's")
def test_a_cache_that_others_can_write_to_is_not_read(tmp_path) -> None:
    tmp_path.chmod(0o777)
    code = "import warnings; warnings.simplefilter('always')\n" + textwrap.dedent(FIRST_CALL)
    child = run_child(code, KULLBACK_CACHE_DIR=str(tmp_path))
    assert child.stdout.startswith("0.36806420716849"), child.stderr
    assert child.stderr.count("others can write to it") == 1
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_costs_one_warning(tmp_path) -> None:
    (tmp_path / "file").write_text("not a directory")
    code = "import warnings; warnings.simplefilter('always')\n" + textwrap.dedent(FIRST_CALL)
    child = run_child(code, KULLBACK_CACHE_DIR=str(tmp_path / "file" / "cache"))
    assert child.stdout.startswith("0.36806420716849"), child.stderr
    assert child.stderr.count("RuntimeWarning: kullback") == 1
