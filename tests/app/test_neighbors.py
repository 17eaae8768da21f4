"""`kullback neighbors`, and sparse rows in files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import kullback as kl
from kullback.app.cli import main
from support.cli_calls import COUNTS, OTHERS, Fails, pairwise

ROWS = sparse.csr_array(np.where(COUNTS < 25, COUNTS, 0))


def neighbors(*arguments: str) -> sparse.csr_matrix:
    assert main(["neighbors", *arguments, "--output", "g.npz", "--force"]) == 0
    return sparse.load_npz("g.npz")


def assert_same_graphs(one: sparse.csr_matrix, other: sparse.csr_matrix) -> None:
    assert one.shape == other.shape
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_graph_is_that_of_the_library(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert_same_graphs(neighbors("x.npy"), kl.kneighbors(COUNTS).graph())
    found = neighbors("x.npy", "--against", "y.npy", "-k", "3", "--metric", "kl", "--base", "2")
    want = kl.kneighbors(COUNTS, OTHERS, n_neighbors=3, metric="kl", base=2)
    assert_same_graphs(found, want.graph())
    assert_same_graphs(
        neighbors("names.csv", "-k", "2"), kl.kneighbors(COUNTS, n_neighbors=2).graph()
    )
    assert capfd.readouterr() == ("", "")


def test_zeros_are_kept(folder: Path) -> None:
    np.save("t.npy", np.vstack([COUNTS, COUNTS]))
    graph = neighbors("t.npy", "-k", "2")
    assert graph.nnz == 24
    assert (graph.data == 0).sum() == 12


def test_sparse_rows_are_read(folder: Path) -> None:
    for number, make in enumerate((sparse.csr_matrix, sparse.csc_array, sparse.coo_array)):
        name = f"s{number}.npz"
        sparse.save_npz(name, make(ROWS))
        pairwise(name, "--output", "d.npy", "--force")
        np.testing.assert_array_equal(np.load("d.npy"), kl.pairwise(ROWS))
    pairwise("s0.npz", "--against", "y.npy", "--output", "d.csv")
    assert_same_graphs(neighbors("s0.npz"), kl.kneighbors(ROWS).graph())
    pairwise("s0.npz", "--output", "r.npy", "--resume")
    np.testing.assert_array_equal(np.load("r.npy"), kl.pairwise(ROWS))


def test_what_is_wrong_is_said_in_one_line(fails: Fails) -> None:
    given = ("neighbors", "x.npy", "--output", "g.npz")
    line = fails(*given, "-k", "6")
    assert "-k is 6, but there are 5 other rows in x to choose from; here x is x.npy" in line
    assert "-k is 0" in fails(*given, "-k", "0")
    assert "--metric is 'euclid'" in fails(*given, "--metric", "euclid")
    assert "end the name with .npz" in fails("neighbors", "x.npy", "--output", "g.npy")
    assert "is the input too" in fails_with_itself(fails)


def fails_with_itself(fails: Fails) -> str:
    sparse.save_npz("s.npz", ROWS)
    return fails("neighbors", "s.npz", "--output", "s.npz", "--force")


@pytest.mark.parametrize("kind", ["text", "dense", "empty", "indices", "pickle", "parts", "cut"])
def test_a_file_of_no_sparse_rows_is_refused(fails: Fails, kind: str) -> None:
    path = Path("b.npz")
    if kind == "text":
        path.write_text("1,2,3\n", "utf-8")
    elif kind == "dense":
        np.savez(path, COUNTS)
    elif kind == "empty":
        with zipfile.ZipFile(path, "w"):
            pass
    elif kind == "indices":
        bad = ROWS.copy()
        bad.indices[0] = 99
        sparse.save_npz(path, bad)
    elif kind == "pickle":
        np.savez(path, format=np.array([{}], object), shape=(1, 2), data=np.ones(1))
    elif kind == "parts":
        np.savez(path, format=b"csr", shape=(6, 8), data=COUNTS, indices=COUNTS, indptr=COUNTS)
    else:
        sparse.save_npz(path, ROWS)
        path.write_bytes(path.read_bytes()[:-40])
    line = fails("pairwise", "b.npz", "--output", "d.npy")
    assert "b.npz" in line
    assert "sparse" in line
