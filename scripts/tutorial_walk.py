"""The tutorial's walk in a browser: an officer, an analyst, a lead, a leader and licensing, with pictures.

Takes what opens a browser as one of the demonstration's people, and what takes a picture; does what
``docs/tutorial.md`` says, and fails where a screen does not let it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

#: Pictures that the walk takes, in order: file names without their ending. The tutorial says what each shows.
PICTURES = (
    "officer-case",
    "officer-search",
    "officer-picture",
    "officer-correction",
    "analyst-queue",
    "analyst-pair",
    "analyst-quality",
    "analyst-corrections",
    "lead-alert",
    "lead-policy",
    "lead-request",
    "leader-borough",
    "licensing-map",
    "licensing-place",
)
SEARCH = "smith"

#: Opens a page as one of the demonstration's people, by the first part of their address.
Opens = Callable[[str], Any]
Shoots = Callable[[Any, str], None]


def walk(opens: Opens, shoots: Shoots) -> None:
    """Walk through the tutorial.

    Args:
        opens: gives a Playwright page, signed in, on the start page.
        shoots: takes a picture of a page by one of the names in ``PICTURES``.
    """
    resident = _officer(opens("officer"), shoots)
    _analyst(opens("analyst"), shoots)
    _lead(opens("lead"), shoots, resident)
    leader = opens("leader")
    _follow(leader, "Borough")
    shoots(leader, "leader-borough")
    _licensing(opens("licensing"), shoots)


def _officer(page: Any, shoots: Shoots) -> str:
    _press(page, "Open a case")
    page.get_by_label("Customer services").check()
    page.get_by_label("Your own reference").fill("CRM-1042")
    shoots(page, "officer-case")
    _press(page, "Open the case")
    page.get_by_label("Find a resident").fill(SEARCH)
    _press(page, "Search")
    shoots(page, "officer-search")
    _go(page, page.locator(".app-found a"))
    shoots(page, "officer-picture")
    resident = re.search(r"/residents/(\w+)", page.url)[1]  # type: ignore[index]
    _press(page, "Propose a correction")
    page.locator('input[name="record"]').first.check()
    page.get_by_label("What is wrong in it?").select_option("mobile")
    page.get_by_label("What should it say?").fill("07700 900123")
    page.get_by_label("How do you know?").fill("Told at the desk, and rang it")
    shoots(page, "officer-correction")
    _press(page, "Send to the source")
    page.goto(re.sub(r"/cases/.*", "/break-glass", page.url))
    page.get_by_label("Id of the resident").fill(resident)
    page.get_by_label("Safeguarding").check()
    page.get_by_label("Why can it not wait?").fill("Fell at home, and does not answer the telephone")
    _press(page, "See this resident")
    return resident


def _analyst(page: Any, shoots: Shoots) -> None:
    _follow(page, "Review")
    shoots(page, "analyst-queue")
    _press(page, "Review the next one")
    shoots(page, "analyst-pair")
    _go(page, page.get_by_role("button", name=re.compile("One person|They are all one person")))
    page.get_by_text("Your answer is kept").wait_for()
    _follow(page, "Data quality")
    shoots(page, "analyst-quality")
    _follow(page, "Corrections")
    shoots(page, "analyst-corrections")


def _lead(page: Any, shoots: Shoots, resident: str) -> None:
    _follow(page, "Governance")
    _follow(page, "Alerts")
    _go(page, page.locator('main a[href^="/governance/alerts/"]:not([href*="glasses"])'))
    shoots(page, "lead-alert")
    page.get_by_label("Nothing was wrong").check()
    page.get_by_label("Whom did you ask").fill("Their manager, who had sent them")
    _press(page, "Keep this review")
    _follow(page, "Governance")
    _follow(page, "Policy")
    shoots(page, "lead-policy")
    _follow(page, "Governance")
    _follow(page, "Requests of residents")
    _press(page, "Note a request that came")
    page.locator("#query").fill(SEARCH)
    _press(page, "Search")
    _go(page, page.locator(f'a[href="/governance/requests/new/{resident}"]'))
    page.get_by_label("Access").check()
    page.locator("#requester").fill("The resident")
    today = date.today()
    for part in ("day", "month", "year"):
        page.locator(f"#received-{part}").fill(str(getattr(today, part)))
    _press(page, "Note this request")
    shoots(page, "lead-request")


def _licensing(page: Any, shoots: Shoots) -> None:
    _follow(page, "Places")
    _follow(page, "Vulnerability to harm from gambling")
    shoots(page, "licensing-map")
    _go(page, page.locator('main table a[href*="/areas/"]'))
    _follow(page, "Around the middle of this area")
    shoots(page, "licensing-place")
    page.get_by_label("What the pack is for").fill("Application 26/0042")
    with page.expect_download():
        page.get_by_role("button", name="Download the pack").click()


def _press(page: Any, name: str) -> None:
    _go(page, page.get_by_role("button", name=name, exact=True))


def _follow(page: Any, name: str) -> None:
    _go(page, page.get_by_role("link", name=re.compile(f"^{name}")))


def _go(page: Any, what: Any) -> None:
    """Press the first of what was found, and wait for the page that it leads to."""
    with page.expect_navigation():
        what.first.click()
