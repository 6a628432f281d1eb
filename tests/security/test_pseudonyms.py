"""What an analyst takes away holds nothing of what is marked: not by a name, a number, a day, or a rare value."""

from datetime import UTC, date, datetime, timedelta

import pytest

from insighthub.desk.projects import FACTS, RESIDENTS
from insighthub.governance.policy import default_policy_text
from tests.security.marked import MARKS, plain_text

_SEES_ALL = default_policy_text().replace(
    'basis = "public task; Data Protection',
    "hidden = true\nidentifiers = true\n"
    'statutory_sources = ["electoral_register"]\nbasis = "public task; Data Protection',
)


@pytest.fixture
def project(callers):
    """Return a project for a purpose that sees everything, hidden residents too."""
    policy = callers.under(_SEES_ALL)
    assert next(p for p in policy.purpose if p.name == "policy").hidden
    desk = callers.app.state.site.desk.projects(callers.caller("analyst").user)
    ends = datetime.now(UTC).date() + timedelta(days=30)
    yield desk, desk.make(title="A", question="B", purpose="policy", coarse="month", ends_on=ends).project_id
    callers.under(default_policy_text())


def test_no_mark_is_in_a_projects_tables(project, marked):
    desk, number = project
    told = plain_text(desk.csv(number, RESIDENTS) + desk.csv(number, FACTS))
    assert len(told) > 10_000
    # Values that many have, such as a kind of event, are told; those that mark one resident are not.
    assert not [mark for mark in MARKS if mark.text in told]
    assert not [one for one in marked[1].values() if one.lower() in told]


def test_whoever_is_hidden_is_left_out_and_the_dead_are_dated_by_month(project, callers):
    desk, number = project
    rows = desk.table(number, RESIDENTS).to_pylist()
    with callers.hub.release() as db:
        everybody = db.execute("SELECT count(*) FROM resident").fetchone()[0]
    assert len(rows) == everybody - 1
    assert "1951-11" in {row["born"] for row in rows}
    assert "2024-02" in {row["died"] for row in rows}


def test_rare_values_are_left_out_and_amounts_rounded(project):
    desk, number = project
    facts = desk.table(number, FACTS).to_pylist()
    by_name = {}
    for fact in facts:
        by_name.setdefault((fact["source"], fact["name"], fact["value"]), set()).add(fact["resident"])
    shown = {key: who for key, who in by_name.items() if key[2] is not None}
    assert shown
    assert min(len(who) for who in shown.values()) >= 10
    assert any(fact["value_is_rare"] for fact in facts)
    assert all(fact["amount"] % 10 == 0 for fact in facts if fact["amount"] is not None)
    assert 170 in {fact["amount"] for fact in facts}


def test_great_ages_are_not_told(project):
    desk, number = project
    born = [row["born"] for row in desk.table(number, RESIDENTS).to_pylist() if row["born"]]
    assert any(one.startswith("before ") for one in born)
    assert min(one for one in born if not one.startswith("before ")) >= str(date(2026, 1, 1).year - 90)
