"""What the code says of each member of the family, written where people and tools read it.

python benchmarks/members.py            the table of docs/members.md
python benchmarks/members.py --write    … into the page; names into the stub and the reference
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import reload
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "benchmarks")]

import kullback as kl  # noqa: E402
from kullback._catalogue import DIVERGENCES, METRICS, Divergence  # noqa: E402
from markers import replace_between, table  # noqa: E402

PAGE = ROOT / "docs" / "members.md"
STUB = ROOT / "src" / "kullback" / "__init__.pyi"
REFERENCE = ROOT / "docs" / "reference" / "index.md"
FORMS = {
    "entropic": "one logarithm",
    "pairs": "pairs",
}
TRIED = ("float64", "float32", "float16", "int64", "bool")


@dataclass(frozen=True)
class Member:
    """A line: its name, its function if it has one, its metric if it is one, what they take."""

    name: str
    function: str | None
    metric: str | None
    record: Divergence | None
    arguments: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, float], ...] = ()

    def call(self, p: Any, q: Any) -> Any:
        """The value for two rows."""
        function: Callable[..., Any] = getattr(kl, self.function or "kl_divergence")
        if self.function is None:  # KL, the other way round
            p, q = q, p
        rows = (p,) if self.name == "entropy" else (p, q)
        return function(*rows, *self.arguments, **dict(self.keywords))


def _triangle(t: float) -> float:
    return (t - 1) ** 2 / (t + 1)


def members() -> list[Member]:
    """All of them: the metrics of the catalogue, the families, and what is no metric."""
    found = []
    for word, record in METRICS.items():
        found.append(Member(word, record.function or None, f'`"{word}"`', record))
    for order in (0.5, 2.0, math.inf):
        name, metric = f"renyi, alpha = {order:g}", f"`Renyi({order:g})`"
        record = kl.Renyi(order).record()
        found.append(Member(name, "renyi_divergence", metric, record, (order,)))
    ends = (("f_at_zero", 1.0), ("slope_at_infinity", 1.0))
    record = kl.FDivergence(_triangle, **dict(ends)).record()
    own = Member("f, one's own", "f_divergence", "`FDivergence(f, …)`", record, (_triangle,), ends)
    others = [Member(name, name, None, None) for name in ("entropy", "cross_entropy")]
    return [*found, own, *others]


def infinite_where(member: Member) -> str:
    """Found by trying a row that lacks a bin, one whose partner does, and rows without a common."""
    if member.name.startswith("f,"):
        return "as its limits say"
    q_lacks = math.isinf(member.call([1.0, 1.0], [1.0, 0.0]))
    p_lacks = math.isinf(member.call([1.0, 0.0], [1.0, 1.0]))
    disjoint = math.isinf(member.call([1.0, 0.0], [0.0, 1.0]))
    if q_lacks and p_lacks:
        return "either is 0 alone"
    if q_lacks or p_lacks:
        return "q = 0 < p" if q_lacks else "p = 0 < q"
    return "no common bin" if disjoint else "nowhere"


def dtypes(member: Member) -> str:
    """What comes out for what goes in."""
    made: dict[str, list[str]] = {}
    for name in TRIED:
        row = np.array([[1, 1]], name)
        made.setdefault(np.asarray(member.call(row, row)).dtype.name, []).append(name)
    return "; ".join(f"{', '.join(given)} → {result}" for result, given in made.items())


def line(member: Member) -> dict[str, str]:
    """One row of the table."""
    record = member.record
    function = f"`{member.function}`" if member.function else "`kl_divergence(q, p)`"
    parameters = inspect.signature(getattr(kl, member.function or "kl_divergence")).parameters
    options = [name for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY]
    return {
        "member": member.name,
        "row-wise function": function,
        "metric": member.metric or "none",
        "symmetric": "yes" if record and record.symmetric else "no",
        "takes `base`": "yes" if "base" in options else "no",
        "infinite where": infinite_where(member),
        "matrix form": FORMS.get(record.matrix_form, record.matrix_form) if record else "none",
        "options": ", ".join(f"`{name}`" for name in options),
        "dtypes": dtypes(member),
    }


def page() -> str:
    """The table, with what is the same in most lines said once below it."""
    lines = [line(member) for member in members()]
    common = {}
    for column in ("options", "dtypes"):
        values = [row[column] for row in lines]
        common[column] = max(values, key=values.count)
        for row in lines:
            row[column] = _apart(row[column], common[column])
    said = (f"{column.capitalize()} of all: {value}." for column, value in common.items())
    return "\n\n".join([table(lines), *said])


def _apart(value: str, common: str) -> str:
    if value == common:
        return "all"
    ours, all_of_them = (set(text.split(", ")) for text in (value, common))
    parts = [
        *(["all but " + ", ".join(sorted(all_of_them - ours))] if all_of_them - ours else []),
        *(["and " + ", ".join(sorted(ours - all_of_them))] if ours - all_of_them else []),
    ]
    return ", ".join(parts)


def write_names() -> None:
    """Row-wise functions of the records that the stub or the reference does not name yet."""
    stub, reference = STUB.read_text("utf-8"), REFERENCE.read_text("utf-8")
    for record in DIVERGENCES.values():
        name = record.function
        if name and f" {name} as {name}" not in stub:
            first = f"from kullback.{record.home} import (\n"
            assert first in stub, f"{record.home} is not in {STUB}"
            stub = stub.replace(first, f"{first}    {name} as {name},\n")
        if name and f"\n   {name}\n" not in reference:  # to the end of the first list
            head, end, rest = reference.partition("\n```\n\n## Logits")
            reference = f"{head}\n   {name}{end}{rest}"
    STUB.write_text(stub, "utf-8")
    REFERENCE.write_text(reference, "utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_names()
        reload(kl)  # which knows them now
        replace_between(PAGE, "members", page())
    else:
        print(page())
