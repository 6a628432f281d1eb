"""Access to residents: the one way to a person's data in the index.

Takes a hub's releases, state and policy, gives ``Residents``, whose calls all name a purpose. What the purpose does not
see is taken out here, by ``governance.fields``, so that nothing above can forget it. Who may choose which purpose, and
that it is noted who looked, is the desk's. A release is opened once and kept until another is published, so that a call
costs no opening; each thread asks on a cursor of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa
from sqlalchemy import Connection

from insighthub.errors import RunError
from insighthub.governance.fields import Field, columns_shown, may_tell, shown
from insighthub.governance.policy import Policy
from insighthub.governance.purposes import Purpose, named
from insighthub.governance.rights.flags import OBJECT, RESTRICT, flagged_residents, not_for
from insighthub.residents.identity_state import resolve
from insighthub.residents.ids import tidy_id
from insighthub.residents.labels import Label, labels, still_seen
from insighthub.residents.listing import record_list, resident_list
from insighthub.residents.picture import Asking, Levels, no_such_resident, picture
from insighthub.residents.picture_parts import Picture
from insighthub.residents.pseudonymised import Coarse, Pseudonymised, Wanted, pseudonymised, residents_seen
from insighthub.residents.pseudonyms import RESIDENT, Pseudonyms
from insighthub.residents.search import Found, Search, SearchSettings
from insighthub.residents.searching import Searching
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.tables import rows

# Who lives with a resident, and who lives at the same address, now.
_NEARBY = """
WITH home AS (SELECT place_id, uprn FROM address WHERE resident_id = $id AND is_current),
household AS (SELECT household_id FROM household_member WHERE resident_id = $id AND is_current)
SELECT resident_id FROM household_member
WHERE is_current AND household_id IN (FROM household) AND resident_id <> $id
UNION
SELECT resident_id FROM address
WHERE is_current AND resident_id <> $id
    AND (place_id IN (SELECT place_id FROM home) OR uprn IN (SELECT uprn FROM home WHERE uprn IS NOT NULL))
"""
_IS_HIDDEN = "SELECT 1 FROM resident WHERE resident_id = $id AND hidden IS NOT NULL"
_RECORDS_OF = """
SELECT m.source, m.record_id, m.person
FROM membership m JOIN resident r USING (resident_id)
WHERE m.resident_id = $id AND list_contains($sources, m.source) AND (r.hidden IS NULL OR $hidden)
ORDER BY ALL
"""
# Records of a resident that are new, or say something else, since a day; a day is as fine as a run tells.
_CHANGED_SINCE = """
SELECT DISTINCT m.source, CASE WHEN s.first_seen > $since THEN 'a new record' ELSE 'a record says something else' END
FROM membership m
JOIN source_record s ON s.source = m.source AND s.record_id = m.record_id
JOIN resident r ON r.resident_id = m.resident_id
WHERE m.resident_id = $id AND list_contains($sources, m.source) AND (r.hidden IS NULL OR $hidden)
    AND s.changed_on > $since
ORDER BY ALL
"""


@dataclass(frozen=True)
class _Opened:
    """A release that is open, and what is known of it."""

    run_id: str
    file: Path
    db: duckdb.DuckDBPyConnection
    levels: Levels
    special: dict[str, bool]
    settings: SearchSettings

    def allowed(self, policy: Policy, purpose: Purpose) -> frozenset[str]:
        """Return the sources that a purpose may use."""
        return frozenset(
            source for source, special in self.special.items() if policy.may_use(purpose, source, special=special)
        )

    def search(self) -> Search:
        """Open the release's search, which takes seconds in a large borough."""
        return Search(self.file, self.settings)


class Residents:
    """The residents of a hub.

    Args:
        releases: of the hub.
        state: of the hub.
        policy: gives the policy that holds when it is asked.
        models: the folder of its models.
        search: how residents are searched for.
    """

    def __init__(
        self,
        releases: Releases,
        state: State,
        policy: Callable[[], Policy],
        models: Path,
        search: SearchSettings | None = None,
    ) -> None:
        self._releases, self._state, self._policy, self._models = releases, state, policy, models
        self._search = search or SearchSettings()
        self._opened: _Opened | None = None
        self._lock = Lock()
        self._searching = Searching()

    def search_meanwhile(self) -> None:
        """Answer with the search of the release before until that of a new one is open, so that nobody waits for it.

        Of whom it finds, only those are told who may be found in the new one.
        """
        self._searching.meanwhile = True

    def picture(self, resident_id: str, purpose: str) -> Picture:
        """Return the full picture of a resident, as far as a purpose may see it.

        Args:
            resident_id: an id, an old one perhaps.
            purpose: the name of the purpose.

        Raises:
            RunError: the hub knows no such purpose, there is no release, or no such resident that it may see.
        """
        policy = self._policy()
        why = named(policy.purpose, purpose)
        opened = self._open()
        asked = tidy_id(resident_id) or resident_id
        allowed = opened.allowed(policy, why)
        with self._state.read() as connection:
            now, not_shown = _now(connection, asked), _not_for(connection, why)
        if now in not_shown:
            raise no_such_resident()
        asking = Asking(now, asked, why, allowed, tuple(sorted(set(opened.special) - allowed)), not_shown)
        with opened.db.cursor() as cursor:
            return shown(picture(cursor, asking, opened.levels), why)

    def find(self, query: str, purpose: str, *, limit: int = 20) -> list[Found]:
        """Return the residents whom a query fits, best first, as far as a purpose may find them.

        Args:
            query: what is known of somebody, in any order; see ``Search.find``.
            purpose: the name of the purpose.
            limit: how many at most.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
            QueryError: nobody could be found by this.
        """
        policy = self._policy()
        why = named(policy.purpose, purpose)
        opened = self._open()
        search, is_of_release = self._searching.of(opened.run_id, opened.search)
        allowed = opened.allowed(policy, why)
        not_shown = self._not_shown(why)
        more = limit + len(not_shown)
        seen_fields = frozenset(str(field) for field in Field if why.sees(field))
        found = search.find(
            query, purpose_sources=allowed, purpose_fields=seen_fields, see_hidden=why.hidden, limit=more
        )
        if not is_of_release:
            with opened.db.cursor() as cursor:
                there = still_seen(cursor, [one.resident_id for one in found], sorted(allowed), why)
            # Why they fit is what the release before says of them, and some of that may be gone.
            found = [replace(one, why=()) for one in found if one.resident_id in there]
        seen = [one for one in found if one.resident_id not in not_shown][:limit]
        return [replace(one, why=tuple(line for line in one.why if _may_say(line, why))) for one in seen]

    def labels(self, ids: Sequence[str], purpose: str) -> dict[str, Label]:
        """Return what tells residents apart in a list, as far as a purpose may see it: see ``Label``.

        Args:
            ids: as ``find`` gives them.
            purpose: the name of the purpose.
        """
        policy = self._policy()
        why, opened = named(policy.purpose, purpose), self._open()
        allowed = opened.allowed(policy, why)
        not_shown = self._not_shown(why)
        ids = [one for one in ids if one not in not_shown]
        with opened.db.cursor() as cursor:
            return labels(cursor, ids, sorted(allowed), why, whole=allowed == set(opened.special))

    def sources_of(self, purpose: str) -> frozenset[str]:
        """Return the sources that a purpose may use.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        policy = self._policy()
        return self._open().allowed(policy, named(policy.purpose, purpose))

    def not_shown_for(self, purpose: str) -> frozenset[str]:
        """Return the residents whom a purpose may not be shown, as they asked for it and it was granted."""
        return self._not_shown(named(self._policy().purpose, purpose))

    def nearby(self, resident_id: str) -> frozenset[str]:
        """Return who lives in the same household or at the same address as a resident, themselves not among them.

        It is asked of nobody's purpose: whose neighbours they are is for alerts alone, and is shown to nobody.
        """
        opened = self._open()
        with opened.db.cursor() as cursor:
            found = rows(cursor, _NEARBY, {"id": resident_id})
        return frozenset(one for (one,) in found)

    def is_hidden(self, resident_id: str) -> bool:
        """Say whether a resident is hidden: for alerts alone, and told to nobody else."""
        opened = self._open()
        with opened.db.cursor() as cursor:
            return bool(
                rows(cursor, "SELECT 1 FROM resident WHERE resident_id = ? AND hidden IS NOT NULL", [resident_id])
            )

    def records_of(self, resident_id: str, purpose: str) -> tuple[tuple[str, str, int], ...]:
        """Return source, reference and person of a resident's records, as far as a purpose may see them."""
        policy = self._policy()
        why, opened = named(policy.purpose, purpose), self._open()
        if resident_id in self._not_shown(why):
            return ()
        bound = {"id": resident_id, "sources": sorted(opened.allowed(policy, why)), "hidden": why.hidden}
        with opened.db.cursor() as cursor:
            return tuple(rows(cursor, _RECORDS_OF, bound))

    def changed_since(self, resident_id: str, purpose: str, since: date) -> tuple[tuple[str, str], ...]:
        """Return which sources have new or changed records of a resident since a day, as far as a purpose may see.

        Args:
            resident_id: an id as it is now.
            purpose: the name of the purpose.
            since: the day; changes of that day itself are not told.
        """
        policy = self._policy()
        why, opened = named(policy.purpose, purpose), self._open()
        if resident_id in self._not_shown(why):
            return ()
        bound = {"id": resident_id, "sources": sorted(opened.allowed(policy, why)), "hidden": why.hidden}
        with opened.db.cursor() as cursor:
            return tuple(rows(cursor, _CHANGED_SINCE, {**bound, "since": since}))

    def everybody(self, purpose: str) -> pa.Table:
        """Return all residents that a purpose may see, a row each; see ``resident_list``.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        return self._listed(resident_list, purpose)

    def records(self, purpose: str) -> pa.Table:
        """Return which record is of which resident, as far as a purpose may see; see ``record_list``.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        return self._listed(record_list, purpose)

    def pseudonymised(self, purpose: str, names: Pseudonyms, *, coarse: Coarse, least: int) -> Pseudonymised:
        """Return residents and facts under pseudonyms, as far as a purpose may see them; see ``pseudonymised``.

        Args:
            purpose: the name of the purpose.
            names: the pseudonyms of the project.
            coarse: how coarse dates are.
            least: how many residents a value of a fact is told of.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        opened = self._open()
        with opened.db.cursor() as cursor:
            return pseudonymised(cursor, self._wanted(opened, cursor, purpose, coarse, least), names)

    def behind(self, pseudonym: str, purpose: str, names: Pseudonyms) -> str | None:
        """Return the id of the resident behind a pseudonym, of those who are in what the purpose gets; None: nobody.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        opened = self._open()
        with opened.db.cursor() as cursor:
            ids = residents_seen(cursor, self._wanted(opened, cursor, purpose, Coarse.YEAR, 1))
        return next((one for one in ids if names.of(RESIDENT, one) == pseudonym), None)

    def _wanted(
        self, opened: _Opened, cursor: duckdb.DuckDBPyConnection, purpose: str, coarse: Coarse, least: int
    ) -> Wanted:
        policy = self._policy()
        why = named(policy.purpose, purpose)
        as_of = rows(cursor, "SELECT as_of FROM run ORDER BY run_id DESC LIMIT 1")[0][0]
        return Wanted(why, sorted(opened.allowed(policy, why)), self._not_shown(why), coarse, least, as_of)

    def close(self) -> None:
        """Let go of the release."""
        with self._lock:
            if self._opened is not None:
                self._opened.db.close()
            self._opened = None
        self._searching.close()

    def _listed(self, listing: Callable[..., pa.Table], purpose: str) -> pa.Table:
        policy = self._policy()
        why, opened = named(policy.purpose, purpose), self._open()
        not_shown = self._not_shown(why)
        with opened.db.cursor() as cursor:
            table = listing(cursor, sorted(opened.allowed(policy, why)), hidden=why.hidden, but=not_shown)
        return table.select(columns_shown(table.column_names, why))

    def _not_shown(self, purpose: Purpose) -> frozenset[str]:
        with self._state.read() as connection:
            return _not_for(connection, purpose)

    def _open(self) -> _Opened:
        current = self._releases.current()
        with self._lock:
            if self._opened is None or self._opened.run_id != current:
                self._opened = self._opening(current)
            return self._opened

    def _opening(self, run_id: str | None) -> _Opened:
        db = self._releases.open(run_id)
        # Many ask at once, each for a little: threads that share one question out would wait for one another.
        db.execute("SET threads = 1")
        model = rows(db, "SELECT model FROM run ORDER BY run_id DESC LIMIT 1")[0][0]
        special = dict(rows(db, "SELECT source, special_category FROM source"))
        file = json.loads((self._models / model / "model.json").read_text(encoding="utf-8"))
        levels = {part["name"]: tuple(part["levels"]) for part in file["comparisons"]}
        return _Opened(str(run_id), self._releases.file(str(run_id)), db, levels, special, self._search)


def _may_say(line: str, purpose: Purpose) -> bool:
    """Whether a reason why somebody was found may be told; who has a reference is told to whoever finds them by it."""
    own = line == "the resident's own id" or line.split(",", maxsplit=1)[0].removeprefix("former ").endswith(
        "reference"
    )
    return own or may_tell(line.rpartition(", in ")[0] or line, purpose)


def _now(connection: Connection, asked: str) -> str:
    """Return the id that stands for an id now.

    Raises:
        RunError: there is none; the error says no more than that of one who may not be seen.
    """
    try:
        now = resolve(connection, asked).resident_id
    except RunError:
        now = None
    if now is None:
        raise no_such_resident()
    return now


def _not_for(connection: Connection, purpose: Purpose) -> frozenset[str]:
    """Return the residents whom a purpose may not be shown, as they asked for it and it was granted."""
    return not_for(flagged_residents(connection, (RESTRICT, OBJECT)), purpose.name)
