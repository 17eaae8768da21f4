"""`kullback drift`: status, table, files, saved bins; one line and status 2 for bad input."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import kullback as kl
from kullback.app.cli import main
from kullback.app.typed_tables import read_columns
from support.cli_calls import Fails, write
from support.drifting import month, planted


def save(path: str, table: dict[str, np.ndarray]) -> None:
    """As a .csv or .tsv, missing values as empty cells."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if path.endswith("tsv") else ",")
        writer.writerow(table)
        for row in zip(*table.values(), strict=True):
            writer.writerow("" if value != value else value for value in row)


@pytest.fixture
def months(folder: Path) -> set[str]:
    """before.csv and now.csv, of which these columns have drifted."""
    before, now = month(1, 3000), month(2, 2500)
    now["weight"], now["price"] = now["weight"] * 1.3, now["price"] * 1.1
    found = set(planted(now)) | {"weight"}
    save("before.csv", before)
    save("now.csv", now)
    return found


def test_the_table_and_the_status_say_what_has_drifted(
    months: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", "before.csv", "now.csv"]) == 1
    out, err = capsys.readouterr()
    lines = [line.split() for line in out.splitlines()]
    assert {line[0] for line in lines if line and line[-1] == "drifted"} == months
    assert err == ""
    assert main(["drift", "before.csv", "before.csv"]) == 0
    assert "0 of 9 columns drifted" in capsys.readouterr().out


def test_the_columns_of_a_text_file_are_those_of_the_table(months: set[str]) -> None:
    table = read_columns(Path("now.csv"))
    want = month(2, 2500)
    assert table["clock"].dtype == "M8[us]"
    np.testing.assert_array_equal(table["items"], want["items"])
    np.testing.assert_array_equal(table["clock"], want["clock"])
    assert table["returning"].tolist() == [str(flag) for flag in want["returning"]]
    assert np.isnan(table["rating"]).sum() > 200
    save("now.tsv", want)
    assert read_columns(Path("now.tsv")).keys() == want.keys()


def test_saved_bins_stand_for_the_reference(
    months: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", "before.csv", "now.csv", "--bins", "7", "--save-bins", "b.json"]) == 1
    want = capsys.readouterr().out
    Path("before.csv").unlink()
    assert main(["drift", "b.json", "now.csv"]) == 1
    assert capsys.readouterr().out == want


def test_outputs_hold_the_report(months: set[str]) -> None:
    for name in ("r.csv", "r.tsv", "r.json", "r.parquet", "r.png"):
        if name == "r.parquet":
            pytest.importorskip("pyarrow")
        option = "--plot" if name.endswith("png") else "--output"
        assert main(["drift", "before.csv", "now.csv", option, name]) == 1
    with open("r.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["column"] for row in rows if row["drifted"] == "True"} == months
    found = json.loads(Path("r.json").read_text("utf-8"))
    assert set(found["drifted"]) == months
    assert next(row for row in found["columns"] if row["column"] == "country")["psi"] == "inf"
    parquet = read_columns(Path("r.parquet"))
    assert parquet["column"].to_pylist() == [row["column"] for row in rows]
    assert Path("r.png").stat().st_size > 10_000


def test_parquet_tables_are_compared(folder: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    for name, table in (("before", month(1, 3000)), ("now", month(2, 2500))):
        table["clock"] = table["clock"].astype("M8[s]")  # Arrow has no minutes
        pq.write_table(pa.table(table), f"{name}.parquet")
    assert main(["drift", "before.parquet", "now.parquet"]) == 0


BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "bad.csv: is empty"),
    "no rows": ("a,b\n", "bad.csv: has no rows, so that no bins can be fixed on it"),
    "no names": ("1,2\n3,4\n", "line 1 holds the number '1' where it should hold names"),
    "ragged": ("a,b\n1,2\n3\n", "bad.csv: line 3 has 1 cells, but line 1 has 2 names"),
    "one name twice": ("a,a\n1,2\n", "2 columns are called 'a'"),
    "an index": (",a\n0,2\n", "column 1 has no name in line 1"),
    "semicolons": ("a;b\n1,5;2\n", "write commas between the cells"),
    "semicolons alone": ("a;b\n1;2\n", "write commas between the cells"),
    "quotes": ('a,b\n"1"x,2\n', "bad.csv: line 2"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_tables_are_one_line(fails: Fails, fault: str) -> None:
    text, reason = BAD[fault]
    write("bad.csv", text)
    write("good.csv", "a,b\n1,x\n")
    assert reason in fails("drift", "bad.csv", "good.csv", "--output", "r.csv")
    if fault != "no rows":
        assert reason in fails("drift", "good.csv", "bad.csv", "--plot", "r.png")


JSON: dict[str, tuple[Callable[[], str], str]] = {
    "no JSON": (lambda: "{", "bad.json: is no JSON"),
    "deep": (lambda: "[" * 100_000, "bad.json: is no JSON"),
    "a list": (lambda: "[1]", "bad.json: holds no saved bins; write it anew by kullback drift"),
    "a table": (lambda: '{"a": [1]}', "bad.json: holds no saved bins"),
    "another format": (lambda: '{"format": "x"}', "bad.json: holds no saved bins: 'x'"),
    "damaged": (
        lambda: kl.drift({"a": [1]}, {"a": [1]}).bins.to_json().replace('"missing"', '"m"'),
        "bad.json: holds damaged bins",
    ),
}


@pytest.mark.parametrize("fault", JSON)
def test_bad_bins_are_one_line(fails: Fails, fault: str) -> None:
    make, reason = JSON[fault]
    write("bad.json", make().replace('"counts"', '"missing": -1, "counts"'))
    write("good.csv", "a,b\n1,x\n")
    assert reason in fails("drift", "bad.json", "good.csv")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("none.csv now.csv", "none.csv: no such file or directory"),
        ("before.csv dir", "dir: unknown kind of table"),
        ("before.csv x.npy", "x.npy: unknown kind of table; it should be one of .csv"),
        ("before.csv now.csv --bins 1", "--bins is 1; it must be between 2 and 1000"),
        ("before.csv now.csv --bins ten", "argument --bins: invalid int"),
        ("before.csv now.csv --level 2", "--level is 2.0"),
        ("before.csv now.csv --output now.csv --force", "now.csv: is an input too"),
        ("before.csv now.csv --output r.npy", "end the name with .csv, .tsv, .json or .parquet"),
        ("before.csv now.csv --save-bins now.csv", "end the name with .json"),
        ("before.csv now.csv --plot x.npy", "unknown kind of output"),
        ("before.csv now.csv --output old.csv", "already exists"),
        ("before.csv", "required: CURRENT"),
    ],
)
def test_bad_arguments_are_one_line(fails: Fails, arguments: str, reason: str) -> None:
    for name in ("before.csv", "now.csv", "old.csv"):
        write(name, "a,b\n1,x\n2,y\n")
    assert reason in fails("drift", *arguments.split())
