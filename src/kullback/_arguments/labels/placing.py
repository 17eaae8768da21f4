"""Which dimension each axis of an argument is: by its place, or in a DataArray by its name."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any

from kullback._arguments.labels.aligning import Lead, Placed, Role
from kullback._arguments.labels.axes import UnfitError, place_of
from kullback._arguments.labels.objects import Labelled
from kullback._arguments.labels.shapes import Shapes


class Places:
    """The dimensions of the arrays of one call, as the function and its options name them."""

    def __init__(self, shapes: Shapes, arguments: list[Labelled], chosen: dict[str, Any]) -> None:
        """`chosen` are the options of the call."""
        self.shapes, self.arguments = shapes, arguments
        self.axes: dict[str, tuple[Any, ...]] = {}
        for role, option in shapes.moved.items():
            axis = chosen.get(option)
            if axis is None:
                axis = -1 if option == "axis" else 0
            self.axes[role] = axis if isinstance(axis, tuple) else (axis,)
        self.named: dict[Role, Hashable] = {}

    def placed(self) -> list[Placed]:
        """All arguments with their dimensions; DataArrays first, for their names."""
        arrays = [each for each in self.arguments if each.dims is not None]
        roles = {each.name: self._by_name(each) for each in arrays}
        others = [each for each in self.arguments if each.dims is None]
        roles |= {each.name: self._by_place(each) for each in others}
        return [Placed(each, roles[each.name]) for each in self.arguments]

    def core(self, name: str) -> tuple[str, ...]:
        """The named axes of an argument; one that is several by an option is written out."""
        core = self.shapes.cores[self.shapes.names.index(name)]
        return tuple(each for role in core for each in self.written_out(role))

    def written_out(self, role: str) -> tuple[str, ...]:
        """The names of an axis, of which an option may make several."""
        count = len(self.axes.get(role, (0,)))
        return (role,) if count == 1 else tuple(f"{role}{i}" for i in range(count))

    def _moved(self, argument: Labelled) -> dict[Role, int]:
        """The axes that options place in an argument, which weights without bins have not."""
        core = self.shapes.cores[self.shapes.names.index(argument.name)]
        found: dict[Role, int] = {}
        for role, axes in self.axes.items():
            if role not in core or self.shapes.cores[0][-1] not in core:
                continue
            for each, axis in zip(self.written_out(role), axes, strict=True):
                if argument.dims is not None and each in self.named:
                    continue
                if role in self.shapes.optional and argument.unlabelled:
                    axis = self._of_whole(axis)
                    if hasattr(axis, "__index__") and -axis > len(argument.indexes):
                        continue  # it has no such axis, and is the same along it
                found[each] = place_of(axis, argument, self.arguments)
        if len(set(found.values())) < len(found):
            raise UnfitError
        return found

    def _of_whole(self, axis: Any) -> Any:
        """An axis of what arrays broadcast to, from the end."""
        ndim = max(len(each.indexes) for each in self.arguments)
        return int(axis) - ndim if hasattr(axis, "__index__") and 0 <= axis < ndim else axis

    def _by_place(self, argument: Labelled) -> tuple[Role, ...]:
        """What is not placed by an option stands at the end, and what is left broadcasts."""
        if not argument.indexes:
            return ()
        moved = self._moved(argument)
        roles: dict[int, Role] = {axis: role for role, axis in moved.items()}
        free = [axis for axis in range(len(argument.indexes)) if axis not in roles]
        by_option = {each for role in self.axes for each in self.written_out(role)}
        placed = by_option if argument.unlabelled and self.shapes.optional else set(moved)
        for role in reversed(self.core(argument.name)):
            if role not in placed and free:
                roles[free.pop()] = role
        for number, axis in enumerate(reversed(free)):
            known = self._leads_of_first
            roles[axis] = known[number] if number < len(known) else Lead(number, numbered=True)
        return tuple(roles[axis] for axis in range(len(argument.indexes)))

    def _first_with(self, dim: Hashable) -> Labelled:
        return next(each for each in self.arguments if dim in (each.dims or ()))

    @cached_property
    def _leads_of_first(self) -> list[Role]:
        """The dimensions that broadcast in the first DataArray, from the right."""
        first = next((each for each in self.arguments if each.dims is not None), None)
        roles = () if first is None else self._by_name(first)
        return [role for role in reversed(roles) if isinstance(role, Lead)]

    def _by_name(self, argument: Labelled) -> tuple[Role, ...]:
        """The first DataArray that has a dimension says what it is called in the others."""
        dims = argument.dims or ()
        for role, place in self._moved(argument).items():
            self.named.setdefault(role, dims[place])
        roles: dict[Hashable, Role] = {}
        later = []
        for role in self.core(argument.name):
            name = self.named.get(role)
            if role not in self.named or name in roles:
                later.append(role)
            elif name in dims:
                roles[name] = role
            elif role not in self.shapes.optional:
                raise ValueError(
                    f"{argument.name} has the dimensions {', '.join(map(repr, dims))}, and none is "
                    f"{name!r}, as in {self._first_with(name).name}; rename one"
                )
        free = [dim for dim in dims if dim not in roles]
        for role in reversed(later):
            if free:
                roles[free[-1]] = role
                self.named.setdefault(role, free.pop())
        return tuple(roles.get(dim, Lead(dim)) for dim in dims)
