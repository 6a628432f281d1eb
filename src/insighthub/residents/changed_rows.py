"""Of whom the rows of a table are other than before: only theirs are written, and the next stages look no further.

Takes rows that a stage worked out for many residents, as the temporary table ``<table>_now``, and who these residents
are; brings the table up to date, and gives the temporary table ``<table>_changed``: the rows that are gone and those
that are new. Somebody who moves makes one look at all who share an address with them, before and after. Most of their
rows come out as they were, and whatever follows from them stands as well.
"""

from __future__ import annotations

import duckdb

from insighthub.store.tables import number

_BEFORE = """
CREATE OR REPLACE TEMP TABLE row_before AS
SELECT * FROM {table} WHERE resident_id IN (SELECT resident_id FROM {among})
"""
_CHANGED = """
CREATE OR REPLACE TEMP TABLE {table}_changed AS
(FROM row_before EXCEPT FROM {table}_now) UNION ALL (FROM {table}_now EXCEPT FROM row_before)
"""
# Of a run that looks at everybody: there is nothing to be spared by finding out who stayed as they were.
_ALL_CHANGED = """
CREATE OR REPLACE TEMP TABLE {table}_changed AS FROM row_before UNION ALL FROM {table}_now
"""
_LEAVE = "DELETE FROM {table} WHERE resident_id IN (SELECT resident_id FROM {table}_changed)"
_TAKE = """
INSERT INTO {table}
SELECT n.* FROM {table}_now n
WHERE n.resident_id IN (SELECT resident_id FROM {table}_changed)
ORDER BY {order}
"""


def replace_changed(db: duckdb.DuckDBPyConnection, table: str, *, among: str, order: str) -> None:
    """Put rows in the place of those before, where a resident's are different; drop ``<table>_now``.

    Args:
        db: a release that is built, with ``resident``.
        table: by resident, in which no row is there twice.
        among: a table of the residents whose rows were worked out.
        order: the order in which rows are kept, in SQL, by the columns of ``n``.
    """
    asked, known = number(db, f"SELECT count(*) FROM {among}"), number(db, "SELECT count(*) FROM resident")
    db.execute(_BEFORE.format(table=table, among=among))
    db.execute((_ALL_CHANGED if asked >= known else _CHANGED).format(table=table))
    db.execute(_LEAVE.format(table=table))
    db.execute(_TAKE.format(table=table, order=order))
    for name in ("row_before", f"{table}_now"):
        db.execute(f"DROP TABLE {name}")
