"""The same labels in one order: which axis is which dimension, and how two sets of labels match."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from kullback._arguments.labels.objects import Labelled

Role = Hashable  # "k" and other names of a signature; the others are dimensions that broadcast


class Lead(NamedTuple):
    """A dimension that broadcasts: its number from the right, or its name in a DataArray."""

    which: Any
    numbered: bool = False


class Kept(NamedTuple):
    """An axis of length 1 where a named one was."""

    role: Role


class Placed(NamedTuple):
    """An argument, and which dimension each of its axes is."""

    of: Labelled
    roles: tuple[Role, ...]

    def axis(self, role: Role) -> int:
        """Where a dimension is."""
        return self.roles.index(role)


@dataclass(frozen=True, eq=False)
class Mismatch:
    """Two axes of one dimension whose labels are not the same."""

    role: Role
    one: Labelled
    axis: int
    other: Labelled
    other_axis: int

    @property
    def sides(self) -> tuple[tuple[Labelled, int], tuple[Labelled, int]]:
        """Both arguments, each with its axis."""
        return (self.one, self.axis), (self.other, self.other_axis)

    @property
    def broadcasts(self) -> bool:
        """Whether it is a dimension of rows."""
        return isinstance(self.role, Lead) or self.role == "n"

    @property
    def dim(self) -> Hashable:
        """What a DataArray calls the dimension."""
        return self.one.dims[self.axis] if self.one.dims else None


class NotThereError(LookupError):
    """A label that the other side has is missing, or one stands twice."""


def aligned(placed: list[Placed]) -> tuple[list[Placed], dict[Role, Any], list[Mismatch]]:
    """The arguments in the order of the first that has labels, these labels, and what has none."""
    found: dict[Role, tuple[Labelled, int]] = {}
    moved: dict[Role, tuple[str, str]] = {}
    mismatches: list[Mismatch] = []
    changed = []
    for argument in placed:
        for axis, role in enumerate(argument.roles):
            index = argument.of.indexes[axis]
            if index is None:
                continue
            of, first = found.setdefault(role, (argument.of, axis))
            try:
                order = order_of(of.indexes[first], index)
            except NotThereError:
                mismatches.append(Mismatch(role, of, first, argument.of, axis))
                continue
            if order is not None:
                moved[role] = of.name, argument.of.name
                argument = Placed(_taken(argument.of, axis, order), argument.roles)
        changed.append(argument)
    _refuse_without_labels(placed, moved)
    return changed, {role: of.indexes[axis] for role, (of, axis) in found.items()}, mismatches


def _refuse_without_labels(placed: list[Placed], moved: dict[Role, tuple[str, str]]) -> None:
    """ValueError for an array without labels beside two whose labels stand in different orders."""
    for argument in placed:
        for axis, role in enumerate(argument.roles):
            long = argument.of.values.shape[axis] > 1
            if argument.of.indexes[axis] is None and role in moved and long:
                name, (first, other) = argument.of.name, moved[role]
                raise ValueError(
                    f"{name} has no labels, and those of {first} and {other} stand in different "
                    f"orders, of which {name} may have either: give it labels, or bring {first} "
                    f"and {other} into one order before"
                )


def order_of(wanted: Any, given: Any) -> Any:
    """Where in `given` the labels `wanted` stand; None where positions count: they are the same."""
    if wanted is given or (is_position(wanted) and is_position(given)) or wanted.equals(given):
        return None
    if len(wanted) != len(given) or not (wanted.is_unique and given.is_unique):
        raise NotThereError
    order = places(wanted, given)
    if (order < 0).any():
        raise NotThereError
    return order


def is_position(index: Any) -> bool:
    """Whether the labels are no more than 0, 1, 2 …, as pandas gives them where it has none."""
    return type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)


def places(wanted: Any, given: Any) -> Any:
    """Where each of the labels stands among those given, which are unique; -1: nowhere."""
    if _kind(wanted) != _kind(given):  # pandas would find numbers in intervals, and read dates
        wanted, given = wanted.astype(object), given.astype(object)
    return given.get_indexer(wanted)


def _kind(index: Any) -> object:
    """What its labels are, where pandas looks labels of other kinds up by conversion."""
    dtype = getattr(index, "categories", index).dtype
    word = type(dtype).__name__
    if word in ("PeriodDtype", "IntervalDtype", "DatetimeTZDtype"):
        return word
    return dtype.kind if dtype.kind in "mM" else ""


def _taken(argument: Labelled, axis: int, order: Any) -> Labelled:
    """The argument with an axis in another order."""
    indexes = list(argument.indexes)
    indexes[axis] = indexes[axis].take(order)
    at = (slice(None),) * axis
    given = argument.given
    if argument.dims is not None:  # with all that belongs to its coordinates
        given = given.isel({argument.dims[axis]: order})
    return replace(
        argument, given=given, values=argument.values[(*at, order)], indexes=tuple(indexes)
    )


def lacking(mismatch: Mismatch) -> Iterator[tuple[str, list[Any], int]]:
    """For each side its name, the first labels that it lacks of the other's, and their number."""
    both = [(side.name, side.indexes[axis].unique()) for side, axis in mismatch.sides]
    for (name, own), (_, others) in (both, both[::-1]):
        missing = others[places(others, own) < 0]
        yield name, missing[:3].tolist(), len(missing)
