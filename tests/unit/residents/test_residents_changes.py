"""A run of changes writes what a run of everything writes: residents who are not near a change keep their rows."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.examples import examples
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


def _of_their_records(db: duckdb.DuckDBPyConnection, who: list[str], said: str) -> None:
    """Let all records of some residents say something."""
    db.execute(
        f"""UPDATE person_record p SET {said} FROM membership m
        WHERE (m.source, m.record_id, m.person) = (p.source, p.record_id, p.person)
          AND list_contains($1, m.resident_id)""",
        [who],
    )


def _rename(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Give some the family name of others with whom they live, and some a name that nobody has."""
    home = """SELECT a.resident_id, b.resident_id FROM household_member a JOIN household_member b USING (household_id)
        WHERE a.is_current AND b.is_current AND a.resident_id < b.resident_id ORDER BY hash(a.resident_id), 1, 2"""
    pairs = db.execute(f"{home} LIMIT 12").fetchall()
    for one, other in pairs:
        name = f"(SELECT max(value) FROM golden WHERE resident_id = '{other}' AND field = 'family_name')"
        _of_their_records(db, [one], f"family_name = {name}")
    alone = _some(db, 8, 160)
    _of_their_records(db, alone, "family_name = 'QUINCEY'")
    return sorted({one for one, _ in pairs} | set(alone))


def _born_anew(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Make children of some, who are parents perhaps."""
    who = _some(db, 25, 200)
    _of_their_records(db, who, "date_of_birth = '2015-05-05'")
    return who


def _crowd(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Let more live at one address than can be told apart."""
    who = _some(db, 45, 240)
    _of_their_records(db, who, "address = '1 HOSTEL ROAD', street = 'HOSTEL ROAD', house_number = '1', uprn = '99'")
    return _named_with(db, who)


def _write_otherwise(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Let addresses be written in another way, though each is the dwelling that it was."""
    who = _some(db, 15, 300)
    _of_their_records(db, who, "address = address || ' LONDON', postcode = coalesce(postcode, 'IG11 0AA')")
    return _named_with(db, who)


CHANGES = (_move, _contact, _merge, _leave, _hide, _die, _rename, _born_anew, _crowd, _write_otherwise)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_of_changes_writes_what_a_run_of_everything_writes(change, built_release: Path, tmp_path: Path) -> None:
    part = shutil.copy(built_release, tmp_path / "part.duckdb")
    with duckdb.connect(str(part)) as db:
        before = _all(db)
    _run(part, change)
    with duckdb.connect(str(part)) as db:
        found = _all(db)
    assert _not_as_of_everything(part, found) == {}
    assert found != before


@pytest.mark.parametrize("seed", range(examples(2)))
def test_runs_of_changes_one_after_another_write_what_a_run_of_everything_writes(
    seed: int, built_release: Path, tmp_path: Path
) -> None:
    part = shutil.copy(built_release, tmp_path / "part.duckdb")
    for change in random.Random(seed).choices(CHANGES, k=4):
        _run(part, change)
    with duckdb.connect(str(part)) as db:
        found = _all(db)
    assert _not_as_of_everything(part, found) == {}


def test_only_those_are_written_of_whom_something_else_is_concluded(built_release: Path, tmp_path: Path) -> None:
    with duckdb.connect(shutil.copy(built_release, tmp_path / "part.duckdb")) as db:
        touch(db, _move(db))
        build(db, learn=False)
        looked_at, written = (
            {row[0] for row in db.execute(f"SELECT DISTINCT resident_id FROM {table}").fetchall()}
            for table in ("near_touched", "address_changed")
        )
    assert written < looked_at


def _run(release: Path, change: Callable[[duckdb.DuckDBPyConnection], list[str]]) -> None:
    with duckdb.connect(str(release)) as db:
        touch(db, change(db))
        build(db, learn=False)


def _all(db: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows(db, table) for table in BUILT}


def _not_as_of_everything(
    release: Path, found: dict[str, list[tuple[object, ...]]]
) -> dict[str, tuple[list[object], list[object]]]:
    """Return what differs, by table, from what is written of everybody into empty tables."""
    with duckdb.connect(str(release)) as db:
        for table in BUILT:
            db.execute(f"DELETE FROM {table}")
        touch(db)
        build(db, learn=False)
        expected = _all(db)
    return {t: apart for t in BUILT if (apart := _differences(found[t], expected[t])) != ([], [])}


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
