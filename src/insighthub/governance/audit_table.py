"""The audit as a table, for keeping elsewhere."""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection

from insighthub.governance.audit_read import everything
from insighthub.governance.tables import audit

SCHEMA = pa.schema([(column.name, pa.int64() if column.name == "id" else pa.string()) for column in audit.columns])


def audit_table(connection: Connection) -> pa.Table:
    """Return every line of the audit, oldest first, with its hashes."""
    rows = list(everything(connection))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
