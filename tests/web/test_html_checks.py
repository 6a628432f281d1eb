"""The checks of every page find what they are there for: each is shown a page with one thing wrong."""

import pytest

from tests.web.client import Browser
from tests.web.html_checks import check_page, check_private


class Changed:
    """A response, with a change to its text."""

    def __init__(self, response, old, new):
        assert old in response.text
        self.text, self.headers, self.url = response.text.replace(old, new, 1), response.headers, response.url


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    from insighthub.web.app import create_app
    from insighthub.web.screens import SCREENS
    from tests.web.lines import Lines
    from tests.web.sample import SCREEN, CookieSessions, add_templates

    home = tmp_path_factory.mktemp("hub")
    app = add_templates(create_app(home, sessions=CookieSessions(), screens=(*SCREENS, SCREEN), log=Lines()))
    yield Browser(app, "officer").get("/sample/form")
    app.state.site.hub.close()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<title>Add a note", "<title>Error: Add a note", "Error:"),
        ("<title>Add a note - Insight Hub", "<title>", "no title"),
        ("</h1>", "</h1><h1>Again</h1>", "2 h1"),
        ("</h1>", '</h1><p id="note">x</p>', "twice"),
        ("</h1>", '</h1><a href="#nowhere">x</a>', "#nowhere"),
        ("</h1>", '</h1><p style="color: red">x</p>', "style of its own"),
        ("</h1>", '</h1><p onclick="x()">x</p>', "a script in onclick"),
        ("</h1>", "</h1><script>x()</script>", "a script stands"),
        ("</h1>", '</h1><img alt="" src="https://elsewhere.example/x.png">', "outside"),
        ("</h1>", '</h1><a href="//elsewhere.example/">x</a>', "outside"),
        ("</h1>", '</h1><a href="javascript:x()">x</a>', "outside"),
        ("</h1>", '</h1><form action="/x" method="post"><button>x</button></form>', "no token"),
        ("</h1>", '</h1><form method="post"><button>x</button></form>', "where it goes"),
        (
            "</h1>",
            '</h1><form action="/x" method="get"><label for="n">x</label><input id="n" name="n"></form>',
            "typed",
        ),
        ("</h1>", '</h1><input name="q" type="text">', "no label"),
        ("</h1>", '</h1><button type="submit"></button>', "says nothing"),
        ("</h1>", '</h1><a href="/find?q=j.smith@mail.example">x</a>', "e-mail"),
        ("</h1>", '</h1><a href="/find/943%20476%205919">x</a>', "NHS"),
        ("</h1>", '</h1><a href="/find?born=1985-03-27">x</a>', "a date"),
        ("<title>Add a note", "<title>Agnes Okonkwo", "name"),
    ],
)
def test_a_page_with_one_thing_wrong_is_found(page, old, new, said):
    with pytest.raises(AssertionError, match=said):
        check_page(Changed(page, old, new), names=["Okonkwo"])


@pytest.mark.parametrize("new", ["</h1></b>", "</h1><p><div></p>", "</h1><p id=a id=b>"])
def test_html_that_is_not_valid_is_found(page, new):
    with pytest.raises(Exception, match=r"Unexpected|unexpected|expected|end tag|attribute"):
        check_page(Changed(page, "</h1>", new))


def test_the_page_itself_passes(page):
    check_page(Changed(page, "</h1>", "</h1>"), names=["Okonkwo"])


@pytest.mark.parametrize("address", ["/audit?from=2026-03-01&to=2026-03-05", "/residents/R7K2M9QX4TF", "/runs/r000012"])
def test_addresses_that_hold_nobodys_data_pass(address):
    check_private(address, ["Smith", "Ng"])
