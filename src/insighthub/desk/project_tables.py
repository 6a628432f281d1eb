"""The state's tables of projects that work on pseudonyms, and of what was asked to lead back to a person.

No pseudonym's resident stands here, and no key: keys are files of their own.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Index, String, Table, Text

from insighthub.store.state_tables import NUMBER, metadata

project = Table(
    "project",
    metadata,
    Column("project_id", NUMBER, primary_key=True, autoincrement=True),
    Column("title", String(200), nullable=False),
    Column("question", Text, nullable=False),  # what it is to find out
    Column("purpose", String(64), nullable=False),
    Column("coarse", String(8), nullable=False),  # month, year
    Column("key_name", String(32), nullable=False, unique=True),  # of the file with its key
    Column("made_by", String(200), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("ended_at", DateTime),  # when its key was destroyed
)

going_back = Table(
    "going_back",
    metadata,
    Column("request_id", NUMBER, primary_key=True, autoincrement=True),
    Column("project_id", NUMBER, nullable=False),
    Column("pseudonym", String(32), nullable=False),
    Column("purpose", String(64), nullable=False),  # for which the person is to be known
    Column("why", Text, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Column("status", String(12), nullable=False),  # waiting, approved, refused
    Column("decided_by", String(200)),
    Column("decided_at", DateTime),
    Column("note", Text),
    Index("going_back_project", "project_id"),
)
