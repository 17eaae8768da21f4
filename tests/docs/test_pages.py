"""Every page of the built documentation, loaded by a browser from disk, narrow and wide.

Skipped where there are no pages (README, second command), no Chromium or no Playwright; an error
where `PAGES_REQUIRED` is set, as `.ci/run` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

SITE = Path(__file__).parents[2] / "docs" / "_build" / "html"
PAGES = sorted(page for page in SITE.rglob("*.html") if page.parent.name != "_static")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WIDTHS = {"narrow": 390, "wide": 1400}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

# What a page says of itself. Text is looked through for formulas that were left as they were typed.
LOOK = r"""() => {
  // The theme's frames scroll what is too wide: tables, code and formulas may, a page may not.
  const frames = [document.documentElement, ...document.querySelectorAll("[class^='bd-']")];
  const wide = Math.max(...frames.map((e) => e.scrollWidth - e.clientWidth));
  const beyond = [...document.querySelectorAll("body *")].filter((e) => {
    for (let up = e; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (["auto", "scroll"].includes(style.overflowX) && !frames.includes(up)) return false;
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
  };
}"""


def needed(there: object, what: str) -> None:
    """Skip without it, or fail where pages are required."""
    if not there:
        (pytest.fail if "PAGES_REQUIRED" in os.environ else pytest.skip)(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    needed(PAGES, f"there are no pages in {SITE}")
    needed(CHROMIUM, "there is no Chromium")
    needed(find_spec("playwright"), "there is no Playwright")
    from playwright import sync_api as playwright

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
        self.faults.clear()
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_function("document.fonts.status == 'loaded'")
        return {**self.page.evaluate(LOOK), "faults": list(self.faults)}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_pages_load_without_errors_and_show_what_they_have(browser, width):
    visit = Visit(browser, width)
    seen = {path: visit.look(path) for path in PAGES}
    visit.page.close()
    wrong = {}
    for path, page in seen.items():
        kinds = ("faults", "broken", "nameless", "typed", "faulty", "unseen", "beyond")
        found = {kind: page[kind] for kind in kinds if page[kind]}
        if page["wide"] > 1:
            found["wider than the window by"] = page["wide"]
        if links := dead_links(page["links"], seen):
            found["dead links"] = links
        if found:
            wrong[str(path.relative_to(SITE))] = found
    assert not wrong


def dead_links(links: list[str], seen: dict[Path, dict[str, Any]]) -> list[str]:
    """Those to files that are not there, or to places that their pages do not have."""
    dead = []
    for link in links:
        target, fragment = urldefrag(link)
        if urlsplit(target).scheme != "file":
            continue
        file = Path(unquote(urlsplit(target).path))
        missing = fragment and file in seen and unquote(fragment) not in seen[file]["ids"]
        if missing or not file.is_file():
            dead.append(link.removeprefix(SITE.as_uri()))
    return dead


WORDS = """jensen pairwise drift scikit-learn precomputed UMAP DataFrame sparse memmap Dask
neighbours neighbors install"""
JOBS = {
    "install it": "quickstart.html#install",
    "direction of KL": "guide/direction.html",
    "nearest neighbours of sparse": "guide/sparse.html#nearest-documents",
    "table has drifted": "guide/drift.html",
    "full covariances": "theory/gaussians.html",
}


@pytest.mark.parametrize("job", JOBS)
def test_the_start_page_leads_to_the_page_of_a_job(browser, job):
    visit = Visit(browser, WIDTHS["narrow"])
    visit.page.goto((SITE / "index.html").as_uri())
    row = visit.page.locator("tr", has_text=job)
    assert row.locator("a").first.get_attribute("href") == JOBS[job]
    visit.page.close()


@pytest.mark.parametrize("word", WORDS.split())
def test_search_finds(browser, word):
    visit = Visit(browser, WIDTHS["wide"])
    visit.page.goto(f"{(SITE / 'search.html').as_uri()}?q={word}")
    visit.page.wait_for_selector("#search-results li a", timeout=20_000)
    assert not visit.faults
    visit.page.close()
