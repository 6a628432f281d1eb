"""From groups of records to residents: who goes on, who is new, who is no more.

Takes what linkage found for the records it looked at and the memberships before, gives each record its resident, with
what happened to identities; and brings the tables ``membership``, ``evidence``, ``resident`` and ``possible_match`` of
the release up to date. The temporary table ``touched`` then holds the residents of whom something changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from insighthub.linkage.labels.decisions import CANNOT, MUST
from insighthub.residents.identity import MERGED, MOVED, SPLIT, carry_over
from insighthub.residents.ids import RESIDENT, Chance, issue
from insighthub.residents.possible_matches import take_possible_matches
from insighthub.standardise.coded import codes_of
from insighthub.store.tables import arrow, number, rows

CLOSED, REOPENED = "closed", "reopened"
_REASONS = {
    MERGED: "its records are now thought to be of the same person as those of the other",
    SPLIT: "some of its records are now thought to be of another person",
    MOVED: "some of its records are now thought to be of the other",
    CLOSED: "no source holds a record of it any more",
    REOPENED: "a record that was gone is held again",
}
_DECIDED = "by a decision of an officer, "

# A record that comes back is again of the resident it was of, unless other records of theirs lie outside the region:
# linkage has found that it does not belong with those.
_REGION = """
CREATE OR REPLACE TEMP TABLE region AS
WITH back AS (SELECT g.* FROM gone_before g SEMI JOIN relinked USING (source, record_id, person)),
elsewhere AS (
    SELECT DISTINCT resident_id
    FROM membership m
    ANTI JOIN relinked r USING (source, record_id, person)
    WHERE NOT $all AND resident_id IN (SELECT resident_id FROM back)
    AND (m.source, m.record_id) NOT IN (SELECT (source, record_id) FROM removed)
)
SELECT source, record_id, person, r.cluster, coalesce(m.resident_id, g.resident_id) AS before,
    m.resident_id IS NULL AND g.resident_id IS NOT NULL AS returned
FROM relinked r
LEFT JOIN membership m USING (source, record_id, person)
LEFT JOIN (FROM back ANTI JOIN elsewhere USING (resident_id)) g USING (source, record_id, person)
ORDER BY source, record_id, person
"""
_LEFT = """
CREATE OR REPLACE TEMP TABLE left_record AS
SELECT m.* FROM membership m
ANTI JOIN region g USING (source, record_id, person)
WHERE $all OR (m.source, m.record_id) IN (SELECT (source, record_id) FROM removed)
"""
_NUMBERS = "SELECT resident_id, number FROM resident_number WHERE resident_id IN (SELECT before FROM region)"
_ASSIGN = """
CREATE OR REPLACE TEMP TABLE assigned AS
SELECT g.source, g.record_id, g.person, g.before, g.returned, i.resident_id
FROM region g JOIN group_id i USING (cluster)
"""
_REASSIGNED = """
CREATE OR REPLACE TEMP TABLE reassigned AS
SELECT resident_id FROM assigned WHERE $all OR returned OR before IS DISTINCT FROM resident_id
UNION SELECT before FROM assigned WHERE before IS NOT NULL AND ($all OR before <> resident_id)
UNION SELECT resident_id FROM assigned JOIN said USING (source, record_id)
UNION SELECT resident_id FROM left_record
UNION SELECT resident_id FROM resident WHERE $all  -- an older release may hold some that are no more
"""
# A record that says to linkage what it said is of whom it was of; of them something else changed.
_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
FROM reassigned UNION SELECT resident_id FROM membership JOIN as_before USING (source, record_id)
"""
_BETWEEN = """
CREATE OR REPLACE TEMP TABLE between_records AS
SELECT l.resident_id, p.*
FROM pairs p
JOIN assigned l ON (l.source, l.record_id, l.person) = (p.source_l, p.record_id_l, p.person_l)
JOIN assigned r ON (r.source, r.record_id, r.person) = (p.source_r, p.record_id_r, p.person_r)
    AND l.resident_id = r.resident_id
WHERE l.resident_id IN (FROM reassigned)
"""
_TAKE_MEMBERSHIP = """
INSERT INTO membership
WITH best AS (
    SELECT source, record_id, person, max(match_probability) AS probability
    FROM (
        SELECT source_l AS source, record_id_l AS record_id, person_l AS person, match_probability FROM between_records
        UNION ALL
        SELECT source_r, record_id_r, person_r, match_probability FROM between_records
    )
    GROUP BY ALL
)
SELECT resident_id, source, record_id, person, probability
FROM assigned LEFT JOIN best USING (source, record_id, person)
WHERE resident_id IN (FROM reassigned)
ORDER BY ALL
"""
_TAKE_EVIDENCE = """
INSERT INTO evidence
SELECT resident_id, source_l, record_id_l, person_l, source_r, record_id_r, person_r,
    match_weight, match_probability, to_json(struct_pack({levels}))
FROM between_records
ORDER BY ALL
"""
_TAKE_RESIDENTS = """
INSERT INTO resident
SELECT resident_id, any_value(n.number), count(*), count(DISTINCT source), min(probability),
    string_agg(DISTINCT hidden, '; ' ORDER BY hidden)
FROM membership m
JOIN resident_number n USING (resident_id)
JOIN source_record s USING (source, record_id)
WHERE resident_id IN (FROM touched)
GROUP BY resident_id
ORDER BY resident_id
"""


@dataclass(frozen=True)
class IdentityChange:
    """Something that happened to a resident id; see the table ``identity_event`` of the state."""

    kind: str
    resident_id: str
    other_id: str | None
    records: int
    reason: str


@dataclass(frozen=True)
class Identified:
    """What happened to identities in a run.

    Attributes:
        issued: new ids, with their numbers.
        closed: ids that are no more: merged into another, or without a record.
        reopened: ids that were closed and have a record again.
        events: what happened, in order of the ids.
        kept: records that were some resident's before and are of the same one now.
        moved: records that were some resident's before and are of another one now.
    """

    issued: tuple[tuple[str, int], ...]
    closed: tuple[str, ...]
    reopened: tuple[str, ...]
    events: tuple[IdentityChange, ...]
    kept: int
    moved: int

    @property
    def churn(self) -> float:
        """The share of records known before that changed resident."""
        return self.moved / max(1, self.kept + self.moved)


def identify(
    db: duckdb.DuckDBPyConnection,
    relinked: pa.Table,
    pairs: pa.Table,
    *,
    removed: pa.Table,
    said: pa.Table,
    as_before: pa.Table,
    decided: pa.Table,
    closed_before: Collection[str],
    next_number: int,
    everybody: bool,
    chance: Chance = secrets.token_bytes,
) -> Identified:
    """Give every record its resident.

    The temporary tables ``resident_number`` (resident_id, number: all ids ever issued that may be met) and
    ``gone_before`` (source, record_id, person, resident_id: records that were gone, and whose they were) are there.

    Args:
        db: the release that is built; ``membership`` is as it was before.
        relinked: source, record_id, person, cluster of the records that linkage looked at; whole clusters.
        pairs: their pairs, as ``evidence_table`` has them.
        removed: source, record_id of records that went or are said anew, but for those in ``as_before``.
        said: source, record_id of records that came or are said anew.
        as_before: source, record_id of records that are said anew and were not linked for it, as they say what they
            said in all that linkage looks at.
        decided: decisions in force.
        closed_before: ids that are closed.
        next_number: the number of the next id that is issued.
        everybody: whether all residents count as touched.
        chance: where ids come from.
    """
    given = {
        "relinked": relinked,
        "pairs": pairs,
        "removed": removed,
        "said": said,
        "as_before": as_before,
        "decided": decided,
    }
    for name, table in given.items():
        db.register(name, table)
    db.execute(_REGION, {"all": everybody})
    db.execute(_LEFT, {"all": everybody})
    region = arrow(db, "SELECT cluster, before, source, record_id, person FROM region")
    clusters, first, now = np.unique(region["cluster"].to_numpy(), return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # groups in the order in which the records first show them
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    before = codes_of(region["before"])
    old_ids: list[str] = before.values.to_pylist()
    age = dict(rows(db, _NUMBERS))
    carried = carry_over(rank[now], before.codes.astype(np.int64), np.array([age[i] for i in old_ids], np.int64))
    fresh = np.flatnonzero(carried.goes_on_as < 0)
    ids = issue(RESIDENT, len(fresh), but=_all_ids(db) if len(fresh) else (), chance=chance)
    group_ids = [old_ids[old] if old >= 0 else "" for old in carried.goes_on_as.tolist()]
    for group, new_id in zip(fresh.tolist(), ids, strict=True):
        group_ids[group] = new_id
    issued = tuple(zip(ids, range(next_number, next_number + len(ids)), strict=True))
    _register_ids(db, pa.array(clusters[order], pa.int64()), group_ids, issued)
    db.execute(_ASSIGN)
    db.execute(_REASSIGNED, {"all": everybody})
    db.execute(_TOUCHED)
    gone = _without_records(db)
    _replace(db, pairs)
    take_possible_matches(db)
    kept, moved = rows(
        db,
        "SELECT count(*) FILTER (before = resident_id), count(*) FILTER (before <> resident_id) "
        "FROM assigned WHERE before IS NOT NULL AND NOT returned",
    )[0]
    if not everybody:
        kept = number(db, "SELECT count(*) FROM membership") - number(
            db, "SELECT count(*) FROM assigned WHERE before IS DISTINCT FROM resident_id OR returned"
        )
    decisions = _decided(db)
    events = []
    for event in carried.events:
        old, other = old_ids[event.old], group_ids[event.other]
        by = _DECIDED if (old, other) in decisions else ""
        events.append(IdentityChange(event.kind, old, other, event.members, by + _REASONS[event.kind]))
    reopened = sorted(set(closed_before) & set(group_ids))
    merged = {e.resident_id for e in events if e.kind == MERGED}
    closed = sorted(merged | {resident_id for resident_id, _ in gone})
    events += [IdentityChange(CLOSED, i, None, n, _REASONS[CLOSED]) for i, n in gone if i not in merged]
    events += [IdentityChange(REOPENED, i, None, 0, _REASONS[REOPENED]) for i in reopened]
    for name in given:
        db.unregister(name)
    return Identified(issued, tuple(closed), tuple(reopened), tuple(events), int(kept), int(moved))


def changed_memberships(db: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return source, record_id, person and resident_id of the records whose resident is new or another one."""
    return arrow(
        db,
        "SELECT source, record_id, person, resident_id FROM assigned "
        "WHERE returned OR before IS DISTINCT FROM resident_id ORDER BY ALL",
    )


def left_memberships(db: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return source, record_id and person of the records that are no longer there."""
    return arrow(db, "SELECT source, record_id, person FROM left_record ORDER BY ALL")


def _all_ids(db: duckdb.DuckDBPyConnection) -> set[str]:
    """Return every id that was ever issued."""
    return set(arrow(db, "SELECT resident_id FROM resident_number")["resident_id"].to_pylist())


def _register_ids(
    db: duckdb.DuckDBPyConnection, clusters: pa.Array, ids: list[str], issued: tuple[tuple[str, int], ...]
) -> None:
    db.register(
        "group_ids", pa.table({"cluster": pa.array(clusters, pa.int64()), "resident_id": pa.array(ids, pa.string())})
    )
    db.execute("CREATE OR REPLACE TEMP TABLE group_id AS FROM group_ids")
    db.unregister("group_ids")
    new, numbers = [i for i, _ in issued], [n for _, n in issued]
    db.register(
        "issued", pa.table({"resident_id": pa.array(new, pa.string()), "number": pa.array(numbers, pa.int64())})
    )
    db.execute("INSERT INTO resident_number FROM issued")
    db.unregister("issued")


def _without_records(db: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Return the residents that had a record before and have none now, and how many they had that went."""
    query = """
        SELECT resident_id, count(*) FILTER (went)
        FROM (
            SELECT resident_id, true AS went FROM left_record
            UNION ALL
            SELECT before, false FROM assigned WHERE NOT returned AND before IS NOT NULL
        )
        ANTI JOIN assigned USING (resident_id)
        GROUP BY resident_id
        ORDER BY resident_id
    """
    return [(str(resident), int(count)) for resident, count in rows(db, query)]


def _replace(db: duckdb.DuckDBPyConnection, pairs: pa.Table) -> None:
    levels = ", ".join(f'"{n[6:]}" := "{n}"' for n in pairs.column_names if n.startswith("level_"))
    db.execute(_BETWEEN)
    for table, whose in (("membership", "reassigned"), ("evidence", "reassigned"), ("resident", "touched")):
        db.execute(f"DELETE FROM {table} WHERE resident_id IN (FROM {whose})")
    db.execute(_TAKE_MEMBERSHIP)
    db.execute(_TAKE_EVIDENCE.format(levels=levels))
    db.execute(_TAKE_RESIDENTS)
    db.execute("DROP TABLE between_records")


def _decided(db: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return the (old, new) residents between which a decision in force stands: what it brought together or parted."""
    query = """
        SELECT d.decision, l.before, l.resident_id, r.before, r.resident_id
        FROM decided d
        JOIN assigned l ON (l.source, l.record_id, l.person) = (d.source_l, d.record_id_l, d.person_l)
        JOIN assigned r ON (r.source, r.record_id, r.person) = (d.source_r, d.record_id_r, d.person_r)
    """
    out: set[tuple[str, str]] = set()
    for decision, before_l, now_l, before_r, now_r in rows(db, query):
        if (decision == MUST and now_l == now_r) or (decision == CANNOT and before_l == before_r):
            out |= {(before_l, now_l), (before_r, now_r), (before_l, now_r), (before_r, now_l)}
    return out
