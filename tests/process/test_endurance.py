"""A long life: memory, threads and open files stay what they were."""

from __future__ import annotations

import pytest

from support.processes import assert_fine, needs_linux, run_child

pytestmark = [needs_linux, pytest.mark.slow]

# `held()`: bytes, threads and open files of this process; `steady` lets twice do what is to be done
# once, so that what is only allocated once is not taken for growth.
MEASURE = """
import gc, os, threading, warnings
import numpy as np, kullback as kl
from pathlib import Path
warnings.simplefilter("ignore", DeprecationWarning)  # Python's, about forking with threads
rng = np.random.default_rng(0)

def held():
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = len(os.listdir("/proc/self/fd"))
    return pages * os.sysconf("SC_PAGE_SIZE"), threading.active_count(), files

def steady(work, megabytes=20):
    work()
    before = held()
    work()
    after = held()
    assert after[0] - before[0] < megabytes * 2**20, (before, after)
    assert after[1] <= before[1] + 1 and after[2] <= before[2], (before, after)
"""


def test_a_hundred_thousand_small_calls_leave_nothing_behind() -> None:
    code = """
p, q = rng.random((2, 30))
P, Q = rng.random((2, 4, 12))
calls = [
    lambda: kl.kl_divergence(p, q), lambda: kl.js_divergence(P, Q), lambda: kl.pairwise(P),
    lambda: kl.pairwise(P, Q, "kl"), lambda: kl.condensed(P), lambda: kl.hellinger_distance(p, q),
    lambda: kl.kl_divergence(P, Q, base=2, zeros="skip"), lambda: kl.kl_divergence(P, -Q),
]
def many(number):
    for i in range(6_250):
        try:
            calls[(i + number) % len(calls)]()
        except ValueError:
            assert (i + number) % len(calls) == 7
def work():  # fifty thousand
    threads = [threading.Thread(target=many, args=(number,)) for number in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
steady(work)
print("fine")
"""
    assert_fine(run_child(MEASURE + code))


def test_fifty_interrupted_calls_leave_nothing_behind() -> None:
    code = """
import random, signal
from kullback._process import threads
class Alarm(Exception): pass
def ring(*_): raise Alarm
signal.signal(signal.SIGALRM, ring)
x = rng.random((2500, 200))
calls = [lambda: kl.pairwise(x), lambda: kl.pairwise(x, metric="kl"), lambda: kl.condensed(x)]
def work():  # twenty-five
    for number in range(25):
        try:
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.001, 0.1))
            while True: calls[number % 3]()
        except Alarm:
            pass
        assert not threads._working - {threading.get_ident()}
want = kl.pairwise(x[:50])
steady(work, 80)  # a result of 50 MB may be in the allocator's hands
assert np.array_equal(kl.pairwise(x[:50]), want)
print("fine")
"""
    assert_fine(run_child(MEASURE + code))


def test_two_hundred_forks_leave_nothing_behind() -> None:
    code = """
x = rng.random((300, 40))
want = kl.pairwise(x), kl.pairwise(x, metric="kl")
def work():  # a hundred
    for _ in range(100):
        child = os.fork()
        if not child:
            same = np.array_equal(kl.pairwise(x), want[0])
            os._exit(0 if same and np.allclose(kl.pairwise(x, metric="kl"), want[1]) else 7)
        assert os.waitpid(child, 0)[1] == 0
    assert np.array_equal(kl.pairwise(x), want[0])
steady(work)
print("fine")
"""
    assert_fine(run_child(MEASURE + code))
