"""Columns of any dtype that pandas has: missing values are NaN, and text is named.

pandas-dev/pandas#40630 and numpy/numpy#17659: what NumPy makes of them is an array of objects.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from support.tolerances import assert_same_bits

COUNTS = np.array([[9, 1, 4], [2, 2, 7]])
FRAME = pd.DataFrame(COUNTS, columns=list("abc"))
DTYPES = ["Int64", "UInt8", "Float64", "Float32", "int64[pyarrow]", "float[pyarrow]", "Sparse[int]"]
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


@each_dtype
def test_nullable_and_arrow_columns_are_numbers(dtype: str):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    typed = FRAME.astype(dtype)
    want = kl.kl_divergence(COUNTS, COUNTS[::-1])
    got = kl.kl_divergence(typed, COUNTS[::-1])
    assert got.dtype == np.float64
    assert_same_bits(got.to_numpy(), want)
    assert kl.kl_divergence(typed.iloc[0], typed.iloc[1]) == want[0]
    assert kl.kl_divergence(typed.iloc[0].array, COUNTS[1]) == want[0]
    assert_same_bits(kl.pairwise(typed).to_numpy(), kl.pairwise(COUNTS))
    mixed = FRAME.astype({"a": dtype})
    assert_same_bits(kl.kl_divergence(mixed, COUNTS[::-1]).to_numpy(), want)


@pytest.mark.parametrize("dtype", ["boolean", "bool", "bool[pyarrow]"])
def test_booleans_are_counts_of_one(dtype: str):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    flags = np.array([[True, False, True], [True, True, True]])
    typed = pd.DataFrame(flags).astype(dtype)
    assert_same_bits(kl.entropy(typed).to_numpy(), kl.entropy(flags))
    beside = typed.assign(n=[3, 4])  # for which pandas makes objects
    assert_same_bits(kl.entropy(beside).to_numpy(), kl.entropy(np.c_[flags, [3, 4]]))


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "int64[pyarrow]"])
def test_a_missing_value_is_nan(dtype: str):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    typed = pd.DataFrame({"a": [1, None], "b": [1, 1]}).astype(dtype)
    with pytest.raises(ValueError, match="p is no distribution: row 1, column 0 is NaN"):
        kl.entropy(typed)
    got = kl.entropy(typed, invalid="nan", base=2)
    assert got[0] == 1.0
    assert np.isnan(got[1])
    with pytest.raises(ValueError, match="p is no distribution: column 0 is NaN"):
        kl.entropy(typed.iloc[1])


def test_single_precision_stays_what_it_is():
    assert kl.entropy(FRAME.astype(np.float32)).dtype == np.float32
    assert kl.entropy(FRAME.astype({"a": np.float32, "b": np.float16, "c": np.float32})).dtype == (
        np.float32
    )
    assert kl.entropy(FRAME.astype({"a": np.float32})).dtype == np.float64


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"city": ["x", "y"]}, "holds text, such as 'x', in column 'city'; "),
        ({"day": pd.to_datetime(["2024", "2025"])}, "in column 'day'; "),
        ({"kind": pd.Categorical(["x", "y"])}, "text, such as 'x', in column 'kind'; "),
        ({"city": ["x", "y"], "kind": ["u", "v"]}, "in column 'city', and 1 more; "),
        ({"n": np.array([1, 2], object)}, "objects in column 'n'; "),
        ({"n": np.array([True, 2.5], object)}, "in column 'n'"),
        ({"n": np.array([None, 2.5], object)}, "in column 'n', with missing values"),
    ],
    ids=str,
)
def test_a_column_that_holds_no_numbers_is_named_and_the_remedy_works(more, words):
    frame = FRAME.assign(**more)
    with pytest.raises(TypeError, match="p holds ") as error:
        kl.entropy(frame)
    assert words in str(error.value)
    advised = eval(str(error.value).rpartition(": ")[2], {"float": float}, {"p": frame})
    assert list(kl.entropy(advised)) == list(kl.entropy(advised.to_numpy(float)))


def test_a_frame_of_nothing_but_text_is_to_be_counted():
    with pytest.raises(TypeError, match="count what it holds first"):
        kl.entropy(pd.DataFrame({"city": ["x", "y"]}))
