"""Requests that the server would be made to send, and conditions that it would mishandle."""

import socket

import pytest

from insighthub.errors import ContractError
from insighthub.sources.contract import load_contract
from tests.security.attempts import attempt
from tests.security.marked import PLAIN
from tests.security.test_owasp_a01_access import case_of
from tests.security.test_owasp_a08_integrity import _CONTRACT


@attempt("A10", "Have the server itself open a record's address", "it sends the browser there, and opens no connection")
def test_a_record_is_opened_by_the_browser(callers, marked, monkeypatch):
    callers.under(_default())
    senior = callers.caller("senior_officer")
    number = case_of(callers, senior, "safeguarding")
    with callers.hub.state.read():
        pass
    opened = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: opened.append(to))
    monkeypatch.setattr(socket, "create_connection", lambda to, *more, **options: opened.append(to))
    records = [
        senior.get(f"/cases/{number}/residents/{marked[1][PLAIN]}/records/{at}/open").headers.get("location")
        for at in range(6)
    ]
    assert "https://benefits.council.example/claims/77100001" in records
    assert opened == []


@attempt("A10", "Set a record's address to a script, a file, or an inner host without https", "the contract is refused")
@pytest.mark.parametrize(
    "address",
    ["javascript:alert({record_id})", "file:///etc/{record_id}", "http://169.254.169.254/{record_id}",
    "//evil/{record_id}",
     "https://x.example/none", "https://x.example/{record_id}/{other}", "https://x.example/{record_id}\\n"],
)  # fmt: skip
def test_addresses_of_records(tmp_path, address):
    file = tmp_path / "contract.toml"
    line = f'record_url = "{address}"\n'
    file.write_text(_CONTRACT.format(path="x.csv").replace("owner =", f"{line}owner ="), encoding="utf-8")
    with pytest.raises(ContractError):
        load_contract(file)


@attempt(
    "A10", "Lead somebody to another site by the address to go to after signing in", "only paths of the app are taken"
)
@pytest.mark.parametrize(
    "path", ["//evil.example", "/%5cevil.example", "https:evil.example", "/\\evil.example", "@evil.example"]
)
def test_open_redirects(remote, path):
    for asked in (f"/cases?next={path}", f"/sign-in?next={path}"):
        location = remote().get(asked).headers.get("location", "/sign-in")
        assert location.startswith("/sign-in")
        assert "evil" not in location


@attempt(
    "E10",
    "Send numbers, letters and bodies that no form would",
    "an answer of the app each time, and none is a fault (5xx)",
)
def test_conditions_that_nobody_thinks_of(remote, callers, marked):
    senior = remote("senior_officer")
    number = case_of(callers, senior, "safeguarding")
    here = f"/cases/{number}/residents/{marked[1][PLAIN]}"
    huge = "9" * 40
    asked = [
        senior.get(f"/cases/{huge}"), senior.get(f"/cases/-{huge}"), senior.get(f"/cases/{number}/residents/%00"),
        senior.get(f"/cases/{number}/residents/{'A' * 5000}"), senior.get(f"{here}/records/{huge}/open"),
        senior.get(f"{here}/records/-1/open"), senior.post(f"{here}/remarks/{huge}/end"),
        senior.post(f"{here}/decisions/{huge}/undo"), senior.post(f"{here}/note", {"text": "\x00\ud7ff"}),
        senior.post(f"{here}/note", {"text": "x" * 40_000}), senior.get(f"/figures/requests/{huge}"),
        senior.post(f"{here}/correction", {"record": huge, "field": "sex", "proposed": "\x00", "why": "x"}),
        senior.post(f"{here}/correction", {"record": "\u00b2", "field": "sex", "proposed": "x", "why": "x"}),
        senior.post(f"{here}/not-one-person", {"others": ["\u00b2", huge], "note": "x"}),
        senior.post(f"{here}/warning", {"text": "x", "day": huge, "month": "\u00b2", "year": "0"}),
        senior.post("/cases/new", {"purpose": ["safeguarding", "policy"], "reference": "\x00"}),
        senior.post("/break-glass", {"resident": "\x00", "purpose": "safeguarding", "reason": "\x00"}),
        senior.post(f"/cases/{number}/search", {"query": "\x00 \ufffe " + "7" * 150}),
        senior.send("POST", "/cases/new", b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"),
        senior.send("POST", "/cases/new", b"\xff\xfe%zz=%", content_type="application/x-www-form-urlencoded"),
        senior.send("GET", "/", cookie=b"insighthub-session=\xe9; insighthub-form=\xff"),
    ]  # fmt: skip
    assert [
        f"{one.request.method} {one.request.url}: {one.status_code}" for one in asked if one.status_code >= 500
    ] == []


def _default():
    from insighthub.governance.policy import default_policy_text

    return default_policy_text()
