"""What the sources of one purpose say of a resident: values in order, and forms of the name.

Takes what each allowed record says, gives parts of the picture. The index chose the golden value and the kind of each
form of a name from all sources; for a purpose that may not use them all these are worked out from its
own sources, so that neither an order, nor a count, nor a reason tells what the others hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from insighthub.residents.picture_parts import NameForm, SaidBy, Value

_LONG_AGO = date(1, 1, 1)
_NAME = ("given_name", "middle_names", "family_name")


@dataclass(frozen=True)
class Said:
    """What one record says: a field, its value, who says it and as of when."""

    field: str
    value: str
    source: str
    record_id: str
    person: int
    date: date | None


def in_order(said: list[Said]) -> list[Value]:
    """Return the values of one field: what most of the sources say first, then the newest, with why the others lost."""
    by_value: dict[str, list[Said]] = {}
    for one in said:
        by_value.setdefault(one.value, []).append(one)
    known = {value: (_whole(value), len({s.source for s in rows}), _newest(rows)) for value, rows in by_value.items()}
    order = sorted(known, key=lambda v: (-known[v][0], -known[v][1], -known[v][2].toordinal(), v))
    best = known[order[0]]
    out = []
    for at, value in enumerate(order):
        by = sorted(by_value[value], key=lambda s: (s.source, s.record_id, s.person))
        says = tuple(dict.fromkeys(SaidBy(s.source, s.record_id, s.date) for s in by))
        out.append(Value(value, says, None if at == 0 else _lost(known[value], best)))
    return out


def forms_of_name(said: list[Said]) -> tuple[NameForm, ...]:
    """Return every form of the name that the sources bear: current, former where one says so, and other."""
    records: dict[tuple[str, str, int], dict[str, str]] = {}
    former = set()
    for one in said:
        if one.field in _NAME:
            records.setdefault((one.source, one.record_id, one.person), {})[one.field] = one.value
        elif one.field == "previous_family_name":
            former.add(one.value)
    now = {field: in_order(rows)[0].value for field in _NAME if (rows := [one for one in said if one.field == field])}
    forms: dict[tuple[str | None, ...], set[str]] = {}
    for (source, _, _), name in records.items():
        if "given_name" in name or "family_name" in name:
            forms.setdefault(tuple(name.get(field) for field in _NAME), set()).add(source)
    borne = {form[2] for form in forms}
    for one in said:
        if one.field == "previous_family_name" and one.value not in borne:
            forms.setdefault((now.get("given_name"), None, one.value), set()).add(one.source)
    out = [NameForm(f[0], f[1], f[2], _kind(f, now, former), tuple(sorted(sources))) for f, sources in forms.items()]
    return tuple(
        sorted(out, key=lambda n: (n.kind != "current", n.kind, n.family_name or "", n.given_name or "",
                                   n.middle_names or ""))
    )  # fmt: skip


def _kind(form: tuple[str | None, ...], now: dict[str, str], former: set[str]) -> str:
    given, _, family = form
    if given in (None, now.get("given_name")) and family in (None, now.get("family_name")):
        return "current"
    return "former" if family in former and family != now.get("family_name") else "other"


def _whole(value: str) -> int:
    """How whole a value is: an initial, or a date of which part is not known, comes after one that is whole."""
    return -10 if len(value) == 1 and value.isalpha() and value not in "MF" else -value.count("X") * ("-" in value)


def _newest(rows: list[Said]) -> date:
    return max((one.date for one in rows if one.date is not None), default=_LONG_AGO)


def _lost(this: tuple[Any, ...], best: tuple[Any, ...]) -> str:
    if this[0] < best[0]:
        return "less complete"
    if this[1] < best[1]:
        return "fewer of these sources say this"
    if this[2] < best[2]:
        return "not dated" if this[2] == _LONG_AGO else "older"
    return "nothing tells the values apart; later in order of the alphabet"
