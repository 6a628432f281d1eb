"""The full picture of one resident, for one purpose.

Takes a release, a resident's id and a purpose, gives a ``Picture``. Nothing is in it that does not come from a source
which the purpose may use: a value that only others hold is not shown, and where the best value is theirs the best of
the allowed ones stands. What the index concluded from all sources together (who lives where, with whom, which value is
best and why) is told only to a purpose that may use them all; for any other it is worked out from its own sources,
whether the others hold anything of this resident or not, so that nothing can be read from how a picture is made. Every
read of a person's data in the index goes through here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from insighthub.errors import RunError
from insighthub.governance.purposes import Purpose
from insighthub.residents.picture_own import all_ended, own_addresses, own_household
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
from insighthub.residents.picture_values import Said, forms_of_name, in_order
from insighthub.residents.rectified import RULE
from insighthub.store.tables import one_of, rows

#: Comparison -> what each of its levels means, as the model has them.
Levels = Mapping[str, tuple[str, ...]]

IDENTIFIERS = ("nhs_number", "nino", "upn")
_NOT_SHOWN = ("place_id", *IDENTIFIERS)
_NAME_FIELDS = ("given_name", "middle_names", "family_name")
_MOST_REASONS = 12

_RESIDENT = """
SELECT confidence, hidden, run_id, as_of
FROM resident, (SELECT run_id, as_of FROM run ORDER BY run_id DESC LIMIT 1)
WHERE resident_id = $id
"""
_VALUES = """
SELECT field, value, rank, source, record_id, person, date, why_lost
FROM golden_value WHERE resident_id = $id AND list_contains($sources, source)
ORDER BY field, rank, source, record_id
"""
_OF_NO_SOURCE = f"""
SELECT field, value, why, inferred, rule = '{RULE}'
FROM golden WHERE resident_id = $id AND (inferred OR rule = '{RULE}')
ORDER BY field
"""
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
# Who else has a value, of those whom the purpose may see by its sources.
_OTHERS_REACHED = """
SELECT value, count(DISTINCT resident_id)
FROM contact
WHERE value IN (SELECT unnest($values)) AND resident_id <> $id AND list_has_any(sources, $sources)
    AND ($see_hidden OR resident_id NOT IN (SELECT resident_id FROM resident WHERE hidden IS NOT NULL))
GROUP BY value
"""
_OTHERS_KNOWN = """
SELECT DISTINCT value
FROM identifier
WHERE value IN (SELECT unnest($values)) AND resident_id <> $id AND list_has_any(sources, $sources)
    AND ($see_hidden OR resident_id NOT IN (SELECT resident_id FROM resident WHERE hidden IS NOT NULL))
"""
_HIDDEN_BECAUSE = """
SELECT string_agg(DISTINCT s.hidden, '; ' ORDER BY s.hidden)
FROM membership m JOIN source_record s USING (source, record_id)
WHERE m.resident_id = $id AND list_contains($sources, m.source)
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
_SOURCES = "SELECT source, delivered_on FROM source WHERE list_contains($sources, source) ORDER BY source"
_RECORDS = "SELECT source, probability FROM membership WHERE resident_id = $id AND list_contains($sources, source)"
_REASONS = """
SELECT source_l, record_id_l, source_r, record_id_r, match_probability, match_weight, levels
FROM evidence
WHERE resident_id = $id AND list_contains($sources, source_l) AND list_contains($sources, source_r)
ORDER BY match_weight, source_l, record_id_l, source_r, record_id_r
"""
_HOUSEHOLD = """
SELECT m.household_id, h.place_id, h.kind
FROM household_member m JOIN household h USING (household_id)
WHERE m.resident_id = $id
ORDER BY m.is_current DESC, m.from_date DESC NULLS LAST, m.household_id
"""
_MATES = """
SELECT resident_id, is_current, probability, why
FROM household_member
WHERE household_id IN (SELECT unnest($households)) AND resident_id <> $id
ORDER BY is_current, household_id
"""
_KNOWN_MATES = """
SELECT n.resident_id, arg_min(concat_ws(' ', n.given_name, n.family_name), (n.kind <> 'current', n.family_name))
FROM name_form n
JOIN address a ON a.resident_id = n.resident_id AND a.place_id {places}
    AND list_has_any(a.sources, $sources)
WHERE n.resident_id {mates} AND a.resident_id {mates} AND list_has_any(n.sources, $sources)
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
        not_shown: residents whom the purpose may not be shown, as they asked for it: no mates of anybody.
    """

    resident_id: str
    asked: str
    purpose: Purpose
    sources: frozenset[str]
    not_allowed: tuple[str, ...]
    not_shown: frozenset[str] = frozenset()


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
    bound: dict[str, Any] = {
        "id": asking.resident_id,
        "sources": sorted(asking.sources),
        "see_hidden": asking.purpose.hidden,
    }

    def ask(query: str, **more: object) -> list[tuple[Any, ...]]:
        wanted = {**bound, **more}
        return rows(db, query, {name: value for name, value in wanted.items() if f"${name}" in query})

    found = ask(_RESIDENT)
    if not found or (found[0][1] is not None and not asking.purpose.hidden):
        raise no_such_resident()
    confidence, hidden, release, as_of = found[0]
    records = ask(_RECORDS)
    if not records:
        raise no_such_resident()
    held = Counter(source for source, _ in records)
    values = ask(_VALUES)
    of_no_source = ask(_OF_NO_SOURCE)
    contacts = tuple(Contact(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in ask(_CONTACTS))
    identifiers = None
    if asking.purpose.identifiers:
        identifiers = tuple(Identifier(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in ask(_IDENTIFIERS))
    if asking.not_allowed:
        said = [Said(*row[:2], *row[3:7]) for row in values]
        fields = _own_fields(said, asking.purpose)
        names = forms_of_name(said)
        addresses, place = own_addresses(ask)
        mates, kind = (() if hidden else own_household(ask, place)), None
        left = all_ended(addresses)
        contacts = _own_contacts(ask, contacts, said)
        identifiers = None if identifiers is None else _own_identifiers(ask, identifiers)
        told = [probability for _, probability in records if probability is not None]
        confidence = min(told, default=None) if len(records) > 1 else None
        if hidden is not None:
            hidden = ask(_HIDDEN_BECAUSE)[0][0] or "the reason is not for this purpose"
    else:
        fields = _fields(values, [row[:3] for row in of_no_source if row[3]], asking.purpose)
        names = tuple(NameForm(row[0], row[1], row[2], row[3], tuple(row[4])) for row in ask(_NAMES))
        there = ask(_ADDRESSES)
        addresses = tuple(_address(row) for row in there)
        mates, kind = ((), None) if hidden else _household(ask, {row[-1] for row in there})
        left = any(row[0] == "probably left" for row in ask(_WHEREABOUTS))
    put_right = {field: (value, why) for field, value, why, _, right in of_no_source if right}
    fields = _with_put_right(fields, put_right, asking.purpose)
    names = _with_name_put_right(names, put_right, fields)
    mates = tuple(mate for mate in mates if mate.resident_id not in asking.not_shown)
    timeline = tuple(_entry(row, as_of) for row in ask(_FACTS) if asking.purpose.allows_fact(row[4]))
    return Picture(
        resident_id=asking.resident_id,
        asked=asking.asked,
        purpose=asking.purpose.name,
        release=release,
        as_of=as_of,
        confidence=confidence,
        fields=fields,
        names=names,
        addresses=addresses,
        contacts=contacts,
        identifiers=identifiers,
        household=mates,
        household_kind=kind,
        timeline=timeline,
        flags=_flags(hidden, fields, contacts, asking, left=left),
        asked_sources=tuple(SourceAsked(name, held[name], day, (as_of - day).days) for name, day in ask(_SOURCES)),
        not_allowed=asking.not_allowed,
        reasons=_reasons(ask(_REASONS), levels),
    )


def _fields(
    values: list[tuple[Any, ...]], inferred: list[tuple[Any, ...]], purpose: Purpose
) -> tuple[FieldPicture, ...]:
    """Gather the values of each field; the first that an allowed source gives is the one that stands."""
    gathered: dict[str, dict[str, list[SaidBy]]] = {}
    lost: dict[tuple[str, str], str | None] = {}
    for field, value, _, source, record_id, _, day, why in values:
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


def _with_put_right(
    fields: tuple[FieldPicture, ...], put_right: Mapping[str, tuple[str, str]], purpose: Purpose
) -> tuple[FieldPicture, ...]:
    """Let what was put right stand in each field: it is the resident's own word, and no source's."""
    out = {field.field: field for field in fields}
    for field, (value, why) in put_right.items():
        if field in IDENTIFIERS and not purpose.identifiers:
            continue
        said = () if field not in out or out[field].inferred else out[field].values
        same = tuple(by for one in said if one.value == value for by in one.said_by)
        others = (Value(one.value, one.said_by, one.why_lost or why) for one in said if one.value != value)
        out[field] = FieldPicture(field, (Value(value, same, None), *others), inferred=False)
    return tuple(out[field] for field in sorted(out))


def _with_name_put_right(
    names: tuple[NameForm, ...], put_right: Mapping[str, tuple[str, str]], fields: tuple[FieldPicture, ...]
) -> tuple[NameForm, ...]:
    """Put the name as it was put right before its other forms, none of which is current then."""
    if not put_right.keys() & set(_NAME_FIELDS):
        return names
    stands = {field.field: field.values[0].value for field in fields}
    now = NameForm(stands.get("given_name"), stands.get("middle_names"), stands.get("family_name"), "current", ())
    others = (
        NameForm(n.given_name, n.middle_names, n.family_name, "other" if n.kind == "current" else n.kind, n.sources)
        for n in names
        if (n.given_name, n.middle_names, n.family_name) != (now.given_name, now.middle_names, now.family_name)
    )
    return (now, *others)


def _address(row: tuple[Any, ...]) -> Address:
    address, postcode, uprn, begins, ends, current, probability, sources, inferred, why = row[:10]
    return Address(
        address, postcode, uprn, begins, ends, current, probability, tuple(sources), inferred=inferred, why=why
    )


def _own_fields(said: list[Said], purpose: Purpose) -> tuple[FieldPicture, ...]:
    """Return the fields as the purpose's own sources have them."""
    by_field: dict[str, list[Said]] = {}
    for one in said:
        if one.field not in IDENTIFIERS or purpose.identifiers:
            by_field.setdefault(one.field, []).append(one)
    return tuple(FieldPicture(field, tuple(in_order(by_field[field])), inferred=False) for field in sorted(by_field))


def _own_contacts(ask: Any, contacts: tuple[Contact, ...], said: list[Said]) -> tuple[Contact, ...]:
    """Return the contacts as of the day that the purpose's sources give, and shared with those whom these know."""
    # What the index knows nobody else to have, nobody else has by some of its sources either.
    maybe = [c.value for c in contacts if c.shared_with]
    shared = dict(ask(_OTHERS_REACHED, values=maybe)) if maybe else {}
    newest: dict[tuple[str, str], date] = {}
    for one in said:
        if one.date is not None:
            key = (one.field, one.value)
            newest[key] = max(newest.get(key, one.date), one.date)
    own = [Contact(c.kind, c.value, c.sources, newest.get((c.kind, c.value)), shared.get(c.value, 0)) for c in contacts]
    return tuple(sorted(own, key=lambda c: (c.kind, -(c.newest or date.min).toordinal(), c.value)))


def _own_identifiers(ask: Any, identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Return the identifiers with whether the purpose's sources alone agree on them, or conflict."""
    maybe = [i.value for i in identifiers if i.conflict]
    others = {value for (value,) in ask(_OTHERS_KNOWN, values=maybe)} if maybe else set()
    return tuple(
        Identifier(
            i.kind,
            i.value,
            i.sources,
            verified=len(i.sources) > 1,
            conflict=i.value in others or sum(o.kind == i.kind for o in identifiers) > 1,
        )
        for i in identifiers
    )


def _household(ask: Any, places: Collection[str]) -> tuple[tuple[Mate, ...], str | None]:
    """Return who lives, and lived, with the resident, as far as allowed sources give both of them that place."""
    households = [row for row in ask(_HOUSEHOLD) if row[1] in places]
    if not households:
        return (), None
    # Once for each of the households that they share, the current ones last: these say.
    found = {row[0]: row[1:] for row in ask(_MATES, households=[row[0] for row in households])}
    if not (mates := sorted(found)):
        return (), households[0][2]
    theirs, bound = one_of("mate", mates)
    there, homes = one_of("place", [row[1] for row in households])
    names = dict(ask(_KNOWN_MATES.format(mates=theirs, places=there), **bound, **homes))
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
    contacts: tuple[Contact, ...],
    asking: Asking,
    *,
    left: bool,
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
    elif left:
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
