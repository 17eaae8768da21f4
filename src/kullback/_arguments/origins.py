"""What a call's arguments are parts of, where a whole is computed in parts: errors name that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Part(NamedTuple):
    """The name of a whole argument, and where this part of it begins along each leading axis."""

    name: str
    start: tuple[int, ...]


Origins = Mapping[str, Part]  # by the names that the arguments have in this call

_origins: ContextVar[Origins] = ContextVar("origins")


@contextmanager
def origins(found: Origins) -> Iterator[None]:
    """Let errors in this context name rows of the whole arguments."""
    token = _origins.set(found)
    try:
        yield
    finally:
        _origins.reset(token)


def current() -> Origins:
    """Those of the call that this thread makes; a report on another thread must keep them."""
    return _origins.get({})


def whole(name: str, place: tuple[int, ...], found: Origins) -> tuple[str, tuple[int, ...]]:
    """The name and the place of a row in the whole argument."""
    part = found.get(name, Part(name, (0,) * len(place)))
    starts = part.start[len(part.start) - len(place) :]
    return part.name, tuple(i + start for i, start in zip(place, starts, strict=True))
