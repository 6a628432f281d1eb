"""Which value is taken where records differ, by each rule of survivorship, and what is said of the ones that lost."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from pydantic import ValidationError

from insighthub.residents.golden import build_golden
from insighthub.residents.golden_dates import date_records
from insighthub.residents.golden_settings import DEFAULT_RULES, GOLDEN_FIELDS, GoldenSettings
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.written import Written, said, write


def _golden(records: list[Written], settings: GoldenSettings | None = None) -> duckdb.DuckDBPyConnection:
    db = write(records)
    touch(db)
    date_records(db, AS_OF, learn=True)
    build_golden(db, settings or GoldenSettings())
    return db


def _value(db: duckdb.DuckDBPyConnection, field: str) -> tuple[object, ...] | None:
    return db.execute("SELECT value, sources, of_sources, why FROM golden WHERE field = ?", [field]).fetchone()


def _lost(db: duckdb.DuckDBPyConnection, field: str) -> dict[str, str]:
    return dict(db.execute("SELECT value, why_lost FROM golden_value WHERE field = ? AND rank > 1", [field]).fetchall())


def test_what_all_say_is_taken_and_said_to_be_undisputed() -> None:
    db = _golden([said("R", s, given_name="JANE") for s in ("benefits", "libraries", "council_tax")])
    assert _value(db, "given_name") == ("JANE", 3, 3, "all 3 sources that say anything say this")
    assert _lost(db, "given_name") == {}


def test_a_whole_name_is_taken_before_an_initial_that_more_sources_give() -> None:
    db = _golden([said("R", s, given_name="J") for s in ("council_tax", "benefits")]
                 + [said("R", "libraries", given_name="JANE")])  # fmt: skip
    assert _value(db, "given_name") == ("JANE", 1, 3, "the most complete of what is said")
    assert _lost(db, "given_name") == {"J": "less complete"}


def test_of_whole_names_the_one_that_most_sources_give_is_taken() -> None:
    db = _golden([said("R", s, family_name="SMITH") for s in ("council_tax", "libraries")]
                 + [said("R", "adult_social_care", family_name="SMYTHE")])  # fmt: skip
    assert _value(db, "family_name") == ("SMITH", 2, 3, "most sources say this: 2 of 3")
    assert _lost(db, "family_name") == {"SMYTHE": "fewer sources say this: 1, where 2 say the other"}


def test_ten_records_of_one_source_agree_with_nobody_but_themselves() -> None:
    db = _golden([said("R", "school_pupils", str(n), family_name="SMYTHE") for n in range(10)]
                 + [said("R", s, family_name="SMITH") for s in ("council_tax", "libraries")])  # fmt: skip
    assert _value(db, "family_name") == ("SMITH", 2, 3, "most sources say this: 2 of 3")


def test_where_as_many_sources_say_either_the_newer_name_is_taken() -> None:
    db = _golden(
        [
            said("R", "council_tax", family_name="CARTER", valid_from="2014-05-02"),
            said("R", "libraries", family_name="JONES", valid_from="2022-06-05"),
        ]
    )
    assert _value(db, "family_name") == ("JONES", 1, 2, "the newest: as of 5 June 2022")
    assert _lost(db, "family_name") == {"CARTER": "older: as of 2 May 2014"}


@pytest.mark.parametrize(
    ("better", "worse", "flags"),
    [
        ("1985-03-27", "1985-03-XX", None),
        ("1985-03-XX", "1985-XX-XX", None),
        ("1985-03-27", "1985-01-01", "january_first"),
        ("1985-XX-XX", "1900-01-01", "default"),
        ("1985-XX-XX", "2031-01-02", "future"),
    ],
)
def test_a_date_of_birth_is_taken_that_is_whole_and_no_stopgap(better: str, worse: str, flags: str | None) -> None:
    db = _golden([said("R", s, date_of_birth=worse, date_of_birth_flags=flags) for s in ("benefits", "school_pupils")]
                 + [said("R", "libraries", date_of_birth=better)])  # fmt: skip
    assert _value(db, "date_of_birth") == (better, 1, 3, "the most complete of what is said")


def test_of_two_dates_of_birth_the_more_trusted_source_has_the_last_word() -> None:
    records = [said("R", "libraries", date_of_birth="1985-03-27"), said("R", "benefits", date_of_birth="1985-03-28")]
    assert _value(_golden(records), "date_of_birth") == (
        "1985-03-28", 1, 2, "said by the most trusted source: benefits",
    )  # fmt: skip
    turned = _golden(records, GoldenSettings(trust=("libraries", "benefits")))
    assert _value(turned, "date_of_birth") == ("1985-03-27", 1, 2, "said by the most trusted source: libraries")
    assert _lost(turned, "date_of_birth") == {"1985-03-28": "no source that says this is trusted as much"}


def test_the_newest_phone_is_taken_though_more_sources_give_an_older_one() -> None:
    db = _golden(
        [
            said("R", "council_tax", mobile="+447700900001", valid_from="2015-01-01"),
            said("R", "benefits", mobile="+447700900001", valid_from="2016-01-01"),
            said("R", "libraries", mobile="+447700900002", facts=[("event", "visit", "2026-03-04", None)]),
            said("R", "electoral_register", mobile="+447700900003"),
        ]
    )
    assert _value(db, "mobile") == ("+447700900002", 1, 4, "the newest: as of 4 March 2026")
    assert _lost(db, "mobile") == {"+447700900001": "older: as of 1 January 2016", "+447700900003": "not dated"}


def test_where_nothing_tells_two_values_apart_the_alphabet_does_and_the_record_says_so() -> None:
    settings = GoldenSettings(trust=())
    db = _golden([said("R", "one", nino="QQ123456C"), said("R", "two", nino="QQ123456A")], settings)
    assert _value(db, "nino") == (
        "QQ123456A", 1, 2, "nothing tells the values apart; the first in order of the alphabet",
    )  # fmt: skip
    assert _lost(db, "nino") == {"QQ123456C": "nothing tells the values apart; later in order of the alphabet"}


def test_more_records_decide_before_the_alphabet_does() -> None:
    db = _golden([said("R", "one", "1", nino="QQ123456A"), said("R", "two", "1", nino="QQ123456C"),
                  said("R", "two", "2", nino="QQ123456C")], GoldenSettings(trust=()))  # fmt: skip
    assert _value(db, "nino") == ("QQ123456C", 1, 2, "most records say this")


def test_a_council_may_set_a_rule_of_its_own() -> None:
    records = [
        said("R", "council_tax", family_name="SMITH", valid_from="2012-01-01"),
        said("R", "benefits", family_name="SMITH", valid_from="2012-01-01"),
        said("R", "libraries", family_name="JONES", valid_from="2024-01-01"),
    ]
    assert _value(_golden(records), "family_name")[0] == "SMITH"
    db = _golden(records, GoldenSettings(rules={"family_name": ("recency",)}))
    assert _value(db, "family_name")[0] == "JONES"
    assert db.execute("SELECT rule FROM golden WHERE field = 'family_name'").fetchone() == ("recency",)


def test_a_rule_of_an_unknown_criterion_or_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="completeness"):
        GoldenSettings(rules={"family_name": ("loudness",)})
    with pytest.raises(ValidationError, match="shoe_size"):
        GoldenSettings(rules={"shoe_size": ("recency",)})


def test_a_known_day_of_death_is_taken_before_one_that_is_not_known() -> None:
    db = _golden([said("R", s, date_of_death="XXXX-XX-XX") for s in ("council_tax", "benefits")]
                 + [said("R", "adult_social_care", date_of_death="2026-02-03")])  # fmt: skip
    assert _value(db, "date_of_death")[0] == "2026-02-03"


def test_a_sex_that_no_record_gives_is_inferred_from_titles_and_said_to_be() -> None:
    db = _golden([said("R", "council_tax", title="MRS"), said("R", "libraries", title="MS")])
    assert db.execute("SELECT value, inferred, why FROM golden WHERE field = 'sex'").fetchall() == [
        ("F", True, "no record says it; from the title MRS, MS")
    ]


@pytest.mark.parametrize("titles", [("MR", "MRS"), ("DR", "DR")])
def test_no_sex_is_inferred_from_titles_that_differ_or_tell_nothing(titles: tuple[str, str]) -> None:
    db = _golden([said("R", "council_tax", title=titles[0]), said("R", "libraries", title=titles[1])])
    assert _value(db, "sex") is None


def test_a_sex_that_a_record_gives_is_not_overruled_by_a_title() -> None:
    db = _golden([said("R", "council_tax", title="MR"), said("R", "benefits", sex="F")])
    assert db.execute("SELECT value, inferred FROM golden WHERE field = 'sex'").fetchall() == [("F", False)]


def test_a_record_that_a_later_delivery_brought_is_dated_by_it() -> None:
    new = dt.date(2026, 5, 31)
    db = _golden([said("R", "libraries", "1", email="a@post.example"),
                  said("R", "libraries", "2", email="b@post.example", first_seen=new)])  # fmt: skip
    assert db.execute("SELECT value, date, date_is FROM golden_value ORDER BY rank").fetchall() == [
        ("b@post.example", new, "new in a delivery"),
        ("a@post.example", None, None),
    ]


def test_every_field_has_a_rule() -> None:
    assert set(DEFAULT_RULES) == set(GOLDEN_FIELDS)


def test_every_golden_value_is_what_records_say_and_ranks_first_among_them(release: duckdb.DuckDBPyConnection) -> None:
    assert release.execute("SELECT count(*) FROM golden").fetchone()[0] > 5_000
    assert not release.execute(
        """SELECT field, count(*) FROM golden g WHERE NOT inferred AND (records, sources) IS DISTINCT FROM (
            SELECT (count(*)::INTEGER, count(DISTINCT source)::INTEGER) FROM golden_value v
            WHERE v.resident_id = g.resident_id AND v.field = g.field AND v.rank = 1 AND v.value = g.value)
        GROUP BY field"""
    ).fetchall()
    assert not release.execute(
        "SELECT resident_id, field FROM golden_value GROUP BY ALL HAVING count(DISTINCT value) <> max(rank)"
    ).fetchall()
    assert not release.execute("FROM golden_value WHERE (rank = 1) <> (why_lost IS NULL)").fetchall()


def test_every_value_that_a_record_gives_is_kept(release: duckdb.DuckDBPyConnection) -> None:
    for field in GOLDEN_FIELDS:
        given = release.execute(
            f"""SELECT count(*) FROM membership m JOIN person_record p
                ON (p.source, p.record_id, p.person) = (m.source, m.record_id, m.person) WHERE {field} IS NOT NULL"""
        ).fetchone()
        assert release.execute("SELECT count(*) FROM golden_value WHERE field = ?", [field]).fetchone() == given, field
