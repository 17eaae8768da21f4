"""Every public function shows its options: in its signature, its types, its help and its errors."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, get_args, get_type_hints

import pytest

import kullback
from kullback._arguments.options import checked
from kullback._catalogue import DIVERGENCES

FACES = {
    name: value
    for name in kullback.__all__
    if hasattr(value := getattr(kullback, name), "__wrapped__")
}
SHARED = checked.__kwdefaults__ or {}
UNITLESS = {record.function for record in DIVERGENCES.values() if not record.takes_base}
SEARCHES = {"kneighbors", "radius_neighbors"}  # whose results are more than one array
UNITLESS |= {"normalized_mutual_information"}  # a ratio


def options_of(function: Callable[..., Any]) -> dict[str, Parameter]:
    parameters = signature(function).parameters.values()
    return {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY}


def plain(p: Any, q: Any, /, *, axis: int = -1, base: float | None = None) -> None:
    """A function like the faces, of which Python itself says what it refuses."""


def test_all_functions_with_shared_options_are_faces():
    keywords = {name for name in kullback.__all__ if callable(getattr(kullback, name))}
    keywords -= {"Renyi", "FDivergence", "Neighbors", "histograms", "category_counts", "drift"}
    assert set(FACES) == keywords


@pytest.mark.parametrize("name", FACES)
def test_signature_has_all_options_with_their_defaults_and_types(name: str):
    found, hints = options_of(FACES[name]), get_type_hints(FACES[name])
    assert {"invalid", "threads"} <= set(found)
    assert ("out" in found) == (name not in SEARCHES)
    assert ("base" in found) == (name not in UNITLESS)
    for option in found.keys() & SHARED:
        assert found[option].default == SHARED[option], option
    assert hints.keys() == {*signature(FACES[name]).parameters, "return"}
    assert hints["threads"] == int | None
    assert all(p.kind is not p.VAR_KEYWORD for p in found.values())


@pytest.mark.parametrize("name", FACES)
def test_type_checkers_see_the_same_options(name: str):
    face = FACES[name].__wrapped__
    (options,) = get_args(get_type_hints(face)["options"])
    explicit = {p.name for p in options_of(face).values()}
    assert set(options_of(FACES[name])) == explicit | set(options.__annotations__)
    assert get_type_hints(options).items() <= get_type_hints(FACES[name]).items()


@pytest.mark.parametrize("name", FACES)
def test_help_describes_every_parameter_once(name: str):
    text = FACES[name].__doc__
    section = text.partition("Parameters\n----------\n")[2].partition("\n\nReturns\n")[0]
    described = re.findall(r"^([\w, ]+) : \S", section, re.MULTILINE)
    names = signature(FACES[name]).parameters
    assert sorted(", ".join(described).split(", ")) == sorted(names)
    sections = re.findall(r"^([\w ]+)\n-{4,}$", text, re.MULTILINE)
    order = ["Parameters", "Returns", "Raises", "See Also", "Notes", "References", "Examples"]
    assert sections == [title for title in order if title in sections]
    assert {"Parameters", "Returns", "Raises", "Examples"} <= set(sections)
    assert max(map(len, text.splitlines())) <= 96  # within the margin when indented


@pytest.mark.parametrize(
    ("given", "options"),
    [
        (([1.0], [1.0]), {"spam": 1}),
        (([1.0], [1.0], [1.0]), {}),
        (([1.0],), {}),
        ((), {"p": [1.0], "q": [1.0]}),
    ],
)
def test_refusals_are_pythons_own(given: tuple[Any, ...], options: dict[str, Any]):
    with pytest.raises(TypeError) as expected:
        plain(*given, **options)
    with pytest.raises(TypeError) as raised:
        kullback.kl_divergence(*given, **options)
    assert str(raised.value) == str(expected.value).replace("plain", "kl_divergence")


def test_a_face_can_be_pickled():
    assert pickle.loads(pickle.dumps(kullback.js_divergence)) is kullback.js_divergence


@pytest.mark.parametrize("name", FACES)
def test_sections_of_the_help_are_sections(name: str) -> None:
    """A title of two words, such as "See Also", once became part of the section before it."""
    lines = FACES[name].__doc__.splitlines()
    for above, title, line in zip(lines, lines[1:], lines[2:], strict=False):
        if re.fullmatch(r"-{4,}", line.strip()):
            assert (above.strip(), bool(title.strip())) == ("", True), title
