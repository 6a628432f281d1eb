"""What a full or a partial linkage gives, and how the latter is brought into what was there before."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


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
    """

    rows: pa.Table
    pairs: pa.Table
    findings: tuple[str, ...]
    figures: dict[str, int]
    seconds: dict[str, float]
