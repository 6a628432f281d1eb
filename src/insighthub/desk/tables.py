"""The state's tables of the desk: cases, and the notes and warnings that officers write on residents.

What an officer writes is about a person, and the only text about one that the state holds; it goes when the resident
is erased (``rights.erase.GO_WITH_RESIDENT``).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, String, Table, Text

from insighthub.store.state_tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

case = Table(
    "case",
    metadata,
    Column("case_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("resident_id", String(16)),
    Column("purpose", String(64), nullable=False),
    Column("reference", String(100)),  # the officer's own, of the system in which they work
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
    Index("case_user", "user_id", "closed_at"),
)

remark = Table(
    "remark",
    metadata,
    Column("remark_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),  # note, warning
    Column("resident_id", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("review_on", Date),  # of a warning: when it is to be looked at again
    Column("purposes", Text, nullable=False),  # JSON: the purposes that see it
    Column("ended_at", DateTime),
    Column("ended_by", String(200)),
    Index("remark_resident", "resident_id"),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("suggestion_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("record_id", String, nullable=False),
    Column("person", Integer, nullable=False),
    Column("resident_id", String(16), nullable=False),
    Column("field", String(40), nullable=False),
    Column("proposed", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("status", String(12), nullable=False),  # open, sent, accepted, refused, withdrawn
    Column("decided_by", String(200)),
    Column("decided_at", DateTime),
    Index("suggestion_source", "source", "status"),
    Index("suggestion_resident", "resident_id"),
)
