"""Whose the records in review are now: what must be known of an item before anybody is shown it.

Takes the releases that are open and items, gives ``Touched``: the residents whom an item touches as the published
release has them, the sources of all its records, and whether one of them is hidden or gone. Of a cluster all its
records count, not only the two across its weakest link. An item whose record has left the index is told as gone,
although an older release still holds what it said: what was erased is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

import duckdb
import pyarrow as pa

from insighthub.review.draw import CLUSTER
from insighthub.review.items import Item
from insighthub.review.opened import OpenReleases
from insighthub.store.tables import rows

_ASKED = pa.schema(
    [("item_id", pa.int64()), ("source", pa.string()), ("record_id", pa.string()), ("person", pa.int32())]
)
_WHOSE = """
SELECT a.item_id, a.source, m.resident_id, r.hidden IS NOT NULL
FROM asked a
LEFT JOIN membership m USING (source, record_id, person)
LEFT JOIN resident r USING (resident_id)
"""
_MEMBERS = """
SELECT a.item_id, m.source, m.record_id, m.person
FROM asked a
JOIN membership own USING (source, record_id, person)
JOIN membership m ON m.resident_id = own.resident_id
"""


@dataclass(frozen=True)
class Touched:
    """What an item touches.

    Attributes:
        residents: whose its records are in the published release.
        sources: of its records.
        records: how many they are.
        hidden: whether one of the residents is hidden.
        gone: whether one of its records is in the index no more.
    """

    residents: frozenset[str]
    sources: frozenset[str]
    records: int
    hidden: bool
    gone: bool


class Whose:
    """What items touch, kept for as long as one release is published.

    Args:
        releases: that are open for review.
    """

    def __init__(self, releases: OpenReleases) -> None:
        self._releases = releases
        self._known: tuple[str, dict[int, Touched]] = ("", {})
        self._lock = Lock()

    def touched(self, items: Sequence[Item]) -> dict[int, Touched]:
        """Return what items touch, by their numbers.

        Raises:
            RunError: there is no release.
        """
        now = self._releases.named()
        with self._lock:
            if self._known[0] != now:
                self._known = (now, {})
            known = self._known[1]
        new = [item for item in items if item.item_id not in known]
        if new:
            found = self._look_up(new)
            with self._lock:
                known.update(found)
        return {item.item_id: known[item.item_id] for item in items}

    def _look_up(self, items: Sequence[Item]) -> dict[int, Touched]:
        asked = {(item.item_id, *record) for item in items for record in (item.left, item.right)}
        clusters = sorted((item for item in items if item.kind == CLUSTER), key=lambda item: item.run_id)
        for _, of_run in groupby(clusters, key=lambda item: item.run_id):
            some = list(of_run)
            opened, _ = self._releases.of_item(some[0])
            with opened.db.cursor() as db:
                asked |= set(_asked(db, _MEMBERS, {(item.item_id, *item.left) for item in some}))
        with self._releases.of(self._releases.named()).db.cursor() as db:
            found = sorted(_asked(db, _WHOSE, asked), key=lambda row: row[0])
        out = {}
        for item_id, told in groupby(found, key=lambda row: int(row[0])):
            _, sources, residents, hidden = zip(*told, strict=True)
            out[item_id] = Touched(
                frozenset(one for one in residents if one is not None),
                frozenset(sources),
                len(sources),
                any(hidden),
                None in residents,
            )
        return out


def _asked(db: duckdb.DuckDBPyConnection, query: str, asked: Iterable[tuple[int, str, str, int]]) -> list[tuple]:  # type: ignore[type-arg]
    columns = zip(_ASKED, zip(*asked, strict=True), strict=True)
    db.register("asked", pa.table([pa.array(values, field.type) for field, values in columns], schema=_ASKED))
    try:
        return rows(db, query)
    finally:
        db.unregister("asked")
