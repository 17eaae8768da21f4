"""The command line's errors are one line, and leave no file behind."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from support.cli_calls import COUNTS, Fails, pairwise, write


def _lying_header() -> None:
    Path("bad.npy").write_bytes(Path("x.npy").read_bytes()[:-8])


FAULTS: dict[str, tuple[Callable[[], object], str, str]] = {
    "pickled": (
        lambda: np.save("bad.npy", np.array([{}], dtype=object), allow_pickle=True),
        "bad.npy",
        "bad.npy: holds pickled Python objects",
    ),
    "lying header": (_lying_header, "bad.npy", "384 bytes, but 376 bytes follow"),
    "ragged": (
        lambda: write("bad.csv", "a,b\n1,2\n3\n"),
        "bad.csv",
        "bad.csv: line 3 has 1 cells",
    ),
    "no number": (lambda: write("bad.csv", "1,2\n3,x\n"), "bad.csv", "line 2, column 2: 'x'"),
    "negative": (
        lambda: write("bad.csv", "n,a,b\nu,1,2\nv,3,-4\n"),
        "bad.csv",
        "negative (-4) (1 such row in x; --invalid nan gives NaN there); here x is bad.csv, line 3,"
        " column 3",
    ),
    "negative npy": (lambda: np.save("bad.npy", -COUNTS), "bad.npy", "here x is bad.npy"),
    "no bins": (lambda: write("bad.csv", "0,0\n1,2\n"), "bad.csv", "x is bad.csv, line 1"),
    "text array": (lambda: np.save("bad.npy", COUNTS.astype(str)), "bad.npy", "dtype <U"),
    "empty": (lambda: write("bad.csv", ""), "bad.csv", "bad.csv: is empty"),
    "directory": (lambda: os.mkdir("bad.csv"), "bad.csv", "bad.csv: is a directory"),
    "missing": (lambda: None, "bad.csv", "bad.csv: no such file or directory; check the path"),
    "unknown kind": (lambda: write("bad.xls", ""), "bad.xls", "unknown kind of input"),
    "no kind": (lambda: write("bad", ""), "bad", "unknown kind of input"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("side", ["input", "against"])
def test_bad_input(fails: Fails, fault: str, side: str) -> None:
    prepare, name, reason = FAULTS[fault]
    prepare()
    given = [name] if side == "input" else ["x.npy", "--against", name]
    if side == "against" and name == "bad.csv" and reason.startswith(("negative", "x is")):
        given[0] = "fine.csv"
        write("fine.csv", "1,2\n")
        reason = reason.replace("here x is", "here x is fine.csv and y is").replace("in x", "in y")
        reason = reason.replace("x is bad", "y is bad")
    elif side == "against":
        reason = reason.replace("here x is", "here x is x.npy and y is")
    assert reason in fails("pairwise", *given, "--output", "d.npy", "--plot", "d.png")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("pairwise x.npy --output x.npy", "x.npy: already exists; choose another name"),
        ("pairwise x.npy --output x.npy --force", "is the input too"),
        ("pairwise x.npy --output d.npy --plot names.csv", "unknown kind of output"),
        ("pairwise x.npy --output d.txt", ".npy, .zarr, .csv, .tsv or .parquet"),
        ("pairwise x.npy --output none/d.npy", "there is no directory none; create it"),
        ("pairwise x.npy --output x.npy/d.npy", "there is no directory x.npy"),
        ("pairwise x.npy --output dir.npy", "dir.npy: is a directory"),
        ("pairwise x.npy --output d.npy --plot d.gif", ".png, .pdf or .svg"),
        (
            "pairwise x.npy --output d.npy --metric no",
            "--metric is 'no'; it must be one of bhattacharyya,",
        ),
        ("pairwise none.npy --output d.npy --metric no", "triangular, or renyi:ALPHA"),
        ("pairwise x.npy --output d.npy --metric renyi", "or renyi:ALPHA"),
        ("pairwise x.npy --output d.npy --metric renyi:x", "--metric renyi:x: could not convert"),
        ("pairwise x.npy --output d.npy --metric renyi:0", "alpha is 0.0; it must be above 0"),
        ("pairwise x.npy --output d.npy --threads 0", "threads is 0"),
        ("pairwise x.npy --output d.npy --threads two", "argument --threads: invalid int"),
        ("pairwise x.npy --output d.npy --base 0", "base is 0"),
        ("pairwise x.npy --output d.npy --zeros no", "'no' is not inf, skip or a number"),
        ("pairwise x.npy --output d.npy --zeros -1", "zeros is -1.0"),
        ("pairwise x.npy --output d.npy --invalid no", "argument --invalid: invalid choice"),
        ("pairwise x.npy --output d.npy --pseudocount -1", "pseudocount is -1.0"),
        ("pairwise x.npy --output d.npy --thr 1", "unrecognized arguments: --thr 1"),
        ("pairwise x.npy --output d.npy --against two.csv", "x.npy has 8 bins a row, but two.csv"),
        ("pairwise x.npy", "required: --output; see kullback pairwise --help"),
        ("pairwise two.csv --output d.parquet", "two columns would be called 'u'"),
        ("pairwise large.npy --output d.npy", "(3000000, 3000000) and needs"),
        ("", "required: COMMAND"),
        ("no", "invalid choice: 'no'"),
        ("demo --output x.npy", "x.npy: file exists"),
        ("demo --output old", "distances.npy: already exists"),
    ],
)
def test_bad_arguments(fails: Fails, arguments: str, reason: str) -> None:
    if "parquet" in arguments:
        pytest.importorskip("pyarrow")
    Path("dir.npy").mkdir()
    Path("old").mkdir()
    write("old/distances.npy", "")
    write("two.csv", "u,1,2\nu,2,3\n")
    np.save("large.npy", np.ones((3_000_000, 1), np.uint8))
    assert reason in fails(*arguments.split())


def test_an_existing_picture_is_kept(fails: Fails) -> None:
    write("d.png", "old")
    assert "already exists" in fails("pairwise", "x.npy", "--output", "d.npy", "--plot", "d.png")


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("matplotlib", "pairwise x.npy --output d.npy --plot d.png", "plot"),
        ("scipy", "demo --output new", "plot"),
        ("pyarrow", "pairwise x.npy --output d.parquet", "parquet"),
        ("pyarrow", "pairwise x.parquet --output d.npy", "parquet"),
    ],
)
def test_missing_package(
    fails: Fails, monkeypatch: pytest.MonkeyPatch, missing: str, arguments: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    write("x.parquet", "PAR1")
    line = fails(*arguments.split())
    assert f"needs {missing}, which is not installed" in line
    assert line.endswith(f'pip install "kullback[{extra}]"')


@pytest.fixture
def nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a directory that all may read, without the rights of root, who may do everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions are other ones here")
    pairwise("x.npy", "--output", "warm.npy")  # loads what nobody else may
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        for name in ("closed.npy", "open.npy"):
            Path(open_folder, name).write_bytes(Path("x.npy").read_bytes())
        Path(open_folder, "closed.npy").chmod(0)
        Path(open_folder, "closed").mkdir(mode=0o555)
        Path(open_folder, "free").mkdir()
        Path(open_folder, "free").chmod(0o777)
        monkeypatch.chdir(open_folder)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        yield
        os.seteuid(user)
        Path(open_folder, "closed").chmod(0o755)
        monkeypatch.chdir(folder)


@pytest.mark.usefixtures("nobody")
def test_no_permission(fails: Fails) -> None:
    line = fails("pairwise", "closed.npy", "--output", "free/d.npy")
    assert "closed.npy: permission denied; check the permissions" in line
    line = fails("pairwise", "open.npy", "--output", "closed/d.npy")
    assert "closed/d.npy: no permission to write in closed" in line
