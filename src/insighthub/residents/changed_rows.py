"""Which rows of a table are other than before: only those are written, and the next stages look no further.

Takes rows that a stage worked out for many residents, as the temporary table ``<table>_now``, and who these residents
are; brings the table up to date, and gives the temporary table ``<table>_changed``: the rows that are gone and those
that are new. Somebody who moves makes one look at all who share an address with them, before and after. Most of their
rows come out as they were, and whatever follows from them stands as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from insighthub.store.tables import number

_BEFORE = """
CREATE OR REPLACE TEMP TABLE row_before AS
SELECT * FROM {table} WHERE resident_id IN (SELECT resident_id FROM {among})
"""
_GONE = "CREATE OR REPLACE TEMP TABLE row_gone AS FROM row_before EXCEPT FROM {table}_now"
_NEW = "CREATE OR REPLACE TEMP TABLE row_new AS FROM {table}_now EXCEPT FROM row_before"
_LEAVE = "DELETE FROM {table} WHERE ({key}) IN (SELECT ({key}) FROM row_gone)"
# Of a run that looks at everybody there is nothing to be spared by finding out what stayed as it was; and whoever asks
# is answered sooner where the rows of a resident stand together.
_ALL_GONE = "CREATE OR REPLACE TEMP TABLE row_gone AS FROM row_before"
_ALL_NEW = "CREATE OR REPLACE TEMP TABLE row_new AS FROM {table}_now"
_ALL_LEAVE = "DELETE FROM {table} WHERE resident_id IN (SELECT resident_id FROM {among})"
_TAKE = "INSERT INTO {table} FROM row_new ORDER BY {order}"
_CHANGED = "CREATE OR REPLACE TEMP TABLE {table}_changed AS FROM row_gone UNION ALL FROM row_new"


def replace_changed(db: duckdb.DuckDBPyConnection, table: str, *, among: str, key: Sequence[str], order: str) -> None:
    """Put rows in the place of those before, where they are different; drop ``<table>_now``.

    Args:
        db: a release that is built, with ``resident``.
        table: with ``resident_id``.
        among: a table of the residents whose rows were worked out.
        key: the columns that no two rows of the table have alike.
        order: the order in which rows are written, in SQL.
    """
    everybody = number(db, f"SELECT count(*) FROM {among}") >= number(db, "SELECT count(*) FROM resident")
    steps = (_ALL_GONE, _ALL_NEW, _ALL_LEAVE) if everybody else (_GONE, _NEW, _LEAVE)
    for statement in (_BEFORE, *steps, _TAKE, _CHANGED):
        db.execute(statement.format(table=table, among=among, key=", ".join(key), order=order))
    for name in ("row_before", "row_gone", "row_new", f"{table}_now"):
        db.execute(f"DROP TABLE {name}")
