"""Pictures of residents of small releases that are written out in a test."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from insighthub.governance.purposes import LOCKED, Purpose, allowed_sources
from insighthub.residents.picture import Asking, picture
from insighthub.residents.picture_parts import Picture
from insighthub.residents.resident_facts import build_resident_facts
from tests.unit.residents.release import touch
from tests.unit.residents.written import AS_OF, Written, index

SOURCES = ("benefits", "council_tax", "electoral_register", "housing_rents", "libraries")
EVERY = Purpose(
    name="everything", title="All", basis="a test", sources=("*",), statutory_sources=tuple(LOCKED),
    special_category=True, identifiers=True, hidden=True,
)  # fmt: skip


def purpose(*sources: str, **more: bool) -> Purpose:
    """Return a purpose that may use some sources."""
    return Purpose(name="some", title="Some", basis="a test", sources=sources, **more)


def release(records: Sequence[Written], *, hidden: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """Return a built release of these records, of a hub that has all of ``SOURCES``."""
    db = index(records, hidden=hidden)
    touch(db)
    build_resident_facts(db)
    db.execute("INSERT INTO run VALUES ('r000001', ?, 'full', 'm000001', '1', '2026-09-30')", [AS_OF])
    for source in SOURCES:
        db.execute("INSERT INTO source VALUES (?, 'f', 'c', DATE '2026-09-20', 0, 0, 0, false)", [source])
    for one in records:
        db.execute(
            "INSERT INTO source_record VALUES (?, ?, 0, ?, ?, ?)",
            [one.source, one.record_id, "refuge" if one.resident in hidden else None, AS_OF, AS_OF],
        )
    return db


def see(db: duckdb.DuckDBPyConnection, resident: str, why: Purpose, asked: str | None = None) -> Picture:
    """Return the picture of a resident for a purpose."""
    allowed = allowed_sources(why, [(source, False) for source in SOURCES])
    asking = Asking(resident, asked or resident, why, allowed, tuple(sorted(set(SOURCES) - allowed)))
    return picture(db, asking, {"date_of_birth": ("same", "a part differs", "other")})
