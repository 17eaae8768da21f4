"""What the numbers of a metric are counted in."""

from __future__ import annotations

from kullback._arguments.options import unit_of
from kullback._catalogue import Divergence
from kullback._catalogue import metric as divergence_of

NAMES = {None: "nats", 2.0: "bits", 10.0: "bans"}


def unit_name(divergence: Divergence, base: float | None) -> str:
    """The unit of a quantity of information, or of its root; "" of what has none.

    Probabilities have no unit, and so have their differences, roots and ratios.
    """
    if not divergence.takes_base:
        return ""
    unit_of(base)
    name = NAMES.get(base, f"base {base}")
    return f"square root of {name}" if divergence.root else name


def caption(metric: object, base: float | None) -> str:
    """What a colour bar says of a metric as `pairwise` takes it."""
    divergence = divergence_of(metric)
    if base is not None and not divergence.takes_base:
        raise ValueError(f"base is {base!r}, but {divergence.word} is no logarithm: it has no base")
    word = metric if isinstance(metric, str) else f"{metric}"
    unit = unit_name(divergence, base)
    return f"{word}, {unit}" if unit else word
