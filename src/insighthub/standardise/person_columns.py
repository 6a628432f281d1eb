"""From the name columns of a landed table to one row for each person they name.

Takes the landed table and a person map, gives names in columns with the landed row each belongs to. Plain forenames and
surnames are read once a distinct value; only rows that hold more than that are read whole, once a distinct row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import PersonMap
from insighthub.standardise.columns import APART, Coded, code, joined, read_field
from insighthub.standardise.names import (
    PersonName,
    canonical_family,
    canonical_name,
    standard_title,
)
from insighthub.standardise.persons import (
    names_several,
    people_in_columns,
    people_in_full_name,
)
from insighthub.standardise.plain_names import plain_family, plain_forenames

_NAME_FIELDS = ("title", "given_name", "middle_names", "family_name", "name_suffix", "previous_family_name")
_NOBODY = (PersonName(),)
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People in the order of the landed rows, then as the row names them.

    ``row`` is the landed row of each; ``columns`` hold the name fields, ``deceased`` and ``not_linked_reason``. A row
    that names nobody has one person without a name.
    """

    row: Rows
    columns: dict[str, pa.Array]


def read_people(landed: pa.Table, person: PersonMap, source: str) -> NamedPeople:
    """Return the people that the name fields of a person map name in each landed row."""
    mapped = {
        name: read_field(landed, field, source)
        for name in ("title", "given_name", "middle_names", "family_name", "full_name", "previous_family_name")
        if (field := getattr(person, name)) is not None
    }
    rows = np.arange(landed.num_rows, dtype=np.int64)
    if set(mapped) <= {"full_name"}:
        coded = code(mapped["full_name"]) if mapped else Coded([], pa.nulls(landed.num_rows, pa.int32()))
        return _spread(rows, coded, [people_in_full_name(text, person.name_order) for text in coded.values])
    plain, is_plain = _plain_people(landed.num_rows, mapped)
    if is_plain.all():
        return NamedPeople(rows, plain)
    whole = rows[~is_plain]
    people = _whole_people(whole, mapped, person)
    return _merged(NamedPeople(rows[is_plain], _take(plain, rows[is_plain])), people)


def _whole_people(rows: Rows, mapped: dict[str, pa.Array], person: PersonMap) -> NamedPeople:
    """Read rows whose columns have to be looked at together."""
    order = ("title", "given_name", "middle_names", "family_name", "previous_family_name", "full_name")
    indices = pa.array(rows)
    nothing = pa.nulls(len(rows), pa.string())
    coded = code(joined([mapped[f].take(indices) if f in mapped else nothing for f in order], APART, keep_nulls=True))
    people = []
    for key in coded.values:
        title, given, middle, family, previous, full = (text or None for text in key.split(APART))
        found = people_in_columns(title, given, middle, family, previous, order=person.name_order)
        if not found and full is not None:
            text = full if title is None or names_several(full) else f"{title} {full}"
            found = people_in_full_name(text, person.name_order)
        people.append(found)
    return _spread(rows, coded, people)


def _spread(rows: Rows, coded: Coded, people: Sequence[tuple[PersonName, ...]]) -> NamedPeople:
    """Give each row the people of its text."""
    groups = [group or _NOBODY for group in (*people, _NOBODY)]
    counts = np.fromiter((len(group) for group in groups), np.int64, len(groups))
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    codes = pc.fill_null(coded.codes, len(groups) - 1).to_numpy(zero_copy_only=False)
    per_row = counts[codes]
    row = np.repeat(rows, per_row)
    within = np.arange(len(row)) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    person = pa.array(np.repeat(starts[codes], per_row) + within)
    everyone = [p for group in groups for p in group]
    parts = dict(zip(PersonName._fields, zip(*everyone, strict=True), strict=True))
    columns = {
        name: pa.array(part, pa.bool_() if name == "deceased" else pa.string()).take(person)
        for name, part in parts.items()
    }
    return NamedPeople(row, columns)


def _take(columns: dict[str, pa.Array], rows: Rows) -> dict[str, pa.Array]:
    indices = pa.array(rows)
    return {name: column.take(indices) for name, column in columns.items()}


def _merged(one: NamedPeople, other: NamedPeople) -> NamedPeople:
    row = np.concatenate([one.row, other.row])
    order = np.argsort(row, kind="stable")
    columns = {name: pa.concat_arrays([one.columns[name], other.columns[name]]) for name in one.columns}
    return NamedPeople(row[order], _take(columns, order))


def _plain_people(rows: int, mapped: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], npt.NDArray[np.bool_]]:
    """Return the names of all rows as if they were plain, and which rows are."""
    nothing = pa.nulls(rows, pa.string())
    columns: dict[str, pa.Array] = dict.fromkeys((*_NAME_FIELDS, "not_linked_reason"), nothing)
    columns["deceased"] = pa.array(np.zeros(rows, np.bool_))
    is_plain = np.ones(rows, np.bool_)
    if "given_name" in mapped:
        coded = code(mapped["given_name"])
        parts = [plain_forenames(text) for text in coded.values]
        columns["given_name"] = coded.look_up(pa.array([p and p[0] for p in parts], pa.string()))
        columns["middle_names"] = coded.look_up(pa.array([p and p[1] for p in parts], pa.string()))
        is_plain &= _rows_where(coded, [p is not None for p in parts])
    if "family_name" in mapped:
        coded = code(mapped["family_name"])
        families = [plain_family(text) for text in coded.values]
        columns["family_name"] = coded.look_up(pa.array(families, pa.string()))
        is_plain &= _rows_where(coded, [f is not None for f in families])
    if "title" in mapped:
        coded = code(mapped["title"])
        columns["title"] = coded.look_up(pa.array(map(standard_title, coded.values), pa.string()))
        is_plain &= _rows_where(coded, [not names_several(text) for text in coded.values])
    if "middle_names" in mapped:
        coded = code(mapped["middle_names"])
        more = coded.look_up(pa.array(map(canonical_name, coded.values), pa.string()))
        columns["middle_names"] = joined([columns["middle_names"], more], " ")
        is_plain &= _rows_where(coded, [not names_several(text) for text in coded.values])
    nameless = pc.and_(pc.is_null(columns["given_name"]), pc.is_null(columns["family_name"]))
    if "full_name" in mapped:
        is_plain &= ~pc.and_(nameless, pc.is_valid(mapped["full_name"])).to_numpy(zero_copy_only=False)
    if "previous_family_name" in mapped:
        coded = code(mapped["previous_family_name"])
        previous = coded.look_up(pa.array(map(canonical_family, coded.values), pa.string()))
        same = pc.fill_null(pc.equal(previous, columns["family_name"]), False)
        columns["previous_family_name"] = pc.if_else(same, pa.scalar(None, pa.string()), previous)
    # A row without a name has nothing else of one either, as when it is read whole.
    for name in ("title", "middle_names", "previous_family_name"):
        columns[name] = pc.if_else(nameless, pa.scalar(None, pa.string()), columns[name])
    return columns, is_plain


def _rows_where(coded: Coded, is_plain: list[bool]) -> npt.NDArray[np.bool_]:
    """Return for each row whether its text is plain; a null is."""
    plain: npt.NDArray[np.bool_] = pc.fill_null(coded.look_up(pa.array(is_plain, pa.bool_())), True).to_numpy(
        zero_copy_only=False
    )
    return plain
