"""What does not fit is refused before any work, with the shape, the bytes and what to do."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

import kullback as kl
from kullback._process import memory
from support.processes import assert_fine, needs_linux, run_child

ROWS = 2**16 + 1  # of which all pairs are beyond 2**32


def row(count: int) -> np.ndarray:
    """Many equal rows in the memory of one."""
    return np.broadcast_to(np.ones(2), (count, 2))


CALLS = {
    "beyond 2**31": (lambda: kl.pairwise(row(2**20), row(2**20)), rf"\({2**20}, {2**20}\)"),
    "beyond 2**63": (lambda: kl.pairwise(row(2**33), row(2**33)), rf"\({2**33}, {2**33}\)"),
    "upper triangle": (lambda: kl.condensed(row(2**33)), rf"\({2**32 * (2**33 - 1)},\)"),
    "row by row": (
        lambda: kl.kl_divergence(row(2**20)[:, None], row(2**20)[None]),
        rf"\({2**20}, {2**20}\)",
    ),
    "row by row beyond 2**63": (
        lambda: kl.js_divergence(row(2**33)[:, None], row(2**33)[None]),
        rf"\({2**33}, {2**33}\)",
    ),
    "float32": (
        lambda: kl.pairwise(row(2**20).astype(np.float32)[:1].repeat(1, 0), row(2**42)),
        r"\(1, 4398046511104\)",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_result_that_cannot_fit_is_refused_at_once(name: str) -> None:
    call, shape = CALLS[name]
    start = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(MemoryError, match=shape) as error:
            call()
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - start < 20
    assert "available" in str(error.value)
    assert "out=" in str(error.value)
    assert "fewer rows" in str(error.value)


def test_a_control_groups_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.cgroups, "memory", lambda: 1e8)
    with pytest.raises(MemoryError, match=r"needs 134 MB, but 100 MB are available"):
        kl.pairwise(row(2**12), row(2**12))
    with pytest.raises(MemoryError, match=r"needs 134 MB, but 100 MB are available"):
        kl.kl_divergence(row(2**24), row(2**24))


def test_what_the_caller_allocated_is_the_callers_business(monkeypatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 0.0)
    assert kl.kl_divergence(row(9), row(9)).shape == (9,), "small results are not asked about"
    out = np.empty(2**23 + 1)
    assert kl.kl_divergence(row(out.size), row(1), out=out) is out
    with pytest.raises(MemoryError):
        kl.kl_divergence(row(out.size), row(1))


@needs_linux
def test_the_limit_of_the_address_space_counts() -> None:
    assert_fine(
        run_child("""
        import resource
        import numpy as np, kullback as kl
        from kullback._process import memory
        x = np.random.default_rng(0).random((12_000, 2))
        want = kl.pairwise(x[:100])
        used = memory.cgroups.number(memory.Path("/proc/self/statm")) * 4096
        limit = int(used) + 700_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            kl.pairwise(x)  # 1.15 GB, of which the machine has many
            raise SystemExit("was not refused")
        except MemoryError as error:
            assert "(12000, 12000) and needs 1.15 GB, but" in str(error), error
            assert "MB are available" in str(error), error
        assert np.array_equal(kl.pairwise(x[:100]), want)
        print("fine")
        """)
    )
