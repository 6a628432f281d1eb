"""``insighthub demo`` serves its hub, and whoever it names signs in with the password that it says."""

import http.client
import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from scripts.take_screenshots import FOLDER, people, take
from scripts.tutorial_walk import PICTURES
from tests.e2e.server import running

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"

DEMO = (
    "-c",
    "from insighthub.cli import app; app()",
    "demo",
    "--residents",
    "500",
    "--no-peer",
    "--port",
    "0",
    "--home",
)


def ask(server, method, path, cookies, **form):
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    try:
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {"Cookie": kept, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookies.update([value.partition(";")[0].split("=", 1)])
        return answer.status, answer.getheader("location"), answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the demonstration, as the command runs and serves it."""
    with running(*DEMO, str(tmp_path_factory.mktemp("demo") / "demo"), longest=300) as served:
        yield served


@pytest.mark.slow
def test_the_demonstration_is_served_and_its_people_sign_in(server):
    passwords = people(server.lines)
    assert len(passwords) == 7
    for email, password in passwords.items():
        cookies = {}
        _, _, page = ask(server, "GET", "/sign-in", cookies)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = {"email": email, "password": password, "csrf_token": token}
        assert ask(server, "POST", "/sign-in", cookies, **form)[:2] == (303, "/")
        status, _, page = ask(server, "GET", "/", cookies)
        assert status == 200
        assert "This is old" not in page
        assert "Your account has no role here yet" not in page


@pytest.mark.slow
def test_the_tutorial_can_be_walked(server, browser, tmp_path):
    take(browser, server.address, people(server.lines), tmp_path)
    assert {picture.stem for picture in tmp_path.glob("*.png")} == set(PICTURES)


def test_the_tutorial_shows_every_picture_that_the_walk_takes():
    shown = re.findall(r"\(screenshots/([\w-]+)\.png\)", TUTORIAL.read_text(encoding="utf-8"))
    assert tuple(shown) == PICTURES
    assert sorted(picture.stem for picture in FOLDER.glob("*.png")) == sorted(PICTURES)
