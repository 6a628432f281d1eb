"""The state's tables of governance: versions of the policy, the audit and its seal, alerts, and broken glass.

No name, date or address of a person stands here; users are named by the address they sign in with.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, String, Table, Text

from insighthub.store.state_tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

policy_version = Table(
    "policy_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # SHA-256 of the text
    Column("status", String(12), nullable=False),  # proposed, approved, refused
    Column("approval", Integer, unique=True),  # 1, 2, 3 ... in the order of approval: the last one holds
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", DateTime, nullable=False),
    Column("decided_by", String(200)),
    Column("decided_at", DateTime),
    Column("note", Text),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
    Column("at", String(32), nullable=False),  # UTC, as 2026-03-05T09:30:00.000000Z
    Column("who", String(200), nullable=False),
    Column("roles", Text, nullable=False),  # JSON
    Column("action", String(40), nullable=False),
    Column("purpose", String(64)),
    Column("subject", String(16)),  # a resident's id
    Column("detail", Text, nullable=False),  # JSON, without personal data
    Column("outcome", String(8), nullable=False),  # allowed, refused
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_who", "who", "id"),
    Index("audit_subject", "subject", "id"),
    Index("audit_at", "at"),
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("lines", _NUMBER, nullable=False),
    Column("head", String(64), nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("alert_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("who", String(200), nullable=False),
    Column("subject", String(16)),
    Column("line", _NUMBER, nullable=False),  # of the audit
    Column("status", String(12), nullable=False),  # open, reviewed
    Column("reviewed_by", String(200)),
    Column("reviewed_at", DateTime),
    Column("finding", String(20)),  # nothing wrong, to be followed up, misuse
    Column("note", Text),
    Index("alert_status", "status", "alert_id"),
    Index("alert_who", "who", "kind", "at"),
)

broken_glass = Table(
    "broken_glass",
    metadata,
    Column("glass_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("who", String(200), nullable=False),
    Column("resident_id", String(16), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Index("broken_glass_who", "who", "expires_at"),
)
