"""The state's table of figures that somebody asks to let out of the council, and what a second person said."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, String, Table, Text

from insighthub.store.state_tables import metadata

figure_request = Table(
    "figure_request",
    metadata,
    Column("request_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("measure", String(63), nullable=False),
    Column("title", Text, nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("figures", Text, nullable=False),  # JSON: as disclosure control gave them, and as they go out
    Column("five_safes", Text, nullable=False),  # JSON: people, project, setting, data, outputs
    Column("asked_by", String(200), nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Column("status", String(12), nullable=False),  # waiting, released, refused
    Column("decided_by", String(200)),
    Column("decided_at", DateTime),
    Column("note", Text),
    Index("figure_request_status", "status"),
)
