"""Ctrl-C at random moments: KeyboardInterrupt soon, no thread left at work, the next call works."""

from __future__ import annotations

import signal
import threading

import pytest

from kullback._process import threads
from support.processes import assert_fine, needs_posix, run_child

pytestmark = needs_posix

# Interrupts `call` after a random time; returns the seconds from the first signal to the exception.
# How late it may be is asserted on the median, and by the share of the processors that this process
# had: where others use them too, a tile takes the longer.
INTERRUPT = """
import os, random, signal, statistics, sys, threading, time
import numpy as np, kullback as kl
from kullback._process import blas, threads
random.seed(0)
sys.setswitchinterval(0.001)

def interrupted(call, most, times=1):
    sent, over = [], threading.Event()
    wait = random.uniform(0, most)
    def interrupt():
        time.sleep(wait)
        for _ in range(times):
            if over.is_set():
                return
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(random.uniform(0, 0.02))
    sender = threading.Thread(target=interrupt)
    late = None
    try:
        try:
            sender.start()
            while True:
                call()
        except KeyboardInterrupt:
            late = time.perf_counter() - sent[0]
        over.set()
        sender.join()
    except KeyboardInterrupt:  # the second one came after the first was caught
        over.set()
        sender.join()
    return late

def nobody_works():
    assert not any(thread.name == "kullback-compiler" for thread in threading.enumerate())
    assert not threads._working - {threading.get_ident()}, threads._working

x = np.random.default_rng(0).random((3000, 256))
"""


def test_control_c_ends_a_long_job_soon_and_the_next_call_works() -> None:
    code = """
y = np.random.default_rng(1).random((2500, 2048))
calls = [
    lambda: kl.pairwise(y), lambda: kl.pairwise(x, metric="kl", threads=1),  # 2 s on two cores
    lambda: kl.condensed(x), lambda: kl.pairwise(x, metric="total_variation"),
    lambda: kl.kl_divergence(x[:100, None], x[None]),
]
small = [
    lambda: kl.pairwise(y[:50]), lambda: kl.pairwise(x[:100], metric="kl"),
    lambda: kl.condensed(x[:100]), lambda: kl.pairwise(x[:100], metric="total_variation"),
    lambda: kl.kl_divergence(x[:100, None], x[None, :100]),
]
want = [call() for call in small]
before = blas.loaded()[0]() if blas.loaded() else None
late = [[] for _ in calls]
start = time.perf_counter(), time.process_time()
for round in range(40):
    kind = round % 5
    late[kind].append(interrupted(calls[kind], 0.3, times=1 + round // 5 % 2))
    assert len(threads._working) <= 1, "only the caller may be left in the count"
    np.testing.assert_allclose(small[kind](), want[kind], rtol=1e-12)
    nobody_works()
    if before is not None:
        assert blas.loaded()[0]() == before, "the BLAS has its threads back"
wall, used = time.perf_counter() - start[0], time.process_time() - start[1]
slowdown = max(1.0, threads.default_threads() * wall / used)
for some in late:
    known = [one for one in some if one is not None]
    assert len(known) >= 5
    assert statistics.median(known) < 0.3 * slowdown, (slowdown, late)
deadline = time.monotonic() + 30  # by which idle threads have taken what came too late for its job
while threads._get_pool()._work_queue.qsize() and time.monotonic() < deadline: time.sleep(0.01)
assert threads._get_pool()._work_queue.qsize() == 0
print("fine")
"""
    assert_fine(run_child(INTERRUPT + code))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_control_c_leaves_no_helper_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes while the call waits for its helpers to end their tiles."""
    caller, wait, waits = threading.get_ident(), threads._Tiles.wait, []
    helped, release, ended = threading.Event(), threading.Event(), threading.Event()

    def tile(number: int) -> None:
        if threading.get_ident() == caller:
            assert helped.wait(60)
            raise KeyboardInterrupt
        helped.set()
        assert release.wait(60)
        ended.set()

    def interrupted(tiles: threads._Tiles) -> None:
        waits.append(tiles)
        if len(waits) < 3:
            raise KeyboardInterrupt
        release.set()
        wait(tiles)

    monkeypatch.setattr(threads._Tiles, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        threads.run(tile, 100, 2)
    assert ended.is_set()
    assert not threads._working


def test_control_c_while_a_kernel_compiles_is_answered_at_once() -> None:
    code = """
from kullback._process import compiling as _compiling
p, q = [0.9, 0.1], [0.5, 0.5]
kl.kl_divergence  # loads the package
def wait_until_it_compiles():
    while not _compiling._pending: time.sleep(0.001)
late = []
for name in ("total_variation_distance", "chi2_divergence"):
    sent, started = [], threading.Event()
    def interrupt():
        assert started.wait(60)
        wait_until_it_compiles()
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)
    sender = threading.Thread(target=interrupt)
    sender.start()
    try:
        started.set()
        getattr(kl, name)(p, q)
        raise SystemExit("was not interrupted")
    except KeyboardInterrupt:
        late.append(time.perf_counter() - sent[0])
        assert _compiling._pending, "the compilation goes on"
    sender.join()
assert min(late) < 0.3, late
assert abs(kl.total_variation_distance(p, q) - 0.4) < 1e-15  # waits for the one that goes on
while _compiling._pending: time.sleep(0.01)
while any(t.name == "kullback-compiler" for t in threading.enumerate()): time.sleep(0.01)
print("fine")
"""
    assert_fine(run_child(INTERRUPT + code, KULLBACK_CACHE="0"))


def test_control_c_does_not_wait_for_a_helper_that_needs_a_kernel() -> None:
    """A helper gives up waiting for a compilation as soon as its job is cancelled."""
    code = """
from kullback._process import compiling as _compiling
release, begun = threading.Event(), threading.Event()
def slow():
    begun.set()
    assert release.wait(120)
    return "kernel"
written = []
def tile(number):
    if threading.current_thread() is threading.main_thread():
        assert begun.wait(60)
        raise KeyboardInterrupt
    written.append(_compiling.once("slow", slow))
start = time.perf_counter()
try:
    threads.run(tile, 100, 3)
    raise SystemExit("was not interrupted")
except KeyboardInterrupt:
    assert time.perf_counter() - start < 60
assert not release.is_set() and not written
release.set()
assert _compiling.once("slow", slow) == "kernel"
assert not written, "who gave up has not come back"
print("fine")
"""
    assert_fine(run_child(INTERRUPT + code))


def test_a_handler_of_ones_own_may_raise_what_it_likes() -> None:
    code = """
class Stop(Exception): pass
def stop(*_): raise Stop
signal.signal(signal.SIGALRM, stop)
want = kl.pairwise(x[:10])
for wait in (0.05, 0.1, 0.15, 0.2, 0.25):
    signal.setitimer(signal.ITIMER_REAL, wait)
    try:
        while True: kl.pairwise(x)
    except Stop:
        nobody_works()
    assert np.array_equal(kl.pairwise(x[:10]), want)
    assert not threads._working
print("fine")
"""
    assert_fine(run_child(INTERRUPT + code))


@pytest.mark.parametrize("seconds", [0.03, 0.1, 0.3, 1.0])
def test_an_interrupt_of_the_first_call_leaves_nothing_loaded_by_halves(seconds: float) -> None:
    code = f"""
import signal
import kullback as kl
class Stop(Exception): pass
def stop(*_): raise Stop
signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, {seconds})
try:
    while True: kl.pairwise([[1, 2], [3, 4]])
except Stop:
    pass
assert kl.pairwise([[1, 2], [3, 4]])[0, 1] > 0
print("fine")
"""
    assert_fine(run_child(code))


def test_an_interrupt_at_any_step_leaves_no_kernel_that_nobody_makes() -> None:
    """Between any two steps of the caller; `Thread.start` would end the thread it has started."""
    code = """
from kullback._process import compiling as _compiling
kl.kl_divergence  # loads the package
class Stop(Exception): pass
armed = False
def stop(*_):
    global armed
    if armed:
        armed = False
        raise Stop
signal.signal(signal.SIGALRM, stop)
interrupts = 0
for number in range(1500):
    made = []
    make = lambda: made.append("kernel") or "kernel"
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 3e-4))
        _compiling.once(f"kernel {number}", make)
        armed = False
    except Stop:
        interrupts += 1
    assert _compiling.once(f"kernel {number}", make) == "kernel"
    assert made == ["kernel"], made
assert interrupts > 100, interrupts
signal.setitimer(signal.ITIMER_REAL, 0)  # its signal would end an interpreter that is closing
print("fine")
"""
    assert_fine(run_child(INTERRUPT + code))
