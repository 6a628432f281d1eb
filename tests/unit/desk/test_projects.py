"""Projects on pseudonyms: what an analyst gets, who may, and going back to a person by two people."""

import csv
import io
import stat
from dataclasses import replace
from datetime import date

import pytest

from insighthub.config import STATE_URL
from insighthub.desk.command_line import CommandLine
from insighthub.desk.project_keys import KEYS_VARIABLE
from insighthub.desk.projects import APPROVED, FACTS, RESIDENTS, WAITING
from insighthub.desk.refused import Refused
from insighthub.errors import RunError
from insighthub.governance.audit_read import AuditFilter
from insighthub.governance.policy import default_policy_text
from tests.desk_hub import ADA, CARA, EVE, make_desk

ENDS = date(2026, 12, 31)
#: As the default, but the lead may use pseudonyms too, to be somebody who approves their own.
POLICY = default_policy_text().replace('"see_places", "reidentify",', '"see_places", "reidentify", "use_pseudonyms",')


@pytest.fixture
def at_work(tmp_path, clock, state_url, monkeypatch):
    """Return a desk, whose state is in each kind of database, its users, and a project of the analyst's."""
    monkeypatch.setenv(STATE_URL, state_url)
    desk, users = make_desk(tmp_path / "hub", clock, POLICY)
    made = desk.projects(users["analyst"]).make(
        title="Lone claimants", question="Who lives alone?", purpose="policy", coarse="month", ends_on=ENDS
    )
    yield desk, users, made.project_id
    desk.hub.close()


def residents(desk, users, number, by="analyst"):
    return desk.projects(users[by]).table(number, RESIDENTS).to_pylist()


def test_residents_have_pseudonyms_and_nothing_by_which_one_is_known(at_work):
    desk, users, number = at_work
    found = residents(desk, users, number)
    assert set(found[0]) == {"resident", "born", "died", "sex", "ethnicity", "home", "records", "sources"}
    assert sorted(str(one["born"]) for one in found) == ["1970-01", "1978-01", "1980-05"]  # Cara is hidden, Eve locked
    text = desk.projects(users["analyst"]).csv(number, RESIDENTS) + desk.projects(users["analyst"]).csv(number, FACTS)
    for secret in ("ADA", "STONE", "MILL", "IG21", "1980-05-06", "QQ123456C", "7911", "benefits-ADA", CARA, EVE):
        assert secret not in text
    homes = {one["born"]: one["home"] for one in found}
    assert homes["1980-05"] == homes["1978-01"] != homes["1970-01"]  # Ada and Ben live together


def test_dates_of_facts_are_coarse_and_rare_values_are_left_out(at_work):
    desk, users, number = at_work
    (claim,) = desk.projects(users["analyst"]).table(number, FACTS).to_pylist()
    assert (claim["source"], claim["kind"], claim["date"]) == ("benefits", "event", "2026-01")
    assert claim["resident"] in {one["resident"] for one in residents(desk, users, number)}
    by_year = desk.projects(users["analyst"]).make(
        title="Another", question="Why?", purpose="policy", coarse="year", ends_on=ENDS
    )
    assert {one["born"] for one in residents(desk, users, by_year.project_id)} == {"1970", "1978", "1980"}


def test_two_projects_have_other_pseudonyms_and_one_project_always_the_same(at_work):
    desk, users, number = at_work
    other = desk.projects(users["analyst"]).make(
        title="Another", question="Why?", purpose="policy", coarse="month", ends_on=ENDS
    )
    here, again = residents(desk, users, number), residents(desk, users, number)
    there = residents(desk, users, other.project_id)
    assert here == again
    assert {one["resident"] for one in here}.isdisjoint(one["resident"] for one in there)
    assert {one["home"] for one in here}.isdisjoint(one["home"] for one in there)


def test_keys_are_files_of_their_owner_apart_from_the_state(at_work, tmp_path, monkeypatch):
    desk, users, number = at_work
    (file,) = (desk.hub.home / "project-keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    state = b"".join(each.read_bytes() for each in desk.hub.home.glob("state.db*"))
    assert file.read_bytes() not in state
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "elsewhere"))
    with pytest.raises(RunError, match="key cannot be read"):
        residents(desk, users, number)
    desk.projects(users["analyst"]).make(title="A", question="B", purpose="policy", coarse="year", ends_on=ENDS)
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_going_back_takes_a_second_person_and_is_told_to_who_asked(at_work):
    desk, users, number = at_work
    analyst, lead = desk.projects(users["analyst"]), desk.projects(users["ig_lead"])
    ada = next(one["resident"] for one in residents(desk, users, number) if one["born"] == "1980-05")
    asked = analyst.ask_back(number, f" {ada.lower()} ", purpose="safeguarding", why="A child is at risk")
    assert (asked.status, asked.pseudonym) == (WAITING, ada)
    with pytest.raises(Refused):
        analyst.person(number, asked.request_id)
    with pytest.raises(Refused):
        analyst.decide(number, asked.request_id, approve=True, note="")
    assert lead.decide(number, asked.request_id, approve=True, note="Agreed").status == APPROVED
    with pytest.raises(Refused):
        lead.person(number, asked.request_id)  # it is told to who asked, and nobody else
    assert analyst.person(number, asked.request_id) == ADA
    lines = desk.oversight(users["ig_lead"]).who_saw(ADA)
    assert [(line.who, line.action, line.purpose) for line in lines if line.outcome == "allowed"][:1] == [
        (users["analyst"].email, "reidentify", "safeguarding")
    ]
    with pytest.raises(RunError, match="decided already"):
        lead.decide(number, asked.request_id, approve=False, note="")


def test_nobody_approves_their_own(at_work):
    desk, users, number = at_work
    lead = desk.projects(users["ig_lead"])
    asked = lead.ask_back(number, "PABC", purpose="safeguarding", why="To see")
    assert not lead.may_decide(asked)
    with pytest.raises(Refused, match="somebody else"):
        lead.decide(number, asked.request_id, approve=True, note="")
    refused = desk.oversight(users["ig_lead"]).audit(AuditFilter(who=users["ig_lead"].email, outcome="refused"))
    assert "somebody else" in refused.lines[0].detail["reason"]


def test_what_is_not_approved_is_not_told_and_a_made_up_pseudonym_is_nobody(at_work):
    desk, users, number = at_work
    analyst, lead = desk.projects(users["analyst"]), desk.projects(users["ig_lead"])
    no = analyst.ask_back(number, "PABC", purpose="safeguarding", why="To see")
    lead.decide(number, no.request_id, approve=False, note="Not needed")
    with pytest.raises(Refused):
        analyst.person(number, no.request_id)
    made_up = analyst.ask_back(number, "PABCDEFGHIJKLMNOP", purpose="safeguarding", why="To see")
    lead.decide(number, made_up.request_id, approve=True, note="")
    with pytest.raises(RunError, match="nobody in this release"):
        analyst.person(number, made_up.request_id)


def test_a_project_that_has_ended_gives_nothing_and_its_key_is_gone(at_work, clock):
    desk, users, number = at_work
    analyst = desk.projects(users["analyst"])
    clock.later(days=400)
    assert not analyst.project(number).open
    with pytest.raises(RunError, match="has ended"):
        analyst.table(number, RESIDENTS)
    analyst.end(number)
    assert list((desk.hub.home / "project-keys").iterdir()) == []
    with pytest.raises(RunError, match="has ended"):
        analyst.end(number)


@pytest.mark.parametrize("role", ["officer", "senior_officer", "leader", "administrator"])
def test_who_may_not_use_pseudonyms_gets_none(at_work, role):
    desk, users, number = at_work
    projects = desk.projects(users[role])
    for call in (
        projects.projects,
        lambda: projects.project(number),
        lambda: projects.table(number, FACTS),
        lambda: projects.requests(number),
        lambda: projects.end(number),
        lambda: projects.ask_back(number, "PA", purpose="policy", why="To see"),
        lambda: projects.make(title="A", question="B", purpose="policy", coarse="year", ends_on=ENDS),
        lambda: projects.project(999),
    ):
        with pytest.raises(Refused):
            call()
    refused = desk.oversight(users["ig_lead"]).audit(AuditFilter(who=users[role].email, outcome="refused"))
    assert len(refused.lines) == 8


def test_who_is_disabled_gets_none(at_work):
    desk, users, number = at_work
    with pytest.raises(Refused):
        desk.projects(replace(users["analyst"], active=False)).table(number, FACTS)


@pytest.mark.parametrize(
    "wrong", [{"title": " "}, {"question": ""}, {"coarse": "day"}, {"ends_on": date(2026, 3, 5)}, {"title": "x" * 201}]
)
def test_a_project_that_says_too_little_is_not_made(at_work, wrong):
    desk, users, _ = at_work
    good = {"title": "A", "question": "B", "purpose": "policy", "coarse": "year", "ends_on": ENDS}
    with pytest.raises(RunError):
        desk.projects(users["analyst"]).make(**{**good, **wrong})


def test_the_csv_file_is_that_of_the_table(at_work):
    desk, users, number = at_work
    told = list(csv.DictReader(io.StringIO(desk.projects(users["analyst"]).csv(number, RESIDENTS))))
    assert [one["resident"] for one in told] == [one["resident"] for one in residents(desk, users, number)]
    assert [one["resident"] for one in told] == sorted(one["resident"] for one in told)


def test_the_command_line_takes_a_projects_tables_and_is_in_the_audit(at_work):
    desk, users, number = at_work
    line = CommandLine(desk.hub, lambda: desk.projects(users["analyst"]).project(number).made_at)
    assert line.project(number, RESIDENTS).to_pylist() == residents(desk, users, number)
    with pytest.raises(RunError, match="no such project"):
        line.project(999, FACTS)
    noted = desk.oversight(users["ig_lead"]).audit(AuditFilter(action="export")).lines[0]
    assert noted.detail == {"what": "residents", "project": number, "rows": 3}
