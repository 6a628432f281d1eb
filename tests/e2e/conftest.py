"""A real server, and a real Chromium; where there is no Chromium, tests are skipped, and fail in CI."""

import os

import pytest

from tests.e2e.chromium import DESKTOP, NO_CHROMIUM, launched, visitor
from tests.e2e.server import running
from tests.web.borough import one_of_these


@pytest.fixture(scope="session")
def browser():
    """Return Chromium, started once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = launched(playwright)
        if opened is None:
            if os.environ.get("CI"):
                pytest.fail(NO_CHROMIUM)
            pytest.skip(NO_CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a server of an empty hub, with the tests' own way of signing in."""
    with running("-m", "tests.e2e.served", str(tmp_path_factory.mktemp("hub"))) as served:
        yield served


@pytest.fixture(scope="session")
def borough(tmp_path_factory, states):
    """Return a hub of a borough, with users."""
    return one_of_these(tmp_path_factory, states)


@pytest.fixture(scope="session")
def borough_server(borough):
    """Return a server of the borough's hub, as the command serves it."""
    serve = "from insighthub.cli import app; app()"
    with running("-c", serve, "serve", "--port", "0", "--home", borough.home) as served:
        yield served


@pytest.fixture
def persona(browser, borough, borough_server):
    """Return what gives a persona with a browser, signed in; nothing may be asked of another host."""
    opened = []

    def open_as(name=None, **options):
        manager = visitor(browser, borough_server.address, name and borough.tokens[name], **options)
        opened.append((manager, one := manager.__enter__()))
        return one

    yield open_as
    for manager, one in opened:
        manager.__exit__(None, None, None)
        assert one.outside == [], "the page asked another host for something"


@pytest.fixture(scope="session")
def opened_once(browser):
    """Return what gives somebody with a browser that stays open, so that many pages are looked at without opening one.

    What they have at the start is a page of the size asked for, nothing noted, and what the browser holds of files
    that do not change; take ``persona`` where more than looking is done.
    """
    opened = {}

    def open_as(address, session=None, *, viewport=DESKTOP, javascript=True):
        key = (address, session, javascript)
        if key not in opened:
            manager = visitor(browser, address, session, javascript=javascript)
            opened[key] = (manager, manager.__enter__())
        one = opened[key][1]
        one.outside.clear()
        one.complaints.clear()
        one.page.set_viewport_size(viewport)
        return one

    yield open_as
    for manager, _ in opened.values():
        manager.__exit__(None, None, None)


@pytest.fixture
def visit_as(browser, server):
    """Return what gives somebody with a browser, signed in or not; nothing may be asked of another host."""
    opened = []

    def open_as(session=None, **options):
        manager = visitor(browser, server.address, session, **options)
        opened.append((manager, one := manager.__enter__()))
        return one

    yield open_as
    for manager, one in opened:
        manager.__exit__(None, None, None)
        assert one.outside == [], "the page asked another host for something"
