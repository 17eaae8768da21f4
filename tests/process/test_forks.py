"""A forked child has one thread and every lock as it was: it must compute all the same."""

from __future__ import annotations

from support.processes import assert_fine, needs_fork, run_child

pytestmark = needs_fork

# `in_child(check)` forks; `check()` must be true. It takes a second or two, and twenty times that
# where others use the processors: an alarm tells a child that hangs from one that is slow.
FORK = """
import faulthandler, os, signal, threading, time, warnings
import numpy as np, kullback as kl
warnings.simplefilter("ignore", DeprecationWarning)  # Python's, about forking with threads
faulthandler.register(signal.SIGALRM, chain=True)  # a child says where it hangs
x = np.random.default_rng(0).random((1500, 64))

def in_child(check):
    child = os.fork()
    if not child:
        signal.alarm(200)
        status = 7
        try:
            status = 0 if check() else 8
        finally:
            os._exit(status)
    ended = os.waitpid(child, 0)[1]
    assert ended == 0, f"wait status {ended}"
"""


def fork_child(code: str, **environment: str) -> None:
    assert_fine(run_child(FORK + code + '\nprint("fine")', **environment))


def test_a_forked_child_computes_after_use() -> None:
    fork_child("""
want = [kl.pairwise(x, metric=metric) for metric in ("js", "kl")]
rows = kl.kl_divergence(x[:, None], x[:200])
from kullback._process import threads
def check():
    at_work, begun = set(), threading.Event()
    def tile(number):
        at_work.add(threading.get_ident())
        if len(at_work) > 1: begun.set()
        assert begun.wait(30), "the child has no helpers"
    threads.run(tile, 4, 2)
    got = [kl.pairwise(x, metric=metric) for metric in ("js", "kl")]
    same = np.array_equal(kl.kl_divergence(x[:, None], x[:200]), rows)
    return same and np.array_equal(got, want)
for _ in range(3):
    in_child(check)
assert check()
""")


def test_a_forked_child_computes_while_the_pool_is_busy() -> None:
    fork_child("""
want = [kl.pairwise(x[:600], metric=metric) for metric in ("js", "kl")]
stop = []
def work():
    while not stop:
        for metric in ("js", "kl"):
            kl.pairwise(x, metric=metric)
busy = [threading.Thread(target=work) for _ in range(2)]
for thread in busy: thread.start()
def check():
    return np.array_equal([kl.pairwise(x[:600], metric=metric) for metric in ("js", "kl")], want)
for _ in range(10):
    in_child(check)
stop.append(True)
for thread in busy: thread.join()
""")


def test_a_forked_child_computes_while_another_thread_compiles() -> None:
    fork_child(
        """
import numba
from numba.core.compiler_lock import global_compiler_lock
p, q = [0.9, 0.1], [0.5, 0.5]
def is_compiling():
    free = global_compiler_lock._lock.acquire(blocking=False)
    if free: global_compiler_lock.release()
    return not free
compiling = threading.Thread(target=kl.js_divergence, args=(p, q))
compiling.start()
def check():
    # On the main thread too: one that is new may be taken for the holder that has gone.
    mine = numba.njit(lambda x: x + 1.0)(1.0)
    return mine == 2.0 and abs(kl.total_variation_distance(p, q) - 0.4) < 1e-15
while not is_compiling(): time.sleep(0.001)
in_child(check)
compiling.join()
""",
        KULLBACK_CACHE="0",
    )


def test_a_forked_child_computes_while_another_thread_waits_for_the_same_kernel() -> None:
    """The child makes the kernel itself; whoever was at it is not there."""
    fork_child("""
kl.kl_divergence  # loads the package
from kullback._process import compiling as _compiling
release = threading.Event()
def slow():
    assert release.wait(200)
    return "the parent's"
got = []
wait = lambda: got.append(_compiling.once("kernel", slow))
waiting = [threading.Thread(target=wait) for _ in range(3)]
for thread in waiting: thread.start()
while not _compiling._pending: time.sleep(0.001)
in_child(lambda: _compiling.once("kernel", lambda: "the child's") == "the child's")
release.set()
for thread in waiting: thread.join()
assert got == ["the parent's"] * 3
""")


def test_a_forked_child_computes_while_another_thread_loads_the_package() -> None:
    fork_child("""
first = threading.Thread(target=lambda: kl.kl_divergence([0.9, 0.1], [0.5, 0.5]))
first.start()
while "kullback._jit" not in __import__("sys").modules: time.sleep(0.001)
in_child(lambda: abs(kl.total_variation_distance([0.9, 0.1], [0.5, 0.5]) - 0.4) < 1e-15)
first.join()
""")
