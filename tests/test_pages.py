"""Every page of the built documentation, loaded by a browser from disk, narrow and wide.

Skipped where there are no pages (README, second command) or there is no Chromium; under CI that is
an error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

SITE = Path(__file__).parent.parent / "docs" / "_build" / "html"
PAGES = sorted(page for page in SITE.rglob("*.html") if page.parent.name != "_static")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WIDTHS = {"narrow": 390, "wide": 1400}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

# What a page says of itself. Text is looked through for formulas that were left as they were typed.
LOOK = r"""() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const beyond = [...document.querySelectorAll("body *")].filter((e) => {
    for (let up = e; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (up !== document.body && style.overflowX !== "visible") return false;
      if (style.position === "fixed" || style.display === "none") return false;
    }
    return e.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  });
  const article = document.querySelector("article")?.cloneNode(true);
  article?.querySelectorAll("pre, code, script, style").forEach((e) => e.remove());
  const shown = (e) => e.getClientRects().length && e.getBoundingClientRect().width > 0;
  return {
    wide,
    beyond: beyond.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)),
    ids: [...document.querySelectorAll("[id]")].map((e) => e.id),
    links: [...document.querySelectorAll("a[href]")].map((e) => e.href),
    broken: [...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src),
    nameless: [...document.images].filter((i) => !i.alt).map((i) => i.src),
    typed: (article?.textContent.match(/\$[^$\n]+\$|\\\(|\\\[|\\[a-z]+\{/g) ?? []).slice(0, 3),
    faulty: [...document.querySelectorAll("merror")].map((e) => e.textContent),
    unseen: [...document.querySelectorAll("math")].filter(
      (e) => !e.closest("details:not([open])") && !shown(e)).map((e) => e.textContent),
    title: document.title,
  };
}"""


def needed(there: object, what: str) -> None:
    """Skip without it; under CI fail."""
    if not there:
        (pytest.fail if "CI" in os.environ else pytest.skip)(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    needed(PAGES, f"there are no pages in {SITE}: sphinx-build -EnqW docs docs/_build/html")
    needed(CHROMIUM, "there is no Chromium")
    playwright = pytest.importorskip("playwright.sync_api") if "CI" not in os.environ else None
    if playwright is None:
        import playwright.sync_api as playwright
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """A tab that remembers what went wrong while pages were loaded."""

    def __init__(self, browser: Any, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self.faults.append(f"missing {request.url}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if urlsplit(request.url).scheme not in ("file", "data", "blob"):
            self.faults.append(f"elsewhere: {request.url}")

    def look(self, path: Path) -> dict[str, Any]:
        """Load a page and say what is there."""
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_function("document.fonts.status == 'loaded'")
        return self.page.evaluate(LOOK)


@pytest.fixture(scope="module", params=WIDTHS.values(), ids=WIDTHS)
def seen(request: pytest.FixtureRequest, browser: Any) -> dict[Path, dict[str, Any]]:
    """What every page says of itself, and what went wrong while it was loaded."""
    visit = Visit(browser, request.param)
    found = {}
    for path in PAGES:
        visit.faults.clear()
        found[path] = {**visit.look(path), "faults": list(visit.faults)}
    visit.page.close()
    return found


def test_pages_load_without_errors_and_show_what_they_have(seen):
    wrong = {}
    for path, page in seen.items():
        kinds = ("faults", "broken", "nameless", "typed", "faulty", "unseen", "beyond")
        found = {kind: page[kind] for kind in kinds if page[kind]}
        if page["wide"] > 0:
            found["wider than the window by"] = page["wide"]
        if found or not page["title"]:
            wrong[str(path.relative_to(SITE))] = found
    assert not wrong


def test_links_lead_somewhere(seen):
    ids = {path: set(page["ids"]) for path, page in seen.items()}
    broken = []
    for path, page in seen.items():
        for link in page["links"]:
            target, fragment = urldefrag(link)
            if urlsplit(target).scheme != "file":
                continue
            file = Path(unquote(urlsplit(target).path))
            missing = fragment and file in ids and unquote(fragment) not in ids[file]
            if not file.is_file() or missing:
                broken.append((str(path.relative_to(SITE)), link.removeprefix(SITE.as_uri())))
    assert not broken


@pytest.mark.parametrize("word", ["jensen", "pairwise", "drift"])
def test_search_finds(browser, word):
    visit = Visit(browser, WIDTHS["wide"])
    visit.page.goto(f"{(SITE / 'search.html').as_uri()}?q={word}")
    visit.page.wait_for_selector("#search-results li a", timeout=20_000)
    assert not visit.faults
    visit.page.close()
