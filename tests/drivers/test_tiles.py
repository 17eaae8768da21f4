"""Tiles on the pool: each once, the first error out, and fewer threads where there are no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from kullback._process import compiling as _compiling
from kullback._process import threads
from support.processes import assert_fine, needs_linux, run_child


def test_every_tile_runs_once_and_progress_ends_at_the_total() -> None:
    seen, steps, lock = [], [], threading.Lock()

    def tile(number: int) -> None:
        with lock:
            seen.append(number)

    threads.run(tile, 50, 4, lambda done, total: steps.append((done, total)))
    assert sorted(seen) == list(range(50))
    assert steps[-1] == (50, 50)
    assert all(total == 50 and 0 < done <= 50 for done, total in steps)


TILES = 1_000_000  # more than any thread does before it hears of an error


@pytest.mark.parametrize("bad", [0, 3, 700])
@pytest.mark.parametrize("many", [1, 3])
def test_the_first_error_is_raised_and_the_rest_cancelled(bad: int, many: int) -> None:
    ran: list[int] = []
    at_work: set[int] = set()

    def tile(number: int) -> None:
        ran.append(number)
        at_work.add(threading.get_ident())
        if number == bad:
            wait_until(lambda: len(at_work) >= min(many, 2))  # there is somebody to cancel
            raise ArithmeticError(f"tile {bad}")

    with pytest.raises(ArithmeticError, match=f"tile {bad}"):
        threads.run(tile, TILES, many)
    count = len(ran)
    assert count < TILES
    assert not threads._working
    threads.run(ran.append, 1, many)
    assert len(ran) == count + 1, "nobody is still at work on the cancelled tiles"


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.0001)


def test_an_error_of_a_helper_is_raised_by_the_call() -> None:
    caller = threading.get_ident()
    started = threading.Event()
    ran: list[int] = []

    def tile(number: int) -> None:
        ran.append(number)
        if threading.get_ident() != caller:
            started.set()
            raise ArithmeticError("of a helper")
        assert started.wait(60)

    with pytest.raises(ArithmeticError, match="of a helper"):
        threads.run(tile, TILES, 3)
    assert len(ran) < TILES


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_tile_of_a_helper_counts_when_the_caller_has_ended(fails: bool) -> None:
    """Also where it waits for a kernel that nobody else needs, such as one for odd rows."""
    caller, begun, written = threading.get_ident(), threading.Event(), []

    def slow() -> str:
        begun.set()
        time.sleep(0.5)
        return "kernel"

    def tile(number: int) -> None:
        if threading.get_ident() != caller:
            assert _compiling.once(f"slow {fails}", slow) == "kernel"
            if fails:
                raise ArithmeticError("of a helper")
        assert begun.wait(60)
        written.append(number)

    if fails:
        with pytest.raises(ArithmeticError, match="of a helper"):
            threads.run(tile, 2, 2)
    else:
        threads.run(tile, 2, 2)
        assert sorted(written) == [0, 1]


def test_an_error_of_the_progress_callback_cancels_the_rest() -> None:
    ran = []

    def progress(done: int, total: int) -> None:
        raise ArithmeticError("of the caller's")

    with pytest.raises(ArithmeticError, match="of the caller's"):
        threads.run(ran.append, 100_000, 2, progress)
    assert len(ran) < 100_000


@needs_linux
def test_fewer_threads_will_do_where_none_can_be_started() -> None:
    assert_fine(
        run_child("""
        import _thread, threading
        def refuse(*_, **__):
            raise RuntimeError("can't start new thread")
        _thread.start_new_thread = refuse
        for name in ("_start_new_thread", "_start_joinable_thread"):  # which of them Python has
            setattr(threading, name, refuse)
        import numpy as np, kullback as kl
        rng = np.random.default_rng(0)
        p, q = rng.random((2, 20_000, 100))
        want = kl.kl_divergence(p, q, threads=1), kl.pairwise(p[:300], metric="kl", threads=1)
        assert np.array_equal(kl.kl_divergence(p, q, threads=4), want[0])
        np.testing.assert_allclose(kl.pairwise(p[:300], metric="kl", threads=4), want[1], 1e-12)
        kl.hellinger_distance(p[0], q[0])  # compiled, or read, with no thread to do it
        assert threading.active_count() == 1
        print("fine")
        """)
    )


def test_calls_at_once_share_the_threads() -> None:
    """As many callers as threads: each works alone, and none waits for the others."""
    at_work, most, lock = set(), [0], threading.Lock()
    barrier = threading.Barrier(4)

    def tile(number: int) -> None:
        with lock:
            at_work.add(threading.get_ident())
            most[0] = max(most[0], len(at_work))
        threading.Event().wait(0.002)
        with lock:
            at_work.discard(threading.get_ident())

    def call() -> None:
        threads._working.add(threading.get_ident())
        barrier.wait(60)
        threads.run(tile, 50, 4)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(120)
    assert most[0] == 4
    assert not threads._working


def test_helpers_leave_a_job_when_others_call() -> None:
    """Two at work, as many as there may be: a caller who comes gets the place of a helper."""
    caller = threading.get_ident()
    helped, came = threading.Event(), threading.Event()
    after: list[int] = []

    def tile(number: int) -> None:
        me = threading.get_ident()
        if me != caller:
            helped.set()
        assert helped.wait(60)
        if came.is_set():
            after.append(me)
            time.sleep(0.002)
        elif me == caller:
            threads._working.add(-1)  # another thread's call begins
            came.set()
        else:
            assert came.wait(60)

    try:
        threads.run(tile, 200, 2)
    finally:
        threads._working.discard(-1)
    assert len(after) > 150
    assert set(after[2:]) == {caller}, "a helper ends its tile, and no more"
    assert not threads._working
