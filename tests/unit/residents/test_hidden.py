"""Of a resident who is hidden nothing is concluded from those they live with, nor of those from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.unit.residents.release import build, rows, touch
from tests.unit.residents.written import Written, dwelling, index, said


def _family() -> list[Written]:
    return [
        said(r, "council_tax", "1", person=n, valid_from="2015-02-01", family_name="KHAN",
             date_of_birth=f"{born}-05-06", **dwelling(12))
        for n, (r, born) in enumerate((("A", 1980), ("B", 1982), ("C", 2012)), start=1)
    ]  # fmt: skip


def test_a_hidden_resident_is_in_no_household_and_no_relation() -> None:
    db = index(_family(), hidden=["B"])
    assert db.execute("SELECT resident_id FROM household_member ORDER BY 1").fetchall() == [("A",), ("C",)]
    assert db.execute("SELECT members FROM household").fetchall() == [(2,)]
    assert db.execute("SELECT DISTINCT resident_a FROM relation ORDER BY 1").fetchall() == [("A",), ("C",)]
    assert db.execute("FROM together WHERE 'B' IN (resident_id, other_id)").fetchall() == []


def test_a_hidden_resident_is_not_thought_to_have_gone_where_the_family_went() -> None:
    moved = [said(r, "council_tax", "2", person=n, valid_from="2026-02-01", family_name="KHAN", **dwelling(30))
             for n, r in enumerate("AB", start=1)]  # fmt: skip
    was = [*_family()[:2], said("C", "school_pupils", family_name="KHAN", date_of_birth="2012-05-06", **dwelling(12))]
    was = [Written(w.resident, w.source, w.record_id, w.person, {**w.columns, "valid_to": "2026-02-01"})
           if w.source == "council_tax" else w for w in was]  # fmt: skip
    places = "SELECT place_id FROM address WHERE resident_id = 'C' AND inferred"
    assert index([*was, *moved]).execute(places).fetchall() == [("U:1030",)], "else the test shows nothing"
    assert index([*was, *moved], hidden=["C"]).execute(places).fetchall() == []


def test_nobody_is_thought_to_have_gone_where_a_hidden_resident_went() -> None:
    """A refuge is found by a child's inferred address as surely as by the mother's own."""
    was = [Written(w.resident, w.source, w.record_id, w.person, {**w.columns, "valid_to": "2026-02-01"})
           for w in _family()[:1]]  # fmt: skip
    child = said("C", "school_pupils", family_name="KHAN", date_of_birth="2012-05-06", **dwelling(12))
    went = said("A", "council_tax", "2", valid_from="2026-02-01", family_name="KHAN", **dwelling(30))
    places = "SELECT place_id FROM address WHERE resident_id = 'C' AND inferred"
    assert index([*was, child, went]).execute(places).fetchall() == [("U:1030",)], "else the test shows nothing"
    assert index([*was, child, went], hidden=["A"]).execute(places).fetchall() == []


def test_who_is_hidden_later_is_taken_out_of_households_and_relations(built_release: Path, tmp_path: Path) -> None:
    with duckdb.connect(shutil.copy(built_release, tmp_path / "copy.duckdb")) as db:
        shown = db.execute(
            """SELECT DISTINCT resident_a FROM relation
            WHERE resident_a IN (SELECT resident_id FROM household_member WHERE is_current) ORDER BY 1 LIMIT 20"""
        ).fetchall()
        who = [row[0] for row in shown]
        assert len(who) == 20
        db.execute("UPDATE resident SET hidden = 'refuge' WHERE list_contains($1, resident_id)", [who])
        touch(db, who)
        build(db, learn=False)
        for table in ("household_member", "relation", "together"):
            found = {str(value) for row in rows(db, table) for value in row}
            assert not found & set(who), table
