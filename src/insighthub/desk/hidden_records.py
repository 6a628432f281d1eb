"""Which records a purpose may not be told of: lists that name records leave them out.

They are those of hidden residents, where the purpose does not see these, and those of residents whose data may not be
used for it, as they asked and were granted. Takes a hub and a purpose, gives references of records and ids of
residents; who is hidden is kept until another release is published. That a ticket or a suggestion is left out is told
to nobody: it is as if there were none.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from insighthub.desk.merged_ids import ids_of
from insighthub.governance.purposes import Purpose
from insighthub.governance.rights.flags import OBJECT, RESTRICT, flagged_residents, not_for, records_of
from insighthub.hub import Hub
from insighthub.store.tables import rows

_RECORDS = """
SELECT m.source, m.record_id FROM membership m JOIN resident r USING (resident_id) WHERE r.hidden IS NOT NULL
UNION
SELECT source, record_id FROM source_record WHERE hidden IS NOT NULL
"""
_RESIDENTS = "SELECT resident_id FROM resident WHERE hidden IS NOT NULL ORDER BY resident_id"


@dataclass(frozen=True)
class HiddenRecords:
    """Records that are left out, as (source, reference), and every id that leads to whom they are of."""

    records: frozenset[tuple[str, str]] = frozenset()
    residents: frozenset[str] = frozenset()

    def hides(self, source: str, record_id: str, resident_id: str) -> bool:
        """Say whether a record is left out, by its reference or by whom it was of."""
        return (source, record_id) in self.records or resident_id in self.residents

    def says_of(self, source: str, raw: str) -> bool:
        """Say whether a row of a source, as it was delivered, holds the reference of a record that is left out."""
        refs = (record_id.split("|") for name, record_id in self.records if name == source)
        return any(all(part in raw for part in parts) for parts in refs)


class HiddenOnes:
    """Looks up which records are hidden residents', once for each release."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._lock = hub, Lock()
        self._kept: tuple[str | None, HiddenRecords] = (None, HiddenRecords())

    def for_purpose(self, purpose: Purpose) -> HiddenRecords:
        """Return what a purpose may not be told of."""
        hidden = HiddenRecords() if purpose.hidden else self._now()
        with self._hub.state.read() as connection:
            asked = not_for(flagged_residents(connection, (RESTRICT, OBJECT)), purpose.name)
            if not asked:
                return hidden
            ids = frozenset(one for each in sorted(asked) for one in ids_of(connection, each))
            records = {(key.source, key.record_id) for key in records_of(connection, sorted(ids))}
        return HiddenRecords(hidden.records | records, hidden.residents | ids)

    def _now(self) -> HiddenRecords:
        """Return those of hidden residents of the published release."""
        with self._lock:
            current = self._hub.releases.current()
            if current is not None and self._kept[0] != current:
                self._kept = (current, self._look_up())
            return self._kept[1]

    def _look_up(self) -> HiddenRecords:
        with self._hub.release() as db:
            records = frozenset((source, record_id) for source, record_id in rows(db, _RECORDS))
            hidden = [resident for (resident,) in rows(db, _RESIDENTS)]
        with self._hub.state.read() as connection:
            return HiddenRecords(records, frozenset(one for each in hidden for one in ids_of(connection, each)))
