"""What was answered, as labels: for learning, and for whoever wants to count for themselves.

Takes the state, gives a table as ``read_labels`` gives it of a file. Settled items count; what two reviewers still
differ on is a pair that nobody can say.
"""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection, select

from insighthub.linkage.labels.labels_file import DRAWN
from insighthub.linkage.labels.pair_file import REFERENCES
from insighthub.review.draw import MEASURE, PAIR
from insighthub.review.items import SETTLED
from insighthub.review.tables import review_item

_WORDS = {"match": "match", "not": "not", "cannot_say": "cannot say"}
LABELS = pa.schema(
    [
        *(pa.field(name, pa.int32() if name.startswith("person") else pa.string()) for name in REFERENCES),
        pa.field("label", pa.string()),
        *(pa.field(name, pa.string()) for name in DRAWN),
    ]
)


def review_labels(connection: Connection) -> pa.Table:
    """Return the labels of settled pairs, each pair once, the newest answer; under ``LABELS``.

    How a pair was drawn is told of the newest release's sample alone: two samples together are none.
    """
    query = (
        select(review_item)
        .where(review_item.c.status == SETTLED, review_item.c.kind == PAIR)
        .order_by(review_item.c.settled_at, review_item.c.item_id)
    )
    found = connection.execute(query).mappings().all()
    newest = max((row["run_id"] for row in found if row["purpose"] == MEASURE), default=None)
    rows: dict[frozenset[tuple[str, str, int]], dict[str, str | int]] = {}
    for row in found:
        pair = frozenset(tuple(row[f"{name}_{side}"] for name in ("source", "record_id", "person")) for side in "lr")
        drawn = row["purpose"] == MEASURE and row["run_id"] == newest
        before = rows.get(pair, dict.fromkeys(DRAWN, ""))
        told = {name: str(row[name]) for name in DRAWN} if drawn else {name: before[name] for name in DRAWN}
        rows[pair] = {**{name: row[name] for name in REFERENCES}, "label": _WORDS[row["outcome"]], **told}
    return pa.Table.from_pylist(list(rows.values()), schema=LABELS)
