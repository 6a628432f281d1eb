"""Injection: SQL, templates and HTML, formulas in CSV files, headers, paths, and lines of the log."""

import json
from dataclasses import replace

import pytest

from insighthub.desk.figures import PublishedRow
from tests.security.attempts import attempt
from tests.security.marked import PLAIN
from tests.security.test_owasp_a01_access import case_of, holds_no_mark

STATEMENTS = (
    "' OR '1'='1", "'; DROP TABLE audit; --", "\" OR 1=1 --", "1; ATTACH 'x.db' AS x; --",
    "') UNION SELECT * FROM account --",
    "%' OR name LIKE '%", "$id", "{{id}}", "read_csv_auto('/etc/passwd')", "x\x00y",
    "\\'; COPY account TO '/tmp/x'; --",
)  # fmt: skip


@attempt("A03", "Put SQL of SQLite and DuckDB into a search", "it is looked for as words, or refused: nobody is found")
@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements_in_a_search(remote, callers, statement):
    officer = remote("officer")
    answer = officer.post(f"/cases/{case_of(callers, officer)}/search", {"query": statement})
    assert answer.status_code in (200, 400, 422)
    assert holds_no_mark(answer)


@attempt("A03", "Put SQL into an id, a name of a measure, a number, and a form", "no such resident, measure or number")
@pytest.mark.parametrize("statement", ["' OR '1'='1", "1 OR 1=1", "x'; DROP TABLE audit; --", "R%", "*"])
def test_statements_in_addresses_and_forms(remote, callers, statement):
    senior, analyst = remote("senior_officer"), remote("analyst")
    number = case_of(callers, senior, "safeguarding")
    for path in (f"/cases/{number}/residents/{statement}", f"/cases/{statement}"):
        answer = senior.get(path)
        assert answer.status_code in (403, 404, 422)
        assert holds_no_mark(answer)
    assert analyst.get(f"/figures/{statement}").status_code in (404, 409)
    assert (
        senior.post("/break-glass", {"resident": statement, "purpose": statement, "reason": statement}).status_code
        == 422
    )
    assert callers.app.state.site.desk.oversight(callers.caller("ig_lead").user).verify() is None


@attempt(
    "A03", "Write HTML, a script and a template's own language into a note and a case's reference", "shown as text"
)
def test_html_and_templates(remote, callers, marked):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7 * 7 }}${7*7}<%= 7*7 %>'
    senior = remote("senior_officer")
    answer = senior.post("/cases/new", {"purpose": "safeguarding", "reference": evil})
    case = answer.headers["location"]
    here = f"{case}/residents/{marked[1][PLAIN]}"
    assert senior.post(f"{here}/note", {"text": evil}).status_code == 303
    searched = senior.post(f"{case}/search", {"query": evil})
    for page in (senior.get(case), senior.get(here), searched, senior.get(f"{here}?done={evil}"), senior.get("/cases")):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in page.text.replace("4949", "") or "{{ 7 * 7 }}" in page.text or "7 * 7" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in senior.get(here).text
    assert "{{ 7 * 7 }}" in senior.get(here).text


@attempt("A03", "Have a spreadsheet run a formula from released figures", "what begins like a formula is made text")
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_in_csv(callers, formula):
    callers.under(callers.hub.policy() and _default())
    desk = callers.app.state.site.desk.figures(callers.caller("analyst").user)
    safes = dict.fromkeys(("people", "project", "setting", "data", "outputs"), "Answered")
    asked = desk.ask("residents_known_to_three_or_more_services", safes)
    row = PublishedRow("none", formula, None, None, None, None, None, "hidden")
    told = replace(asked, rows=(row,)).csv()
    assert f"'{formula}" in told
    assert f",{formula}" not in told


@attempt(
    "A03", "Split the answer's headers by line ends in addresses and forms", "they are quoted, and no header is added"
)
@pytest.mark.parametrize(
    "break_", ["%0d%0aSet-Cookie:%20evil=1", "%0aLocation:%20https://evil.example", "%E5%98%8A%E5%98%8Dx"]
)
def test_line_ends_in_headers(remote, callers, marked, break_):
    senior = remote("senior_officer")
    number = case_of(callers, senior, "safeguarding")
    answers = [
        remote().get(f"/cases{break_}"),
        remote().get(f"/cases?next={break_}"),
        senior.get(f"/cases/{number}/residents/{marked[1][PLAIN]}{break_}"),
        senior.post(f"/cases/{number}/residents/{marked[1][PLAIN]}{break_}/note", {"text": "A note"}),
        senior.get(f"/cases/{number}/residents/{marked[1][PLAIN]}?done={break_}"),
    ]
    for answer in answers:
        assert "evil" not in answer.headers.get("set-cookie", "")
        assert "evil.example" not in answer.headers.get("location", "").partition("?")[0].removeprefix("/sign-in")


@attempt("A03", "Climb out of the folder of styles and scripts", "not there (404)")
@pytest.mark.parametrize(
    "path",
    [
        "/static/../web.key", "/static/%2e%2e/%2e%2e/web.key", "/static/..%2f..%2f..%2fweb.key",
        "/static/....//web.key",
        "/static/%5c..%5cweb.key", "/static//etc/passwd", "/static/%00", "/static/manifest.json/../../app.py",
    ],
)  # fmt: skip
def test_paths(remote, marked, path):
    answer = remote("administrator").get(path)
    assert answer.status_code == 404
    assert (marked[0] / "web.key").read_text().strip() not in answer.text


@attempt("A03", "Forge a line of the log by a line end in an address or a header", "lines hold patterns of pages alone")
def test_lines_of_the_log(remote, server):
    remote().get('/x%0a{"event":"forged"}')
    remote().send("GET", "/sign-in", user_agent="agent forged", referer="http://localhost/forged")
    remote().get("/sign-in")
    lines = [line for line in server.lines if line.startswith("{")]
    assert lines
    assert all("forged" not in line and json.loads(line)["event"] for line in lines)


def _default():
    from insighthub.governance.policy import default_policy_text

    return default_policy_text()
