"""Searches need their results, and no more than 64 MB beside them."""

from __future__ import annotations

import numpy as np
import pytest

import kullback as kl
from kullback._process import memory
from support.processes import assert_fine, needs_linux, run_child

SEARCHES = {
    "product": "x, metric='kl', n_neighbors=10",
    "cosines": "x, n_neighbors=10",
    "all pairs": "x[:4000], metric='total_variation', n_neighbors=10",
    "sparse": "sparse.csr_array(np.where(x > 0.05, x, 0.0)), n_neighbors=10",
}


@needs_linux
@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_needs_no_matrix(name: str) -> None:
    """The matrix would have 512 MB (of all pairs: 128)."""
    assert_fine(
        run_child(
            f"""
    import numpy as np, kullback as kl, resource
    from scipy import sparse
    def search(x):
        return kl.kneighbors({SEARCHES[name]})
    x = np.random.default_rng(0).dirichlet(np.full(16, 0.3), 8000)
    search(x[:1000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = search(x)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    results = sum(part.nbytes for part in found) // 1024
    assert more < 64_000 + results, (more, results)
    print("fine")
    """,
            warn="default",
        )
    )


def test_results_that_cannot_fit_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.broadcast_to(np.ones(2), (2**20, 2))
    monkeypatch.setattr(memory, "available", lambda: 1e8)
    with pytest.raises(MemoryError, match=r"shape \(1048576, 20\)") as error:
        kl.kneighbors(x, n_neighbors=10)
    assert "ask for fewer neighbours" in str(error.value)
    assert "fewer rows of x at a time, with y=" in str(error.value)
    assert "kneighbors keeps" not in str(error.value)


def test_a_matrix_that_cannot_fit_names_the_search_that_needs_none() -> None:
    x = np.broadcast_to(np.ones(2), (2**20, 2))
    with pytest.raises(MemoryError, match="kneighbors keeps the nearest rows alone"):
        kl.pairwise(x)
