"""Each part of the full picture, worked out by hand on small releases."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from insighthub.errors import RunError
from tests.unit.residents.seen import EVERY, purpose, release, see
from tests.unit.residents.written import dwelling, said

BENEFITS = purpose("benefits")
BOTH = purpose("benefits", "libraries")
RECORDS = [
    said("A", "benefits", given_name="ADA", family_name="STONE", date_of_birth="1980-05-06", sex="F",
         mobile="+447911123456", nino="QQ123456C", facts=[("event", "claim", "2026-03-05", None)], **dwelling(12)),
    said("A", "libraries", given_name="ADA", family_name="FLINT", date_of_birth="1980-06-05",
         email="ada@mail.example", **dwelling(9)),
    said("A", "council_tax", "1", given_name="ADA", family_name="STONE", valid_from="2019-02-01", **dwelling(30)),
    said("B", "council_tax", "1", person=2, given_name="BEN", family_name="STONE", valid_from="2019-02-01",
         **dwelling(30)),
    said("C", "benefits", given_name="CARA", family_name="STONE", mobile="+447911123456", **dwelling(12)),
    said("D", "libraries", given_name="DAN", family_name="STONE", mobile="+447911123456", **dwelling(12)),
]  # fmt: skip


@pytest.fixture(scope="module")
def db() -> duckdb.DuckDBPyConnection:
    return release(RECORDS)


def test_the_value_that_stands_comes_first_with_who_says_it(db: duckdb.DuckDBPyConnection) -> None:
    fields = {f.field: f for f in see(db, "A", BOTH).fields}
    assert [v.value for v in fields["given_name"].values] == ["ADA"]
    assert [s.source for s in fields["given_name"].values[0].said_by] == ["benefits", "libraries"]
    assert fields["given_name"].values[0].why_lost is None
    assert not fields["given_name"].disagree


def test_disagreements_are_told_and_flagged(db: duckdb.DuckDBPyConnection) -> None:
    shown = see(db, "A", BOTH)
    assert [f.field for f in shown.disagreements] == ["date_of_birth", "family_name"]
    assert "Sources disagree on the date of birth" in shown.flags
    # Nothing disagrees for a purpose that sees one of the two.
    assert see(db, "A", BENEFITS).disagreements == ()


def test_forms_of_the_name(db: duckdb.DuckDBPyConnection) -> None:
    forms = [(n.family_name, n.kind, n.sources) for n in see(db, "A", EVERY).names]
    assert ("STONE", "current", ("benefits", "council_tax")) in forms
    assert [(n.family_name, n.kind) for n in see(db, "A", BENEFITS).names] == [("STONE", "current")]
    assert [(n.family_name, n.kind) for n in see(db, "A", purpose("libraries")).names] == [("FLINT", "current")]


def test_a_name_said_to_be_former_is_former() -> None:
    db = release([said("A", "benefits", given_name="ADA", family_name="STONE", previous_family_name="FLINT")])
    assert [(n.given_name, n.family_name, n.kind) for n in see(db, "A", BENEFITS).names] == [
        ("ADA", "STONE", "current"),
        ("ADA", "FLINT", "former"),
    ]


def test_an_open_account_is_where_somebody_lives(db: duckdb.DuckDBPyConnection) -> None:
    now, *before = see(db, "A", purpose("benefits", "council_tax")).addresses
    assert (now.address, now.is_current, now.from_date, now.to_date) == (
        "30 MILL LANE",
        True,
        dt.date(2019, 2, 1),
        None,
    )
    assert now.sources == ("council_tax",)
    assert now.why == "named on an open account or tenancy here"
    assert [(a.address, a.is_current) for a in before] == [("12 MILL LANE", False)]


def test_an_account_that_another_source_knows_of_changes_nothing(db: duckdb.DuckDBPyConnection) -> None:
    (address,) = see(db, "A", BENEFITS).addresses
    assert (address.address, address.is_current, address.to_date) == ("12 MILL LANE", True, None)
    # The day is that of the claim, which is the newest thing that the record says.
    assert address.why == "given by a record, last as of 5 March 2026"
    assert address.probability is None


def test_every_address_that_has_ended_means_gone() -> None:
    db = release([said("A", "council_tax", valid_from="2019-02-01", valid_to="2024-03-01", **dwelling(30))])
    shown = see(db, "A", purpose("council_tax"))
    assert [(a.to_date, a.is_current, a.why) for a in shown.addresses] == [
        (dt.date(2024, 3, 1), False, "the account or tenancy here has ended")
    ]
    assert shown.flags == ("Has probably left the borough",)


def test_the_household_is_of_those_whom_the_same_sources_have_there(db: duckdb.DuckDBPyConnection) -> None:
    def mates(*sources: str) -> list[str | None]:
        return [m.name for m in see(db, "A", purpose(*sources)).household]

    assert mates("benefits") == ["CARA STONE"]
    assert mates("council_tax") == ["BEN STONE"]
    assert mates("libraries") == []


def test_a_purpose_with_all_sources_has_the_estimate(db: duckdb.DuckDBPyConnection) -> None:
    shown = see(db, "A", EVERY)
    now = shown.addresses[0]
    stored = db.execute("SELECT probability, why FROM address WHERE resident_id = 'A' AND is_current").fetchall()
    assert [(now.probability, now.why)] == stored
    assert [(m.name, m.relation) for m in shown.household] == [("BEN STONE", "partner")]


def test_the_timeline_has_source_and_age(db: duckdb.DuckDBPyConnection) -> None:
    (entry,) = see(db, "A", BENEFITS).timeline
    assert (entry.source, entry.date, entry.age_days) == ("benefits", dt.date(2026, 3, 5), 209)
    assert see(db, "A", purpose("libraries")).timeline == ()


def test_a_number_is_shared_with_those_whom_the_purpose_knows(db: duckdb.DuckDBPyConnection) -> None:
    assert [c.shared_with for c in see(db, "A", BENEFITS).contacts] == [1]
    assert [c.shared_with for c in see(db, "A", BOTH).contacts if c.kind == "mobile"] == [2]


def test_identifiers_are_seen_only_where_the_purpose_says_so(db: duckdb.DuckDBPyConnection) -> None:
    assert see(db, "A", BENEFITS).identifiers is None
    assert "nino" not in {f.field for f in see(db, "A", BENEFITS).fields}
    seen = see(db, "A", purpose("benefits", identifiers=True)).identifiers
    assert seen is not None
    assert [(i.kind, i.value, i.verified, i.conflict) for i in seen] == [("nino", "QQ123456C", False, False)]


def test_sources_that_hold_nothing_are_told_from_those_not_allowed(db: duckdb.DuckDBPyConnection) -> None:
    shown = see(db, "A", purpose("benefits", "housing_rents"))
    assert [(s.source, s.records, s.age_days) for s in shown.asked_sources] == [
        ("benefits", 1, 10),
        ("housing_rents", 0, 10),
    ]
    assert [s.source for s in shown.hold_nothing] == ["housing_rents"]
    assert shown.not_allowed == ("council_tax", "electoral_register", "libraries")


def test_a_resident_whom_only_other_sources_know_is_not_there(db: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RunError) as unknown:
        see(db, "nobody", BENEFITS)
    with pytest.raises(RunError) as others:
        see(db, "B", BENEFITS)
    assert str(unknown.value) == str(others.value)


def test_a_hidden_resident_is_there_only_for_a_purpose_that_may_see_them() -> None:
    db = release(RECORDS, hidden=["C"])
    with pytest.raises(RunError, match="no resident with this id"):
        see(db, "C", BENEFITS)
    shown = see(db, "C", purpose("benefits", hidden=True))
    assert shown.flags == ("Hidden: refuge. Do not tell anybody where this person lives",)
    assert shown.household == ()
    # Nor are they told of with others: not in a household, not in a count.
    of_another = see(db, "A", BENEFITS)
    assert of_another.household == ()
    assert [c.shared_with for c in of_another.contacts] == [0]


def test_an_old_id_is_told(db: duckdb.DuckDBPyConnection) -> None:
    assert see(db, "A", BENEFITS, asked="OLD").flags == ("The id OLD was merged into A",)


def test_why_records_are_one_person_names_allowed_records_only(db: duckdb.DuckDBPyConnection) -> None:
    for left, right in (("benefits", "libraries"), ("benefits", "council_tax")):
        db.execute(
            "INSERT INTO evidence VALUES ('A', ?, ?, 1, ?, ?, 1, 9.5, 0.99, '{\"date_of_birth\": 1}')",
            [left, f"{left}-A", right, f"{right}-A"],
        )
    (reason,) = see(db, "A", BOTH).reasons
    assert (reason.left, reason.right) == (("benefits", "benefits-A"), ("libraries", "libraries-A"))
    assert reason.agreements == ("date of birth: a part differs",)
    assert reason.probability == 0.99


def test_how_sure_it_is_goes_by_the_records_that_may_be_seen() -> None:
    db = release(RECORDS)
    db.execute("UPDATE membership SET probability = 0.9 WHERE source = 'libraries'")
    db.execute("UPDATE membership SET probability = 0.97 WHERE source <> 'libraries'")
    assert see(db, "A", BOTH).confidence == 0.9
    assert see(db, "A", purpose("benefits", "council_tax")).confidence == 0.97
    assert see(db, "A", BENEFITS).confidence is None
