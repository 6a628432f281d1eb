"""Where a resident lives and with whom, from the sources of one purpose alone.

The index weighs all sources together to estimate where somebody lives now, and goes by their neighbours' records too.
For a purpose that may not use them all, an estimate would betray the others: an address that is no longer called
current says that another source knows a newer one. So nothing of the estimate is used. What its own sources say
stands: an account or tenancy that is open, else the address that was given last. No probability is told, and of others
only those whom these same sources have at that address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from insighthub.residents import picture_values as values
from insighthub.residents.picture_parts import Address, Mate
from insighthub.spoken import spoken_date

#: Asks the release something about the resident, with more parameters by name.
Ask = Callable[..., list[tuple[Any, ...]]]

#: A place at which more people are known than this is told of nobody's household.
MOST_MATES = 16

_RESIDENCE = """
SELECT place_id, source, record_id, person, stay, from_date, to_date, given_on
FROM residence WHERE resident_id = $id AND list_contains($sources, source)
ORDER BY place_id, source, record_id, person
"""
_WRITTEN = """
SELECT address, postcode, uprn FROM person_record
WHERE source = $source AND record_id = $record AND person = $person
"""
# Everybody who shares a place with the resident by any source, none of them hidden: where to look, and not yet what is
# told. A place where very many have lived is left out by the index.
_NEAR = "SELECT other_id FROM together WHERE resident_id = $id ORDER BY other_id"
_WHERE_OTHERS_LIVE = """
SELECT resident_id, place_id, stay, from_date, to_date, given_on
FROM residence
WHERE resident_id IN (SELECT unnest($mates)) AND list_contains($sources, source)
ORDER BY resident_id, place_id
"""
_NAMES = """
SELECT resident_id, field, value, source, record_id, person, date
FROM golden_value
WHERE resident_id IN (SELECT unnest($mates)) AND field IN ('given_name', 'family_name')
    AND list_contains($sources, source)
ORDER BY ALL
"""
_LONG_AGO = date(1, 1, 1)

#: What a record says of a place: which, stay, from_date, to_date, given_on; as ``residence`` has them.
Said = tuple[str, int, date | None, date | None, date | None]


def own_addresses(ask: Ask) -> tuple[tuple[Address, ...], str | None]:
    """Return a resident's addresses as the purpose's sources alone give them, and the place where they live now."""
    found = ask(_RESIDENCE)
    said: dict[str, list[Said]] = {}
    records: dict[str, list[tuple[date, str, str, int]]] = {}
    for place, source, record, person, stay, begins, ends, given in found:
        said.setdefault(place, []).append((place, stay, begins, ends, given))
        records.setdefault(place, []).append((given or _LONG_AGO, source, record, person))
    now = place_now([each for rows in said.values() for each in rows])
    since = None if now is None else _first(said[now])
    out = []
    for place, rows in said.items():
        _, source, record, person = max(records[place])  # the newest says how it is written
        text, postcode, uprn = ask(_WRITTEN, source=source, record=record, person=person)[0]
        last = max((row[4] for row in rows if row[4] is not None), default=None)
        ends = [row[3] for row in rows if row[3] is not None]
        over = max(ends) if ends and not any(row[1] and row[3] is None for row in rows) else None
        if over is None and place != now and since is not None and since > (last or _LONG_AGO):
            over = since
        out.append(
            Address(
                address=text,
                postcode=postcode,
                uprn=uprn,
                from_date=_first(rows),
                to_date=over,
                is_current=place == now,
                probability=None,
                sources=tuple(sorted({each[1] for each in records[place]})),
                inferred=False,
                why=_why(rows, last),
            )
        )
    newest_first = sorted(out, key=lambda a: (a.to_date or a.from_date or _LONG_AGO, a.address or ""), reverse=True)
    return tuple(sorted(newest_first, key=lambda a: not a.is_current)), now


def place_now(said: list[Said]) -> str | None:
    """Return the place at which records have somebody now: an open stay of the best kind, else the last that was given.

    A place whose stay has ended is none, unless a record that is no stay gave it later.
    """
    stays = [s for s in said if s[1] > 0 and s[3] is None]
    if stays:
        return min(stays, key=lambda s: (s[1], -(s[2] or _LONG_AGO).toordinal(), s[0]))[0]
    ended: dict[str, date] = {}
    for place, _, _, ends, _ in said:
        if ends is not None:
            ended[place] = max(ended.get(place, _LONG_AGO), ends)
    given = [s for s in said if s[1] == 0 and (s[4] or _LONG_AGO) > ended.get(s[0], date.min)]
    given += [s for s in said if s[1] == 0 and s[4] is None and s[0] not in ended]
    return max(given, key=lambda s: (s[4] or _LONG_AGO, s[0]))[0] if given else None


def own_household(ask: Ask, place: str | None) -> tuple[Mate, ...]:
    """Return those whom the purpose's sources alone have at a place now; nobody where they are too many for a home."""
    if place is None:
        return ()
    said: dict[str, list[Said]] = {}
    near = [other for (other,) in ask(_NEAR)]
    for other, *rest in ask(_WHERE_OTHERS_LIVE, mates=near) if near else ():
        said.setdefault(other, []).append((rest[0], rest[1], rest[2], rest[3], rest[4]))
    here = sorted(other for other, rows in said.items() if place_now(rows) == place)
    if not here or len(here) >= MOST_MATES:
        return ()
    names: dict[str, dict[str, list[values.Said]]] = {}
    for other, *row in ask(_NAMES, mates=here):
        one = values.Said(*row)
        names.setdefault(other, {}).setdefault(one.field, []).append(one)
    mates = [
        Mate(other, _name(names.get(other, {})), True, None, None, "these sources have them at this address too")
        for other in here
    ]
    return tuple(sorted(mates, key=lambda m: (m.name or "", m.resident_id)))


def all_ended(addresses: tuple[Address, ...]) -> bool:
    """Whether the sources know of addresses, and of every one that it is over."""
    return bool(addresses) and all(a.to_date is not None for a in addresses)


def _name(said: dict[str, list[values.Said]]) -> str | None:
    parts = [values.in_order(said[field])[0].value for field in ("given_name", "family_name") if field in said]
    return " ".join(parts) or None


def _first(rows: list[Said]) -> date | None:
    begun = [row[2] for row in rows if row[2] is not None]
    return min(begun or [row[4] for row in rows if row[4] is not None], default=None)


def _why(rows: list[Said], last: date | None) -> str:
    if any(row[1] and row[3] is None for row in rows):
        return "named on an open account or tenancy here"
    if any(row[1] for row in rows) and not any(row[1] == 0 for row in rows):
        return "the account or tenancy here has ended"
    return "given by a record, not dated" if last is None else f"given by a record, last as of {spoken_date(last)}"
