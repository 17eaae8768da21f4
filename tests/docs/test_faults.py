"""`docs/faults.md` names every test of faults, and no other; `docs/design.md` every setting."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "faults.md"
NAMED = ("process", "drivers", "fuzzing")  # rooms whose every test is in a row
REFERENCE = re.compile(r"`((?:\w+/)?test_\w+\.py)(?:::(\w+))?`")
SETTING = re.compile(r"KULLBACK_[A-Z_]+")
ROWS = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")]
ROWS = [row for row in ROWS if not row.endswith("| tests |")]


def references(row: str) -> list[tuple[str, str]]:
    return [(file, name) for file, name in REFERENCE.findall(row.rsplit("|", 2)[1])]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.startswith("test_")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_row_names_tests_that_are_there(row: str) -> None:
    assert len(row.strip("|").split("|")) == 3
    named = references(row)
    if ".github/workflows/ci.yml" in row:
        assert (TESTS.parent / ".github" / "workflows" / "ci.yml").exists()
        return
    assert named
    assert len(set(named)) == row.rsplit("|", 2)[1].count("`") // 2
    for file, name in named:
        assert (TESTS / file).is_file(), file
        assert not name or name in names_in(TESTS / file), f"{file}::{name}"


def test_every_test_of_faults_is_in_a_row() -> None:
    named = {reference for row in ROWS for reference in references(row)}
    for path in sorted(path for room in NAMED for path in TESTS.glob(f"{room}/test_*.py")):
        file = f"{path.parent.name}/{path.name}"
        if (file, "") in named:
            continue
        missing = {name for name in names_in(path) if (file, name) not in named}
        assert not missing, f"{file}: {missing}"


def test_every_setting_is_in_the_table() -> None:
    design = (TABLE.parent / "design.md").read_text("utf-8")
    sources = (TESTS.parent / "src").rglob("*.py")
    used = {name for path in sources for name in SETTING.findall(path.read_text("utf-8"))}
    assert used == set(re.findall(r"^\| `(KULLBACK_\w+)` \|", design, re.MULTILINE))
