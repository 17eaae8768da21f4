"""What a function says of its arrays, in the notation of NumPy's generalized functions.

"(n,k),(m,k)->(n,m)": two arrays that have the bins k in common, and a result with a row for each
row n of the first and a column for each row m of the second. Axes before the named ones broadcast,
and come first in the result. "(d|1)" may be missing. Without an arrow the result has no labels.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

# In Python, what a bin or a logit that is missing is worth; a dimension of a Gaussian is nothing.
NO_COUNT, NO_LOGIT, NOTHING = "0", "-float('inf')", ""


class Shapes(NamedTuple):
    """The arrays among a function's arguments, and the names of their last axes."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    cores: tuple[tuple[str, ...], ...]
    result: tuple[str, ...] | None
    optional: frozenset[str]
    moved: dict[str, str]  # the option that says where an axis is, for the first array's axes

    @property
    def missing(self) -> str:
        """What a label that one side lacks is worth, as it is written in Python; "": nothing."""
        if self.names[0].startswith("logits"):
            return NO_LOGIT
        return NOTHING if any("d" in core for core in self.cores) else NO_COUNT


def shapes(
    signature: str, arrays: dict[str, int], options: Collection[str] = frozenset()
) -> Shapes:
    """A signature, "" for row by row, of the arguments with these names at these places."""
    given, arrow, result = (signature or ",".join(["(k)"] * len(arrays)) + "->()").partition("->")
    cores = tuple(_words(inside) for inside in re.findall(r"\((.*?)\)", given))
    assert len(cores) == len(arrays), signature
    optional = frozenset(re.findall(r"(\w+)\|1", given))
    moved = {cores[0][-1]: "axis"} if "axis" in options else {}
    if "over" in options:
        moved[cores[0][0]] = "over"
    of_result = _words(result) if arrow else None
    return Shapes(tuple(arrays), tuple(arrays.values()), cores, of_result, optional, moved)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", text))
