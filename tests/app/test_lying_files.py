"""Files that say of themselves what is not so, and numbers written as other programs write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.test_tables import COUNTS, message_of, table_of


def npy(shape: str, dtype: str = "<f8", data: bytes = b"") -> bytes:
    """A .npy file whose header has this text for a shape."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (npy("(True, True)", data=bytes(8)), "declares the shape (True, True)"),
        (npy("(2.0, 1)", data=bytes(16)), "is not a .npy file"),
        (npy("(-1, 8)", data=bytes(8)), "declares the shape (-1, 8)"),
        (npy(f"(0, {2**70})"), "holds no numbers"),
        (npy(f"({2**64}, 0)"), "holds no numbers"),
        (npy(f"({2**40}, {2**40})"), "0 bytes follow"),
        (npy(str((1,) * 100), data=bytes(8)), "maximum supported dimension"),
        (npy("(2, 2)", "<V0"), "holds no numbers"),
        (npy("(2, 2)", "<U0"), "holds no numbers"),
    ],
)
def test_a_header_that_lies_is_told_in_one_line(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """A header that NumPy itself writes and cannot read: numpy/numpy #28334."""
    assert reason in message_of(tmp_path / "t.npy", content)


@pytest.mark.parametrize(
    "metadata",
    [
        b"no JSON",
        b"",
        b"[1, 2]",
        b"5",
        b"null",
        b"{}",
        b'{"index_columns": 5}',
        b'{"index_columns": null}',
        b'{"index_columns": "a"}',
        b'{"index_columns": [["a"]]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=lambda metadata: repr(metadata[:26]),
)
def test_metadata_that_lies_is_told_in_one_line(tmp_path: Path, metadata: bytes) -> None:
    """A file whose numbers are right, and whose metadata are no JSON: data-universe #914."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    table = pa.table({"a": [3, 1], "b": [0, 2]})
    pq.write_table(table.replace_schema_metadata({b"pandas": metadata}), path)
    assert "its pandas metadata cannot be read (" in message_of(path, path.read_bytes())


# Tables of spreadsheets where the decimal mark is a comma, and the line that says so.
DECIMAL_COMMAS = {
    "labels": ("a;0,5;0,5\nb;0,25;0,75\n", 1, "semicolons"),
    "numbers alone": ("0,5;0,5\n0,25;0,75\n", 1, "semicolons"),
    "one bin": ("a;0,5\nb;0,7\n", 1, "semicolons"),
    "a header": ("name;a;b\nu;0,5;0,5\nv;0,25;0,75\n", 2, "semicolons"),
    "integers": ("1;2;3\n4;5;6\n", 1, "semicolons"),
    "points between thousands": ("1.234,5;2.234,5\n1,5;2,0\n", 1, "semicolons"),
    "exponents": ("1,5E-3;2,5E+2\n1,5;2,0\n", 1, "semicolons"),
    "quotes": ('"0,5","0,5"\n"0,25","0,75"\n', 1, "commas in its numbers"),
    "one of them in quotes": ('"0,5",2,3\n"0,25",4,5\n', 1, "commas in its numbers"),
}


@pytest.mark.parametrize("case", DECIMAL_COMMAS)
def test_decimal_commas_are_refused_with_what_to_write(tmp_path: Path, case: str) -> None:
    """Read as two numbers and labels like "5;0" between them: SheetJS/sheetjs #2239."""
    text, line, what = DECIMAL_COMMAS[case]
    message = message_of(tmp_path / "t.csv", text)
    assert message.startswith(f": line {line} has {what}")
    assert "points in the numbers" in message
    if ";" in text:
        message = message_of(tmp_path / "t.tsv", text.replace(";", "\t").replace("1\t2\t3", "1,5"))
        assert "points in the numbers" in message


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("chr1;100,3,0,5\nchr1;200,1,2,0\n", ["chr1;100", "chr1;200"]),
        ('"1;2",3,0,5\n"2;3",1,2,0\n', ["1;2", "2;3"]),
        ("NA,3,0,5\nZA,1,2,0\n", ["NA", "ZA"]),
        ("ZA,3,0,5\nNA,1,2,0\n", ["ZA", "NA"]),
        ("NA,EU,AS\n3,0,5\n1,2,0\n", None),
    ],
)
def test_labels_that_only_look_so_are_labels(
    tmp_path: Path, text: str, labels: list[str] | None
) -> None:
    table = table_of(tmp_path / "t.csv", text)
    np.testing.assert_array_equal(table.values, COUNTS)
    assert table.labels == labels


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("x,1,NA,3\ny,1,2,3\n", "line 1, column 3: 'NA' is a missing value"),
        ("x,1,2,3\ny,1,n/a,3\n", "line 2, column 3: 'n/a' is a missing value"),
        ("1,2,NA\n3,4,5\n", "line 1, column 3: 'NA' is a missing value"),
        ("1,2,NA\n", "line 1, column 3: 'NA' is a missing value"),
        ("1,NA,NA\n3,4,5\n", "line 1, column 2: 'NA' is a missing value"),
        ("a,b\nNA,NA\n1,2\n", "line 2 holds no numbers"),
        ("x,NA,NA\ny,1,2\n", "line 1 holds no numbers but missing values"),
        ("x,1,foo\ny,1,2\n", "('x' in column 1, 'foo' in column 3)"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(tmp_path: Path, text: str, where: str) -> None:
    """Not the label before it."""
    assert where in message_of(tmp_path / "t.csv", text)
