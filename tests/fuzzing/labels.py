"""Any labels on the rows and bins of a call: the value of the aligned rows, or the error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import kullback as kl
from fuzzing.check import Call, Wrong, outcome

try:
    import xarray
except ImportError:  # an extra
    xarray = None

FUNCTIONS: dict[str, Any] = {
    "kl": kl.kl_divergence,
    "js": kl.js_divergence,
    "logits": kl.kl_divergence_from_logits,
    "gaussian": kl.standard_gaussian_kl_divergence,
    "matrix": kl.pairwise,
}
DAYS = list(pd.date_range("2024", periods=7))
POOLS: list[list[Any]] = [
    list("gfedcba"),
    list(range(7)),
    [0.5, 1.0, np.nan, 2.5, -1.0, 3.0, 4.0],
    ["a", 1, 2.5, "b", ("c", 1), DAYS[0], None],
    DAYS,
    list(pd.interval_range(0, 7)),
    [(letter, number) for letter in "ab" for number in range(4)][:7],
]


class Side(NamedTuple):
    """An argument: a table or a row, with labels, or `None` where it has none."""

    values: np.ndarray
    labels: tuple[Any, ...]  # of each axis
    kind: str

    def given(self) -> Any:
        """What the function gets."""
        if self.kind in ("array", "list"):
            return self.values if self.kind == "array" else self.values.tolist()
        if self.kind == "data array":
            dims = ("row", "bin")[2 - self.values.ndim :]
            named = zip(dims, self.labels, strict=True)
            coords = {dim: _index(labels) for dim, labels in named if labels is not None}
            return xarray.DataArray(self.values, coords=coords, dims=dims)
        indexes = [
            pd.RangeIndex(size) if labels is None else _index(labels)
            for size, labels in zip(self.values.shape, self.labels, strict=True)
        ]
        if self.values.ndim == 1:
            return pd.Series(self.values, index=indexes[0])
        return pd.DataFrame(self.values, index=indexes[0], columns=indexes[1])


def _index(labels: Sequence[Any]) -> pd.Index:
    if len(labels) and all(isinstance(label, tuple) for label in labels):
        return pd.MultiIndex.from_tuples(labels)
    return pd.Index(list(labels), tupleize_cols=False)


@st.composite
def calls(draw: st.DrawFn, thorough: bool) -> Call:
    word = draw(st.sampled_from(list(FUNCTIONS)))
    kinds = ["frame", "frame", "frame", "array", "list"]
    kinds += ["data array"] * 2 * (xarray is not None)
    family = draw(st.sampled_from(["pandas", "xarray"])) if xarray else "pandas"
    kinds = [kind for kind in kinds if kind != ("data array" if family == "pandas" else "frame")]
    sizes = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    bases = [draw(st.permutations(draw(st.sampled_from(POOLS))))[:size] for size in sizes]
    sides = []
    for _ in range(2):
        kind = draw(st.sampled_from(kinds))
        axes = bases[-draw(st.sampled_from([1, 2, 2])) :] if word != "matrix" else bases
        labels = [draw(_changed(base, kind)) for base in axes]
        shape = [size for size, _ in labels]
        rng = np.random.default_rng(draw(st.integers(0, 2**32)))  # no two numbers are the same
        sides.append(Side(1 + rng.random(shape), tuple(each for _, each in labels), kind))
    return Call(word, "rows", sides, {})


@st.composite
def _changed(draw: st.DrawFn, base: list[Any], kind: str) -> tuple[int, list[Any] | None]:
    """How many labels, and which: in any order; one may be missing, too much, or there twice."""
    if kind in ("array", "list") or not draw(st.integers(0, 5)):
        return len(base), None
    found = list(draw(st.permutations(base)) if draw(st.integers(0, 2)) else base)
    change = draw(st.sampled_from(["none"] * 8 + ["missing", "further", "other", "twice"]))
    if change == "missing" and len(found) > 1:
        found.pop()
    elif change == "further":
        found.append("more" if not isinstance(found[0], tuple) else ("more", 0))
    elif change == "other":
        found[-1] = "other" if not isinstance(found[0], tuple) else ("other", 0)
    elif change == "twice":
        found[0] = found[-1]
    return len(found), found


def run(call: Call) -> Any:
    return FUNCTIONS[call.word](*(side.given() for side in call.arrays), **call.options)


def check(call: Call) -> None:
    """The value of the rows in the order of the first's labels, with these labels, or the error."""
    got, want = outcome(run, call), expected(call)
    if isinstance(want, Wrong):
        assert isinstance(got, want.kinds), f"{got!r}, but should raise one of {want.kinds}"
        return
    assert not isinstance(got, Exception), f"raised {got!r}, but there is a value: {want[0]}"
    np.testing.assert_allclose(np.asarray(got), want[0], rtol=1e-12)
    if isinstance(got, (pd.Series, pd.DataFrame)):
        for axis, labels in zip(got.axes, want[1], strict=True):
            assert labels is None or list(map(_key, axis)) == list(map(_key, labels))


def expected(call: Call) -> Any:
    """The value and the labels of its axes, or Wrong."""
    p, q = call.arrays
    values, labels = q.values, list(q.labels)
    roles = [(-1, -1)] + [(-2, -2)] * (min(p.values.ndim, q.values.ndim) > 1)
    for axis, _ in roles[: 1 if call.word == "matrix" else 2]:
        order = _order(p, q, axis)
        if order is None:
            return Wrong((ValueError,))
        values, labels[axis] = values.take(order, axis), p.labels[axis] or labels[axis]
    try:
        value = FUNCTIONS[call.word](p.values, values)
    except ValueError:
        return Wrong((ValueError,))
    if call.word == "matrix":
        return value, [p.labels[0], q.labels[0]]
    rows = p.labels[0] if p.values.ndim > 1 and p.labels[0] else None
    return value, [rows or (labels[0] if q.values.ndim > 1 else None)]


def _order(p: Side, q: Side, axis: int) -> list[int] | None:
    """Where q has the labels of p; None: they are not the same."""
    sizes = p.values.shape[axis], q.values.shape[axis]
    ours, theirs = (_own(side, axis) for side in (p, q))
    data = "data array" in (p.kind, q.kind)
    if ours is None or theirs is None or ours == theirs:
        stretched = data and p.kind == q.kind and sizes[0] != sizes[1]
        return None if stretched else list(range(sizes[1]))
    if p.kind == q.kind == "frame" and p.labels[axis] is None and q.labels[axis] is None:
        return list(range(sizes[1]))
    if sizes[0] != sizes[1] or len(set(ours)) < len(ours) or set(ours) != set(theirs):
        return None
    return [theirs.index(label) for label in ours]


def _own(side: Side, axis: int) -> list[Any] | None:
    """The labels of an axis; those of a frame that has none are its positions."""
    labels = side.labels[axis]
    if labels is None:
        return list(range(side.values.shape[axis])) if side.kind == "frame" else None
    return list(map(_key, labels))


def _key(label: Any) -> Any:
    """Missing labels are all the same."""
    return "missing" if not isinstance(label, tuple) and pd.isna(label) else label
