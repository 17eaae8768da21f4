"""DataArrays are compared by the names of their dimensions and by their coordinates.

pydata/xarray#1616: a function that takes what both have, without a word, drops data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from support.label_calls import numbers
from support.tolerances import assert_same_bits

xr = pytest.importorskip("xarray")
X = xr.DataArray(
    numbers(1, 2, 3, 4),
    dims=("time", "place", "bin"),
    coords={
        "time": pd.to_datetime(["2024", "2025"]),
        "place": ["r", "s", "t"],
        "bin": list("abcd"),
        "height": ("place", [3.0, 1.0, 2.0]),
    },
)
Y = X + 1
TURNED = Y.isel(bin=[3, 1, 0, 2], place=[2, 0, 1]).transpose("bin", "place", "time")
TABLE = X.isel(time=0, drop=True)
WANT = kl.kl_divergence(X.values, Y.values)


def test_dimensions_match_by_name_and_labels_in_any_order():
    got = kl.kl_divergence(X, TURNED)
    assert_same_bits(got.values, WANT)
    assert got.dims == ("time", "place")
    assert list(got.coords) == ["time", "place", "height"]
    assert got.sel(place="s", time="2025").item() == WANT[1, 1]


def test_a_dimension_that_one_side_lacks_broadcasts():
    got = kl.kl_divergence(X, TURNED.isel(time=1))
    assert_same_bits(got.values, kl.kl_divergence(X.values, Y.values[1]))
    other = TABLE.rename(place="model")
    got = kl.kl_divergence(X, other.transpose())
    assert got.dims == ("time", "place", "model")
    assert_same_bits(got.values, kl.kl_divergence(X.values[:, :, None], TABLE.values))
    assert kl.kl_divergence(X[0, 0], Y[0, 0]) == WANT[0, 0]


@pytest.mark.parametrize("axis", ["bin", "place", 1, -1, ("bin", "time"), ("time", "place", "bin")])
def test_an_axis_is_a_name_or_the_place_in_the_first(axis):
    places = tuple(
        X.dims.index(name) if isinstance(name, str) else name
        for name in (axis if isinstance(axis, tuple) else (axis,))
    )
    want = kl.kl_divergence(X.values, Y.values, axis=places)
    assert_same_bits(np.asarray(kl.kl_divergence(X, TURNED, axis=axis)), np.asarray(want))
    kept = kl.kl_divergence(X, TURNED, axis=axis, keepdims=True)
    assert_same_bits(
        np.asarray(kept), kl.kl_divergence(X.values, Y.values, axis=places, keepdims=True)
    )
    assert kept.dims == X.dims
    plain = kl.kl_divergence(X, Y.values, axis=axis)
    assert_same_bits(np.asarray(plain), np.asarray(want))


def test_a_matrix_names_a_shared_dimension_twice():
    got = kl.pairwise(TABLE, metric="kl")
    assert got.dims == ("place_0", "place_1")
    assert list(got["height_1"].values) == [3.0, 1.0, 2.0]
    assert_same_bits(got.values, kl.pairwise(TABLE.values, metric="kl"))
    turned = TURNED.isel(time=0, drop=True)
    got = kl.pairwise(TABLE, turned, "kl")
    want = kl.pairwise(TABLE.values, Y.values[0], "kl")
    assert_same_bits(got.sel(place_1=["r", "s", "t"]).values, want)
    assert kl.pairwise(TABLE, turned.rename(place="model")).dims == ("place", "model")
    assert kl.pairwise(TABLE, Y.values[0]).dims == ("place", "dim_1")
    gaussian = kl.pairwise_gaussian(TABLE, TABLE, turned, turned)
    assert gaussian.dims == ("place_0", "place_1")
    assert type(kl.condensed(TABLE)) is np.ndarray


def test_other_functions():
    want = kl.gaussian_kl_divergence(X.values, Y.values, 0.0, 1.0)
    assert_same_bits(kl.gaussian_kl_divergence(X, TURNED, 0.0, 1.0).values, want)
    each = kl.gaussian_kl_divergence(X, TURNED, 0.0, 1.0, axis=None)
    assert each.dims == ("time", "place", "bin")
    of_place = kl.gaussian_kl_divergence(X, Y[0, :, 0], 0.0, 1.0)  # one variance a place
    want = kl.gaussian_kl_divergence(X.values, Y.values[0, :, :1], 0.0, 1.0)
    assert_same_bits(of_place.values, want)
    weights = xr.DataArray([1.0, 3, 2], dims="place", coords={"place": list("rts")})
    got = kl.generalized_js_divergence(X, weights, over="place")
    assert got.dims == ("time",)
    assert_same_bits(got.values, kl.generalized_js_divergence(X.values, [1.0, 2, 3], over=1))
    got = kl.generalized_js_divergence([TABLE, TURNED.isel(time=0)])
    assert_same_bits(got.values, kl.generalized_js_divergence([TABLE.values, Y.values[0]]))
    assert kl.mutual_information(X).dims == ("time",)
    assert_same_bits(
        kl.conditional_kl_divergence(X, TURNED).values,
        kl.conditional_kl_divergence(X.values, Y.values),
    )
    levels = TABLE.stack(at=("place", "bin")).drop_vars("height")
    assert kl.js_divergence(levels, levels[::-1]) == 0.0


def test_labels_that_differ_are_errors_with_advice_that_works():
    other = TABLE.isel(bin=[0, 1, 2]).assign_coords(bin=list("abe"))
    with pytest.raises(
        ValueError, match="the labels along 'bin' of p and the labels along 'b"
    ) as e:
        kl.js_divergence(TABLE, other)
    space = {"xarray": xr, "p": TABLE, "q": other}
    exec(str(e.value).rpartition(": ")[2], space)
    got = kl.js_divergence(space["p"], space["q"])
    rows = (
        np.c_[TABLE.values, [0, 0, 0]],
        np.c_[TABLE.values[:, :2], [[0, 0]] * 3, TABLE.values[:, 2]],
    )
    np.testing.assert_allclose(got.values, kl.js_divergence(*rows), rtol=1e-13)
    rows = TABLE.assign_coords(place=list("rsu"))
    with pytest.raises(ValueError, match=r"p lacks 'u', q lacks 't'.*invalid=.nan.") as e:
        kl.js_divergence(TABLE, rows)
    space = {"xarray": xr, "p": TABLE, "q": rows}
    exec(str(e.value).rpartition(": ")[2], space)
    got = kl.js_divergence(space["p"], space["q"], invalid="nan")
    assert list(np.isnan(got.values)) == [False, False, True, True]
    twice = TABLE.assign_coords(bin=list("aabc"))
    with pytest.raises(ValueError, match="q has 'a' twice") as e:
        kl.js_divergence(TABLE, twice)
    space = {"xarray": xr, "p": TABLE, "q": twice}
    exec(str(e.value).rpartition(": ")[2], space)
    assert space["q"].sum() == twice.sum()
    kl.js_divergence(space["p"], space["q"])


def test_dimensions_that_do_not_fit_are_errors():
    with pytest.raises(ValueError, match="q has the dimensions 'place', 'b', and none is 'bin'"):
        kl.js_divergence(TABLE, TABLE.rename(bin="b"))
    bare = TABLE.drop_vars(["place", "bin"])
    with pytest.raises(ValueError, match="sizes along 'place' differ: p has 3 and q has 1"):
        kl.js_divergence(TABLE, bare[:1])
    with pytest.raises(ValueError, match="the dimensions are called 'place', 'bin'"):
        kl.js_divergence(TABLE, TABLE, axis="k")
    assert_same_bits(kl.kl_divergence(TABLE, bare + 1).values, WANT[0])


def test_frames_beside_data_arrays():
    frame = pd.DataFrame(Y.values[0], index=list("rst"), columns=list("abcd"))
    turned = frame.iloc[::-1, [1, 0, 3, 2]]
    assert_same_bits(kl.kl_divergence(TABLE, turned).values, WANT[0])
    assert kl.kl_divergence(TABLE, turned).dims == ("place",)
    assert_same_bits(
        kl.kl_divergence(frame.iloc[:, ::-1] - 1, Y[0]).values,
        kl.kl_divergence(X.values[0][:, ::-1], Y.values[0][:, ::-1]),
    )
    with pytest.raises(ValueError, match=r"q lacks 'a'.*give both the same labels"):
        kl.kl_divergence(TABLE, turned.rename(columns={"a": "z"}))


def test_a_variable_has_dimensions():
    assert_same_bits(kl.kl_divergence(TABLE.variable, Y[0].transpose().variable).values, WANT[0])
