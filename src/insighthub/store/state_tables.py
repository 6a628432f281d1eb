"""The tables of the state: what cannot be derived from the sources, and so must never be lost.

Resident ids and whose records they are of, what became of each id, what people decided, and which release is published.
No name, date or address of a person stands here: records are named by source and reference alone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()
#: A whole number of eight bytes, which SQLite counts up by itself.
NUMBER = BigInteger().with_variant(Integer, "sqlite")

run = Table(
    "run",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("as_of", Date, nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("status", String(12), nullable=False),  # building, published, stopped, failed
    Column("kind", String(12), nullable=False),  # full, changes
    Column("model", String(40)),
    Column("base", String(40)),  # the run whose release it began from
    Column("figures", Text),  # JSON
    Column("reason", Text),  # why it was stopped, or failed
)

published = Table(
    "published",
    metadata,
    Column("only", Integer, primary_key=True),  # always 1
    Column("run_id", String(40), nullable=False),
    Column("at", DateTime, nullable=False),
)

resident = Table(
    "resident",
    metadata,
    Column("resident_id", String(16), primary_key=True),
    Column("number", NUMBER, nullable=False),  # in order of issue: the lower is the older
    Column("issued_run", String(40), nullable=False),
    Column("closed_run", String(40)),
)

membership = Table(
    "membership",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("person", Integer, primary_key=True),
    Column("resident_id", String(16), nullable=False),
    Column("left_run", String(40)),  # the run in which the record was no longer there
    Index("membership_resident", "resident_id"),
)

identity_event = Table(
    "identity_event",
    metadata,
    Column("event_id", NUMBER, primary_key=True, autoincrement=True),
    Column("run_id", String(40), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("kind", String(12), nullable=False),  # merged, split, moved, closed, reopened
    Column("resident_id", String(16), nullable=False),
    Column("other_id", String(16)),  # merged into, split off as, records moved to
    Column("records", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("identity_event_resident", "resident_id"),
    Index("identity_event_other", "other_id"),
)

household_member = Table(
    "household_member",
    metadata,
    Column("resident_id", String(16), primary_key=True),
    Column("household_id", String(16), nullable=False),
    Index("household_member_household", "household_id"),
)

household = Table(
    "household",
    metadata,
    Column("household_id", String(16), primary_key=True),
    Column("number", NUMBER, nullable=False),
    Column("issued_run", String(40), nullable=False),
    Column("closed_run", String(40)),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", NUMBER, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("kind", String(12), nullable=False),  # must_link, cannot_link, undo
    Column("undoes", NUMBER),  # of an undo: the decision that no longer holds
    *(
        Column(f"{name}_{side}", kind)
        for side in "lr"
        for name, kind in (("source", String(64)), ("record_id", String), ("person", Integer))
    ),
    Column("note", Text, nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("correction_id", NUMBER, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),  # hash of what is proposed to which record
    Column("source", String(64), nullable=False),
    Column("record_id", String, nullable=False),
    Column("person", Integer, nullable=False),
    Column("resident_id", String(16), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("field", String(40), nullable=False),
    Column("status", String(12), nullable=False),  # proposed, sent, accepted, refused, fixed, withdrawn
    Column("probability", Float, nullable=False),
    Column("proposed_on", Date, nullable=False),
    Column("proposed_run", String(40), nullable=False),
    Column("record_changed_on", Date, nullable=False),  # of the record, as it was when it was proposed
    Column("closed_on", Date),
    Column("avoids_asking", Boolean, nullable=False),
    Index("correction_source", "source", "status"),
    Index("correction_record", "source", "record_id"),
    Index("correction_resident", "resident_id"),
)

correction_event = Table(
    "correction_event",
    metadata,
    Column("event_id", NUMBER, primary_key=True, autoincrement=True),
    Column("correction_id", NUMBER, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),  # a person, or the run
    Column("status", String(12), nullable=False),
    Column("note", Text),
    Index("correction_event_correction", "correction_id"),
)
