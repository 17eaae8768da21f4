"""Any bytes as a table: the values that were written, or one line saying what is wrong."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from kullback.app.errors import UserError
from kullback.app.tables import read_table

NUMBERS = st.floats(0, 1e300) | st.integers(0, 2**70) | st.sampled_from([0, 1, -1, 0.5])
CELLS = (
    st.text("019.eE+-_ ,;\"'\t\r\n\0aé\ufeffnani", max_size=6)
    | NUMBERS.map(str)
    | st.sampled_from(["", "nan", "inf", "1e999", "x", "0x10", "١٢", "1" * 5000, "1_0"])
)
DTYPES = st.sampled_from(["<f8", ">f4", "<i2", "|u1", "|b1", "<c16", "<U3", "|O", "<M8[s]"])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Lines of cells, most of them of one width."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5))
    if draw(st.booleans()):
        rows.append(draw(st.lists(CELLS, max_size=6)))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return end.join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    """A file of NumPy's with some of its bytes changed, cut off or added."""
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=3)))
    file = io.BytesIO()
    dtype = draw(DTYPES)
    array = np.zeros(shape, dtype) if dtype != "|O" else np.full(shape, None)
    np.save(file, array, allow_pickle=True)
    content = bytearray(file.getvalue())
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, min(len(content) - 1, 140)))
        content[place] = draw(st.integers(0, 255) | st.sampled_from(b"0129-(){}',:fiO<>|"))
    if draw(st.booleans()):
        del content[draw(st.integers(0, len(content))) :]
    return bytes(content) + draw(st.binary(max_size=3) | st.just(b""))


def any_file() -> st.SearchStrategy[tuple[str, bytes]]:
    """A name's ending and a content."""
    return st.one_of(
        st.tuples(st.sampled_from([".csv", ".tsv"]), texts() | st.binary(max_size=60)),
        st.tuples(st.just(".npy"), arrays() | st.binary(max_size=60)),
    )


def check(folder: Path, suffix: str, content: bytes) -> None:
    """A table of two dimensions without objects in it, or a UserError of one line."""
    path = folder / f"t{suffix}"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except UserError as error:
        message = str(error)
        assert message.startswith(str(path))
        assert "\n" not in message
        assert len(message) < 1000
        return
    assert table.values.ndim == 2
    assert 0 not in table.values.shape
    assert not table.values.dtype.hasobject
    assert table.labels is None or len(table.labels) == len(table.values)
