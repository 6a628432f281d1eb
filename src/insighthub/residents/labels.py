"""Labels: what tells the residents of a list apart, without their whole pictures.

Takes a release, ids and a purpose, gives name, date of birth and home of each, as the purpose's own sources have
them. The picture is asked for one resident at a time and noted so; a label is what a search shows of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from insighthub.governance.fields import Field
from insighthub.governance.purposes import Purpose
from insighthub.residents.picture_own import Said as PlaceSaid
from insighthub.residents.picture_own import place_now
from insighthub.residents.picture_values import Said, in_order
from insighthub.store.tables import rows

_FIELDS = ("given_name", "family_name", "date_of_birth", "date_of_death")

# The residents are joined rather than looked up in a list, which is twice as quick.
_WANTED = "WITH wanted AS (SELECT DISTINCT unnest($ids) AS resident_id)"
_SEEN = f"""
{_WANTED}
SELECT DISTINCT m.resident_id
FROM wanted w
JOIN membership m ON m.resident_id = w.resident_id
JOIN resident r ON r.resident_id = w.resident_id
WHERE list_contains($sources, m.source) AND (r.hidden IS NULL OR $hidden)
"""
_SAID = f"""
{_WANTED}
SELECT v.resident_id, field, value, source, record_id, person, date
FROM wanted w JOIN golden_value v ON v.resident_id = w.resident_id
WHERE list_contains($fields, field) AND list_contains($sources, source)
ORDER BY v.resident_id, field, rank, source, record_id
"""
_HOMES = f"""
{_WANTED}
SELECT a.resident_id, place_id, postcode, is_current, sources
FROM wanted w JOIN address a ON a.resident_id = w.resident_id
ORDER BY a.resident_id, place_id
"""
_STAYS = f"""
{_WANTED}
SELECT r.resident_id, place_id, stay, from_date, to_date, given_on
FROM wanted w JOIN residence r ON r.resident_id = w.resident_id
WHERE list_contains($sources, source)
ORDER BY ALL
"""


@dataclass(frozen=True)
class Label:
    """What tells a resident apart in a list; None where the purpose does not see it, or nobody says it.

    Attributes:
        resident_id: whose it is.
        name: given and family name, as records write it: in capitals.
        date_of_birth: year-month-day, parts of it perhaps XX.
        postcode: of where they live now, as far as the purpose's sources say.
        died: whether a source says so.
    """

    resident_id: str
    name: str | None
    date_of_birth: str | None
    postcode: str | None
    died: bool


def labels(
    db: duckdb.DuckDBPyConnection, ids: Sequence[str], sources: Sequence[str], purpose: Purpose, *, whole: bool
) -> dict[str, Label]:
    """Return the labels of those of some residents whom the purpose may see, by id.

    Args:
        db: a release.
        ids: the residents.
        sources: those that the purpose may use.
        purpose: the purpose.
        whole: whether these are all sources: then what the index concluded from all of them may be told.
    """
    bound = {"ids": list(ids), "sources": list(sources)}
    seen = still_seen(db, ids, sources, purpose)
    fields = [name for name in _FIELDS if purpose.sees(name)]
    said: dict[str, dict[str, list[Said]]] = {}
    for resident_id, *rest in rows(db, _SAID, {**bound, "fields": fields}):
        said.setdefault(resident_id, {}).setdefault(rest[0], []).append(Said(*rest))
    homes = _homes(db, bound, whole=whole) if purpose.sees(Field.ADDRESSES) else {}
    out = {}
    for resident_id in ids:
        if resident_id not in seen:
            continue
        values = said.get(resident_id, {})
        best = {field: (found[0] if whole else in_order(found)[0]).value for field, found in values.items()}
        name = " ".join(best[part] for part in ("given_name", "family_name") if part in best)
        out[resident_id] = Label(
            resident_id, name or None, best.get("date_of_birth"), homes.get(resident_id), "date_of_death" in best
        )
    return out


def still_seen(
    db: duckdb.DuckDBPyConnection, ids: Sequence[str], sources: Sequence[str], purpose: Purpose
) -> frozenset[str]:
    """Return those of some residents whom a purpose may see in a release.

    Args:
        db: a release.
        ids: the residents, of another release perhaps.
        sources: those that the purpose may use.
        purpose: the purpose.
    """
    bound = {"ids": list(ids), "sources": list(sources), "hidden": purpose.hidden}
    return frozenset(one for (one,) in rows(db, _SEEN, bound))


def _homes(db: duckdb.DuckDBPyConnection, bound: dict[str, list[str]], *, whole: bool) -> dict[str, str | None]:
    """Return the postcode of where each resident lives now."""
    allowed = set(bound["sources"])
    # Lists are compared here: the database would compare those of every row before it looks whose it is.
    places = [row[:-1] for row in rows(db, _HOMES, {"ids": bound["ids"]}) if not allowed.isdisjoint(row[-1] or ())]
    if whole:
        return {resident: postcode for resident, _, postcode, current in places if current}
    stays: dict[str, list[PlaceSaid]] = {}
    for resident, *stay in rows(db, _STAYS, bound):
        stays.setdefault(resident, []).append(tuple(stay))
    now = {resident: place_now(found) for resident, found in stays.items()}
    return {resident: postcode for resident, place, postcode, _ in places if place == now.get(resident)}
