"""What an error about labels says to write is written, on the very input, and works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kullback as kl
from support.label_calls import CALLS, LabelCall

NAN = float("nan")


def advised(
    call: Callable[..., Any], names: tuple[str, ...], given: list[Any], **options: Any
) -> Any:
    """The result after as many pieces of advice as it takes; each must change something."""
    space = {"pandas": pd, "xarray": pytest.importorskip("xarray"), "float": float, "list": list}
    space |= dict(zip(names, given, strict=True))
    seen = set()
    for _ in range(20):
        arguments = [space[name] for name in names]
        try:
            return call(*arguments, **options), arguments
        except ValueError as error:
            message = str(error)
            assert "lacks" in message or "twice" in message, message
            assert message not in seen
            seen.add(message)
            if 'invalid="nan"' in message:
                options["invalid"] = "nan"
            exec(message.rpartition(": ")[2], space)
    raise AssertionError(seen)


def series(labels: Any, *numbers: float) -> pd.Series:
    return pd.Series(np.array(numbers or range(1, len(labels) + 1), float), index=labels)


PAIRS = {
    "text": (list("abc"), list("bcd")),
    "none in common": (list("abc"), list("xyz")),
    "numbers": ([1, 2, 3], [2, 3, 4, 5]),
    "positions": (range(3), [2, 3, 4]),
    "numbers and text": ([1, 2], ["1", "2"]),
    "days": (pd.date_range("2024", periods=3), pd.date_range("2024-01-02", periods=3)),
    "intervals": (pd.interval_range(0, 3), pd.interval_range(1, 4)),
    "intervals and numbers": (pd.interval_range(0, 2), [0.5, 1.5]),
    "categories": (pd.CategoricalIndex(list("ab")), pd.CategoricalIndex(list("bc"))),
    "levels": (
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
        pd.MultiIndex.from_tuples([("a", 1), ("b", 3)]),
    ),
    "levels and none": (pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), ["a", "b"]),
    "missing label": (["a", NAN], ["a", "b"]),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.filterwarnings("ignore:The values in the array are unorderable:RuntimeWarning")
def test_series_of_other_labels_are_filled_with_zeros(pair: tuple[Any, Any]):
    p, q = map(series, pair)
    got, (one, other) = advised(kl.js_divergence, ("p", "q"), [p, q])
    union = list(dict.fromkeys([*p.index, *q.index]))
    rows = [[dict(x.items()).get(label, 0.0) for label in union] for x in (p, q)]
    assert got == pytest.approx(kl.js_divergence(*rows), rel=1e-13)
    assert (one.sum(), other.sum()) == (p.sum(), q.sum())  # nothing is lost


def test_times_without_a_zone_are_given_the_other_sides():
    p = series(pd.date_range("2024", periods=3, tz="Asia/Tokyo"))
    q = series(pd.date_range("2024", periods=4))
    got, _ = advised(kl.js_divergence, ("p", "q"), [p, q])
    assert got == pytest.approx(kl.js_divergence([1, 2, 3, 0], [1, 2, 3, 4]), rel=1e-13)


@pytest.mark.parametrize(
    ("labels", "others"),
    [
        (list("aab"), list("ab")),
        (list("aab"), list("aabc")),
        (["x", NAN, NAN], ["x", NAN]),
        (pd.CategoricalIndex(list("aab"), categories=list("abc")), list("ba")),
        (pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)]), None),
    ],
    ids=str,
)
def test_counts_of_repeated_labels_are_added_up(labels: Any, others: Any):
    p = series(labels)
    q = p.iloc[[0, 2]] if others is None else series(others)
    for given in ([p, q], [q, p]):
        got, (one, other) = advised(kl.js_divergence, ("p", "q"), given)
        assert got >= 0
        assert one.index.is_unique
        assert one.sum() == given[0].sum()
        assert other.sum() == given[1].sum()
    frame = pd.DataFrame([p.to_numpy()] * 2, columns=p.index)
    got, (one, other) = advised(kl.js_divergence, ("p", "q"), [frame, q])
    assert (one.sum(axis=1) == p.sum()).all()


def test_the_words_of_the_advice():
    p, q = series(list("abc")), series(list("abd"))
    with pytest.raises(ValueError, match="lacks") as error:
        kl.kl_divergence(p, q)
    assert str(error.value) == (
        "the labels of p and the labels of q differ: p lacks 'd', q lacks 'c'; missing labels then "
        "count 0: p, q = p.align(q, fill_value=0)"
    )
    frames = [pd.DataFrame([x, x]) for x in (p, q)]
    with pytest.raises(ValueError, match="lacks") as error:
        kl.pairwise(*frames)
    assert str(error.value).endswith("count 0: x, y = x.align(y, axis=1, fill_value=0)")
    many = series([f"bin {i}" for i in range(40)])
    with pytest.raises(ValueError, match=r"q lacks 'bin 0', 'bin 1', 'bin 2' and 36 more"):
        kl.kl_divergence(many, many.iloc[39:])


def test_rows_that_one_side_lacks_become_nan():
    p = pd.DataFrame([[1.0, 2], [3, 4]], index=["r", "s"], columns=["a", "b"])
    q = pd.DataFrame([[1.0, 2], [3, 4]], index=["s", "t"], columns=["b", "c"])
    got, _ = advised(kl.js_divergence, ("p", "q"), [p, q])
    assert np.isnan(got["r"])
    assert np.isnan(got["t"])
    assert got["s"] == kl.js_divergence([3, 4, 0], [0, 1, 2])


def test_one_row_is_compared_with_all_others():
    p = pd.DataFrame([[1.0, 2], [3, 4]], index=["r", "s"])
    total = pd.DataFrame([[4.0, 6]], index=["total"])
    got, _ = advised(kl.kl_divergence, ("p", "q"), [p, total])
    assert list(got) == list(kl.kl_divergence(p.to_numpy(), [4, 6]))


def test_what_is_missing_already_stays_missing():
    """`align` fills it, too, where one side is a Series."""
    p, q = series(list("ab"), 1.0, NAN), series(list("bc"))
    got, (one, _) = advised(kl.kl_divergence, ("p", "q"), [p, q], invalid="nan")
    assert np.isnan(got)
    assert np.isnan(one["b"])


@pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("change", ["missing", "further", "repeated"])
def test_the_advice_of_every_function_works(case: LabelCall, change: str):
    for at, axis in case.axes:
        given = case.make()
        labels = list(given[at].axes[axis])
        if change == "repeated":
            given[at] = given[at].set_axis([labels[0], *labels[:1], *labels[2:]], axis=axis)
        else:
            kept = labels[:-1] if change == "missing" else [*labels, "new"]
            given[at] = given[at].reindex(
                kept, axis=axis, fill_value=given[at].iloc[(0,) * given[at].ndim]
            )
        advised(case.call, case.names, given)


def test_lists_of_rows_are_aligned_in_place():
    rows = (series(list("ab")), series(list("bc")), series(list("ca")))
    got, _ = advised(lambda ps: kl.generalized_js_divergence(ps), ("ps",), [rows])
    want = kl.generalized_js_divergence([[1, 2, 0], [0, 1, 2], [2, 0, 1]])
    assert got == pytest.approx(want, rel=1e-13)
