"""Tables are read as they were written, and what cannot be read is said in one line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from kullback.app.errors import UserError
from kullback.app.matrix_files import Matrix, complete_names, matrix_writer
from kullback.app.outputs import AtomicFiles
from kullback.app.tables import Table, read_table

COUNTS = np.array([[3, 0, 5], [1, 2, 0]])


def table_of(path: Path, text: str, header: bool | None = None) -> Table:
    path.write_bytes(text.encode())
    return read_table(path, header)


def message_of(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UserError) as error:
        read_table(path)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message[len(str(path)) :]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("3,0,5\n1,2,0\n", None),
        ("3,0,5\r\n1,2,0", None),
        ("\ufeff3,0,5\n\n1,2,0\n\n", None),
        (" 3 , 0,5\n1,2,+0\n", None),
        ("a,b,c\n3,0,5\n1,2,0\n", None),
        ("u,3,0,5\nv,1,2,0\n", ["u", "v"]),
        ("name,a,b,c\nu,3,0,5\nv,1,2,0\n", ["u", "v"]),
        ("a,name,b,c\n3,u,0,5\n1,v,2,0\n", ["u", "v"]),
        (",0,1,2\n0,3,0,5\n1,1,2,0\n", ["0", "1"]),
        (",a,b,c\n2024_01,3,0,5\n2024_02,1,2,0\n", ["2024_01", "2024_02"]),
        ("2024_01,3,0,5\n2024_02,1,2,0\n", ["2024_01", "2024_02"]),
        ('"u, v",3,0,5\n"two\nlines",1,2,0\n', ["u, v", "two\nlines"]),
        ("é,3,0,5\n日本,1,2,0\n", ["é", "日本"]),
    ],
)
def test_csv(tmp_path: Path, text: str, labels: list[str] | None) -> None:
    table = table_of(tmp_path / "t.csv", text)
    assert table.values.dtype == np.int64
    np.testing.assert_array_equal(table.values, COUNTS)
    assert table.labels == labels
    tabs = table_of(tmp_path / "t.tsv", _with_tabs(text))
    np.testing.assert_array_equal(tabs.values, COUNTS)
    assert tabs.labels == labels


def _with_tabs(text: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter="\t").writerows(csv.reader(io.StringIO(text, newline="")))
    return out.getvalue()


def test_csv_header_can_be_told(tmp_path: Path) -> None:
    text = "0,1,2\n3,0,5\n1,2,0\n"
    np.testing.assert_array_equal(table_of(tmp_path / "t.csv", text, True).values, COUNTS)
    assert table_of(tmp_path / "t.csv", text, False).values.shape == (3, 3)


@pytest.mark.parametrize(
    ("text", "dtype", "value"),
    [
        (f"1,{2**63 - 1}\n", np.int64, 2**63 - 1),
        (f"1,{2**63}\n", np.float64, 2.0**63),
        ("1,2\n3,0.1\n", np.float64, 0.1),
        ("1,2\n3,4e-320\n", np.float64, 4e-320),
        ("1,nan\n", np.float64, np.nan),
        ("1,-Infinity\n", np.float64, -np.inf),
    ],
)
def test_csv_numbers(tmp_path: Path, text: str, dtype: type, value: float) -> None:
    values = table_of(tmp_path / "t.csv", text).values
    assert values.dtype == dtype
    np.testing.assert_equal(values[-1, -1], value)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a,b,c\n1,2,3\n1,2\n", "line 3 has 2 cells, but line 1 has 3"),
        ("1,2,3\n\n4,5,6,7\n", "line 3 has 4 cells, but line 1 has 3"),
        ("1,2,3\n\n4,x,6\n", "line 3, column 2: 'x' is not a number"),
        ('n,a,b\n"two\nlines",1,2\nz,1,y\n', "line 4, column 3: 'y'"),
        ("1,2,3\n4,,6\n", "line 2, column 2: is empty; write 0"),
        ("1,2,3\n,,\n", "line 2, column 1: is empty; write 0"),
        ("1,o,3,q\n4,5,6,7\n", "('o' in column 2, 'q' in column 4); only one, of labels"),
        ("1,2\n1_000,2\n", "line 2, column 1: '1_000' is not a number"),
        ("0,1,2,3\n4,5,6,7\n", "line 1 counts up from 0, so it may hold names"),
        (",10,20\n4,5,6\n", "line 1 starts with an empty cell"),
        ("a,b\n", "holds a header but no rows"),
        ("1 2 3\n4 5 6\n", "line 2 holds no numbers"),
        ('1,2\n"3,4\n', "line 2: unexpected end of data"),
        (b"\xe9,1,2\n", "is not UTF-8 text"),
        ("1,x,3\n4,5,6\n7,8,9\n", "line 1, column 2: 'x' is not a number"),
        ("a,b,c\n1,x,3\n4,5,6\n", "line 2, column 2: 'x' is not a number"),
        ("1,2,3\n4,\0,6\n", "line 2, column 2: '\\x00' is not a number"),
        ("\n\n", "is empty"),
        ("", "is empty"),
    ],
)
def test_csv_faults_name_line_and_column(tmp_path: Path, text: str | bytes, where: str) -> None:
    assert where in message_of(tmp_path / "t.csv", text)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.float32, np.float64, ">f8", bool])
def test_npy_is_mapped_as_it_is(tmp_path: Path, dtype: type) -> None:
    np.save(tmp_path / "t.npy", COUNTS.astype(dtype))
    values = read_table(tmp_path / "t.npy").values
    assert isinstance(values, np.memmap)
    assert not values.flags.writeable
    assert values.dtype == dtype
    np.testing.assert_array_equal(values, COUNTS.astype(dtype))


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


NPY = _npy(COUNTS)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_npy(np.array([{}], dtype=object)), "pickled Python objects"),
        (NPY[:-8], "48 bytes, but 40 bytes follow"),
        (NPY + b"more", "48 bytes, but 52 bytes follow"),
        (NPY.replace(b"(2, 3), }" + b" " * 18, b"(2" + b"0" * 18 + b", 3), }"), "bytes follow"),
        (NPY.replace(b"(2, 3), ", b"(-2, 3),"), "declares the shape (-2, 3)"),
        (NPY.replace(b"'<i8'", b"'<z8'"), "is not a .npy file"),
        (NPY.replace(b"False", b"print"), "is not a .npy file"),
        (NPY[:40], "is not a .npy file"),
        (NPY.replace(b"(2, 3)", b"(2, 3 "), "is not a .npy file"),
        (NPY[:6] + b"\x07" + NPY[7:], "is not a .npy file"),
        (b"text\n" * 30, "is not a .npy file"),
        (b"", "is empty"),
        (_npy(COUNTS[0]), "shape (3,); it should have 2 dimensions"),
        (_npy(COUNTS[:0]), "holds no numbers (shape (0, 3))"),
        (_npy(COUNTS[:, :0]), "holds no numbers (shape (2, 0))"),
    ],
)
def test_npy_faults(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in message_of(tmp_path / "t.npy", content)


def test_parquet(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "year=2024" / "t.parquet"
    path.parent.mkdir()
    frame = pandas.DataFrame(COUNTS, columns=["a", "b", "c"])
    for data, labels in (
        (frame, None),
        (frame.assign(name=["u", "v"]), ["u", "v"]),
        (frame.set_index(pandas.Index(["u", "v"])), ["u", "v"]),
        (frame.set_index(pandas.Index([7.5, 9])), ["7.5", "9.0"]),
        (frame.assign(name=pandas.Categorical(["u", "v"])), ["u", "v"]),
    ):
        data.to_parquet(path, engine="pyarrow")
        table = read_table(path)
        assert table.values.dtype == np.int64
        np.testing.assert_array_equal(table.values, COUNTS)
        assert table.labels == labels


def test_parquet_faults(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    for columns, reason in (
        ({"a": ["x"], "b": ["y"], "c": [1]}, "'a' and 'b' both hold text"),
        ({"a": [1, None]}, "column 'a' is empty in row 1"),
        ({"a": [[1, 2]]}, "column 'a' holds list"),
        ({"a": ["x"]}, "holds no numbers"),
    ):
        pq.write_table(pa.table(columns), path)
        assert reason in message_of(path, path.read_bytes())
    content = path.read_bytes()
    assert "is not a .parquet file" in message_of(path, content[: len(content) // 2])


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".tsv", ".parquet"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("labelled", [False, True])
def test_a_written_matrix_reads_back_the_same(
    tmp_path: Path, suffix: str, dtype: type, labelled: bool
) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    values = (rng.random((4, 3)) ** 40).astype(dtype)
    values[1, 2], values[2, 0] = np.inf, np.nan
    rows = ["plain", "com,ma", 'qu"ote', "日本\tline\nbreak"] if labelled else None
    matrix = Matrix(values, complete_names(rows, None, values.shape))
    path = tmp_path / f"d{suffix}"
    with AtomicFiles() as outputs:
        outputs.write(path, lambda file: matrix_writer(suffix)(file, matrix))
    table = read_table(path)
    np.testing.assert_array_equal(table.values.astype(dtype), values)
    assert table.labels == (rows if suffix != ".npy" else None)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
