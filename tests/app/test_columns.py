"""Columns by name, the one that holds the labels, and those that look like no bins.

The same slip as in any library that takes tables by position: scikit-learn/scikit-learn#7242.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kullback as kl
from support.cli_calls import Fails, pairwise, write

TABLE = "a,b,c\n9,1,4\n2,2,7\n5,0,5\n"
VALUES = [[9, 1, 4], [2, 2, 7], [5, 0, 5]]


def result() -> np.ndarray:
    return np.asarray(np.load("d.npy"))


@pytest.fixture
def silent(folder: Path, capfd: pytest.CaptureFixture[str]):
    yield
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_columns_in_another_order_are_matched_by_name(suffix: str):
    write("x.csv", TABLE)
    other = [("c", [1, 5, 3]), ("a", [4, 9, 6]), ("b", [7, 8, 5])]
    if suffix == "parquet":
        pa = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(pa.table(dict(other)), "y.parquet")
    else:
        mark = "\t" if suffix == "tsv" else ","
        rows = zip(*(numbers for _, numbers in other), strict=True)
        lines = [mark.join(name for name, _ in other), *(mark.join(map(str, row)) for row in rows)]
        write(f"y.{suffix}", "\n".join(lines))
    pairwise("x.csv", "--against", f"y.{suffix}", "--output", "d.npy")
    want = kl.pairwise(VALUES, [[4, 7, 1], [9, 8, 5], [6, 5, 3]])
    np.testing.assert_array_equal(result(), want)


@pytest.mark.usefixtures("silent")
def test_columns_without_names_are_matched_by_position(folder: Path):
    write("x.csv", TABLE)
    np.save("y.npy", np.array(VALUES) + 1)
    pairwise("x.csv", "--against", "y.npy", "--output", "d.npy")
    np.testing.assert_array_equal(result(), kl.pairwise(VALUES, np.array(VALUES) + 1))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("a,b,d\n1,2,3\n", ["x.csv lacks 'd'", "y.csv lacks 'c'", "0 for a bin"]),
        ("a,b\n1,2\n", ["y.csv lacks 'c'"]),
        ("a,b,c,d\n1,2,3,4\n", ["x.csv lacks 'd'"]),
        ("a,b,b\n1,2,3\n", ["y.csv: has several columns 'b'", "rename one"]),
        ("u,v,w,x,y,z,q\n1,2,3,4,5,6,7\n", ["'y' and 2 more"]),
    ],
)
def test_other_columns_are_refused(fails: Fails, other: str, words: list[str]):
    write("x.csv", TABLE)
    write("y.csv", other)
    line = fails("pairwise", "x.csv", "--against", "y.csv", "--output", "d.npy")
    assert all(word in line for word in words)


def test_an_error_names_the_column_of_the_file(fails: Fails):
    write("x.csv", TABLE)
    write("y.csv", "c,a,b\n1,2,3\n4,-5,6\n")
    line = fails("pairwise", "x.csv", "--against", "y.csv", "--output", "d.npy")
    assert "y.csv, line 3, column 2" in line


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("labels", ["id", "2"])
def test_any_column_can_hold_the_labels(labels: str):
    write("x.csv", "a,id,b,c\n9,1,1,4\n2,2,2,7\n5,3,0,5\n")
    pairwise("x.csv", "--labels", labels, "--output", "d.csv")
    lines = Path("d.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",1,2,3"
    pairwise("x.csv", "--labels", labels, "--output", "d.npy")
    np.testing.assert_array_equal(result(), kl.pairwise(VALUES))


@pytest.mark.usefixtures("silent")
def test_labels_of_a_parquet_and_of_a_table_without_a_header(folder: Path):
    pa = pytest.importorskip("pyarrow")
    columns = {"key": [5, 9, 2], **dict(zip("abc", zip(*VALUES, strict=True), strict=True))}
    pytest.importorskip("pyarrow.parquet").write_table(pa.table(columns), "x.parquet")
    pairwise("x.parquet", "--labels", "key", "--output", "d.npy")
    np.testing.assert_array_equal(result(), kl.pairwise(VALUES))
    write("x.csv", "1,9,1,4\n2,2,2,7\n3,5,0,5\n")
    pairwise("x.csv", "--labels", "1", "--output", "e.csv")
    assert Path("e.csv").read_text("utf-8").startswith(",1,2,3\n")


@pytest.mark.parametrize(
    ("table", "labels", "words"),
    [
        (TABLE, "id", ["no column 'id' for --labels", "'a', 'b', 'c'"]),
        (TABLE, "4", ["no column '4'"]),
        ("1,2,3\n4,5,6\n", "id", ["it has no header", "a number from 1"]),
        ("id,id,a\n1,2,3\n", "id", ["2 columns 'id'", "rename one"]),
    ],
)
def test_a_column_of_labels_that_there_is_not(fails: Fails, table: str, labels: str, words):
    write("x.csv", table)
    line = fails("pairwise", "x.csv", "--labels", labels, "--output", "d.npy")
    assert all(word in line for word in words)


def test_an_array_has_no_column_of_labels(fails: Fails):
    line = fails("pairwise", "x.npy", "--labels", "id", "--output", "d.npy")
    assert "no names of columns" in line


IDENTIFIERS = {
    "id,a,b\n17,9,1\n4,2,2\n": "'id' looks like an identifier and counts as a bin, like 'a', 'b'",
    "a,userId\n9,100\n2,200\n": "'userId' looks",
    "a,row no,b\n9,7,1\n2,8,1\n": "say --labels 'row no'",
    "n,a,b\n1,9,1\n2,2,2\n3,0,7\n": "say --labels n\n",
    "9,0,1\n2,1,2\n7,2,2\n": "column 2 looks like an identifier and counts as a bin, like column 1",
    "id,index,a\n5,6,7\n8,9,1\n": "'id', 'index' look like identifiers and count as bins, like 'a'",
    "name,id,a\nu,5,6\nv,7,8\n": "if it is none, leave it out of the file",
}


@pytest.mark.parametrize(("table", "words"), IDENTIFIERS.items())
def test_a_column_that_looks_like_an_identifier_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str], table: str, words: str
):
    write("t.csv", table)
    pairwise("t.csv", "--output", "d.npy")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("kullback: note: t.csv: ")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    "table",
    [
        "id,a,b\n1,9,1\n1,2,2\n",  # called one, but no row's own
        "valid,a,period\n3,9,1\n5,2,2\n",  # other words
        "a,b\n0,9\n1,2\n",  # two rows may well have 0 and 1
        "a,b\n0,9\n2,2\n1,3\n",
        "id,a\n0.5,1\n0.25,2\n",
    ],
)
def test_other_columns_are_bins_without_a_word(table: str):
    write("t.csv", table)
    pairwise("t.csv", "--output", "d.npy")


def test_a_column_of_an_array_that_counts_its_rows_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str]
):
    np.save("t.npy", np.c_[np.arange(50), np.ones((50, 2))])
    pairwise("t.npy", "--output", "d.npy")
    assert "column 0 looks like an identifier" in capfd.readouterr().err
