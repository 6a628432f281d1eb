"""Chromium for tests: the one on the path, or Playwright's own; and what axe and a ruler find in a page."""

import os
import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from insighthub.web.session import SESSION_COOKIE

NO_CHROMIUM = "there is no Chromium: install the package chromium, or run playwright install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 800}


def executable(playwright):
    """Return where Chromium is, None where it is not."""
    named = os.environ.get("INSIGHTHUB_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return found or (own if Path(own).exists() else None)


def launched(playwright):
    """Return Chromium, started; None where there is none. Whoever asked for it closes it.

    In a container its own sandbox does not start; it opens pages of our own server alone.
    """
    where = executable(playwright)
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
    return where and playwright.chromium.launch(executable_path=where, args=flags)


@cache
def axe_source():
    return AXE.read_text(encoding="utf-8")


class Visitor:
    """Somebody with a browser, at a server.

    Args:
        page: of Playwright.
        address: of the server.
    """

    def __init__(self, page, address):
        self.page, self.address = page, address.rstrip("/")
        self.outside = []
        self.complaints = []
        page.on(
            "request", lambda r: self.outside.append(r.url) if not r.url.startswith((self.address, "data:")) else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda m: self.complaints.append(m.text) if m.type == "error" and "status of" not in m.text else None,
        )

    def go(self, path):
        """Open a page."""
        return self.page.goto(self.address + path)

    def come_to(self, visit):
        """Come to a page of the list, by its address or by sending a form; say whether it is the one."""
        answer = self.go(visit.path)
        if visit.form is not None:
            form = self.page.locator(f'form[action="{visit.form}"]')
            for name, value in visit.fields.items():
                form.locator(f'[name="{name}"]').fill(value)
            with self.page.expect_navigation() as gone:
                form.locator('button[type="submit"], button:not([type])').first.click()
            answer = gone.value
        assert answer.status == visit.status

    def press(self, name, role="button"):
        """Press a button, or follow a link, by its whole name, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).first.click()

    def said(self):
        """Return what the page says, without its header and footer."""
        return self.page.locator("main").inner_text()

    def violations(self):
        """Return what axe finds wrong with the page, a line each."""
        self.page.evaluate(axe_source())
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
            ".then(r => r.violations.map("
            "v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`))",
            RULES,
        )
        return list(found)

    def too_wide(self):
        """Return how many pixels the page is wider than the screen."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def focused(self):
        """Return what has the keyboard's focus, in words."""
        return self.page.evaluate(
            "(e => e === document.body ? '' :"
            " (e.textContent || e.getAttribute('aria-label') || e.id || e.tagName).replace(/\\s+/g, ' ').trim())"
            "(document.activeElement)"
        )


@contextmanager
def visitor(browser, address, session=None, *, viewport=None, javascript=True, **options):
    """Give somebody with a new browser, signed in where a session is given."""
    context = browser.new_context(viewport=viewport or DESKTOP, java_script_enabled=javascript, **options)
    context.set_default_timeout(20_000)
    if session is not None:
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": address}])
    try:
        yield Visitor(context.new_page(), address)
    finally:
        context.close()
