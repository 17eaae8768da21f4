"""Saved bins: the report of the reference itself, from JSON; and damaged ones are refused."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import kullback as kl
from support.drifting import month, planted

BEFORE, NOW = month(1, 3000), month(2, 2000)
planted(NOW)


@pytest.mark.parametrize(
    "saved",
    [
        lambda bins: bins,
        lambda bins: bins.to_json(),
        lambda bins: bins.to_json().encode(),
        lambda bins: json.loads(json.dumps(bins)),
        lambda bins: kl.drift(bins, NOW).bins,
    ],
)
def test_saved_bins_give_the_report_of_the_reference(saved):
    want = kl.drift(BEFORE, NOW, bins=7)
    got = kl.drift(saved(want.bins), NOW)
    assert str(got) == str(want)
    assert [row.bins for row in got] == [row.bins for row in want]
    assert got.bins == want.bins


def test_names_that_are_no_text_are_kept():
    table = {1: [1, 2], ("a", 2): [1, 2], 2.5: ["x", "y"]}
    report = kl.drift(table, table)
    again = kl.drift(report.bins.to_json(), table)
    assert [row.name for row in again] == list(table)
    assert again.drifted == []


def test_the_number_of_bins_is_that_of_the_saved_ones():
    bins = kl.drift(BEFORE, NOW, bins=5).bins
    assert kl.drift(bins, NOW, bins=5).drifted
    with pytest.raises(ValueError, match="bins is 10, but the saved bins are 5"):
        kl.drift(bins, NOW, bins=10)


def damage(where, value):
    bins = copy.deepcopy(json.loads(kl.drift(BEFORE, NOW).bins.to_json()))
    place = bins
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    return bins


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        ("no JSON", "reference is text that is no JSON"),
        ("[" * 100_000, "reference is text that is no JSON"),
        ("[1, 2]", "holds no saved bins"),
        ({"format": "something else"}, "something else"),
        (damage(["columns"], None), "damaged"),
        (damage(["columns", 0, "counts"], [1, 2]), "damaged"),
        (damage(["columns", 0, "counts", 0], -1), "damaged"),
        (damage(["columns", 0, "counts", 0], 1e300), "damaged"),
        (damage(["columns", 0, "counts", 0], 10**400), "damaged"),
        (damage(["columns", 0, "edges"], list(range(9, 0, -1))), "damaged"),
        (damage(["columns", 0, "edges", 0], float("nan")), "damaged"),
        (damage(["columns", 0, "range"], [1]), "damaged"),
        (damage(["columns", 0, "name"], {}), "damaged"),
        (damage(["columns", 0, "name"], "items"), "damaged"),
        (damage(["columns", 0, "kind"], "colour"), "damaged"),
        (damage(["columns", 0, "surprise"], 1), "damaged"),
        (damage(["columns", 7, "unit"], "fortnight"), "damaged"),
    ],
    ids=range(17),
)
def test_damaged_bins_are_refused(saved, message):
    with pytest.raises(ValueError, match=message):
        kl.drift(saved, NOW)


def test_a_table_with_a_column_called_format_is_a_table():
    table = {"format": np.arange(9), "columns": np.arange(9)}
    assert kl.drift(table, table).drifted == []
