"""Sparse rows of any make are the rows that they stand for, are left as they are, and are named."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

import kullback as kl
from support.calls import assert_says
from support.tolerances import assert_same_bits

RNG = np.random.default_rng(3)
P = np.where(RNG.random((6, 50)) < 0.3, RNG.integers(1, 9, (6, 50)), 0)
Q = np.where(RNG.random((6, 50)) < 0.3, RNG.integers(1, 9, (6, 50)), 0)
P[:, 0] = Q[:, 0] = 1
WANT = kl.js_divergence(sparse.csr_array(P.astype(float)), sparse.csr_array(Q.astype(float)))


def scrambled(x: np.ndarray) -> sparse.csr_matrix:
    """The same rows with entries out of order, split in two, and zeros in between."""
    rows, columns = np.nonzero(x)
    values = x[rows, columns].astype(float)
    part = np.floor(values / 2.0)
    zeros = np.zeros(len(x))
    all_columns = np.concatenate([columns[::-1], columns[::-1], np.full(len(x), x.shape[1] - 1)])
    all_rows = np.concatenate([rows[::-1], rows[::-1], np.arange(len(x))])
    all_values = np.concatenate([part[::-1], (values - part)[::-1], zeros])
    order = np.argsort(all_rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(all_rows, minlength=len(x)))])
    return sparse.csr_matrix((all_values[order], all_columns[order], starts), x.shape)


def with_wide_indices(x: np.ndarray) -> sparse.csr_array:
    made = sparse.csr_array(x.astype(float))
    made.indices, made.indptr = made.indices.astype(np.int64), made.indptr.astype(np.int64)
    return made


def with_room(x: np.ndarray) -> sparse.csr_array:
    """More memory than entries."""
    made = sparse.csr_array(x.astype(float))
    made.data = np.concatenate([made.data, [np.nan] * 3])
    made.indices = np.concatenate([made.indices, np.array([9, 9, 9], made.indices.dtype)])
    return made


MAKES = {
    "csr_matrix": sparse.csr_matrix,
    "csr_array": sparse.csr_array,
    "csc_matrix": sparse.csc_matrix,
    "csc_array": sparse.csc_array,
    "coo_matrix": sparse.coo_matrix,
    "coo_array": sparse.coo_array,
    "lil": sparse.lil_array,
    "dok": sparse.dok_array,
    "bsr": sparse.bsr_array,
    "dia": sparse.dia_array,
    "scrambled": scrambled,
    "scrambled coo": lambda x: scrambled(x).tocoo(),
    "scrambled csc": lambda x: scrambled(x.T).T,
    "64-bit indices": with_wide_indices,
    "more room": with_room,
    "int8": lambda x: sparse.csr_array(x.astype(np.int8)),
    "uint64": lambda x: sparse.csr_array(x.astype(np.uint64)),
}


def state(x: object) -> dict[str, bytes]:
    return {
        name: value.tobytes() for name, value in vars(x).items() if isinstance(value, np.ndarray)
    }


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_every_make_gives_the_bits_of_the_plain_one_and_is_left_as_it_is(make):
    p, q = make(P), make(Q)
    before = state(p), state(q)
    assert_same_bits(kl.js_divergence(p, q), WANT)
    assert_same_bits(kl.js_divergence(q, p), WANT)
    assert_same_bits(np.diag(kl.pairwise(p, q)), np.diag(kl.pairwise(sparse.csr_array(P), Q)))
    assert (state(p), state(q)) == before


def test_read_only_arrays_and_stale_flags_are_no_matter():
    p = sparse.csr_array(P.astype(float))
    assert p.has_canonical_format
    row = slice(p.indptr[0], p.indptr[1])
    p.indices[row], p.data[row] = p.indices[row][::-1].copy(), p.data[row][::-1].copy()
    for array in (p.data, p.indices, p.indptr):
        array.flags.writeable = False
    assert_same_bits(kl.js_divergence(p, sparse.csr_array(Q)), WANT)


def test_duplicates_of_narrow_integers_do_not_overflow():
    rows = sparse.coo_array((np.full(4, 100, np.int8), ([0] * 4, [0, 0, 0, 1])), (1, 2))
    assert kl.entropy(rows)[0] == pytest.approx(kl.entropy([3, 1]), rel=1e-14)
    true = sparse.coo_array((np.ones(3, bool), ([0] * 3, [0, 0, 1])), (1, 2))
    assert kl.entropy(true, base=2)[0] == 1.0


def test_float32_gives_float32_and_all_else_float64():
    single = sparse.csr_array(P.astype(np.float32))
    for q, want in ((single, np.float32), (Q.astype(np.float32), np.float32), (Q, np.float64)):
        assert kl.js_divergence(single, q).dtype == want
        assert kl.pairwise(single, q).dtype == want
    np.testing.assert_allclose(kl.pairwise(single), kl.pairwise(P), rtol=1e-6)


def test_a_row_a_column_of_rows_and_dense_rows_stand_beside_sparse_ones():
    p, q = sparse.csr_array(P), sparse.csr_array(Q)
    want = kl.js_divergence(p, sparse.csr_array(Q[[2] * 6]))
    for other in (Q[2], Q[2:3], q[[2]], sparse.coo_array(Q[2])):
        assert_same_bits(kl.js_divergence(p, other), want)
    assert_same_bits(kl.js_divergence(P, q), WANT)
    assert_same_bits(kl.js_divergence(p.T, q.T, axis=0), WANT)
    assert_same_bits(kl.js_divergence(P.T, q.T, axis=0), WANT)
    one = kl.js_divergence(sparse.coo_array(P[0]), Q[0])
    assert isinstance(one, float)
    assert one == WANT[0]
    assert_same_bits(kl.pairwise(P, q), kl.pairwise(p, Q))


def test_no_rows_no_entries_and_rows_without_entries():
    none, empty = sparse.csr_array((0, 5)), sparse.csr_array((3, 5))
    assert kl.js_divergence(none, none).shape == (0,)
    assert kl.pairwise(none, empty, normalize=False).shape == (0, 3)
    assert kl.condensed(none).shape == (0,)
    for call in (kl.entropy, kl.pairwise):
        with pytest.raises(ValueError, match=r"row 0 sums to 0 \(3 such rows in [px]"):
            call(empty)
    assert np.isnan(kl.pairwise(empty, pseudocount=1.0, invalid="nan")).all()
    assert (kl.pairwise(empty, normalize=False) == 0.0).all()
    assert (kl.pairwise(empty, normalize=False, pseudocount=1.0) == 0.0).all()
    mass = kl.kl_divergence(empty, [1.0, 0, 0, 2, 0], normalize=False)
    np.testing.assert_array_equal(mass, 3.0)


@pytest.mark.parametrize("value", [-1.0, -5e-324, np.nan, np.inf])
def test_an_invalid_entry_is_named_or_makes_nan_just_there(value):
    bad = P.astype(float)
    bad[[2, 4], [17, 3]] = value
    p, q = sparse.csr_array(bad), sparse.csr_array(Q)
    for call, name in (
        (lambda **o: kl.js_divergence(p, q, **o), "p"),
        (lambda **o: kl.kl_divergence(q, p, pseudocount=1, **o), "q"),
        (lambda **o: kl.pairwise(p, **o), "x"),
        (lambda **o: kl.pairwise(q, p, "total_variation", **o), "y"),
        (lambda **o: kl.condensed(p, **o), "x"),
    ):
        with pytest.raises(ValueError, match="such rows") as error:
            call()
        kind = "infinite" if value == np.inf else "NaN" if value != value else "negative"
        assert_says(error, rf"^{name} is no", "row 2, column 17", kind, "2 such rows")
    rows = kl.js_divergence(p, q, invalid="nan")
    assert np.flatnonzero(np.isnan(rows)).tolist() == [2, 4]
    hit = np.isin(np.arange(6), [2, 4])
    square = kl.pairwise(p, invalid="nan")
    np.testing.assert_array_equal(np.isnan(square), hit[:, None] | hit)
    i, j = np.triu_indices(6, 1)
    assert_same_bits(kl.condensed(p, invalid="nan"), square[i, j])


def test_a_row_that_skipping_leaves_empty_is_named():
    p = sparse.csr_array([[1.0, 1, 0], [0, 0, 1]])
    with pytest.raises(ValueError, match=r"row 1 of p, against row 0 of q, has no mass"):
        kl.kl_divergence(p, sparse.csr_array([[1.0, 0, 0]]), zeros="skip")
    with pytest.raises(ValueError, match=r"row 0 of x, against row 1 of x, has no mass"):
        kl.pairwise(p, metric="kl", zeros="skip")


def test_what_is_no_row_is_refused_with_a_remedy():
    p = sparse.csr_array(P)
    with pytest.raises(ValueError, match=r"bins differ.*\(6, 50\).*\(6, 49\)"):
        kl.js_divergence(p, Q[:, 1:])
    with pytest.raises(ValueError, match=r"broadcast.*\(6, 50\).*\(2, 50\)"):
        kl.js_divergence(p, Q[:2])
    with pytest.raises(ValueError, match=r"q has shape \(1, 6, 50\).*one axis or two"):
        kl.js_divergence(p, Q[None])
    with pytest.raises(TypeError, match=r"p has dtype complex128"):
        kl.js_divergence(p.astype(complex), Q)
    with pytest.raises(ValueError, match="axis is 2"):
        kl.js_divergence(p, Q, axis=2)
    with pytest.raises(ValueError, match="there are no bins"):
        kl.entropy(sparse.csr_array((2, 0)))
    with pytest.raises(ValueError, match="not symmetric"):
        kl.condensed(p, "kl")


@pytest.mark.parametrize("make", ["csr_array", "csc_matrix", "coo_array"])
def test_indices_that_do_not_fit_are_refused_before_anything_reads_there(make):
    for index in (10**9, -1):
        broken = MAKES[make](P)
        (broken.col if make.startswith("coo") else broken.indices)[3] = index
        with pytest.raises(ValueError, match=rf"q is no valid sparse {make[:3]}.*do not fit"):
            kl.js_divergence(P, broken)


def test_out_is_written_to_and_may_not_lie_in_an_input():
    p, q = sparse.csr_array(P.astype(float)), sparse.csr_array(Q.astype(float))
    out = np.empty((6, 6))
    assert kl.pairwise(p, q, "kl", pseudocount=1.0, out=out) is out
    assert_same_bits(out, kl.pairwise(p, q, "kl", pseudocount=1.0))
    turned = np.empty((6, 6)).T[::-1]
    assert_same_bits(kl.pairwise(p, out=turned), kl.pairwise(p))
    with pytest.raises(ValueError, match="out overlaps"):
        kl.js_divergence(p, q, out=p.data[:6])


def test_scipy_is_not_imported_unless_it_is_there():
    code = (
        "import sys, kullback, numpy as np; kullback.js_divergence(np.eye(3), np.eye(3));"
        "assert 'scipy.sparse' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
