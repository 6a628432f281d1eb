"""From a landed table to person_records: one row for every person that a record names.

Takes the rows of one source as they were landed (text columns named as in the file) and its contract, gives
PERSON_RECORDS and the contract's own ``other_<name>`` columns. No record is dropped: one that names nobody, or
that the contract excludes, is kept with the reason why it is not linked.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import Exclusion, OtherPerson, PersonMap, Source
from insighthub.standardise.columns import joined, read_column
from insighthub.standardise.nonpersons import NOBODY
from insighthub.standardise.person_columns import NamedPeople, read_people
from insighthub.standardise.person_fields import (
    CONTACT_FIELDS,
    OWN_FIELDS,
    PLACE_FIELDS,
    RECORD_FIELDS,
    Columns,
    read_fields,
)
from insighthub.standardise.schema import OTHER_PREFIX, PERSON_RECORDS

#: A death whose date is not known, in EDTF: the record only says that the person has died.
DIED = "XXXX-XX-XX"

_NO_TEXT = pa.scalar(None, pa.string())
_SHARED_FIELDS = frozenset(PLACE_FIELDS) | frozenset(RECORD_FIELDS)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Slot:
    """The people of one person map: the main one, or a further one of the contract."""

    row: npt.NDArray[np.int64]
    columns: Columns
    names_someone: Mask  # by name, or by anything else that tells who somebody is
    is_further: Mask  # enough to say that there is a further person: a contact alone may be the main person's


def standardise(landed: pa.Table, source: Source, as_of: date | None = None) -> pa.Table:
    """Return one row for every person that the landed records of a source name, in the order of the records.

    Args:
        landed: nullable, trimmed string columns named as in the file; other columns are not looked at.
        source: the contract.
        as_of: the day after which a date is in the future; today where it is not given.

    Raises:
        ContractError: the contract names a column that is not there.
    """
    with _no_collection():
        return _standardised(landed, source, as_of or date.today())


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for cycles among the rules' many small results, which cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _standardised(landed: pa.Table, source: Source, today: date) -> pa.Table:
    main_fields = read_fields(landed, source.person, source.name, today)
    slots = [_slot(landed, source.person, "main", main_fields, source.name)]
    for other in source.other_person:
        fields = read_fields(landed, other, source.name, today)
        slots.append(_slot(landed, other, other.role, _with_place(fields, main_fields, other), source.name))
    slots = _only_people(slots, landed.num_rows)
    row = np.concatenate([slot.row for slot in slots])
    order = np.argsort(row, kind="stable")
    row = row[order]
    others = other_columns(source)
    schema = person_records_schema(others)
    columns = {name: _gather(slots, name, order) for name in schema.names[3:]}
    named = np.concatenate([slot.names_someone for slot in slots])[order]
    columns["not_linked_reason"] = pc.coalesce(
        _excluded(landed, source.exclude, source.name).take(pa.array(row)),
        columns["not_linked_reason"],
        pc.if_else(pa.array(named), _NO_TEXT, pa.scalar(NOBODY)),
    )
    columns["source"] = pa.repeat(source.name, len(row))
    columns["record_id"] = record_ids(landed, source).take(pa.array(row))
    columns["person"] = pa.array(_counted(row))
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def record_ids(landed: pa.Table, source: Source) -> pa.Array:
    """Return the id of each landed record: its column, or its columns joined by a bar."""
    ids = [read_column(landed, name, source.name) for name in source.record_id]
    return ids[0].fill_null("") if len(ids) == 1 else joined(ids, "|", keep_nulls=True)


def _counted(row: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return 1, 2, ... within each run of one landed row."""
    if not len(row):
        return np.zeros(0, np.int32)
    first = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    sizes = np.diff(np.concatenate((first, [len(row)])))
    return (np.arange(len(row)) - np.repeat(first, sizes) + 1).astype(np.int32)


def other_columns(source: Source) -> tuple[str, ...]:
    """Return the ``other_<name>`` columns of a contract, in its order."""
    names = [name for person in (source.person, *source.other_person) for name in person.other]
    return tuple(f"{OTHER_PREFIX}{name}" for name in dict.fromkeys(names))


def person_records_schema(others: tuple[str, ...] = ()) -> pa.Schema:
    """Return the schema of person_records with a contract's own columns."""
    return pa.schema([*PERSON_RECORDS, *(pa.field(name, pa.string()) for name in others)])


def _with_place(fields: Columns, main: Columns, other: OtherPerson) -> Columns:
    """Lend a further person the fields of the place that the contract does not map for them."""
    lent: tuple[str, ...] = ()
    if other.address is None:
        lent += ("address", "flat", "house_number", "street", "locality")
        if other.postcode is None:
            lent += ("postcode",)
    if other.uprn is None:
        lent += ("uprn",)
    return {name: main[name] for name in lent if name in main} | fields


def _slot(landed: pa.Table, person: PersonMap, role: str, fields: Columns, source: str) -> _Slot:
    people: NamedPeople = read_people(landed, person, source)
    rows = pa.array(people.row)
    # What is a person's own is the first one's; a joint record does not say whose else it could be.
    is_first = pa.array(
        np.concatenate(([True], people.row[1:] != people.row[:-1])) if len(people.row) else np.zeros(0, np.bool_)
    )
    alone = len(people.row) == landed.num_rows
    columns = dict(people.columns)
    for name, column in fields.items():
        column = column if alone else column.take(rows)  # noqa: PLW2901
        columns[name] = column if alone or name in _SHARED_FIELDS else pc.if_else(is_first, column, _NO_TEXT)
    deceased = columns.pop("deceased")
    if pc.any(deceased).as_py():
        known = columns.get("date_of_death", pa.nulls(len(rows), pa.string()))
        columns["date_of_death"] = pc.coalesce(known, pc.if_else(deceased, pa.scalar(DIED), _NO_TEXT))
    columns["role"] = pa.repeat(role, len(rows))
    own = ("given_name", "family_name", *OWN_FIELDS)
    telling = (*own, *CONTACT_FIELDS, *(name for name in columns if name.startswith(OTHER_PREFIX)))
    return _Slot(people.row, columns, _any_known(columns, telling, len(rows)), _any_known(columns, own, len(rows)))


def _any_known(columns: Columns, names: tuple[str, ...], rows: int) -> Mask:
    known = np.zeros(rows, np.bool_)
    for name in names:
        if name in columns:
            known |= pc.is_valid(columns[name]).to_numpy(zero_copy_only=False)
    return known


def _only_people(slots: list[_Slot], rows: int) -> list[_Slot]:
    """Leave out the empty places of further people, and an empty main one where a further person is named."""
    if len(slots) == 1:
        return slots
    kept = []
    further = np.zeros(rows, np.bool_)
    for slot in slots[1:]:
        is_said = slot.is_further | pc.is_valid(slot.columns["not_linked_reason"]).to_numpy(zero_copy_only=False)
        kept.append(_filtered(slot, is_said))
        further[slot.row[slot.is_further]] = True
    main = slots[0]
    has_reason = pc.is_valid(main.columns["not_linked_reason"]).to_numpy(zero_copy_only=False)
    return [_filtered(main, main.names_someone | has_reason | ~further[main.row]), *kept]


def _filtered(slot: _Slot, keep: Mask) -> _Slot:
    if keep.all():
        return slot
    mask = pa.array(keep)
    columns = {name: column.filter(mask) for name, column in slot.columns.items()}
    return _Slot(slot.row[keep], columns, slot.names_someone[keep], slot.is_further[keep])


def _gather(slots: list[_Slot], name: str, order: npt.NDArray[np.int64]) -> pa.Array:
    arrays = [s.columns.get(name, pa.nulls(len(s.row), pa.string())) for s in slots]
    return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays).take(pa.array(order))


def _excluded(landed: pa.Table, exclusions: tuple[Exclusion, ...], source: str) -> pa.Array:
    """Return for each landed row the contract's reason not to link it, the first that holds."""
    reason = pa.nulls(landed.num_rows, pa.string())
    for exclusion in exclusions:
        column = read_column(landed, exclusion.column, source)
        if exclusion.values:
            values = pa.array(sorted({value.strip().upper() for value in exclusion.values}), pa.string())
            applies = pc.is_in(pc.utf8_upper(column), value_set=values)
        else:
            applies = pc.is_valid(column)
        reason = pc.coalesce(reason, pc.if_else(applies, pa.scalar(exclusion.reason), _NO_TEXT))
    return reason
