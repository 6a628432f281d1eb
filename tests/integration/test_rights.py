"""People's rights in a hub that lives on: what was granted holds in any kind of run, and after reloads."""

import datetime as dt
import json
import os
import re

import html5lib
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.errors import RunError
from insighthub.governance.rights.flags import lift_flag, set_flag
from insighthub.governance.rights.requests import check_identity, go_to, open_request, redact, the_request
from insighthub.hub import Hub
from insighthub.residents.checks import INDEX_RULES, RULES, broken_rules
from insighthub.residents.decisions import Record
from insighthub.rights.access_export import Looked, access_export
from insighthub.rights.erase import erase
from insighthub.rights.retention import apply_retention, sign_off
from insighthub.rights.sar import note_access, write_access
from insighthub.runs.begin import Asked
from insighthub.store.tables import rows
from tests.integration.living_hub import AS_OF, SOURCES, LivingHub, make_deliveries

pytestmark = pytest.mark.slow

DAY = dt.date.fromisoformat(AS_OF)
PURPOSES = """
[[purpose]]
name = "counter"
title = "The counter"
basis = "a test"
sources = ["*"]

[[purpose]]
name = "policy"
title = "Statistics"
basis = "a test"
sources = ["*"]
special_category = true
"""
TABLES = ("person_record", "source_record", "golden", "golden_value", "name_form", "rectified", "search_name",
          "measure_value", "correction_case", "fact", "former_record", "household_member")  # fmt: skip
ALONE = """
SELECT resident_id, count(DISTINCT source) AS n FROM membership
GROUP BY resident_id
HAVING NOT bool_or((source, record_id) IN (SELECT (source, record_id) FROM person_record WHERE person > 1))
ORDER BY n DESC, min((source, record_id)) LIMIT 5
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A hub that has run on its first month, to be copied."""
    deliveries = make_deliveries(tmp_path_factory.mktemp("deliveries"), residents=500)
    living = LivingHub.found(tmp_path_factory.mktemp("begun") / "hub", deliveries)
    with (living.home / "policy.toml").open("w", encoding="utf-8") as file:
        file.write(PURPOSES)
    living.run()
    return living


@pytest.fixture
def living(begun, tmp_path):
    return begun.copy(tmp_path / "hub")


def ask(hub, kind, residents, **more):
    with hub.state.write() as connection:
        number = open_request(connection, kind, residents, requester="they", received=DAY, by="an officer", **more)
        check_identity(connection, number, on=DAY, by="an officer", how="came with a passport")
        go_to(connection, number, "granted", by="a lead")
    return number


def somebody(hub, query=ALONE):
    with hub.release() as db:
        return rows(db, query)[0][0]


def content(hub, *, but=()):
    with hub.release() as db:
        assert broken_rules(db, RULES | INDEX_RULES) == ()
        return {table: sorted(map(repr, rows(db, f"FROM {table}"))) for table in TABLES if table not in but}


def records(hub, resident):
    with hub.release() as db:
        return rows(
            db, "SELECT source, record_id, person FROM membership WHERE resident_id = ? ORDER BY ALL", [resident]
        )


def test_what_was_put_right_stands_and_sources_are_told_in_any_kind_of_run(living):
    with Hub(living.home) as hub:
        who = somebody(hub)
        number = ask(hub, "rectify", [who])
        with hub.state.write() as connection:
            set_flag(connection, number, "rectify", [who], by="a lead", field="family_name", value="RIGHTLY")
        living.deliver(1)
        assert not hub.run(Asked(as_of=DAY)).full
        shown = hub.residents.picture(who, "counter")
        field = next(f for f in shown.fields if f.field == "family_name")
        assert field.values[0].value == "RIGHTLY"
        assert field.values[0].said_by == ()
        assert all(v.why_lost.startswith("put right at the request") for v in field.values[1:])
        assert shown.names[0].family_name == "RIGHTLY"
        assert hub.residents.find("RIGHTLY", "counter")[0].resident_id == who
        told = hub.corrections.list(kind="put_right")
        assert {t.resident_id for t in told} == {who}
        assert hub.corrections.case(told[0].correction_id).proposed == "RIGHTLY"
        changes = content(hub)
        assert hub.run(Asked(as_of=DAY, full=True)).full
        assert content(hub) == changes
        with hub.state.write() as connection:
            lift_flag(connection, 1, by="a lead", why="withdrawn")
        assert not hub.run(Asked(as_of=DAY)).full
        field = next(f for f in hub.residents.picture(who, "counter").fields if f.field == "family_name")
        assert all(v.value != "RIGHTLY" for v in field.values)


def test_a_restriction_and_an_objection_hold_at_once_and_after_a_reload(living):
    with Hub(living.home) as hub:
        who = somebody(hub)
        with hub.state.write() as connection:
            set_flag(connection, 1, "restrict", [who], by="a lead", purposes=["policy"], counted=False)
        assert hub.residents.picture(who, "policy").resident_id == who
        for month in (None, 1):
            if month is not None:
                living.deliver(month)
                hub.run(Asked(as_of=DAY))
            with pytest.raises(RunError, match="no resident with this id that may be seen"):
                hub.residents.picture(who, "counter")
            assert hub.residents.everybody("policy").num_rows == hub.residents.everybody("counter").num_rows + 1
            assert who not in hub.residents.everybody("counter")["resident_id"].to_pylist()
            assert who not in hub.residents.records("counter")["resident_id"].to_pylist()
            assert hub.residents.find(who, "counter") == []
            assert hub.residents.find(who, "policy")[0].resident_id == who
        with hub.state.write() as connection:
            set_flag(connection, 2, "object", [who], by="a lead", purposes=["policy"])
        with pytest.raises(RunError):
            hub.residents.picture(who, "policy")


def test_an_erased_person_leaves_no_trace_and_stays_away(living):
    with Hub(living.home) as hub:
        living.deliver(1)
        hub.run(Asked(as_of=DAY))
        who = somebody(hub)
        mine = records(hub, who)
        other = records(hub, somebody(hub, ALONE.replace("DESC", "ASC")))[0]
        hub.not_same_person([Record(*mine[0])], [Record(*other)], by="an officer", note="a test")
        number = ask(hub, "erase", [who])
        proof = erase(hub, number, by="a lead", as_of=DAY)
        assert proof.residents == (who,)
        assert sum(proof.withheld.values()) == len({m[:2] for m in mine})
        assert hub.releases.kept() == [proof.run_id]
        assert proof.state_rows["decision"] == 1
        assert set(proof.owners) == {m[0] for m in mine}
        assert not any(proof.found.values())
        assert len(proof.found) > 10
        ids = {m[1] for m in mine}
        for path in (living.home / "landing").rglob("*.parquet"):
            for column in pq.read_table(path).columns:
                assert not ids & set(map(str, column.to_pylist())), path.name
        raw = hub.releases.file(proof.run_id).read_bytes()
        assert not any(each.encode() in raw for each in ids)
        for path in hub.releases.linkage(proof.run_id).iterdir():
            assert not any(each.encode() in path.read_bytes() for each in ids), path.name
        with hub.state.read() as connection:
            assert the_request(connection, number).status == "done"
            assert the_request(connection, number).records == ()
        for path in living.home.glob("state.db*"):
            assert not any(each.encode() in path.read_bytes() for each in ids if len(each) > 4), path.name
        living.deliver(2)  # which still holds them
        outcome = hub.run(Asked(as_of=DAY))
        assert not outcome.full
        assert sum(outcome.figures["withheld"].values()) > 0
        assert hub.resolve(who).resident_id is None
        changes = content(hub)
        hub.run(Asked(as_of=DAY, full=True))
        assert content(hub) == changes


def test_a_person_of_a_joint_record_is_left_out_and_the_other_stays(living):
    query = "SELECT m.resident_id FROM membership m WHERE m.person = 2 AND source = 'council_tax' ORDER BY record_id"
    with Hub(living.home) as hub:
        who = somebody(hub, query)
        mine = records(hub, who)
        joint = next(m for m in mine if m[2] == 2)
        proof = erase(hub, ask(hub, "erase", [who]), by="a lead", as_of=DAY)
        assert proof.joint["council_tax"] >= 1
        with hub.release() as db:
            left = rows(db, "SELECT person FROM person_record WHERE source = ? AND record_id = ?", list(joint[:2]))
        assert [person for (person,) in left] == [1]
        living.deliver(1)
        assert not hub.run(Asked(as_of=DAY)).full
        changes = content(hub)
        hub.run(Asked(as_of=DAY, full=True))
        assert content(hub) == changes
        with hub.release() as db:
            left = rows(db, "SELECT person FROM person_record WHERE source = ? AND record_id = ?", list(joint[:2]))
        assert 2 not in [person for (person,) in left]


def test_nothing_is_erased_before_it_is_granted_and_a_lost_key_stops_runs(living):
    with Hub(living.home) as hub:
        who = somebody(hub)
        with hub.state.write() as connection:
            number = open_request(connection, "erase", [who], requester="they", received=DAY, by="an officer")
            with pytest.raises(RunError, match="identity"):
                go_to(connection, number, "granted", by="a lead")
        with pytest.raises(RunError, match="no granted request"):
            erase(hub, number, by="a lead", as_of=DAY)
        proof = erase(hub, ask(hub, "erase", [who]), by="a lead", as_of=DAY)
        json.loads(proof.as_json())
        (living.home / "withholding.key").unlink()
        with pytest.raises(RunError, match="the key by which erased records are recognised is lost"):
            hub.run(Asked(as_of=DAY))


def test_retention_takes_away_what_is_over_and_it_does_not_come_back(living):
    contract = living.home / "contracts" / "libraries.toml"
    text = re.sub(r"retention_months = \d+", "retention_months = 12", contract.read_text(encoding="utf-8"))
    contract.write_text(text, encoding="utf-8")
    over = """
        SELECT record_id FROM person_record WHERE source = 'libraries'
        AND try_cast(valid_to AS DATE) < DATE '2025-12-31' ORDER BY 1
    """
    with Hub(living.home) as hub:
        hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            gone = {record_id for (record_id,) in rows(db, over)}
        assert len(gone) > 3
        rehearsal = apply_retention(hub, on=DAY, by="an officer", dry_run=True)
        of_libraries = next(s for s in rehearsal.content["sources"] if s["source"] == "libraries")
        assert of_libraries["over"] == {"the day it ended": len(gone)}
        assert rehearsal.report_id is None
        with hub.release() as db:
            assert {record_id for (record_id,) in rows(db, over)} == gone
        report = apply_retention(hub, on=DAY, by="an officer")
        assert report.content["sources"] == rehearsal.content["sources"]
        assert sum(each["gone"] for each in report.content["landed"]) >= len(gone)
        kept = json.dumps(report.content)
        assert not any(each in kept for each in gone)
        assert hub.releases.kept() == [report.content["run"]]
        with hub.release() as db:
            for table in TABLES:
                assert not [row for row in rows(db, f"FROM {table}") if gone & set(map(str, row))], table
        raw = hub.releases.file(report.content["run"]).read_bytes()
        assert not any(each.encode() in raw for each in gone)
        for month in (0, 1):  # the source still delivers them
            living.deliver(month)
            hub.run(Asked(as_of=DAY))
            with hub.release() as db:
                assert not gone & {record_id for (record_id,) in rows(db, over)}
        changes = content(hub)
        hub.run(Asked(as_of=DAY, full=True))
        assert content(hub) == changes
        with pytest.raises(RunError, match="cannot sign it off"):
            sign_off(hub, report.report_id, by="an officer")
        sign_off(hub, report.report_id, by="a lead")
        with pytest.raises(RunError, match="no report 1 waits"):
            sign_off(hub, report.report_id, by="a lead")
        file = json.loads((living.home / "retention" / "report-0001.json").read_text(encoding="utf-8"))
        assert file["sha256"] == report.hash


def test_deliveries_that_no_release_needs_go_when_they_are_old(living):
    for contract in (living.home / "contracts").glob("*.toml"):  # nothing else is over
        text = re.sub(r"retention_months = \d+", "retention_months = 1200", contract.read_text(encoding="utf-8"))
        contract.write_text(text, encoding="utf-8")
    with Hub(living.home) as hub:
        living.deliver(1)
        hub.run(Asked(as_of=DAY))
        hub.releases.remove("r000001")
        before = set((living.home / "landing").rglob("*.parquet"))
        assert apply_retention(hub, on=DAY, by="x", dry_run=True).content["deliveries"] == []
        later = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=91)
        old = apply_retention(hub, on=later, by="x", dry_run=True).content["deliveries"]
        assert old
        for path in before:
            os.utime(path, (0, 0))
        report = apply_retention(hub, on=DAY, by="x")
        assert len(report.content["deliveries"]) == 2 * len(old)
        assert len(set((living.home / "landing").rglob("*.parquet"))) == len(before) - 2 * len(old)
        assert not hub.run(Asked(as_of=DAY)).full


def test_a_resident_is_told_all_but_what_is_of_others(living, tmp_path):
    query = """
        SELECT m.resident_id FROM membership m JOIN person_record p USING (source, record_id, person)
        WHERE person = 2 AND source = 'council_tax' AND role <> 'main'
        AND EXISTS (FROM person_record o WHERE o.source = 'council_tax' AND o.record_id = m.record_id AND o.person = 1
                    AND length(o.given_name) > 3 AND o.given_name <> coalesce(p.given_name, ''))
        ORDER BY record_id
    """
    with Hub(living.home) as hub:
        living.deliver(1)
        hub.run(Asked(as_of=DAY))
        who = somebody(hub, query)
        mine = records(hub, who)
        joint = next(m for m in mine if m[0] == "council_tax" and m[2] == 2)
        with hub.release() as db:
            other = rows(db, "SELECT given_name FROM person_record WHERE source = 'council_tax' AND record_id = ? "
                             "AND person = 1", [joint[1]])[0][0]  # fmt: skip
        with hub.state.write() as connection:
            set_flag(connection, 1, "restrict", [who], by="a lead")
        number = ask(hub, "access", [who])
        looked = [Looked(dt.datetime(2026, 3, 5, 9), "a housing officer", "Housing", "picture")]
        export = access_export(hub, who, by="an officer", on=DAY, request_id=number, looked=looked)
        assert {(r.source, r.record_id, r.person) for r in export.records} == set(mine)
        cells = {c.column: c for r in export.records if r.record_id == joint[1] for c in r.cells}
        assert cells["lead_liab_name"].told == "[about another person]"
        assert cells["lead_liab_name"].withheld
        assert cells["other_liab_name"].treatment == "told"
        assert cells["arrears"].treatment == "told"
        assert {s for s, *_ in export.searched} == set(SOURCES)
        files = write_access(export, tmp_path / "out")
        note_access(hub.state, export)
        told = json.loads(files[0].read_text(encoding="utf-8"))
        assert other not in re.findall(r"\w+", json.dumps(told["records"]).upper())
        assert "household" not in told["derived"]
        assert [each["title"] for each in told["purposes"]] == ["The counter", "Statistics"]
        text = files[1].read_text(encoding="utf-8")
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        assert "a housing officer" in text
        assert "public task" in text
        assert len(tree.findall(".//h1")) == 1
        assert files[2].read_bytes().startswith(b"%PDF")
        with hub.state.write() as connection:
            assert the_request(connection, number).steps[-1].step == "export made"
            redact(connection, number, cells["arrears"].place, hide=True, by="an officer", why="a test")
            redact(connection, number, cells["lead_liab_name"].place, hide=False, by="an officer", why="they agree")
        again = access_export(hub, who, by="an officer", on=DAY, request_id=number)
        cells = {c.column: c for r in again.records if r.record_id == joint[1] for c in r.cells}
        assert cells["arrears"].told == "[about another person]"
        assert cells["lead_liab_name"].treatment == "told"
        assert again.looked is None


def test_the_commands_write_papers_and_exports(living, tmp_path):
    with Hub(living.home) as hub:
        who = somebody(hub)
    home = ["--home", str(living.home)]
    run = CliRunner()
    made = run.invoke(app, ["papers", *home, "--out", str(tmp_path / "papers")])
    assert made.exit_code == 0, made.output
    names = {path.name for path in (tmp_path / "papers").iterdir()}
    assert {"record-of-processing.html", "equality-analysis.md", "impact-assessment.html"} <= names
    assert "privacy-notice.information-purposes-and-law.csv" in names
    made = run.invoke(app, ["sar", who, *home, "--out", str(tmp_path / "out"), "--by", "an officer"])
    assert made.exit_code == 0, made.output
    assert "subject-access.pdf" in {path.name for path in (tmp_path / "out").iterdir()}
    made = run.invoke(app, ["retention", "apply", *home, "--by", "an officer", "--dry-run", "--on", AS_OF])
    assert made.exit_code == 0, made.output
    assert "rehearsal" in made.output
    made = run.invoke(app, ["sar", "R00000000", *home, "--out", str(tmp_path / "out"), "--by", "an officer"])
    assert made.exit_code == 1
