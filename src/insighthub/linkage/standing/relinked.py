"""What a full or a partial linkage gives, and how the latter is brought into what was there before."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

RECORD = pa.schema([pa.field("source", pa.string()), pa.field("record_id", pa.string())])


@dataclass(frozen=True)
class Relinked:
    """What a linkage gives, of all records or of the regions that a delivery touches.

    Attributes:
        rows: source, record_id, person, cluster (int64) of every linkable row that was looked at. Rows of one cluster
            are one person; the numbers mean nothing beyond this table. A cluster of before is here whole, or not at
            all, but for records that are gone.
        pairs: the pairs among these rows at ``keep_probability`` or more, with their evidence, as in ``pairs.parquet``.
        findings: what somebody should know, in plain English.
        figures: rows in all, rows looked at, regions, pairs compared.
        seconds: wall seconds by stage.
        as_before: source and record_id of records that were delivered anew and say to linkage what they said before:
            they were not looked at for that, and are of whom they were of.
    """

    rows: pa.Table
    pairs: pa.Table
    findings: tuple[str, ...]
    figures: dict[str, int]
    seconds: dict[str, float]
    as_before: pa.Table = field(default_factory=RECORD.empty_table)
