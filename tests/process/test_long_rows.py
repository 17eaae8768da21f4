"""One row of many millions of bins: in pieces, or refused before any work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import kullback as kl
from kullback._catalogue import DIVERGENCES
from kullback._drivers import tiles
from kullback._exact import rows as exact_rows
from kullback._process import memory
from support.processes import assert_fine, needs_linux, run_child
from support.tolerances import assert_close

MEASURE = """
import numpy as np
import kullback as kl

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

def extra(call, *given):
    "Megabytes beyond what is there, of a call whose kernels are there too."
    call(*(rows[..., :70_000].copy() for rows in given))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = peak()
    call(*given)
    return (peak() - before) / 1024
"""


@needs_linux
def test_a_long_row_of_counts_is_not_copied() -> None:
    """Equal rows, which the fast loop leaves: copies in float64 took 2.6 GB for 2**27 bins."""
    assert_fine(
        run_child(
            MEASURE
            + """
p = np.random.default_rng(0).integers(1, 99, 2**24, dtype=np.uint8)
used = extra(kl.kl_divergence, p, p.copy())
assert used < 32, used
print("fine")
"""
        )
    )


@needs_linux
@pytest.mark.parametrize("metric", ["js", "kl"])
def test_a_matrix_of_long_rows_takes_no_more_than_is_promised(metric: str) -> None:
    """Of the same kind: ashvardanian/NumKong #142, JuliaStats/Distances.jl #66."""
    assert_fine(
        run_child(
            MEASURE
            + f"""
x = np.random.default_rng(0).random((4, 2**23), np.float32)
used = extra(lambda rows: kl.pairwise(rows, metric="{metric}"), x)
assert used < 64, used
print("fine")
"""
        )
    )


ROWS = np.random.default_rng(0).random((6, 40))


@pytest.mark.parametrize("metric", ["kl", "js", "jeffreys", "hellinger", "bhattacharyya"])
def test_long_rows_give_the_same_matrix(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    want = kl.pairwise(ROWS, metric=metric)
    counts = (ROWS * 100).astype(np.int64)
    of_counts = kl.pairwise(counts, metric=metric)
    monkeypatch.setattr(tiles, "PANEL_BYTES", 100)
    monkeypatch.setattr(tiles, "LONG", 2)
    assert_close(kl.pairwise(ROWS, metric=metric), want, "matrix")
    assert_close(kl.pairwise(counts, metric=metric), of_counts, "matrix")


K = 2**24
ONE = np.broadcast_to(np.ones(1, np.float32), (1, K))  # converted first: it is not contiguous

REFUSED: dict[str, Callable[[], object]] = {
    "rows": lambda: kl.kl_divergence(ONE, ONE),
    "entropy": lambda: kl.entropy(ONE[0]),
    "matrix": lambda: kl.pairwise(ONE, np.broadcast_to(ONE, (2, K))),
    "generalized": lambda: kl.generalized_js_divergence(np.broadcast_to(ONE, (2, K))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_converted_is_refused_before_the_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1e7)
    with pytest.raises(MemoryError, match=f"rows of {K} bins must be converted, which needs"):
        REFUSED[name]()


@pytest.mark.parametrize("rule", ["plain", "pseudocount", "skip", "fill"])
@pytest.mark.parametrize("normalize", [True, False])
def test_exact_results_do_not_depend_on_the_parts(rule: str, normalize: bool) -> None:
    rng = np.random.default_rng(0)
    p, q = (rng.integers(0, 3, (2, 30)) * 10.0 ** rng.integers(-300, 300, (2, 30))).tolist()
    for record in DIVERGENCES.values():
        options = exact_rows.Options(rule, 1e-3, record.gaps, normalize, record.alpha)
        assert record.exact is not None

        def parts(step: int) -> exact_rows.Parts:
            return lambda: ((p[i : i + step], q[i : i + step]) for i in range(0, 30, step))

        want = exact_rows.divergence(record.exact, parts(30), options)
        got = exact_rows.divergence(record.exact, parts(7), options)
        np.testing.assert_equal(got, want)
