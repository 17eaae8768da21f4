"""Processes and threads that others start: right results, and no more threads than processors."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from support.processes import assert_fine, run_child

# What each worker does, in a module of its own because spawned processes import it.
WORK = """
import os, threading
import numpy as np, kullback as kl
from kullback._process.limits import default_threads

def rows(seed):
    return np.random.default_rng(seed).random((700, 64))

def work(seed):
    x = rows(seed)
    total = kl.pairwise(x, metric="js").sum() + kl.kl_divergence(x, x[::-1]).sum()
    total += kl.pairwise(x, metric="kl").sum()
    helpers = sum(thread.name.startswith("kullback_") for thread in threading.enumerate())
    return float(total), os.getpid(), default_threads(), helpers

def check(results, most_inner=1, processes=True):
    want = [work(seed)[0] for seed in range(len(results))]
    totals, pids, inner, helpers = zip(*results)
    assert np.allclose(totals, want, rtol=1e-12), (totals, want)
    assert max(inner) <= most_inner, f"threads inside a worker: {inner}"
    if processes:
        assert os.getpid() not in pids
        assert max(helpers) <= max(0, most_inner - 1), f"helpers in a worker: {helpers}"
"""


def check_script(tmp_path: Path, code: str, **environment: str | None) -> None:
    (tmp_path / "work.py").write_text(WORK)
    (tmp_path / "script.py").write_text(
        "from work import *\nif __name__ == '__main__':\n"
        + textwrap.indent(textwrap.dedent(code), "    ")
        + "    print('fine')\n"
    )
    runner = f"import sys, runpy; sys.path.insert(0, {str(tmp_path)!r})\n"
    runner += f"runpy.run_path({str(tmp_path / 'script.py')!r}, run_name='__main__')\n"
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    unset = dict.fromkeys(("KULLBACK_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"))
    given = {**unset, "PYTHONPATH": path, **environment}
    assert_fine(run_child(runner, warn="default", **given))


def methods() -> list[str]:
    import multiprocessing

    return multiprocessing.get_all_start_methods()


@pytest.mark.parametrize("method", methods())
def test_a_pool_of_processes(tmp_path: Path, method: str) -> None:
    check_script(
        tmp_path,
        f"""
        import multiprocessing
        if {method!r} == "fork":
            work(0)  # the children inherit a pool that has been used
        with multiprocessing.get_context({method!r}).Pool(2) as pool:
            check(pool.map(work, range(4), chunksize=1))
        """,
    )


def test_an_executor_of_processes(tmp_path: Path) -> None:
    check_script(
        tmp_path,
        """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            check(list(pool.map(work, range(4))))
        """,
    )


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblib(tmp_path: Path, backend: str) -> None:
    pytest.importorskip("joblib")
    check_script(
        tmp_path,
        f"""
        import joblib
        jobs = [joblib.delayed(work)(seed) for seed in range(4)]
        processors = default_threads()
        results = joblib.Parallel(processors, backend={backend!r})(jobs)
        shared = {backend!r} == "threading"
        check(results, processors if shared else 1, processes=not shared)
        """,
    )


def test_dasks_threaded_scheduler(tmp_path: Path) -> None:
    pytest.importorskip("dask")
    check_script(
        tmp_path,
        """
        import dask
        results = dask.compute(*[dask.delayed(work)(i) for i in range(6)], scheduler="threads")
        check(results, default_threads(), processes=False)
        """,
    )


@pytest.mark.slow
@pytest.mark.parametrize("processes", [True, False])
def test_a_distributed_worker_of_four_threads(tmp_path: Path, processes: bool) -> None:
    pytest.importorskip("distributed")
    check_script(
        tmp_path,
        f"""
        from distributed import Client, LocalCluster
        given = dict(n_workers=1, threads_per_worker=4, dashboard_address=None)
        with LocalCluster(processes={processes}, **given) as cluster, Client(cluster) as client:
            before = set(client.scheduler_info()["workers"])
            results = client.gather(client.map(work, range(8), pure=False))
            assert set(client.scheduler_info()["workers"]) == before, "the worker was restarted"
        check(results, processes={processes})
        assert len(set(one[1] for one in results)) == 1
        """,
    )


def test_a_cluster_that_loses_a_worker(tmp_path: Path) -> None:
    """A worker is killed in the middle of a job on Dask arrays; the result is right."""
    check_script(
        tmp_path,
        """
        import signal, time
        import dask.array as da
        from distributed import LocalCluster, Client
        x = rows(0)
        lazy = da.from_array(x, chunks=(50, 64))
        options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
        with LocalCluster(**options) as cluster, Client(cluster) as client:
            first, second = client.run(os.getpid).values()
            job = client.compute([kl.pairwise(lazy), kl.pairwise(lazy, metric="kl"),
                                  kl.kl_divergence(lazy, lazy[::-1])])
            time.sleep(0.5)
            os.kill(first, signal.SIGKILL)
            js, kld, row_wise = client.gather(job)
        assert np.array_equal(js, kl.pairwise(x))
        assert np.allclose(kld, kl.pairwise(x, metric="kl"), rtol=1e-12)
        assert np.array_equal(row_wise, kl.kl_divergence(x, x[::-1]))
        """,
    )
