"""Generated parts of pages: tables in Markdown, between two markers."""

from __future__ import annotations

from pathlib import Path


def table(rows: list[dict[str, str]]) -> str:
    """Markdown; the first row's keys are the head."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([row[name] for name in head] for row in rows)]
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
