"""The sheet that a source is sent: its own records, its own column names, what they hold and what they should.

Takes the tickets of one source, a release and its landed rows; gives a table of texts, one row a ticket. A record is
named by the columns that the contract's ``record_id`` names, and every column that would change stands there twice:
as it was landed, and as it should be. The source's owner answers in the same sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.corrections.gather import roles
from insighthub.corrections.own_form import AddressParts, own_address, own_date, own_family_name, own_text
from insighthub.corrections.settings import KINDS
from insighthub.errors import RunError
from insighthub.sources.contract import FieldMap, PersonMap, Source
from insighthub.standardise.records import record_ids
from insighthub.store.tables import number, rows

TICKET, KIND, HOW_SURE, WHY, ANSWER, NOTE = "ticket", "what is wrong", "how sure", "why", "answer", "note"
_PROPOSED = "{column} (proposed)"

_CASES = """
SELECT t.correction_id, c.record_id, c.person, c.kind, c.field, c.held, c.proposed, c.probability, c.why, p.role,
       p.family_name,
       (SELECT min({'address': o.address, 'street': o.street, 'postcode': o.postcode, 'uprn': o.uprn})
        FROM membership m JOIN person_record o
            ON o.source = m.source AND o.record_id = m.record_id AND o.person = m.person
        WHERE m.resident_id = c.resident_id AND concat_ws(', ', o.address, o.postcode) = c.proposed) AS parts
FROM correction_case c
JOIN wanted t ON t.key = c.key
JOIN person_record p ON p.source = c.source AND p.record_id = c.record_id AND p.person = c.person
WHERE c.source = $source
ORDER BY t.correction_id
"""


@dataclass(frozen=True)
class _Case:
    correction_id: int
    record_id: str
    person: int
    kind: str
    field: str
    held: str | None
    proposed: str
    probability: float
    why: str
    role: str
    family_name: str | None
    parts: Mapping[str, str | None] | None


@dataclass(frozen=True)
class Sheet:
    """A sheet to send: its header, its rows, and the tickets in it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tickets: tuple[int, ...]


def sheet_of(db: duckdb.DuckDBPyConnection, landing: Path, source: Source, tickets: Mapping[str, int]) -> Sheet:
    """Return the sheet of a source.

    Args:
        db: the published release.
        landing: the folder of landed files.
        source: the contract of the source.
        tickets: those to send, by key of their case. One whose case the release does not have is left out.

    Raises:
        RunError: the landed file of the source is not there any more.
    """
    wanted = pa.table({"key": pa.array(tickets, pa.string()), "correction_id": pa.array(tickets.values(), pa.int64())})
    db.register("wanted", wanted)
    try:
        cases = [_Case(*row) for row in rows(db, _CASES, {"source": source.name})]
    finally:
        db.unregister("wanted")
    held = _landed_rows(db, landing, source, [case.record_id for case in cases]) if cases else {}
    people = dict(roles(source))
    columns: dict[str, None] = {}
    proposals = []
    for case in cases:
        row = held.get(case.record_id, {})
        proposed = _own_form(people.get(case.role, source.person), row, case)
        proposals.append(proposed)
        columns |= dict.fromkeys(c for c in proposed if c not in source.record_id)
    doubled = [name for column in columns for name in (column, _PROPOSED.format(column=column))]
    header = (TICKET, KIND, *source.record_id, *doubled, WHY, HOW_SURE, ANSWER, NOTE)
    lines = []
    for case, proposed in zip(cases, proposals, strict=True):
        row = held.get(case.record_id, {})
        cells = [
            text
            for column in columns
            for text in ((row.get(column) or "", proposed[column]) if column in proposed else ("", ""))
        ]
        ids = [row.get(column) or "" for column in source.record_id]
        why = case.why if case.kind != "duplicate" else f"{case.why} Keep {case.proposed}."
        lines.append(
            (str(case.correction_id), KINDS[case.kind], *ids, *cells, why, f"{case.probability:.0%}", "", "")  # type: ignore[index]
        )
    return Sheet(header, tuple(lines), tuple(case.correction_id for case in cases))


def _landed_rows(
    db: duckdb.DuckDBPyConnection, landing: Path, source: Source, wanted: Sequence[str]
) -> dict[str, Mapping[str, str | None]]:
    """Return the landed rows of records, by record id."""
    name = number(db, "SELECT max(landed_file) FROM source WHERE source = ?", [source.name])
    file = landing / source.name / f"{name}.parquet"
    if not file.is_file():
        raise RunError(
            "what this source delivered is not kept any more", remedy="Run insighthub run, then export again", file=file
        )
    landed = pq.read_table(file)
    ids = record_ids(landed, source)
    mask = pc.is_in(ids, value_set=pa.array(sorted(set(wanted)), pa.string()))
    return dict(zip(ids.filter(mask).to_pylist(), landed.filter(mask).to_pylist(), strict=True))


def _own_form(person: PersonMap, row: Mapping[str, str | None], case: _Case) -> dict[str, str]:
    """Return what is proposed, by column of the source."""
    field: FieldMap | None = getattr(person, case.field, None)
    match case.field:
        case "address":
            known = case.parts or {"address": case.proposed}
            return own_address(
                person,
                row,
                AddressParts(**{k: v for k, v in known.items() if k != "address"}, address=known["address"] or ""),
            )
        case "date_of_birth" | "date_of_death":
            return own_date(field, row, case.proposed) if field is not None else {}
        case "family_name":
            return own_family_name(person, row, case.held or "", case.proposed)
        case _:
            return own_text(field, row, case.proposed) if field is not None else {}
