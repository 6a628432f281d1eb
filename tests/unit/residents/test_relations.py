"""Who is what to whom, by which evidence, and how sure."""

from __future__ import annotations

import duckdb
import pytest

from insighthub.residents.relations import CASES
from tests.unit.residents.written import Written, dwelling, index, said


def _at_home(resident: str, born: int | None, name: str = "KHAN", **more: object) -> Written:
    """Return an account of a resident's own at one dwelling, so that it is sure that they live there."""
    birth = {"date_of_birth": f"{born}-05-06"} if born else {}
    return said(resident, "council_tax", valid_from="2015-02-01", family_name=name, **birth, **dwelling(12), **more)


def _relations(db: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, float]]:
    found = db.execute("SELECT resident_a || resident_b, kind, probability FROM relation").fetchall()
    return {pair: (kind, probability) for pair, kind, probability in found}


@pytest.mark.parametrize(
    ("born_a", "born_b", "names", "case", "back"),
    [
        (1980, 2012, ("KHAN", "KHAN"), "parent, one name", "child"),
        (1980, 2012, ("KHAN", "DESAI"), "parent, other name", "child"),
        (1950, 1980, ("KHAN", "KHAN"), "parent, grown", "child"),
        (None, 2012, ("KHAN", "KHAN"), "parent, no age", "child"),
        (1950, 2012, ("KHAN", "DESAI"), "grandparent", "grandchild"),
        (1940, 1995, ("KHAN", "KHAN"), "grandparent, grown", "grandchild"),
        (2010, 2012, ("KHAN", "KHAN"), "siblings, one name", "sibling"),
        (2010, 2012, ("KHAN", "DESAI"), "siblings, other name", "sibling"),
        (1980, 1982, ("KHAN", "KHAN"), "same address", "same address"),
        (1950, 1980, ("KHAN", "DESAI"), "same address", "same address"),
    ],
)
def test_ages_and_names_of_two_who_live_together_tell_what_they_are(
    born_a: int | None, born_b: int, names: tuple[str, str], case: str, back: str
) -> None:
    db = index([_at_home("A", born_a, names[0]), _at_home("B", born_b, names[1])])
    kind, probability, why = CASES[case]
    assert _relations(db) == {"AB": (kind, probability), "BA": (back, probability)}
    assert db.execute("SELECT DISTINCT why FROM relation").fetchall() == [(why,)]


def test_a_joint_account_tells_a_couple_wherever_they_live() -> None:
    def joint(number: int, name: str) -> list[Written]:
        return [said(r, "council_tax", "1", person=n, valid_from="2015-02-01", family_name=f"{name}{n}",
                     **dwelling(number)) for n, r in enumerate("AB", start=1)]  # fmt: skip

    db = index(joint(12, "KHAN"))
    assert _relations(db) == {"AB": ("partner", 0.99), "BA": ("partner", 0.99)}
    assert db.execute("SELECT DISTINCT sources FROM relation").fetchall() == [(["council_tax"],)]


def test_a_guardian_on_a_childs_record_is_a_parent_though_they_live_apart() -> None:
    child = said("C", "school_admissions", "1", date_of_birth="2016-05-06", family_name="KHAN", **dwelling(30))
    guardian = said("G", "school_admissions", "1", person=2, role="guardian", family_name="DESAI", **dwelling(12))
    assert _relations(index([child, guardian])) == {"GC": ("parent", 0.99), "CG": ("child", 0.99)}


def test_a_guardian_who_is_hardly_older_is_no_parent() -> None:
    child = said("C", "libraries", "1", date_of_birth="2016-05-06", family_name="KHAN")
    guardian = said("G", "libraries", "1", person=2, role="guardian", family_name="KHAN", date_of_birth="2010-05-06")
    assert _relations(index([child, guardian])) == {}


def test_two_parents_of_one_child_are_a_couple_where_nothing_else_tells() -> None:
    db = index([_at_home("F", 1978, sex="F"), _at_home("M", 1980, "DESAI", sex="M"), _at_home("C", 2012)])
    assert _relations(db)["FM"] == ("partner", CASES["couple, one child"][1])


def test_two_of_one_sex_with_a_child_may_be_mother_and_aunt_and_are_not_called_a_couple() -> None:
    db = index([_at_home("F", 1978, sex="F"), _at_home("M", 1980, "DESAI", sex="F"), _at_home("C", 2012)])
    assert _relations(db)["FM"][0] == "same address"


def test_two_who_have_one_parent_are_brother_and_sister_though_grown() -> None:
    db = index([_at_home("M", 1960), _at_home("S", 1990), _at_home("T", 1993)])
    assert _relations(db)["ST"] == ("sibling", CASES["siblings, one parent"][1])


def test_people_in_a_hostel_and_former_members_are_nothing_to_each_other() -> None:
    gone = said("G", "council_tax", "1", valid_from="2010-01-01", valid_to="2014-01-01", family_name="KHAN",
                date_of_birth="1985-01-02", **dwelling(12))  # fmt: skip
    assert _relations(index([gone, _at_home("A", 1960)])) == {}


def test_every_relation_is_there_both_ways_round_and_once(release: duckdb.DuckDBPyConnection) -> None:
    assert release.execute("SELECT count(*) FROM relation").fetchone()[0] > 1_000
    assert not release.execute(
        """SELECT a.resident_a FROM relation a
        LEFT JOIN relation b ON b.resident_a = a.resident_b AND b.resident_b = a.resident_a
            AND b.probability = a.probability AND b.kind = CASE a.kind
                WHEN 'parent' THEN 'child' WHEN 'child' THEN 'parent' WHEN 'grandparent' THEN 'grandchild'
                WHEN 'grandchild' THEN 'grandparent' ELSE a.kind END
        WHERE b.resident_a IS NULL"""
    ).fetchall()
    assert not release.execute(
        "SELECT resident_a, resident_b FROM relation GROUP BY ALL HAVING count(*) > 1"
    ).fetchall()
