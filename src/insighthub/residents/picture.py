"""The full picture of one resident, for one purpose.

Takes a release, a resident's id and a purpose, gives a ``Picture``. Nothing is in it that does not come from a source
which the purpose may use: a value that only others hold is not shown, and where the best value is theirs the best of
the allowed ones stands. Every read of a person's data in the index goes through here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from insighthub.errors import RunError
from insighthub.governance.purposes import Purpose
from insighthub.residents.picture_parts import (
    Address,
    Contact,
    FieldPicture,
    Identifier,
    Mate,
    NameForm,
    Picture,
    Reason,
    SaidBy,
    SourceAsked,
    TimelineEntry,
    Value,
)
from insighthub.store.tables import rows

#: Comparison -> what each of its levels means, as the model has them.
Levels = Mapping[str, tuple[str, ...]]

IDENTIFIERS = ("nhs_number", "nino", "upn")
_NOT_SHOWN = ("place_id", *IDENTIFIERS)
_MOST_REASONS = 12

_RESIDENT = "SELECT confidence, hidden FROM resident WHERE resident_id = $id"
_VALUES = """
SELECT field, value, rank, source, record_id, date, why_lost
FROM golden_value WHERE resident_id = $id AND list_contains($sources, source)
ORDER BY field, rank, source, record_id
"""
_INFERRED = "SELECT field, value, why FROM golden WHERE resident_id = $id AND inferred ORDER BY field"
_NAMES = """
SELECT given_name, middle_names, family_name, kind, list_sort(list_intersect(sources, $sources))
FROM name_form WHERE resident_id = $id AND list_has_any(sources, $sources)
ORDER BY kind <> 'current', kind, family_name, given_name
"""
_ADDRESSES = """
SELECT address, postcode, uprn, from_date, to_date, is_current, probability,
    list_sort(list_intersect(sources, $sources)), inferred, why, place_id
FROM address WHERE resident_id = $id AND (list_has_any(sources, $sources))
ORDER BY is_current DESC, coalesce(to_date, from_date) DESC NULLS LAST, place_id
"""
_WHEREABOUTS = "SELECT status, why FROM whereabouts WHERE resident_id = $id"
_CONTACTS = """
SELECT kind, value, list_sort(list_intersect(sources, $sources)), newest, shared_with
FROM contact WHERE resident_id = $id AND list_has_any(sources, $sources)
ORDER BY kind, rank
"""
_IDENTIFIERS = """
SELECT kind, value, list_sort(list_intersect(sources, $sources)), verified, conflict
FROM identifier WHERE resident_id = $id AND list_has_any(sources, $sources)
ORDER BY kind, value
"""
_FACTS = """
SELECT date, end_date, source, record_id, name, kind, value, amount
FROM resident_fact WHERE resident_id = $id AND list_contains($sources, source)
ORDER BY date DESC NULLS LAST, source, name, record_id
"""
_SOURCES = """
SELECT s.source, count(m.resident_id), s.delivered_on
FROM source s LEFT JOIN (FROM membership WHERE resident_id = $id) m USING (source)
WHERE list_contains($sources, s.source)
GROUP BY s.source, s.delivered_on
ORDER BY s.source
"""
_REASONS = """
SELECT source_l, record_id_l, source_r, record_id_r, match_probability, match_weight, levels
FROM evidence
WHERE resident_id = $id AND list_contains($sources, source_l) AND list_contains($sources, source_r)
ORDER BY match_weight, source_l, record_id_l, source_r, record_id_r
"""
# Who lives together is told only as far as allowed sources give both of them that home.
_HOUSEHOLD = """
SELECT m.household_id, h.place_id, h.kind
FROM household_member m JOIN household h USING (household_id)
JOIN address a ON a.resident_id = m.resident_id AND a.place_id = h.place_id AND list_has_any(a.sources, $sources)
WHERE m.resident_id = $id
ORDER BY m.is_current DESC, m.from_date DESC NULLS LAST, m.household_id
"""
_MATES = """
SELECT resident_id, bool_or(is_current), max(probability), arg_max(why, (is_current, household_id))
FROM household_member
WHERE list_contains($households, household_id) AND resident_id <> $id
GROUP BY resident_id
"""
_KNOWN_MATES = """
SELECT n.resident_id, arg_min(concat_ws(' ', n.given_name, n.family_name), (n.kind <> 'current', n.family_name))
FROM name_form n
JOIN address a ON a.resident_id = n.resident_id AND list_contains($places, a.place_id)
    AND list_has_any(a.sources, $sources)
WHERE list_contains($mates, n.resident_id) AND list_has_any(n.sources, $sources)
GROUP BY n.resident_id
"""
_RELATIONS = """
SELECT resident_a, kind, why
FROM relation
WHERE resident_b = $id AND list_contains($mates, resident_a)
    AND (len(sources) = 0 OR list_has_any(sources, $sources))
ORDER BY resident_a, probability DESC, kind
"""


@dataclass(frozen=True)
class Asking:
    """Who is asked about, and what may be seen of them.

    Attributes:
        resident_id: the id now.
        asked: the id that was asked for.
        purpose: the purpose.
        sources: the sources that it may use.
        not_allowed: the hub's other sources.
    """

    resident_id: str
    asked: str
    purpose: Purpose
    sources: frozenset[str]
    not_allowed: tuple[str, ...]


def no_such_resident() -> RunError:
    """Return the error for an id that is not there, or is not to be seen: one says no more than the other."""
    return RunError("there is no resident with this id that may be seen for this purpose", remedy="Search by name")


def picture(db: duckdb.DuckDBPyConnection, asking: Asking, levels: Levels) -> Picture:
    """Return the full picture of a resident.

    Args:
        db: a release.
        asking: who, and what may be seen.
        levels: what the levels of evidence mean.

    Raises:
        RunError: there is no such resident, or none that the purpose may see.
    """
    bound: dict[str, Any] = {"id": asking.resident_id, "sources": sorted(asking.sources)}

    def ask(query: str, **more: object) -> list[tuple[Any, ...]]:
        wanted = {**bound, **more}
        return rows(db, query, {name: value for name, value in wanted.items() if f"${name}" in query})

    found = ask(_RESIDENT)
    if not found or (found[0][1] is not None and not asking.purpose.hidden):
        raise no_such_resident()
    confidence, hidden = found[0]
    sources = ask(_SOURCES)
    if not any(count for _, count, _ in sources):
        raise no_such_resident()
    release, as_of = rows(db, "SELECT run_id, as_of FROM run ORDER BY run_id DESC LIMIT 1")[0]
    fields = _fields(ask(_VALUES), ask(_INFERRED), asking.purpose)
    addresses = tuple(
        Address(
            address=row[0],
            postcode=row[1],
            uprn=row[2],
            from_date=row[3],
            to_date=row[4],
            is_current=row[5],
            probability=row[6],
            sources=tuple(row[7]),
            inferred=row[8],
            why=row[9],
        )
        for row in ask(_ADDRESSES)
    )
    mates, kind = ((), None) if hidden else _household(ask)
    timeline = tuple(_entry(row, as_of) for row in ask(_FACTS) if asking.purpose.allows_fact(row[4]))
    contacts = tuple(Contact(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in ask(_CONTACTS))
    identifiers = None
    if asking.purpose.identifiers:
        identifiers = tuple(Identifier(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in ask(_IDENTIFIERS))
    return Picture(
        resident_id=asking.resident_id,
        asked=asking.asked,
        purpose=asking.purpose.name,
        release=release,
        as_of=as_of,
        confidence=confidence,
        fields=fields,
        names=tuple(NameForm(row[0], row[1], row[2], row[3], tuple(row[4])) for row in ask(_NAMES)),
        addresses=addresses,
        contacts=contacts,
        identifiers=identifiers,
        household=mates,
        household_kind=kind,
        timeline=timeline,
        flags=_flags(hidden, fields, ask(_WHEREABOUTS), contacts, asking),
        asked_sources=tuple(SourceAsked(name, count, day, (as_of - day).days) for name, count, day in sources),
        not_allowed=asking.not_allowed,
        reasons=_reasons(ask(_REASONS), levels),
    )


def _fields(
    values: list[tuple[Any, ...]], inferred: list[tuple[Any, ...]], purpose: Purpose
) -> tuple[FieldPicture, ...]:
    """Gather the values of each field; the first that an allowed source gives is the one that stands."""
    gathered: dict[str, dict[str, list[SaidBy]]] = {}
    lost: dict[tuple[str, str], str | None] = {}
    for field, value, _, source, record_id, day, why in values:
        if field in IDENTIFIERS and not purpose.identifiers:
            continue
        gathered.setdefault(field, {}).setdefault(value, []).append(SaidBy(source, record_id, day))
        lost.setdefault((field, value), why)
    out = []
    for field, found in gathered.items():
        ordered = [Value(value, tuple(said), lost[field, value]) for value, said in found.items()]
        first = Value(ordered[0].value, ordered[0].said_by, None)
        out.append(FieldPicture(field, (first, *ordered[1:]), False))
    for field, value, why in inferred:
        if field not in gathered and (field not in IDENTIFIERS or purpose.identifiers):
            out.append(FieldPicture(field, (Value(value, (), why),), True))
    return tuple(sorted(out, key=lambda f: f.field))


def _household(ask: Any) -> tuple[tuple[Mate, ...], str | None]:
    """Return who lives, and lived, with the resident, of those whom the purpose's sources know."""
    households = ask(_HOUSEHOLD)
    if not households:
        return (), None
    found = {row[0]: row[1:] for row in ask(_MATES, households=[row[0] for row in households])}
    mates = sorted(found)
    names = dict(ask(_KNOWN_MATES, mates=mates, places=[row[1] for row in households]))
    relations: dict[str, tuple[str, str]] = {}
    for other, kind, why in ask(_RELATIONS, mates=mates):
        relations.setdefault(other, (kind, why))
    out = []
    for other, (current, probability, why) in found.items():
        if other in names:
            relation, reason = relations.get(other, (None, why))
            out.append(Mate(other, names[other] or None, current, probability, relation, reason))
    ordered = sorted(out, key=lambda m: (not m.is_current, m.name or "", m.resident_id))
    return tuple(ordered), households[0][2]


def _entry(row: tuple[Any, ...], as_of: date) -> TimelineEntry:
    day, end_date, source, record_id, name, kind, value, amount = row
    age = None if day is None else (as_of - day).days
    return TimelineEntry(day, end_date, source, record_id, name, kind, value, amount, age)


def _flags(
    hidden: str | None,
    fields: tuple[FieldPicture, ...],
    whereabouts: list[tuple[Any, ...]],
    contacts: tuple[Contact, ...],
    asking: Asking,
) -> tuple[str, ...]:
    """Return warnings, the gravest first."""
    out = []
    if hidden is not None:
        out.append(f"Hidden: {hidden}. Do not tell anybody where this person lives")
    by_name = {f.field: f for f in fields}
    if "date_of_death" in by_name:
        said = by_name["date_of_death"].values[0].said_by
        by = ", ".join(sorted({s.source for s in said}))
        out.append(f"Died, as {by} says" if by else "Died")
    elif whereabouts and whereabouts[0][0] == "probably left":
        out.append("Has probably left the borough")
    out += [f"Sources disagree on the {f.field.replace('_', ' ')}" for f in fields if f.disagree and _is_hard(f.field)]
    if any(c.shared_with >= 5 for c in contacts):
        out.append("A telephone number or e-mail address is shared with five or more other residents")
    if asking.asked != asking.resident_id:
        out.append(f"The id {asking.asked} was merged into {asking.resident_id}")
    return tuple(out)


def _is_hard(field: str) -> bool:
    """Whether two values of a field cannot both be right."""
    return field in {"date_of_birth", "date_of_death", "sex", *IDENTIFIERS}


def _reasons(found: list[tuple[Any, ...]], levels: Levels) -> tuple[Reason, ...]:
    """Say what brings records together: the weakest links first, as they are what one would doubt."""
    out = []
    for source_l, record_l, source_r, record_r, probability, weight, said in found[:_MOST_REASONS]:
        agreements: list[str] = []
        differences: list[str] = []
        for comparison, level in json.loads(said).items():
            words = levels.get(comparison, ())
            if level is None or not 0 <= level < len(words):
                continue
            told = f"{comparison.replace('_', ' ')}: {words[level]}"
            (differences if level == len(words) - 1 else agreements).append(told)
        out.append(
            Reason(
                (source_l, record_l),
                (source_r, record_r),
                probability,
                weight,
                tuple(agreements),
                tuple(differences),
            )
        )
    return tuple(out)
