"""Shapes, axes and dtypes that are refused, and how."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest

import kullback as kl
from kullback import condensed, pairwise
from support.calls import FUNCTIONS, assert_says, core_metric, core_word, each_float, every_function

# Shapes


@pytest.mark.parametrize("p_shape", [(2, 3), (2, 1)])
def test_another_number_of_bins_is_refused_with_both_shapes(p_shape):
    for call in every_function(np.ones(p_shape), np.ones((2, 4))):
        with pytest.raises(ValueError, match=re.escape(str(p_shape))) as error:
            call()
        assert_says(error, r"\(2, 4\)")


@core_word
@pytest.mark.parametrize(
    ("p_shape", "q_shape"), [((3, 4), (2, 4)), ((), (4,)), ((4,), ()), ((), ()), ((5, 0), (5, 0))]
)
def test_shapes_that_do_not_fit_are_refused_with_both_shapes(word, p_shape, q_shape):
    with pytest.raises(ValueError, match=re.escape(str(p_shape))) as error:
        FUNCTIONS[word](np.ones(p_shape), np.ones(q_shape))
    assert_says(error, re.escape(str(q_shape)))


@core_metric
@pytest.mark.parametrize("shape", [(), (4,), (2, 2, 4), (3, 0)])
def test_a_matrix_needs_two_axes_and_bins(word, shape):
    for call in (
        lambda: pairwise(np.ones(shape), np.ones((2, 4)), word),
        lambda: pairwise(np.ones((2, 4)), np.ones(shape), word),
        lambda: pairwise(np.ones(shape), metric=word),
        lambda: condensed(np.ones(shape), "js"),
    ):
        with pytest.raises(ValueError, match=re.escape(str(shape))):
            call()


@core_word
@each_float
def test_no_rows_give_an_empty_result(word, dtype):
    for p_shape, q_shape, shape in [((0, 4), (0, 4), (0,)), ((3, 0, 4), (4,), (3, 0))]:
        got = FUNCTIONS[word](np.ones(p_shape, dtype), np.ones(q_shape, dtype))
        assert got.shape == shape
        assert got.dtype == dtype


@core_word
def test_an_axis_that_is_not_there_is_refused(word):
    for axis in (2, -3):
        with pytest.raises(ValueError, match="axis"):
            FUNCTIONS[word](np.ones((2, 4)), np.ones((2, 4)), axis=axis)
    for axis in (0.5, "rows", (), (0, 0), (0, 2), (0, None), [0, 1], None, True):
        with pytest.raises((TypeError, ValueError), match=r"axis|integer"):
            FUNCTIONS[word](np.ones((2, 4)), np.ones((2, 4)), axis=axis)


def test_ragged_lists_are_refused():
    for call in every_function([[1, 2], [3]], [[1, 2], [3, 4]]):
        with pytest.raises(ValueError, match=r"inhomogeneous|ragged|length"):
            call()


# Dtypes that are refused

BAD_DTYPES = {
    "complex128": np.ones((2, 3), complex),
    "complex64": np.ones((2, 3), np.complex64),
    "object": np.array([[Fraction(1, 3), 1, 1], [1, 1, 1]], dtype=object),
    "<U": np.array([["1", "2", "3"]] * 2),
    "S1": np.array([[b"1", b"2", b"3"]] * 2),
    "datetime64": np.ones((2, 3), "M8[s]"),
    "timedelta64": np.ones((2, 3), "m8[s]"),
    "longdouble|float128|float96": np.ones((2, 3), np.longdouble),
    "[Mm]asked": np.ma.masked_less(np.ones((2, 3)), 0.5),
    "masked": np.ma.masked_array(np.ones((2, 3)), [[True, False, False]] * 2),
    "[\\[(]+'a'": np.ones((2, 3), [("a", "f8")]),
}


@pytest.mark.parametrize("name", BAD_DTYPES)
def test_a_dtype_that_is_no_real_number_is_refused_by_name_and_with_a_remedy(name):
    if name.startswith("longdouble") and np.dtype(np.longdouble) == np.float64:
        pytest.skip("longdouble is float64 here")
    bad, good = BAD_DTYPES[name], np.ones((2, 3))
    for call in (*every_function(bad, good), *every_function(good, bad), lambda: condensed(bad)):
        with pytest.raises(TypeError, match=name) as error:
            call()
        assert_says(error, r"astype|\.filled|\.real|float64|convert|\.data\b|numpy\.|pandas\.")


def test_none_and_ragged_objects_are_refused():
    for bad in ([[1, None, 3]] * 2, [["a", 1, 2]] * 2, {"a": 1}, None, [[10**400, 1, 1]] * 2):
        for call in every_function(np.ones((2, 3)), bad)[: len(FUNCTIONS)]:
            with pytest.raises(TypeError):
                call()


def test_sparse_matrices_are_refused_with_the_conversion_where_rows_are_needed_whole():
    sparse = pytest.importorskip("scipy.sparse")
    for bad in (sparse.csr_matrix(np.eye(3)), sparse.coo_array(np.eye(3))):
        for call in (kl.mutual_information, kl.generalized_js_divergence):
            with pytest.raises(TypeError, match="toarray"):
                call(bad)
        with pytest.raises(TypeError, match="toarray"):
            kl.kl_divergence_from_logits(bad, np.eye(3))
