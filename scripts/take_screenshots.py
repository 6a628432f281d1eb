"""Takes the pictures of the documentation: runs the demonstration, serves it, and walks through the tutorial.

    python -m scripts.take_screenshots

Takes no data but the demonstration's, gives ``docs/screenshots/*.png``. Needs Chromium: see ``tests/e2e/chromium.py``.
"""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from scripts.tutorial_walk import PICTURES, walk
from tests.e2e.chromium import NO_CHROMIUM, launched
from tests.e2e.server import running

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
RESIDENTS = 5000
#: What is at the top of a picture, where that is not the page's own.
FROM = {"licensing-map": "#index-map", "licensing-place": "#main-content"}
#: Wide enough for tables, and not so tall that a page of text does not fit beside it.
SIZE = {"width": 1100, "height": 1000}
_DEMO = ("-c", "from insighthub.cli import app; app()", "demo", "--no-peer", "--port", "0")
_LONGEST = 900


def people(lines: list[str]) -> dict[str, str]:
    """Return the demonstration's people and their passwords, from what it printed: address -> password."""
    return dict(re.findall(r"(\S+@borough\.example)\s+(\S+)", "".join(lines)))


def sign_in(page: Any, address: str, email: str, password: str) -> Any:
    """Sign in as one of the people; return the page, which is then the start page."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.locator('input[name="password"]').fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
    return page


def take(browser: Any, address: str, passwords: dict[str, str], folder: Path) -> None:
    """Walk through the tutorial with a browser, and write its pictures into a folder."""
    address = address.rstrip("/")
    with ExitStack() as stack:

        def opens(who: str) -> Any:
            context = browser.new_context(viewport=SIZE)
            stack.callback(context.close)
            email = f"{who}@borough.example"
            return sign_in(context.new_page(), address, email, passwords[email])

        def shoots(page: Any, name: str) -> None:
            assert name in PICTURES
            page.evaluate("scrollTo(0, 0)")
            if name in FROM:
                page.locator(FROM[name]).evaluate("e => scrollTo(0, e.getBoundingClientRect().top - 20)")
            page.screenshot(path=folder / f"{name}.png")

        walk(opens, shoots)


def main() -> None:
    """Take the pictures."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            sys.exit(NO_CHROMIUM)
        print(f"Running the demonstration with {RESIDENTS:,} residents; it takes a minute or two", flush=True)
        demo = (*_DEMO, "--residents", str(RESIDENTS), "--home", str(Path(home) / "demo"))
        with running(*demo, longest=_LONGEST) as server:
            FOLDER.mkdir(exist_ok=True)
            take(browser, server.address, people(server.lines), FOLDER)
        browser.close()
    for name in PICTURES:
        print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
