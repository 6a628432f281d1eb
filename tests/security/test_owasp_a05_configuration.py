"""Security misconfiguration: pages for developers, lists of files, accounts from the factory, other origins."""

import pytest
from sqlalchemy import func, select

from insighthub.accounts.tables import account
from insighthub.store.state import State
from tests.security.attempts import attempt


@attempt("A05", "Look for pages that are for developers", "not there, or for who is signed in alone")
@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/debug", "/console", "/__debug__/", "/phpinfo.php"]
)
def test_pages_for_developers(remote, path):
    assert remote().get(path).status_code == 404
    assert remote("administrator").get(path).status_code == 404


@attempt("A05", "List the files of a folder", "not there (404)")
def test_lists_of_files(remote):
    for path in ("/static", "/static/", "/static/."):
        assert remote("administrator").get(path).status_code == 404


@attempt("A05", "Sign in with an account from the factory", "a new hub has no account at all")
def test_accounts_from_the_factory(tmp_path):
    state = State(f"sqlite:///{tmp_path / 'state.db'}")
    with state.read() as connection:
        assert connection.execute(select(func.count()).select_from(account)).scalar() == 0
    state.close()


@attempt("A05", "Read answers from another origin", "no header lets it, and a request before the request is refused")
def test_other_origins(remote):
    officer = remote("officer")
    for path in ("/", "/api/v1/release"):
        answer = officer.get(path, origin="https://evil.example")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    before = officer.send(
        "OPTIONS", "/api/v1/release", origin="https://evil.example", access_control_request_method="GET"
    )
    assert before.status_code == 405
    assert officer.get("/").headers["cross-origin-resource-policy"] == "same-origin"


@attempt("A05", "Ask under another host's name, to have links lead there", "refused (400)")
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.evil.example"]
)
def test_other_hosts(remote, host):
    assert remote("officer").send("GET", "/", host=host).status_code == 400
    assert "evil" not in remote().send("GET", "/cases", x_forwarded_host=host).headers.get("location", "")


@attempt("A05", "Learn from an error or a header what runs where", "no trace, path, version or name of a library")
def test_talkative_errors(remote, marked):
    officer = remote("officer")
    answers = [
        officer.get("/nowhere"), officer.get("/cases/none"), officer.send("POST", "/cases/new", "x"),
        officer.send("DELETE", "/"), officer.get("/figures"), officer.send("GET", "/", host="evil"),
        officer.get("/cases/7"),
    ]  # fmt: skip
    for answer in answers:
        told = answer.text + str(answer.headers)
        for word in (
            "Traceback",
            "sqlalchemy",
            "duckdb",
            "uvicorn",
            "starlette",
            "/usr/",
            "/home/",
            str(marked[0]),
            ".py",
        ):
            assert word not in told
        assert "server" not in answer.headers


@attempt(
    "A05",
    "Have a page run a script or load something from elsewhere",
    "the content policy forbids both, on each answer",
)
def test_content_policy(remote):
    for path in ("/", "/cases", "/nowhere", "/static/nowhere.js", "/council.css"):
        policy = remote("officer").get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
