"""No member is less accurate than when docs/accuracy.md was written; pages are up to date."""

import json

import pytest

import accuracy
import members
from accuracy_family import DTYPES
from markers import between

BOUNDS = json.loads(accuracy.BOUNDS.read_text("utf-8"))


@pytest.mark.parametrize("word", accuracy.words())
def test_errors_are_within_their_bounds(word: str) -> None:
    found = accuracy.measure(word)
    off = {" ".join(key): error for key, error in found.items() if error > BOUNDS[" ".join(key)]}
    assert not off, {key: (error, BOUNDS[key]) for key, error in off.items()}


def test_bounds_are_within_what_is_promised() -> None:
    for name, bound in BOUNDS.items():
        operation, dtype, word, band = name.split()
        assert bound <= accuracy.promise((operation, dtype, word, band)), name


def test_every_function_and_band_has_a_bound() -> None:
    wanted = {
        f"{operation} {dtype} {word} {band}"
        for family in accuracy.FAMILIES
        for word in family.words
        for operation in family.operations(word)
        for dtype in DTYPES
        for band in family.bands
    }
    assert set(BOUNDS) == wanted


def test_the_table_of_members_is_up_to_date() -> None:
    """If not: `python benchmarks/members.py --write`."""
    assert between(members.PAGE, "members") == members.page()
