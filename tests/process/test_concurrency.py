"""Many threads at once, also beside another library's own threads."""

from __future__ import annotations

import pytest

from support.processes import assert_fine, run_child

# Every public function on small input and, for those that cut work into tiles, on larger input.
CALLS = """
import threading
import numpy as np, kullback as kl
rng = np.random.default_rng(0)
p, q = rng.random((2, 5, 12)) + 0.1
P, Q = rng.random((2, 6000, 80))
calls = [
    lambda f=getattr(kl, name), more=more: f(p, q, *more)
    for name, *more in [
        ("kl_divergence",), ("js_divergence",), ("js_distance",), ("jeffreys_divergence",),
        ("hellinger_distance",), ("bhattacharyya_distance",), ("total_variation_distance",),
        ("chi2_divergence",), ("renyi_divergence", 0.5), ("cross_entropy",),
    ]
]
calls += [
    lambda: kl.entropy(p), lambda: kl.generalized_js_divergence(p), lambda: kl.histograms(p, 4)[0],
    lambda: kl.gaussian_kl_divergence(p, q, q, p),
    lambda: kl.standard_gaussian_kl_divergence(p, q),
]
calls += [
    lambda metric=metric: kl.pairwise(p, q, metric)
    for metric in ("kl", "js", "jeffreys", "hellinger", "total_variation", kl.Renyi(2))
]
calls += [
    lambda: kl.kl_divergence(P, Q), lambda: kl.js_divergence(P, Q),
    lambda: kl.pairwise(P[:150], metric="kl"), lambda: kl.condensed(P[:150]),
]
# Those on small input use no product whose bits depend on how many threads the BLAS may take.
want = [call() for call in calls]
wrong = []

def equal(got, exact):
    return np.allclose(got, exact, rtol=1e-12, atol=0)

def many(first):
    for i in range(200):
        number = (first + i) % len(calls)
        if not equal(calls[number](), want[number]):
            wrong.append(number)

def all_at_once():
    threads = [threading.Thread(target=many, args=(4 * first,)) for first in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert not wrong, wrong
"""

FIRST = """
import numpy as np, kullback as kl, threading
barrier = threading.Barrier(8)
p, q = np.array([0.9, 0.1]), np.array([0.5, 0.5])
results = []
def first():
    barrier.wait()
    results.append((kl.kl_divergence(p, q), kl.total_variation_distance(p, q)))
threads = [threading.Thread(target=first) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(results) == 8 and len(set(results)) == 1, results
from kullback._process import compiling as _compiling
assert not _compiling._pending
print("fine")
"""


def test_eight_threads_may_call_200_times_at_once() -> None:
    assert_fine(run_child(CALLS + 'all_at_once()\nprint("fine")'))


def test_eight_threads_may_make_the_first_call_at_once() -> None:
    assert_fine(run_child(FIRST, KULLBACK_CACHE="0"))


@pytest.mark.slow
def test_eight_threads_may_call_while_another_library_runs_prange() -> None:
    """Numba's own threads, of which `workqueue` ends the process if two threads use it at once."""
    code = """
import numba
@numba.njit(parallel=True)
def total(x):
    s = 0.0
    for i in numba.prange(x.size):
        s += x[i] ** 0.5
    return s
x = np.ones(300_000)
total(x)
stop = []
def prange():
    while not stop:
        assert total(x) == x.size
other = threading.Thread(target=prange)
other.start()
all_at_once()
stop.append(True)
other.join()
print("fine")
"""
    done = run_child(CALLS + code, NUMBA_THREADING_LAYER="workqueue", NUMBA_NUM_THREADS="2")
    assert_fine(done)
