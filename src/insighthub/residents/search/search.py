"""Search: one box in which an officer types what they know of somebody.

Takes a release, gives an object that finds residents. It is opened once and holds everything in memory; any number of
threads may ask it at once. A search rests on the sources and the fields of its purpose alone: by a telephone number
nobody is found who is not to be shown with it. Residents who are hidden have an index of their own, which is looked at
only for those who may see them: without it, a search answers as though they did not exist.
What was typed is neither logged nor written anywhere, and no error quotes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from insighthub.errors import RunError
from insighthub.residents.search.index import Index, open_index
from insighthub.residents.search.matching import Match, match
from insighthub.residents.search.parts import Part
from insighthub.residents.search.query import parts_of, parts_of_fields
from insighthub.residents.search.ranking import Fit, bits, fit, rank
from insighthub.residents.search.reasons import Reasons
from insighthub.residents.search.scope import Scope
from insighthub.residents.search.settings import SearchSettings
from insighthub.residents.search.source_names import of_named_source
from insighthub.residents.search.turns import Turns

#: Indexes that a search may use, each with what counts of it.
_Scopes = tuple[tuple[Index, Scope], ...]


@dataclass(frozen=True)
class Found:
    """A resident whom a query fits.

    Attributes:
        resident_id: whose picture to ask for.
        score: 0 to 1, how well the whole query fits.
        why: a reason for each part of the query that fits, in plain words.
    """

    resident_id: str
    score: float
    why: tuple[str, ...]


class Search:
    """Finds the residents of a release.

    Args:
        release: the release's file, with the tables of ``build_search``. It is read, and closed again.
        settings: how residents are searched for.
        as_of: the day on which ages are counted; the day of the run where it is not given.

    Raises:
        RunError: the release has no search tables.
    """

    def __init__(self, release: Path, settings: SearchSettings | None = None, as_of: date | None = None) -> None:
        self._settings = settings or SearchSettings()
        with duckdb.connect(str(release), read_only=True) as db:
            try:
                day = db.execute("SELECT as_of FROM search_about").fetchone()
            except duckdb.CatalogException:
                day = None
            if day is None:
                raise RunError(
                    "The release cannot be searched: it has no search tables",
                    remedy="Run the hub again, which builds them",
                    file=release,
                )
            self._as_of: date = as_of or day[0]
            self._open = open_index(db, hidden=False, as_of=day[0])
            self._hidden = open_index(db, hidden=True, as_of=day[0])
        self._turns = Turns()
        self._scopes: dict[tuple[bool, frozenset[str] | None, frozenset[str] | None], Scope] = {}

    def find(
        self,
        query: str,
        *,
        purpose_sources: frozenset[str] | None = None,
        purpose_fields: frozenset[str] | None = None,
        see_hidden: bool = False,
        limit: int = 20,
    ) -> list[Found]:
        """Return the residents whom a query fits, best first.

        Args:
            query: what was typed: names, dates of birth, addresses, numbers, references, in any order.
            purpose_sources: the sources that the purpose may use; nobody is found by anything else, and no other is
                named. Nothing: all sources.
            purpose_fields: the fields that the purpose sees; by what it does not see nobody is found. Nothing: all.
            see_hidden: whether residents who are hidden may be found.
            limit: how many at most.

        Raises:
            QueryError: the query holds nothing that a resident could be found by, or is too long.
        """
        with self._turns:
            scopes = self._scopes_of(purpose_sources, purpose_fields, see_hidden=see_hidden)
            parts = parts_of(
                query,
                self._as_of,
                longest=self._settings.longest_query,
                is_reference=lambda code: _is_reference(code, scopes),
            )
            return self._found(parts, scopes, limit=limit)

    def find_by(
        self,
        *,
        purpose_sources: frozenset[str] | None = None,
        purpose_fields: frozenset[str] | None = None,
        see_hidden: bool = False,
        limit: int = 20,
        **fields: str,
    ) -> list[Found]:
        """Return the residents whom a form fits: ``name``, ``born``, ``address``, ``postcode``, ``phone``, ``email``,
        ``reference``. What stands in a field means only what that field may hold.

        Raises:
            QueryError: there is no such field, or none holds anything that a resident could be found by.
        """  # noqa: D205
        with self._turns:
            scopes = self._scopes_of(purpose_sources, purpose_fields, see_hidden=see_hidden)
            parts = parts_of_fields(
                fields,
                self._as_of,
                longest=self._settings.longest_query,
                is_reference=lambda code: _is_reference(code, scopes),
            )
            return self._found(parts, scopes, limit=limit)

    def _found(self, parts: tuple[Part, ...], scopes: _Scopes, *, limit: int) -> list[Found]:
        scope = scopes[0][1]
        matches = self._matches(self._open, parts, scope)
        fits = [fit(self._open, one, scope) for one in matches]
        weights = bits(fits, scope.known)
        found = self._ranked(self._open, fits, weights, scope, limit)
        for index, scope in scopes[1:]:
            if len(index.residents):
                hidden = [fit(index, match(index, one.part, scope, self._as_of), scope) for one in matches]
                found += self._ranked(index, hidden, weights, scope, limit)
        return sorted(found, key=lambda one: -one.score)[:limit]

    def _matches(self, index: Index, parts: tuple[Part, ...], scope: Scope) -> list[Match]:
        matches = [match(index, part, scope, self._as_of) for part in parts]
        return of_named_source(index, matches, scope)

    def _ranked(self, index: Index, fits: list[Fit], weights: list[float], scope: Scope, limit: int) -> list[Found]:
        ranked = rank(
            index,
            fits,
            weights,
            scope,
            looked_at=max(self._settings.looked_at, limit),
            least=self._settings.least_score,
            limit=limit,
        )
        reasons = Reasons(index, ranked, fits, scope)
        return [Found(str(index.residents[one.resident].as_py()), one.score, reasons.why(one)) for one in ranked]

    def _scopes_of(self, sources: frozenset[str] | None, fields: frozenset[str] | None, *, see_hidden: bool) -> _Scopes:
        """Return the indexes that a search may use, that of those who are hidden last, each with what counts of it."""
        out = []
        for hidden in (False, True) if see_hidden else (False,):
            key, index = (hidden, sources, fields), self._hidden if hidden else self._open
            if key not in self._scopes:
                self._scopes[key] = Scope.of(index, sources, fields)
            out.append((index, self._scopes[key]))
        return tuple(out)


def _is_reference(code: str, scopes: _Scopes) -> bool:
    return any(
        scope.may_use_reference(index.references, index.with_reference(code)).any()
        or scope.residents[index.with_id(code)].any()
        for index, scope in scopes
    )
