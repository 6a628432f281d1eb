"""Tickets: what became of each case, kept in the state, which holds no value of a person.

Takes the cases of a release that is built and the tickets there are, gives a plan; keeping it is part of the run's one
transaction. A ticket names its case by key, and the record by source and reference; what the record says, and what it
should say, is in the release alone.

    plan = plan_tickets(reading, db, run_id, as_of)     before the commit
    keep_tickets(writing, plan)                         within it

Fixed or withdrawn: where the case of an open ticket is gone, the source is held to have fixed it if the record is no
longer there, or is different, in the field or in how it ended, from what it said when it was proposed. Otherwise it
was the evidence that changed, and the ticket is withdrawn; so it is, too, where another value is proposed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, bindparam, select, update

from insighthub.corrections.settings import ASKED_FOR
from insighthub.corrections.steps import FIXED, PROPOSED, WITHDRAWN, may_go
from insighthub.store.run_log import now
from insighthub.store.state_tables import correction, correction_event
from insighthub.store.tables import rows

_TICKET = pa.schema(
    [
        pa.field("correction_id", pa.int64()),
        pa.field("key", pa.string()),
        pa.field("source", pa.string()),
        pa.field("record_id", pa.string()),
        pa.field("person", pa.int32()),
        pa.field("kind", pa.string()),
        pa.field("field", pa.string()),
        pa.field("resident_id", pa.string()),
        pa.field("probability", pa.float64()),
        pa.field("status", pa.string()),
        pa.field("record_changed_on", pa.date32()),
    ]
)

_NEW = """
SELECT c.key, c.source, c.record_id, c.person, c.resident_id, c.kind, c.field, c.probability, r.changed_on
FROM correction_case c
JOIN source_record r ON r.source = c.source AND r.record_id = c.record_id
WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.key = c.key)
ORDER BY c.source, c.record_id, c.person, c.kind, c.field, c.key
"""
_BACK = """
SELECT t.correction_id, r.changed_on
FROM ticket t
JOIN correction_case c ON c.key = t.key
JOIN source_record r ON r.source = c.source AND r.record_id = c.record_id
WHERE t.status IN ('fixed', 'withdrawn')
ORDER BY 1
"""
_MOVED_ON = """
SELECT t.correction_id, c.resident_id, c.probability
FROM ticket t JOIN correction_case c ON c.key = t.key
WHERE t.resident_id <> c.resident_id OR abs(t.probability - c.probability) > 1e-9
ORDER BY 1
"""
# A version of the record that the ticket was about, or a later one, which the source itself replaced: it ended on a
# day on which the row was delivered otherwise, not on one on which a contract read it otherwise.
_GONE = """
WITH gone AS (
    SELECT t.* FROM ticket t
    WHERE t.status IN ('proposed', 'sent', 'accepted') AND NOT EXISTS (SELECT 1 FROM correction_case c
        WHERE c.key = t.key)
),
replaced AS (
    SELECT DISTINCT g.correction_id
    FROM gone g
    JOIN source_record r ON r.source = g.source AND r.record_id = g.record_id
    JOIN former_record f ON f.source = g.source AND f.record_id = g.record_id AND f.person IN (g.person, 1)
     AND f.changed_on >= g.record_changed_on AND f.ended_on <= r.changed_on
    LEFT JOIN person_record p ON p.source = f.source AND p.record_id = f.record_id AND p.person = f.person
    WHERE p.record_id IS NULL OR f.valid_to IS DISTINCT FROM p.valid_to
       OR (f.person = g.person AND (
              f.date_of_death IS DISTINCT FROM p.date_of_death
              OR CASE g.field
                 WHEN 'address' THEN (f.address, f.postcode, f.uprn) IS DISTINCT FROM (p.address, p.postcode, p.uprn)
                 WHEN 'uprn' THEN (f.address, f.postcode, f.uprn) IS DISTINCT FROM (p.address, p.postcode, p.uprn)
                 WHEN 'date_of_birth' THEN (f.date_of_birth, f.date_of_birth_flags)
                      IS DISTINCT FROM (p.date_of_birth, p.date_of_birth_flags)
                 WHEN 'family_name' THEN f.family_name IS DISTINCT FROM p.family_name
                 WHEN 'phone' THEN f.phone IS DISTINCT FROM p.phone
                 WHEN 'mobile' THEN f.mobile IS DISTINCT FROM p.mobile
                 WHEN 'email' THEN f.email IS DISTINCT FROM p.email
                 ELSE false END))
)
SELECT g.correction_id,
       CASE WHEN s.source IS NULL THEN 'the source is no longer part of the hub'
            WHEN r.record_id IS NULL THEN 'the record is no longer there'
            WHEN EXISTS (
                SELECT 1 FROM correction_case c WHERE c.source = g.source AND c.record_id = g.record_id
                AND c.person = g.person AND c.kind = g.kind AND c.field = g.field)
            THEN 'another value is proposed instead'
            WHEN r.hidden IS NOT NULL OR resident.hidden IS NOT NULL THEN 'the resident is hidden now'
            WHEN x.correction_id IS NOT NULL THEN 'the source has changed the record'
            ELSE 'the evidence has changed' END,
       s.source IS NOT NULL AND (r.record_id IS NULL OR x.correction_id IS NOT NULL)
FROM gone g
LEFT JOIN source s ON s.source = g.source
LEFT JOIN source_record r ON r.source = g.source AND r.record_id = g.record_id
LEFT JOIN membership m ON m.source = g.source AND m.record_id = g.record_id AND m.person = g.person
LEFT JOIN resident ON resident.resident_id = m.resident_id
LEFT JOIN replaced x ON x.correction_id = g.correction_id
ORDER BY 1
"""
_NOT_FIXED = frozenset({"another value is proposed instead", "the resident is hidden now"})


@dataclass(frozen=True)
class NewTicket:
    """A case that has no ticket yet."""

    key: str
    source: str
    record_id: str
    person: int
    resident_id: str
    kind: str
    field: str
    probability: float
    record_changed_on: date


@dataclass(frozen=True)
class Step:
    """A ticket that goes to another state, and why; ``record_changed_on`` where it is proposed again."""

    correction_id: int
    status: str
    reason: str
    record_changed_on: date | None = None


@dataclass(frozen=True)
class TicketPlan:
    """What a run does to tickets.

    Attributes:
        run_id, as_of: the run.
        new: tickets to write.
        steps: tickets that go to another state.
        known_better: tickets whose resident or probability is another now: (ticket, resident, probability).
    """

    run_id: str
    as_of: date
    new: tuple[NewTicket, ...]
    steps: tuple[Step, ...]
    known_better: tuple[tuple[int, str, float], ...]

    def figures(self) -> dict[str, int]:
        """Return how many tickets are new, fixed, withdrawn and proposed again."""
        count = {status: sum(step.status == status for step in self.steps) for status in (FIXED, WITHDRAWN, PROPOSED)}
        return {"new": len(self.new), "fixed": count[FIXED], "withdrawn": count[WITHDRAWN], "again": count[PROPOSED]}


def plan_tickets(connection: Connection, db: duckdb.DuckDBPyConnection, run_id: str, as_of: date) -> TicketPlan:
    """Hold the cases of a release against the tickets of the state.

    Args:
        connection: of the state; it is only read.
        db: the release that was built, with its cases.
        run_id: the run.
        as_of: the day that it is for.
    """
    columns = [correction.c[name] for name in _TICKET.names]
    found = connection.execute(select(*columns)).all()
    by_column = zip(*found, strict=True) if found else ([] for _ in columns)
    tickets = [pa.array(values, field.type) for values, field in zip(by_column, _TICKET, strict=True)]
    db.register("ticket", pa.table(tickets, schema=_TICKET))
    try:
        new = tuple(NewTicket(*row) for row in rows(db, _NEW))
        back = [Step(number, PROPOSED, "the case is there again", day) for number, day in rows(db, _BACK)]
        gone = [
            Step(number, FIXED if is_fixed and reason not in _NOT_FIXED else WITHDRAWN, reason)
            for number, reason, is_fixed in rows(db, _GONE)
        ]
        better = tuple((number, resident, share) for number, resident, share in rows(db, _MOVED_ON))
    finally:
        db.unregister("ticket")
    return TicketPlan(run_id, as_of, new, (*back, *gone), better)


def keep_tickets(connection: Connection, plan: TicketPlan) -> None:
    """Keep what a run does to tickets.

    Somebody may have answered since it was planned: a ticket that cannot go there any more stays where it is.

    Args:
        connection: of the state, within the transaction of the run.
        plan: what ``plan_tickets`` gave.
    """
    by = f"run {plan.run_id}"
    if plan.new:
        connection.execute(correction.insert(), [_row(ticket, plan) for ticket in plan.new])
    written = connection.execute(select(correction.c.correction_id).where(correction.c.proposed_run == plan.run_id))
    new = [(number, PROPOSED, None) for (number,) in written]
    _update(connection, [{"number": n, "resident_id": r, "probability": p} for n, r, p in plan.known_better])
    status = dict(connection.execute(select(correction.c.correction_id, correction.c.status)).all())
    done = [step for step in plan.steps if may_go(status[step.correction_id], step.status)]
    closed_on = {PROPOSED: None, FIXED: plan.as_of, WITHDRAWN: plan.as_of}
    _update(
        connection,
        [{"number": s.correction_id, "status": s.status, "closed_on": closed_on[s.status]} for s in done],
    )
    _update(
        connection,
        [
            {
                "number": s.correction_id,
                "proposed_on": plan.as_of,
                "proposed_run": plan.run_id,
                "record_changed_on": s.record_changed_on,
            }
            for s in done
            if s.status == PROPOSED
        ],
    )
    note_events(connection, by, [*new, *((step.correction_id, step.status, step.reason) for step in done)])


def note_events(connection: Connection, by: str, events: Sequence[tuple[int, str, str | None]]) -> None:
    """Note that tickets went to a state: (ticket, state, note) each."""
    at = now()
    if events:
        connection.execute(
            correction_event.insert(),
            [{"correction_id": n, "at": at, "by": by, "status": status, "note": note} for n, status, note in events],
        )


def _update(connection: Connection, values: list[dict[str, Any]]) -> None:
    """Set values of many tickets, each named by ``number``."""
    if values:
        names = [name for name in values[0] if name != "number"]
        statement = update(correction).where(correction.c.correction_id == bindparam("number"))
        connection.execute(statement.values({name: bindparam(name) for name in names}), values)


def _row(ticket: NewTicket, plan: TicketPlan) -> dict[str, Any]:
    return asdict(ticket) | {
        "status": PROPOSED,
        "proposed_on": plan.as_of,
        "proposed_run": plan.run_id,
        "avoids_asking": ticket.kind in ASKED_FOR,
    }
