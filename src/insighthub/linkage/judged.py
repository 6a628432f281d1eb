"""The records of a truth with the cluster that each was put into: what every measure against a truth begins from.

Takes links and a truth table, gives ``Judged``. A record of the truth that was not linked, or never landed, stands
alone. Records that neither truth nor clusters connect are independent of each other for intervals; those that are
connected bear one number.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.cluster import components

Codes = npt.NDArray[np.int64]
KEY = ("source", "record_id", "person")

_RECORDS_SQL = """
SELECT t.source, t.record_id, t.person, t.entity_id, {household} AS household_id, l.cluster_id
FROM (SELECT * REPLACE (CAST(source AS VARCHAR) AS source, CAST(record_id AS VARCHAR) AS record_id,
                        CAST(person AS INTEGER) AS person, CAST(entity_id AS VARCHAR) AS entity_id) FROM truth) t
LEFT JOIN links l USING (source, record_id, person)
ORDER BY 1, 2, 3
"""

_TWICE_SQL = "SELECT 1 FROM {table} GROUP BY source, record_id, person HAVING count(*) > 1 LIMIT 1"


@dataclass(frozen=True)
class Judged:
    """Records of the truth, in order of source, record_id and person. All arrays of shape (records,).

    keys: source, record_id, person.
    entity: number of the person that the record is of.
    cluster: number of the cluster that it is in; its own where it was not linked.
    linked: whether it was linked.
    household: number of its household, -1 where not known; None where the truth has no households.
    connected: number of the records that truth and clusters connect it with.
    """

    keys: pa.Table
    entity: Codes
    cluster: Codes
    linked: npt.NDArray[np.bool_]
    household: Codes | None
    connected: Codes

    def __len__(self) -> int:
        return len(self.entity)


def judge(links: pa.Table, truth: pa.Table) -> Judged:
    """Put each record of a truth beside its cluster.

    Args:
        links: source, record_id, person, cluster_id.
        truth: source, record_id, entity_id; person where records are joint; household_id where it is known.

    Raises:
        DataError: the truth lacks a column or a value, is empty, or names a record twice (or the links do); or no
            record of it is in the links.
    """
    truth = _whole(truth)
    household = "CAST(t.household_id AS VARCHAR)" if "household_id" in truth.column_names else "NULL::VARCHAR"
    with duckdb.connect() as db:
        db.register("truth", truth)
        db.register("links", links)
        for name in ("truth", "links"):
            if db.execute(_TWICE_SQL.format(table=name)).fetchall():
                raise DataError(f"a record is twice in the {name}", remedy="Keep one row for each person")
        records: pa.Table = db.sql(_RECORDS_SQL.format(household=household)).to_arrow_table()
    if not truth.num_rows or records["cluster_id"].null_count == truth.num_rows:
        raise DataError(
            "no record of the truth is in the links",
            remedy="Check that source and record_id are written as in the contract",
        )
    entity, cluster = codes(records["entity_id"]), codes(records["cluster_id"])
    linked = cluster >= 0
    cluster[~linked] = int(cluster.max()) + 1 + np.arange(int((~linked).sum()))
    entities = int(entity.max()) + 1
    connected = components(entities + int(cluster.max()) + 1, entity, entities + cluster)[entity]
    return Judged(
        records.select(list(KEY)),
        entity,
        cluster,
        linked,
        codes(records["household_id"]) if "household_id" in truth.column_names else None,
        connected.astype(np.int64),
    )


def codes(column: pa.ChunkedArray) -> Codes:
    """Number the values of a column in the order in which they come; -1 where there is none."""
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64).copy()


def _whole(truth: pa.Table) -> pa.Table:
    for column in ("source", "record_id", "entity_id"):
        if column not in truth.column_names:
            raise DataError("the truth lacks a column", remedy=f"Add the column {column}", column=column)
    if "person" not in truth.column_names:
        truth = truth.append_column("person", pa.array(np.ones(truth.num_rows, np.int32)))
    for column in ("source", "record_id", "person", "entity_id"):
        if truth[column].null_count:
            raise DataError(
                f"{truth[column].null_count:,} rows of the truth lack a value",
                remedy="Give them one, or leave those rows out",
                column=column,
            )
    return truth
