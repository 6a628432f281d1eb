"""What is proposed, in the source's own form: its columns, its dates, its address lines, its capitals.

Takes the contract's map of a person, the row as it was landed and the proposed value; gives text for each column that
would change. A clerk can then type what stands there, and a system can load it. What cannot be said in the source's
columns (that somebody has died, where there is no column for it) is in the words beside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from insighthub.sources.contract import FieldMap, PersonMap
from insighthub.standardise.dates import standard_date

_EXCEL_DAY_NOUGHT = date(1899, 12, 30)
_BRITISH = "%d/%m/%Y"


@dataclass(frozen=True)
class AddressParts:
    """An address in parts, as a person record has them; ``address`` is the whole without its postcode."""

    address: str
    street: str | None = None
    postcode: str | None = None
    uprn: str | None = None


Row = Mapping[str, str | None]


def own_date(field: FieldMap, held: Row, edtf: str) -> dict[str, str]:
    """Return a whole date by column, in the format in which the row has its own; nothing of one known in part."""
    if "X" in edtf:
        return {}
    day = date.fromisoformat(edtf)
    if field.column is None:
        parts = ((field.year, f"{day.year:04}"), (field.month, f"{day.month:02}"), (field.day, f"{day.day:02}"))
        return {column: text for column, text in parts if column is not None}
    text = held.get(field.column)
    fitting = [f for f in field.format if text and standard_date(text, (f,)).edtf is not None and _is_of(text, f)]
    return {field.column: _written(day, (*fitting, *field.format, _BRITISH)[0])}


def own_address(person: PersonMap, held: Row, parts: AddressParts) -> dict[str, str]:
    """Return an address by column: line by line, or where columns are named for their parts, part by part."""
    out: dict[str, str] = {}
    if person.address is not None:
        columns = person.address.names()
        lines = _lines(parts)
        if person.postcode is None and parts.postcode:
            lines = [*lines, parts.postcode]
        if len(columns) == 1:
            out[columns[0]] = ", ".join(line for line in lines if line)
        elif any("street" in c.lower() for c in columns):
            out |= _by_name(columns, lines)
        else:
            filled = [line for line in lines if line]
            filled = [*filled[: len(columns) - 1], ", ".join(filled[len(columns) - 1 :])]
            out |= dict(zip(columns, (*filled, *("",) * len(columns)), strict=False))
        out = {column: _cased(text, held, columns) for column, text in out.items()}
    if person.postcode is not None:
        out |= dict.fromkeys(person.postcode.names()[:1], parts.postcode or "")
    if person.uprn is not None and parts.uprn:
        out |= dict.fromkeys(person.uprn.names()[:1], parts.uprn)
    return out


def own_family_name(person: PersonMap, held: Row, former: str, name: str) -> dict[str, str]:
    """Return a family name by column; within a full name only where the former one stands there once."""
    field = person.family_name
    if field is not None and field.column is not None:
        return {field.column: _cased(name, held, (field.column,))}
    field = person.full_name
    if field is None or field.column is None:
        return {}
    text = held.get(field.column) or ""
    pattern = re.compile(rf"\b{re.escape(former)}\b", re.IGNORECASE)
    if len(pattern.findall(text)) != 1:
        return {}
    return {field.column: pattern.sub(_cased(name, held, (field.column,)), text)}


def own_text(field: FieldMap, held: Row, value: str) -> dict[str, str]:
    """Return a number or e-mail address by column; a British number as people write it, unless the row does not."""
    column = field.names()[0]
    text = held.get(column) or ""
    if value.startswith("+44") and not text.startswith("+"):
        value = "0" + value[3:]
    return {column: value}


def _is_of(text: str, declared: str) -> bool:
    """Whether a text is written just so, digit for digit."""
    read = standard_date(text, (declared,)).edtf
    return read is not None and "X" not in read and _written(date.fromisoformat(read), declared).upper() == text.upper()


def _written(day: date, declared: str) -> str:
    if declared.lower() == "excel":
        return str((day - _EXCEL_DAY_NOUGHT).days)
    return day.strftime(declared)


def _lines(parts: AddressParts) -> list[str]:
    """Return flat and building, number and street, and what follows; an empty text for what there is not."""
    if not parts.street or parts.street not in parts.address:
        return [parts.address]
    head, _, tail = parts.address.partition(parts.street)
    words = head.split()
    number = words.pop() if words and any(letter.isdigit() for letter in words[-1]) else ""
    return [" ".join(words), f"{number} {parts.street}".strip(), tail.strip()]


def _by_name(columns: tuple[str, ...], lines: list[str]) -> dict[str, str]:
    """Return lines by columns that are named for parts of an address: house_name_number, building, street, district."""
    first, street, tail = (*lines, "", "")[:3] if len(lines) > 1 else ("", lines[0], "")
    number, _, name = street.partition(" ")
    if not any(letter.isdigit() for letter in number):
        number, name = "", street
    out = dict.fromkeys(columns, "")
    for column in columns:
        called = column.lower()
        if "street" in called:
            out[column] = name
        elif "building" in called:
            out[column] = first
        elif "house" in called or "number" in called:
            out[column] = number
        elif any(word in called for word in ("town", "district", "locality", "city")):
            out[column] = tail
    placed = " ".join(out.values()).split()
    lost = [part for part in (first, number, tail) if part and not set(part.split()) <= set(placed)]
    street_column = next(c for c in columns if "street" in c.lower())
    if lost:
        out[street_column] = ", ".join([part for part in (first, street, tail) if part])
    return out


def _cased(text: str, held: Row, columns: tuple[str, ...]) -> str:
    """Return a text in capitals where the row's own is, with capital initials where it is not."""
    own = "".join(held.get(column) or "" for column in columns)
    if own and own.upper() != own:
        words = [w if any(letter.isdigit() for letter in w) else w.capitalize() for w in text.split(" ")]
        return " ".join(words)
    return text
