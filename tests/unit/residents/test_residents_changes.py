"""A run of changes writes what a run of everything writes: residents who are not near a change keep their rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.unit.residents.release import BUILT, build, rows, touch


def _some(db: duckdb.DuckDBPyConnection, n: int, skip: int = 0) -> list[str]:
    found = db.execute("SELECT resident_id FROM resident ORDER BY hash(resident_id), 1 LIMIT $1 OFFSET $2", [n, skip])
    return [row[0] for row in found.fetchall()]


def _recount(db: duckdb.DuckDBPyConnection) -> None:
    """Put the table of residents right after a change of membership."""
    db.execute("CREATE OR REPLACE TEMP TABLE resident_before AS SELECT resident_id, number, hidden FROM resident")
    db.execute("DELETE FROM resident")
    db.execute(
        """INSERT INTO resident
        SELECT m.resident_id, any_value(h.number), count(*), count(DISTINCT source), NULL, any_value(h.hidden)
        FROM membership m LEFT JOIN resident_before h ON h.resident_id = m.resident_id
        GROUP BY m.resident_id ORDER BY 1"""
    )


def _named_with(db: duckdb.DuckDBPyConnection, residents: list[str]) -> list[str]:
    """Return the residents and all whom their records name beside them."""
    found = db.execute(
        """SELECT DISTINCT resident_id FROM membership WHERE (source, record_id) IN (
            SELECT (source, record_id) FROM membership WHERE list_contains($1, resident_id))""",
        [residents],
    )
    return [row[0] for row in found.fetchall()]


def _move(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Close accounts, and put other records at the addresses of others."""
    movers, hosts = _some(db, 12), _some(db, 12, 40)
    for mover, host in zip(movers, hosts, strict=True):
        db.execute(
            """UPDATE person_record p SET address = n.address, flat = n.flat, house_number = n.house_number,
                   street = n.street, postcode = n.postcode, uprn = n.uprn, changed_on = DATE '2026-09-30'
            FROM (
                SELECT q.address, q.flat, q.house_number, q.street, q.postcode, q.uprn
                FROM person_record q
                JOIN membership m ON (m.source, m.record_id, m.person) = (q.source, q.record_id, q.person)
                WHERE m.resident_id = $host AND q.address IS NOT NULL ORDER BY ALL LIMIT 1
            ) n
            WHERE p.source <> 'council_tax' AND (p.source, p.record_id, p.person) IN (
                SELECT (source, record_id, person) FROM membership WHERE resident_id = $mover)""",
            {"mover": mover, "host": host},
        )
    db.execute(
        """UPDATE person_record SET valid_to = '2026-08-31' WHERE source = 'council_tax' AND (source, record_id) IN (
            SELECT (source, record_id) FROM membership WHERE list_contains($1, resident_id))""",
        [movers],
    )
    return _named_with(db, movers)


def _contact(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Give some the phone, e-mail and National Insurance number of one."""
    who = _some(db, 8)
    db.execute(
        """UPDATE person_record p SET mobile = '+447700900123', email = 'one@post.example', nino = 'AB123456C'
        FROM membership m WHERE (m.source, m.record_id, m.person) = (p.source, p.record_id, p.person)
          AND list_contains($1, m.resident_id)""",
        [who],
    )
    return who


def _merge(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Make one resident of two, several times: the second ids are closed."""
    kept, closed = _some(db, 10), _some(db, 10, 60)
    for one, other in zip(kept, closed, strict=True):
        db.execute("UPDATE membership SET resident_id = $1 WHERE resident_id = $2", [one, other])
    _recount(db)
    return kept + closed


def _leave(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Take all records of some residents away, and with them what the records say of others."""
    gone = _some(db, 10, 20)
    touched = _named_with(db, gone)
    db.execute(
        """CREATE TEMP TABLE going AS
        SELECT DISTINCT source, record_id FROM membership WHERE list_contains($1, resident_id)""",
        [gone],
    )
    for table in ("person_record", "membership"):
        db.execute(f"DELETE FROM {table} WHERE (source, record_id) IN (SELECT (source, record_id) FROM going)")
    _recount(db)
    return touched


def _hide(db: duckdb.DuckDBPyConnection) -> list[str]:
    who = _some(db, 10, 80)
    db.execute("UPDATE resident SET hidden = 'refuge' WHERE list_contains($1, resident_id)", [who])
    return who


def _die(db: duckdb.DuckDBPyConnection) -> list[str]:
    who = _some(db, 10, 120)
    db.execute(
        """UPDATE person_record p SET date_of_death = '2026-09-01' FROM membership m
        WHERE (m.source, m.record_id, m.person) = (p.source, p.record_id, p.person)
          AND list_contains($1, m.resident_id)""",
        [who],
    )
    return who


@pytest.mark.parametrize("change", [_move, _contact, _merge, _leave, _hide, _die])
def test_a_run_of_changes_writes_what_a_run_of_everything_writes(change, built_release: Path, tmp_path: Path) -> None:
    part, whole = tmp_path / "part.duckdb", tmp_path / "whole.duckdb"
    shutil.copy(built_release, part)
    with duckdb.connect(str(part)) as db:
        touched = change(db)
        before = {table: rows(db, table) for table in BUILT}
    shutil.copy(part, whole)
    with duckdb.connect(str(part)) as db:
        touch(db, touched)
        build(db, learn=False)
        found = {table: rows(db, table) for table in BUILT}
    with duckdb.connect(str(whole)) as db:
        for table in BUILT:
            db.execute(f"DELETE FROM {table}")
        touch(db)
        build(db, learn=False)
        expected = {table: rows(db, table) for table in BUILT}
    assert {t: _differences(found[t], expected[t]) for t in BUILT} == {t: ([], []) for t in BUILT}
    assert found != before


def _differences(a: list[tuple[object, ...]], b: list[tuple[object, ...]]) -> tuple[list[object], list[object]]:
    in_a, in_b = {repr(r) for r in a}, {repr(r) for r in b}
    return sorted(in_a - in_b)[:3], sorted(in_b - in_a)[:3]


def test_building_twice_gives_the_same_rows(built_release: Path, tmp_path: Path) -> None:
    with duckdb.connect(shutil.copy(built_release, tmp_path / "copy.duckdb")) as db:
        before = {table: rows(db, table) for table in BUILT}
        touch(db)
        build(db, learn=True)
        assert {table: rows(db, table) for table in BUILT} == before


def test_the_order_of_records_does_not_matter(built_release: Path, tmp_path: Path) -> None:
    """Nothing is left to chance where values or places are as good as each other."""
    with duckdb.connect(shutil.copy(built_release, tmp_path / "copy.duckdb")) as db:
        before = {table: rows(db, table) for table in BUILT}
        for table in ("person_record", "membership", "resident", "fact"):
            db.execute(f"CREATE TEMP TABLE turned AS FROM {table} ORDER BY hash(COLUMNS(*)::VARCHAR) DESC")
            db.execute(f"DELETE FROM {table}")
            db.execute(f"INSERT INTO {table} FROM turned")
            db.execute("DROP TABLE turned")
        touch(db)
        build(db, learn=True)
        assert {t: _differences(rows(db, t), before[t]) for t in BUILT} == {t: ([], []) for t in BUILT}
