"""What each source says of a resident in its own columns, as it was delivered, for telling the resident.

Takes landed files, contracts and the resident's records; gives every version of every record that is kept, cell by
cell, each with whether it can be told:

    told      it is of the resident, or of nobody in particular
    hidden    it is of somebody else whom the record names, or was hidden by hand
    to read   it is free text, or names somebody else: a person reads it, and chooses, before it is told

Hiding is the rule and telling the choice: where it is not plain whose a cell is, it waits for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.corrections.gather import roles
from insighthub.governance.rights.requests import RecordKey
from insighthub.sources.contract import PersonMap, Source
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN
from insighthub.sources.landed_erasure import landed_files
from insighthub.standardise.records import record_ids
from insighthub.store.tables import rows

TOLD, HIDDEN, TO_READ = "told", "hidden", "to read"
#: What stands in the place of what is not told.
NOT_TOLD = {HIDDEN: "[about another person]", TO_READ: "[to be read by an officer before it is told]"}

#: Fields that are of the place and the record, and so of everybody whom it names.
_OF_ALL = ("address", "postcode", "uprn", "valid_from", "valid_to")
_NAMES = ("full_name", "given_name", "middle_names", "family_name", "title", "previous_family_name")
_FREE_TEXT = re.compile(r"note|comment|remark|descri|narrative|detail|summary|allegation|free.?text", re.IGNORECASE)
_WORDS_OF_FREE_TEXT = 6
_WORD = re.compile(r"[^\W\d_]+")
_PEOPLE = """
SELECT person, role, given_name, middle_names, family_name FROM person_record
WHERE source = ? AND record_id = ? ORDER BY person
"""


@dataclass(frozen=True)
class Cell:
    """A cell of a record: its column, what is told, and how that was decided.

    ``place`` is what a redaction by hand names it by; ``withheld`` is what it says where it is not told, for the
    officer alone.
    """

    place: str
    column: str
    told: str
    treatment: str
    withheld: str | None = None


@dataclass(frozen=True)
class OwnRecord:
    """A version of a record: as it is now, or as it was in an earlier delivery that is kept."""

    source: str
    record_id: str
    person: int
    landed_file: str
    is_current: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class _Whose:
    """Of the people whom a record names: which columns are the resident's, which are others', and others' names."""

    mine: frozenset[str]
    theirs: frozenset[str]
    shared_names: frozenset[str]
    own_name: str
    other_names: frozenset[str]


def own_records(
    db: duckdb.DuckDBPyConnection,
    landing: Path,
    sources: Mapping[str, Source],
    records: Sequence[RecordKey],
    *,
    mates: Iterable[str] = (),
    chosen: Mapping[str, bool] | None = None,
) -> list[OwnRecord]:
    """Return every version that is kept of a resident's records; the current one of each first.

    Args:
        db: the published release.
        landing: the folder of landed files.
        sources: contracts by name.
        records: the resident's records.
        mates: given names of those who live with the resident, which free text may hold.
        chosen: redactions by hand: place -> whether it is hidden.
    """
    current = dict(rows(db, "SELECT source, landed_file FROM source"))
    out = []
    for name in sorted({record.source for record in records}):
        source = sources.get(name)
        mine = [record for record in records if record.source == name]
        if source is None:
            continue
        found = _versions(landing, source, {record.record_id for record in mine}, str(current.get(name, "")))
        for record in sorted(mine):
            whose = _whose(db, source, record, frozenset(word.upper() for word in mates))
            out += [
                _told(record, row, whose, source, file, is_current=file == current.get(name), chosen=chosen or {})
                for file, row in found.get(record.record_id, ())
            ]
    return out


def _versions(
    landing: Path, source: Source, ids: set[str], current: str
) -> dict[str, list[tuple[str, dict[str, str | None]]]]:
    """Return the rows of records in all landed files that say different things, the current file's first."""
    out: dict[str, list[tuple[str, dict[str, str | None]]]] = {}
    files = sorted(landed_files(landing, source.name), key=lambda path: (path.stem != current, path.stem))
    for path in files:
        table = pq.read_table(path)
        table = table.select([name for name in table.column_names if name not in {FILE_COLUMN, ROW_COLUMN}])
        found = record_ids(table, source)
        mask = pc.is_in(found, value_set=pa.array(sorted(ids), pa.string()))
        for record_id, row in zip(found.filter(mask).to_pylist(), table.filter(mask).to_pylist(), strict=True):
            known = out.setdefault(record_id, [])
            if all(row != before for _, before in known):
                known.append((path.stem, row))
    return out


def _whose(db: duckdb.DuckDBPyConnection, source: Source, record: RecordKey, mates: frozenset[str]) -> _Whose:
    people = rows(db, _PEOPLE, [record.source, record.record_id])
    maps: dict[str, PersonMap] = dict(roles(source))
    role = next((p[1] for p in people if p[0] == record.person), "main")
    own = maps.get(role, source.person)
    mine = _columns(own) | {c for field in _OF_ALL for c in _columns_of(source.person, field)} | set(source.record_id)
    theirs = {c for name, other in maps.items() if name != role for c in _columns(other)} - mine
    same_role = [p for p in people if p[1] == role and p[0] != record.person]
    shared = {c for field in _NAMES for c in _columns_of(own, field)} if same_role else set()
    name = next((" ".join(word for word in p[2:5] if word) for p in people if p[0] == record.person), "")
    others = {w for p in people if p[0] != record.person for n in p[2:4] for w in _WORD.findall((n or "").upper())}
    own_words = set(_WORD.findall(name.upper()))
    names = frozenset(word for word in others | mates if len(word) > 2) - own_words
    return _Whose(frozenset(mine), frozenset(theirs), frozenset(shared), name, names)


def _columns(person: PersonMap) -> set[str]:
    return {column for field in person.fields().values() for column in field.names()}


def _columns_of(person: PersonMap, field: str) -> tuple[str, ...]:
    found = getattr(person, field, None)
    return () if found is None else found.names()


def _told(
    record: RecordKey,
    row: Mapping[str, str | None],
    whose: _Whose,
    source: Source,
    file: str,
    *,
    is_current: bool,
    chosen: Mapping[str, bool],
) -> OwnRecord:
    cells = []
    for column, value in row.items():
        place = f"{record.source}/{record.record_id}/{column}"
        treatment = TOLD if value is None else _treatment(column, value, whose, source)
        if value is not None and place in chosen:
            treatment = HIDDEN if chosen[place] else TOLD
        if treatment == TOLD:
            cells.append(Cell(place, column, value or "", TOLD))
        elif column in whose.shared_names:
            cells.append(Cell(place, column, f"{whose.own_name} {NOT_TOLD[HIDDEN]}".strip(), treatment, value))
        else:
            cells.append(Cell(place, column, NOT_TOLD[treatment], treatment, value))
    return OwnRecord(record.source, record.record_id, record.person, file, is_current, tuple(cells))


def _treatment(column: str, value: str, whose: _Whose, source: Source) -> str:
    if column in whose.theirs or column in whose.shared_names:
        return HIDDEN
    words = set(_WORD.findall(value.upper()))
    read = column in source.columns()
    if not read and (_FREE_TEXT.search(column) or len(value.split()) >= _WORDS_OF_FREE_TEXT):
        return TO_READ
    if column not in whose.mine and words & whose.other_names:
        return TO_READ
    return TOLD
