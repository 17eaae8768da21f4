"""Generated parts of pages: tables in Markdown, between two markers."""

from __future__ import annotations

import re
from pathlib import Path

NUMBER = re.compile(r"(\d[\d.,]*(e[-+]\d+)?|inf)?")  # or nothing


def table(rows: list[dict[str, str]]) -> str:
    """Markdown; the first row's keys are the head. Columns of numbers are aligned to the right."""
    head = list(rows[0])
    are_numbers = [all(NUMBER.fullmatch(row[name]) for row in rows) for name in head]
    rule = ["---:" if numbers else "---" for numbers in are_numbers]
    lines = [head, rule, *([row[name] for name in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: start -->", f"<!-- {name}: stop -->"


def between(page: Path, name: str) -> str:
    """What stands between the markers of this name."""
    start, stop = _marks(name)
    return page.read_text("utf-8").split(start)[1].split(stop)[0].strip()


def replace_between(page: Path, name: str, text: str) -> None:
    """Put the text between the markers of this name."""
    start, stop = _marks(name)
    before, rest = page.read_text("utf-8").split(start)
    page.write_text(f"{before}{start}\n{text}\n{stop}{rest.split(stop)[1]}", "utf-8")
