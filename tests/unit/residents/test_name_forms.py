"""Every form of a resident's name, and what kind of form it is."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.residents.written import Written, index, said

GOLDEN = [said("R", "benefits", given_name="KATHERINE", family_name="JONES", valid_from="2020-01-01"),
          said("R", "school_admissions", given_name="KATHERINE", family_name="JONES")]  # fmt: skip


def _kind(other: Written) -> str:
    db = index([*GOLDEN, other])
    found = db.execute(
        "SELECT kind FROM name_form WHERE NOT (given_name = 'KATHERINE' AND family_name = 'JONES')"
    ).fetchall()
    assert len(found) == 1
    return str(found[0][0])


@pytest.mark.parametrize(
    ("given", "family", "valid_from", "kind"),
    [
        ("KATHERINE", "JONSE", None, "other spelling"),
        ("KATHERINE", "JONES SMITH", None, "other spelling"),
        ("KATHRINE", "JONES", None, "other spelling"),
        ("KIT", "JONES", None, "known as"),
        ("K", "JONES", None, "initials"),
        ("JONES", "KATHERINE", None, "other order"),
        ("KATHERINE", "CARTER", "2014-01-01", "former"),
        ("KATHERINE", "CARTER", None, "other"),
        ("KATHERINE", "CARTER", "2026-01-01", "other"),
    ],
)
def test_what_tells_a_form_from_the_golden_name_says_its_kind(
    given: str, family: str, valid_from: str | None, kind: str
) -> None:
    assert _kind(said("R", "libraries", given_name=given, family_name=family, valid_from=valid_from)) == kind


def test_a_name_that_a_record_calls_previous_is_a_former_one_though_no_record_bears_it() -> None:
    db = index([*GOLDEN, said("R", "libraries", given_name="KATHERINE", family_name="JONES",
                              previous_family_name="CARTER")])  # fmt: skip
    assert db.execute("SELECT given_name, family_name, kind, sources FROM name_form ORDER BY kind").fetchall() == [
        ("KATHERINE", "JONES", "current", ["benefits", "libraries", "school_admissions"]),
        ("KATHERINE", "CARTER", "former", ["libraries"]),
    ]


def test_a_name_that_records_bear_and_another_calls_previous_is_said_once() -> None:
    db = index([*GOLDEN, said("R", "council_tax", given_name="KATHERINE", family_name="CARTER"),
                said("R", "libraries", given_name="KATHERINE", family_name="JONES",
                     previous_family_name="CARTER")])  # fmt: skip
    assert db.execute("SELECT kind, sources FROM name_form WHERE family_name = 'CARTER'").fetchall() == [
        ("former", ["council_tax"])
    ]


def test_middle_names_are_part_of_a_form_and_not_of_its_kind() -> None:
    db = index([*GOLDEN, said("R", "libraries", given_name="KATHERINE", middle_names="ANN", family_name="JONES")])
    assert db.execute("SELECT middle_names, kind FROM name_form ORDER BY middle_names").fetchall() == [
        ("ANN", "current"), (None, "current"),
    ]  # fmt: skip


def test_every_resident_who_has_a_name_has_a_current_form(release: duckdb.DuckDBPyConnection) -> None:
    missing = release.execute(
        """SELECT resident_id FROM golden WHERE field IN ('given_name', 'family_name')
        GROUP BY resident_id HAVING count(*) = 2 AND resident_id NOT IN (
            SELECT resident_id FROM name_form WHERE kind = 'current')"""
    ).fetchall()
    # The golden given name may be of one record and the golden family name of another.
    everybody = release.execute("SELECT count(*) FROM resident").fetchone()
    assert everybody is not None
    assert len(missing) < 0.01 * everybody[0]
