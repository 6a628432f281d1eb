"""What pages on the data do: what each form comes to, who is refused, what is left out, and what the audit holds."""

import csv
import io
import re
import tempfile
import tomllib
from dataclasses import replace

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from insighthub.accounts import users
from insighthub.desk.refused import Refused
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.governance.policy_versions import approve, live_version, propose
from insighthub.governance.rights.flags import RESTRICT, set_flag
from insighthub.governance.rights.requests import open_request
from insighthub.sources.checking import check_source
from insighthub.sources.home import load_home
from insighthub.web.app import create_app
from tests.web.client import Browser
from tests.web.html_checks import text_of
from tests.web.lines import Lines

RENTS = "housing_rents"


@pytest.fixture
def app(borough, tmp_path, states):
    """Return the app over a copy of the borough's hub, which a test may change."""
    home = tmp_path / "hub"
    states.copy_hub(borough.home, home)
    made = create_app(home, log=Lines())
    yield made
    made.state.site.hub.close()


@pytest.fixture
def hub(app):
    return app.state.site.hub


@pytest.fixture
def as_one(app, borough):
    return lambda persona: Browser(app, borough.tokens[persona], names=borough.names)


@pytest.fixture
def analyst(as_one):
    return as_one("analyst")


def last(hub, **wanted):
    with hub.state.read() as connection:
        return page(connection, AuditFilter(**wanted)).lines[0]


def tickets(hub, source=RENTS, **wanted):
    return [t for t in hub.corrections.list(source) if all(getattr(t, k) == v for k, v in wanted.items())]


def change_release(hub, *statements):
    """Change the published release as no run would, before anybody has opened it."""
    hub.residents.close()
    with duckdb.connect(str(hub.releases.file(hub.releases.current()))) as db:
        for statement, *values in statements:
            db.execute(statement, values)


def change_policy(hub, change, at):
    with hub.state.read() as connection:
        text = change(live_version(connection).text)
    with hub.state.write() as connection:
        made = propose(connection, text, by="a@council.example", at=at)
        approve(connection, made.version, by="b@council.example", roles=["ig_lead"], at=at)
    assert tomllib.loads(text)


PAGES_OF_ACTIONS = [
    ("officer", "/runs", "see_runs"),
    ("officer", "/runs/r000001", "see_runs"),
    ("leader", "/runs/r000002/drift?before=r000001", "see_runs"),
    ("leader", "/runs/models/m000001", "see_runs"),
    ("officer", "/quality", "see_quality"),
    ("admin", "/quality/council_tax", "see_quality"),
    ("officer", "/quality/download", "see_quality"),
    ("ig", "/corrections", "see_corrections"),
    ("ig", "/corrections/housing_rents", "see_corrections"),
    ("senior", "/corrections/housing_rents", "see_corrections"),
    ("senior", "/corrections/housing_rents/tickets/1", "see_corrections"),
    ("senior", "/corrections/answers/housing_rents", "answer_corrections"),
    ("analyst", "/corrections/childrens_social_care", "see_corrections"),
    ("analyst", "/corrections/electoral_register", "see_corrections"),
    ("officer", "/sources", "see_sources"),
    ("leader", "/sources/council_tax", "see_sources"),
    ("admin", "/sources/council_tax/quarantine", "see_sources"),
    ("analyst", "/sources/electoral_register/quarantine", "see_sources"),
    ("analyst", "/sources/school_pupils/quarantine", "see_sources"),
    ("admin", "/sources/try/council_tax", "try_source"),
]


@pytest.mark.parametrize(("persona", "path", "action"), PAGES_OF_ACTIONS)
def test_who_may_not_is_refused_and_the_refusal_is_kept(as_one, hub, persona, path, action):
    as_one(persona).get(path, status=403)
    line = last(hub)
    assert (line.who, line.action, line.outcome) == (f"{persona}@council.example", action, "refused")


def test_a_list_of_tickets_names_in_the_audit_whom_it_showed(analyst, hub):
    analyst.get(f"/corrections/{RENTS}")
    shown = tickets(hub)[:25]
    line = last(hub)
    assert (line.action, line.purpose, line.outcome) == ("see_corrections", "correction_of_records", "allowed")
    assert set(line.detail["found"]) >= {t.resident_id for t in shown}
    assert shown[0].record_id in analyst.text()
    assert shown[0].record_id not in str(line)


def test_filters_and_pages_of_tickets(analyst, hub):
    every = tickets(hub)
    assert len(every) > 25
    analyst.get(f"/corrections/{RENTS}?page=2")
    assert f"Ticket {every[25].correction_id}" in analyst.text()
    assert f"Ticket {every[0].correction_id} " not in analyst.text()
    kind = every[0].kind
    analyst.get(f"/corrections/{RENTS}?kind={kind}&page=99")
    assert f"of {len(tickets(hub, kind=kind))}" in analyst.text()
    analyst.get(f"/corrections/{RENTS}?status=refused")
    assert "Nothing to show" in analyst.text()


def test_a_ticket_is_answered_and_the_answer_can_be_changed(analyst, hub):
    ticket = tickets(hub)[0]
    where = f"/corrections/{RENTS}/tickets/{ticket.correction_id}"
    analyst.get(where)
    line = last(hub)
    assert (line.action, line.subject, line.detail["ticket"]) == (
        "see_corrections", ticket.resident_id, ticket.correction_id,
    )  # fmt: skip
    analyst.follow(analyst.send(where, {"status": "accepted", "note": "They rang"}))
    assert "It is noted as accepted" in analyst.text()
    line = last(hub, action="answer_corrections")
    assert (line.subject, line.detail["status"], line.outcome) == (ticket.resident_id, "accepted", "allowed")
    assert tickets(hub)[0].status == "accepted"
    assert hub.corrections.history(ticket.correction_id)[-1] == ("accepted", "analyst@council.example", "They rang")
    analyst.get(where)
    assert "It was sent to the source" not in analyst.text()
    analyst.follow(analyst.send(where, {"status": "refused"}))
    assert tickets(hub)[0].status == "refused"


def test_an_answer_that_came_too_late_is_said_at_the_field(analyst, hub):
    ticket = tickets(hub)[0]
    where = f"/corrections/{RENTS}/tickets/{ticket.correction_id}"
    analyst.get(where)
    hub.corrections.accept(ticket.correction_id, by="somebody else")
    analyst.send(where, {"status": "sent"}, status=422)
    assert "is accepted, and cannot be sent now" in analyst.text()
    assert tickets(hub)[0].status == "accepted"


def test_what_cannot_be_answered_changes_nothing(analyst, hub):
    ticket = tickets(hub)[0]
    where = f"/corrections/{RENTS}/tickets/{ticket.correction_id}"
    analyst.get(where)
    analyst.send(where, {"note": "x"}, status=422)
    analyst.send(where, {"status": "accepted", "note": "x" * 1001}, status=422)
    assert tickets(hub)[0].status == "proposed"
    other = next(t for t in hub.corrections.list() if t.source == "libraries")
    analyst.get(f"/corrections/{RENTS}/tickets/{other.correction_id}", status=404)


def sheet(browser, source=RENTS, form="csv", **fields):
    browser.get(f"/corrections/{source}")
    return browser.send(f"/corrections/{source}/sheet", {"form": form, **fields}, status=200)


def test_a_sheet_is_downloaded_in_the_sources_own_form(analyst, hub):
    data = sheet(analyst)
    assert data.headers["content-disposition"] == f'attachment; filename="corrections-{RENTS}.csv"'
    rows = list(csv.DictReader(io.StringIO(data.content.decode("utf-8-sig"))))
    assert {int(row["ticket"]) for row in rows} == {t.correction_id for t in tickets(hub)}
    assert "lpar_refno" in rows[0]
    assert {t.status for t in tickets(hub)} == {"proposed"}
    line = last(hub)
    assert (line.action, line.detail["sheet"], line.detail["corrections"]) == ("see_corrections", "csv", len(rows))
    assert set(line.detail["found"]) == {t.resident_id for t in tickets(hub)}


def test_a_sheet_notes_what_it_holds_as_sent_only_where_that_is_asked_for(analyst, hub):
    hub.corrections.mark_sent([tickets(hub)[0].correction_id], by="earlier")
    data = sheet(analyst, form="xlsx", mark="sent")
    book = load_workbook(io.BytesIO(data.content))
    assert book.active.max_row == len(tickets(hub)) + 1
    assert {t.status for t in tickets(hub)} == {"sent"}
    line = last(hub, action="answer_corrections")
    assert line.detail["sent"] == len(tickets(hub)) - 1


def answered(data, answers):
    rows = list(csv.reader(io.StringIO(data.content.decode("utf-8-sig"))))
    ticket, answer = rows[0].index("ticket"), rows[0].index("answer")
    for row in rows[1:]:
        row[answer] = answers.get(int(row[ticket]), "")
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_a_sheet_comes_back_with_answers(analyst, hub):
    first, second = tickets(hub)[:2]
    text = answered(sheet(analyst), {first.correction_id: "yes", second.correction_id: "refused"})
    where = f"/corrections/answers/{RENTS}"
    analyst.get(where)
    analyst.follow(analyst.send(where, files={"file": ("back.csv", text)}))
    assert "The sheet was taken: 1 accepted, 1 refused" in analyst.text()
    assert [t.status for t in tickets(hub)[:3]] == ["accepted", "refused", "proposed"]
    line = last(hub, action="answer_corrections")
    assert (line.detail["accepted"], line.detail["refused"]) == (1, 1)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x00\x01\x02", "no column"),
        (b"a,b\n1,2\n", "no column"),
        (b"PK\x03\x04nonsense", "save it anew"),
        (b"ticket,answer\n999999,yes\n", "there is no ticket 999999"),
        (b"ticket,answer\n{own},yes\n{other},yes\n", "Row 3: there is no ticket"),
        (b"ticket,answer\n{own},perhaps\n", "Row 2: this is no answer"),
    ],
)
def test_a_sheet_that_cannot_be_taken_whole_changes_nothing(analyst, hub, data, says):
    own, other = tickets(hub)[0], tickets(hub, "libraries")[0]
    data = data.replace(b"{own}", str(own.correction_id).encode())
    data = data.replace(b"{other}", str(other.correction_id).encode())
    where = f"/corrections/answers/{RENTS}"
    analyst.get(where)
    analyst.send(where, files={"file": ("back.csv", data)}, status=422)
    assert says in analyst.text()
    assert str(hub.home) not in analyst.page.text
    assert tempfile.gettempdir() not in analyst.page.text
    assert {t.status for t in hub.corrections.list()} == {"proposed"}


def test_a_file_may_be_larger_than_a_form_only_where_one_is_sent(analyst):
    size = analyst.client.app.state.site.settings.most_body_kilobytes * 1024 + 1
    analyst.get(f"/sources/try/{RENTS}")
    analyst.send(f"/sources/try/{RENTS}", files={"file": ("x.csv", b"x" * size)}, status=422)
    token = analyst.tree().find(".//input[@name='csrf_token']").get("value")
    where = f"/corrections/{RENTS}/tickets/{tickets(analyst.client.app.state.site.hub)[0].correction_id}"
    answer = analyst.client.post(where, data={"csrf_token": token, "note": "x" * size})
    assert answer.status_code == 413


@pytest.mark.parametrize("how", ["hidden", "restricted"])
def test_who_is_hidden_or_restricted_is_in_no_list_and_no_sheet(analyst, hub, how):
    ticket, *_ = tickets(hub)
    theirs = {t.correction_id for t in tickets(hub, resident_id=ticket.resident_id)}
    if how == "hidden":
        change_release(hub, ("UPDATE resident SET hidden = 'refuge' WHERE resident_id = ?", ticket.resident_id))
    else:
        with hub.state.write() as connection:
            told = {"requester": "the resident", "received": hub.runs()[-1].as_of, "by": "ig@council.example"}
            request = open_request(connection, RESTRICT, [ticket.resident_id], **told)
            set_flag(connection, request, RESTRICT, [ticket.resident_id], by="ig", purposes=["safeguarding"])
    analyst.get(f"/corrections/{RENTS}")
    assert ticket.record_id not in analyst.text()
    assert ticket.resident_id not in last(hub).detail["found"]
    nobody = analyst.get(f"/corrections/{RENTS}/tickets/999999", status=404)
    seen = analyst.get(f"/corrections/{RENTS}/tickets/{ticket.correction_id}", status=404)
    assert without_numbers(seen.text, ticket.correction_id) == without_numbers(nobody.text, 999999)
    data = sheet(analyst)
    rows = list(csv.DictReader(io.StringIO(data.content.decode("utf-8-sig"))))
    assert not theirs & {int(row["ticket"]) for row in rows}
    text = f"ticket,answer\n{ticket.correction_id},yes\n".encode()
    analyst.get(f"/corrections/answers/{RENTS}")
    analyst.send(f"/corrections/answers/{RENTS}", files={"file": ("a.csv", text)}, status=422)
    assert tickets(hub)[0].status == "proposed"


def without_numbers(text, number):
    text = text.replace(str(number), "N")
    return re.sub(r'(value="[\w-]+"|number of the request: \w+)', "", text)


def test_a_field_that_the_purpose_does_not_see_is_on_no_page_and_in_no_sheet(analyst, hub, borough):
    ticket = tickets(hub, field="address")[0]
    case = hub.corrections.case(ticket.correction_id)
    proposed = case.proposed.rpartition(", ")[2]
    where = f"/corrections/{RENTS}/tickets/{ticket.correction_id}"
    analyst.get(where)
    assert proposed in analyst.text()
    at = hub.runs()[-1].started_at
    change_policy(hub, lambda text: text.replace('"date_of_death", "addresses", "contacts"]', '"date_of_death"]'), at)
    for path in (where, f"/corrections/{RENTS}?kind={ticket.kind}"):
        analyst.get(path)
        assert proposed not in analyst.text()
        assert case.why not in analyst.text()
    data = sheet(analyst).content.decode("utf-8-sig")
    assert str(ticket.correction_id) not in {row.split(",")[0] for row in data.splitlines()}
    assert proposed not in data


def test_what_officers_suggest_is_answered_beside_the_tickets(analyst, as_one, hub, borough):
    number = borough.places["suggestion"]
    where = f"/corrections/{RENTS}/suggestions/{number}"
    analyst.get(f"/corrections/{RENTS}")
    assert f"Suggestion {number}" in analyst.text()
    analyst.get(where)
    assert "07700900456" in analyst.text()
    analyst.follow(analyst.send(where, {"status": "sent"}))
    analyst.get(where)
    analyst.follow(analyst.send(where, {"status": "refused"}))
    line = last(hub, action="answer_corrections")
    assert (line.detail["suggestion"], line.detail["status"]) == (number, "refused")
    analyst.get(where)
    assert "Not answered" not in analyst.text()
    analyst.get(f"/corrections/libraries/suggestions/{number}", status=404)
    as_one("senior").get(where, status=403)


def test_rows_that_could_not_be_used_are_downloaded_by_whom_the_policy_lets(analyst, hub):
    change_release(
        hub,
        ("DELETE FROM quarantine",),
        ("INSERT INTO quarantine VALUES ('benefits', 'b.txt', 7, 'member_id', 'repeated row', '=1+1|ZED')",),
    )
    analyst.get("/sources/benefits")
    answer = analyst.get("/sources/benefits/quarantine")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["file", "row", "column", "reason", "raw"],
        ["b.txt", "7", "member_id", "repeated row", "'=1+1|ZED"],
    ]
    line = last(hub)
    assert (line.action, line.purpose, line.detail) == (
        "see_sources", "data_quality", {"quarantine": "benefits", "rows": 1, "whole": True},
    )  # fmt: skip


def test_rows_of_hidden_people_are_not_told(analyst, hub):
    ticket = tickets(hub)[0]
    raw = f"{ticket.record_id}|X|SECRET"
    change_release(
        hub,
        ("UPDATE resident SET hidden = 'refuge' WHERE resident_id = ?", ticket.resident_id),
        ("DELETE FROM quarantine",),
        (f"INSERT INTO quarantine VALUES ('{RENTS}', 'h.csv', 3, NULL, 'repeated row', ?)", raw),
        (f"INSERT INTO quarantine VALUES ('{RENTS}', 'h.csv', 4, NULL, 'repeated row', 'other')",),
    )
    text = analyst.get(f"/sources/{RENTS}/quarantine").content.decode("utf-8-sig")
    assert "SECRET" not in text
    assert "other" in text


def test_what_a_row_says_is_left_out_where_the_purpose_does_not_see_all_of_it(analyst, hub):
    change_release(hub, ("INSERT INTO quarantine VALUES ('benefits', 'b.txt', 7, NULL, 'repeated row', 'ZEDROW')",))
    at = hub.runs()[-1].started_at
    change_policy(hub, lambda text: text.replace('sources = ["*"]\nidentifiers = true\n', 'sources = ["*"]\n'), at)
    text = analyst.get("/sources/benefits/quarantine").content.decode("utf-8-sig")
    assert "ZEDROW" not in text
    assert "b.txt,7,,repeated row" in text
    assert last(hub).detail["whole"] is False


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Have temporary folders made where a test can see them."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def delivered(hub, source):
    """Return a source's contract and the bytes of its file."""
    for each in load_home(hub.home):
        for one in each.contract.source:
            if one.name == source:
                return one, (each.base / one.path[0]).resolve(), each.base
    raise AssertionError(source)


def test_a_file_is_tried_as_a_run_would_read_it_and_nothing_of_it_is_kept(analyst, hub, scratch):
    contract, file, base = delivered(hub, RENTS)
    data = file.read_bytes()
    lines = data.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if b"4000" in line)
    data += lines[place]  # a repeated row
    before = {p: p.stat().st_mtime_ns for p in hub.home.rglob("*") if p.is_file() and "state.db" not in p.name}
    where = f"/sources/try/{RENTS}"
    analyst.get(where)
    analyst.send(where, files={"file": ("anything.pdf", data)}, status=200)
    assert "repeated row" in analyst.text()
    expected = check_source(contract, base)
    line = last(hub, action="try_source")
    assert line.detail["landed"] == expected.landed
    assert line.detail["quarantined"] == expected.quarantined + 1
    assert list(scratch.iterdir()) == []
    after = {p: p.stat().st_mtime_ns for p in hub.home.rglob("*") if p.is_file() and "state.db" not in p.name}
    assert {p for p in after if before.get(p) != after[p]} <= {hub.home / "audit.head"}


def test_the_try_of_a_file_says_where_and_why_and_no_value(analyst, hub):
    book = Workbook()
    contract, _, _ = delivered(hub, "council_tax")
    columns = list(contract.columns())
    book.active.append(columns)
    for n, ref in enumerate(("60", "61", "60", "", "62")):
        book.active.append([ref if c == "account_ref" else "ZEDVALUE" + str(n) for c in columns])
    out = io.BytesIO()
    book.save(out)
    where = "/sources/try/council_tax"
    analyst.get(where)
    analyst.send(where, files={"file": ("x.csv", out.getvalue())}, status=200)
    text = analyst.text()
    assert "record id missing" in text
    assert "3 of 5 rows would be used" in text
    assert "ZEDVALUE" not in analyst.page.text
    assert "ZEDVALUE" not in str(last(hub, action="try_source"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.4 not a table", "a PDF document"),
        (b"a,b\n1,2\n", "header_row are those of the file"),
        (b"", "Choose the file to try"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_at_the_field(analyst, scratch, data, says):
    where = "/sources/try/council_tax"
    analyst.get(where)
    analyst.send(where, files={"file": ("x.csv", data)}, status=422)
    assert says in analyst.text()
    assert str(scratch) not in analyst.page.text
    assert list(scratch.iterdir()) == []


def test_a_run_shows_its_stages_sources_and_why_it_ended(analyst, hub):
    analyst.get("/runs/r000001")
    text = analyst.text()
    assert "Shown now" not in text
    assert "Linking" in text
    assert "Council tax" in text
    analyst.get("/runs")
    assert f"{hub.runs()[-1].figures['residents']:,}" in analyst.text()
    response = analyst.get("/runs/r000002/drift", status=303)
    assert response.headers["location"] == "/runs/r000002/drift?before=r000001"
    analyst.follow(response)
    assert "Nothing changed past a threshold" in analyst.text()


def test_a_model_of_a_version_that_kept_no_counts_is_shown_all_the_same(analyst, hub):
    analyst.get("/runs/models/m000001")
    assert "candidate pairs" in analyst.text()
    (hub.home / "models" / "m000001" / "found.json").unlink()
    analyst.get("/runs/models/m000001")
    assert "was not kept by the version that learned this model" in analyst.text()
    assert "same NHS number" in analyst.text()


def test_quality_by_source_field_and_rule_and_as_csv(analyst, hub):
    rows = list(csv.reader(io.StringIO(analyst.get("/quality/download").text)))
    with hub.release() as db:
        assert len(rows) - 1 == db.execute("SELECT count(*) FROM quality").fetchone()[0]
        missing, asked = db.execute(
            "SELECT failed, rows FROM quality WHERE (source, field, rule) = ('libraries', 'date_of_birth', 'complete')"
        ).fetchone()
    analyst.get("/quality?rule=complete&field=date_of_birth")
    assert f"{missing:,}" in analyst.text()
    assert f"of {asked:,}" in analyst.text()
    table = next(t for t in analyst.tree().iter("table") if "Fields by rule" in text_of(t.find("caption")))
    assert {text_of(row[1]) for row in table.find("tbody")} == {"Date of birth"}
    assert {text_of(row[2]) for row in table.find("tbody")} == {"Complete"}


def test_a_user_who_was_disabled_sees_nothing_of_the_data(hub, app):
    desk = app.state.site.desk
    with hub.state.read() as connection:
        user = replace(users.find_user(connection, "analyst@council.example"), active=False)
    data = desk.data(user)
    for do in (
        data.runs.history,
        data.quality.view,
        data.corrections.board,
        lambda: data.corrections.tickets(RENTS),
        lambda: data.corrections.sheet(RENTS, "csv"),
        data.sources.sources,
        lambda: data.sources.quarantine(RENTS),
        lambda: data.sources.try_file(RENTS, b"x"),
    ):
        with pytest.raises(Refused):
            do()
