"""Look at the built pages in a browser, as a reader with a phone does: `python docs/look.py docs/_build/html`.

Every link inside the site leads somewhere, no page is wider than the screen, none has an error in its console, and the
search finds what it is asked for.  Links to other sites are not followed.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag

from playwright.sync_api import Page, sync_playwright

PHONE = {"width": 390, "height": 844}
SEARCHES = {"session-merge": "rules/session-merge.html", "reveal_state": "certainty.html", "baseline": "adopting.html"}


class References(HTMLParser):
    """The links of a page, and what can be linked to in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if found.get("id"):
            self.anchors.add(str(found["id"]))
        link = found.get("href" if tag in {"a", "link"} else "src")
        if link:
            self.links.append(link)


def broken_links(site: Path, pages: list[Path]) -> Iterator[str]:
    """The links that lead to no file, or to no place in it."""
    references = {page: References(page) for page in pages}
    for page, found in references.items():
        for link in found.links:
            target, anchor = urldefrag(unquote(link))
            if ":" in target or target.startswith("//"):
                continue
            file = (page.parent / target.partition("?")[0]).resolve() if target else page
            file = file / "index.html" if file.is_dir() else file
            if not file.exists():
                yield f"{page.relative_to(site)}: no file for {link}"
            elif anchor and file in references and anchor not in references[file].anchors:
                yield f"{page.relative_to(site)}: no place for {link}"


def faults_of(page: Page, address: str) -> Iterator[str]:
    """What is wrong with a page as it is shown."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(address)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > PHONE["width"]:
        yield f"{address}: {width} pixels wide, on a screen of {PHONE['width']}"
    yield from (f"{address}: {text}" for text in said)


def faults_of_search(page: Page, address: str) -> Iterator[str]:
    """The searches that do not find their page."""
    for words, wanted in SEARCHES.items():
        page.goto(f"{address}search.html?q={words}")
        try:
            page.wait_for_selector(f'#search-results a[href*="{wanted}"]', timeout=10_000)
        except Exception as error:
            yield f"search for {words}: {wanted} is not found ({type(error).__name__})"


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of the site while the block runs."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def main() -> int:
    site = Path(sys.argv[1]).resolve()
    pages = sorted(site.rglob("*.html"))
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    faults = list(broken_links(site, pages))
    with served(site) as address, sync_playwright() as playwright:
        # Without a browser of the system that of Playwright is taken: `playwright install chromium`.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for path in pages:
            page = browser.new_page(viewport=PHONE)
            faults += faults_of(page, f"{address}{path.relative_to(site).as_posix()}")
            page.close()
        faults += faults_of_search(browser.new_page(viewport=PHONE), address)
        browser.close()
    print("\n".join([*faults, f"{len(faults)} faults in {len(pages)} pages"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
