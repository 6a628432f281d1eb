"""A browser for tests: it checks every page that it gets, sends forms as they stand there, and keeps cookies.

Take ``Browser(app)`` for nobody, ``Browser(app, "officer")`` for somebody of ``sample.USERS``. ``browser.get`` and
``browser.send`` return responses; a page that is not as every page must be fails the test there and then.
"""

import re

import html5lib
from starlette.testclient import TestClient

from insighthub.web.session import SESSION_COOKIE
from tests.web.html_checks import check_page, text_of


class Browser:
    """Somebody at a browser.

    Args:
        app: what is served.
        session: what the session's cookie holds; nobody is signed in where it is not given.
        names: names of residents, none of which may stand in an address or a title.
        address: under which the app is reached.
    """

    def __init__(self, app, session=None, *, names=(), address="http://localhost"):
        self.client = TestClient(app, base_url=address, follow_redirects=False, raise_server_exceptions=False)
        self.names = names
        self.page = None
        if session is not None:
            prefix = "__Host-" if address.startswith("https") else ""
            self.client.cookies.set(prefix + SESSION_COOKIE, session)

    def get(self, path, *, status=200, **options):
        """Ask for a page, and check it."""
        return self._taken(self.client.get(path, **options), status)

    def follow(self, response, *, status=200):
        """Go where an answer leads."""
        assert response.status_code == 303, f"the answer leads nowhere: {response.status_code}"
        return self.get(response.headers["location"], status=status)

    def send(self, action, fields=None, *, status=303, files=None, **options):
        """Send the form for ``action`` of the page that is shown, with some fields filled in."""
        form = next((f for f in self.tree().iter("form") if f.get("action") == action), None)
        assert form is not None, f"the page has no form for {action}"
        given = {**values(form), **(fields or {})}
        unknown = set(fields or ()) - {e.get("name") for e in form.iter()}
        assert not unknown, f"the form for {action} has no {unknown}"
        method = form.get("method").lower()
        kind = {"params": given} if method == "get" else {"data": given}
        return self._taken(self.client.request(method, action, files=files, **kind, **options), status)

    def tree(self):
        """Return the page that is shown, as elements."""
        return html5lib.parse(self.page.text, namespaceHTMLElements=False)

    def text(self):
        """Return what the page that is shown says, with single spaces."""
        return re.sub(r"\s+", " ", text_of(self.tree().find(".//body"))).strip()

    def _taken(self, response, status):
        assert response.status_code == status, f"{response.status_code} instead of {status}: {response.text[:300]}"
        if response.headers.get("content-type", "").startswith("text/html"):
            check_page(response, self.names)
            self.page = response
        return response


def values(form):
    """Return what a form would send as it stands."""
    found = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if not name or (kind in {"checkbox", "radio"} and element.get("checked") is None) or element.tag == "button":
            continue
        if element.tag == "select":
            chosen = [o for o in element.iter("option") if o.get("selected") is not None] or list(
                element.iter("option")
            )[:1]
            found[name] = chosen[0].get("value", text_of(chosen[0])) if chosen else ""
        elif element.tag == "textarea":
            found[name] = text_of(element)
        elif element.tag == "input" and kind not in {"submit", "button", "file"}:
            found[name] = element.get("value", "")
    return found
