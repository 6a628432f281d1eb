"""The tables of people's rights, in the state: what was asked, who did what about it, and what holds of whom since.

Records are named by source and reference, residents by id. Beside what officers write, one value of a person may stand
here: the one that a rectification puts in the place of others. Of what was erased only keyed hashes are left.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, String, Table, Text

from insighthub.store.state_tables import NUMBER, metadata

subject_request = Table(
    "subject_request",
    metadata,
    Column("request_id", NUMBER, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),  # access, rectify, restrict, object, erase
    Column("requester", String(200), nullable=False),  # who asked: the person, or who acts for them
    Column("received", Date, nullable=False),
    Column("due", Date, nullable=False),  # one calendar month; later where it was extended
    Column("extended", Boolean, nullable=False),
    Column("status", String(12), nullable=False),  # open, waiting, granted, refused, done, withdrawn
    Column("identity_checked", Date),  # null: not yet, and nothing may be done
    Column("note", Text, nullable=False),
)

subject_request_resident = Table(
    "subject_request_resident",
    metadata,
    Column("request_id", NUMBER, primary_key=True),
    Column("resident_id", String(16), primary_key=True),
    Index("subject_request_resident_id", "resident_id"),
)

subject_request_record = Table(
    "subject_request_record",
    metadata,
    Column("request_id", NUMBER, primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("person", Integer, primary_key=True),
)

subject_request_step = Table(
    "subject_request_step",
    metadata,
    Column("step_id", NUMBER, primary_key=True, autoincrement=True),
    Column("request_id", NUMBER, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("step", String(24), nullable=False),
    Column("note", Text, nullable=False),
    Index("subject_request_step_request", "request_id"),
)

redaction = Table(
    "redaction",
    metadata,
    Column("request_id", NUMBER, primary_key=True),
    Column("place", String(400), primary_key=True),  # source/record/column in the export
    Column("hide", Boolean, nullable=False),  # true: not told; false: read, and told
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("why", Text, nullable=False),
)

rights_flag = Table(
    "rights_flag",
    metadata,
    Column("flag_id", NUMBER, primary_key=True, autoincrement=True),
    Column("request_id", NUMBER, nullable=False),
    Column("kind", String(12), nullable=False),  # rectify, restrict, object
    Column("purposes", Text, nullable=False),  # JSON: for which alone (restrict), or for which not (object)
    Column("counted", Boolean, nullable=False),  # in measures
    Column("field", String(40)),  # of a rectification
    Column("value", Text),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("lifted_at", DateTime),
    Column("lifted_by", String(200)),
    Column("lifted_why", Text),
)

rights_flag_resident = Table(
    "rights_flag_resident",
    metadata,
    Column("flag_id", NUMBER, primary_key=True),
    Column("resident_id", String(16), primary_key=True),
)

rights_flag_record = Table(
    "rights_flag_record",
    metadata,
    Column("flag_id", NUMBER, primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("person", Integer, primary_key=True),
    Index("rights_flag_record_of", "source", "record_id", "person"),
)

withheld_record = Table(
    "withheld_record",
    metadata,
    Column("hash", String(32), primary_key=True),  # keyed; of the reference, or of all that the row says
    Column("person", Integer, primary_key=True),  # of a joint record; 0: the whole of it
    Column("source", String(64), nullable=False),
    Column("why", String(12), nullable=False),  # erasure, retention
    Column("because_of", NUMBER, nullable=False),  # the request, or the report of retention
    Column("at", DateTime, nullable=False),
    Index("withheld_record_source", "source"),
)

withholding_key = Table(
    "withholding_key",
    metadata,
    Column("only", Integer, primary_key=True),  # always 1
    Column("check", String(64), nullable=False),  # a hash by which the right key is known
)

retention_report = Table(
    "retention_report",
    metadata,
    Column("report_id", NUMBER, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("status", String(12), nullable=False),  # under way, applied, signed off
    Column("content", Text, nullable=False),  # JSON: counts and hashes, nothing of a person
    Column("hash", String(64), nullable=False),  # SHA-256 of the content
    Column("signed_by", String(200)),
    Column("signed_at", DateTime),
)

#: Tables of people's rights: an erasure looks after them itself.
TABLES = (
    subject_request, subject_request_resident, subject_request_record, subject_request_step, redaction, rights_flag,
    rights_flag_resident, rights_flag_record, withheld_record, withholding_key, retention_report,
)  # fmt: skip
