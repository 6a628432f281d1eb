"""Reads a source: all of its files, checked, as one table of records and one of quarantined rows.

Takes the contract's source and the folder its path starts from; writes nothing. Landing stores what this gives, and
``check`` only counts it, so that what ``check`` says is what landing does.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.progress import Progress, Silent
from insighthub.sources.archives import unpack_gzip
from insighthub.sources.contract import Source
from insighthub.sources.csv_reader import read_csv
from insighthub.sources.delivered_files import DeliveredFile, read_bytes
from insighthub.sources.duplicates import SAME_ID, Indices, later_twins, reasons, record_ids, telling_column
from insighthub.sources.excel_reader import read_excel
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN, Extract
from insighthub.sources.file_kind import is_gzip, tell_kind
from insighthub.sources.jsonl_reader import read_jsonl
from insighthub.sources.parquet_reader import read_parquet
from insighthub.sources.row_checks import check_rows, raw_text

QUARANTINE = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),  # line or sheet row, as a person would count
        pa.field("column", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("raw", pa.string()),  # the start of the row's text
    ]
)


@dataclass(frozen=True)
class FileReading:
    """How one file was read, and how its rows add up: delivered = landed + quarantined."""

    name: str
    kind: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    delivered: int
    landed: int
    quarantined: int


@dataclass(frozen=True)
class Reading:
    """What landing would store of a source.

    Args:
        records: the file's columns as nullable strings, ``_file`` (string) and ``_row`` (int64).
        quarantine: rows under the schema ``QUARANTINE``.
        files: one entry a file, in order.
        warnings: what the user should know, in sentences.
    """

    records: pa.Table
    quarantine: pa.Table
    files: tuple[FileReading, ...]
    warnings: tuple[str, ...]


class _Aside(NamedTuple):
    file: int
    row: int
    column: str | None
    reason: str
    raw: str | None


def read_source(
    source: Source,
    files: list[DeliveredFile],
    digests: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Read all files of a source as one.

    Args:
        source: the contract's source.
        files: its files, oldest first.
        digests: what each file's content hash was a moment ago, by name, where landing has taken it.
        progress: hears of each file.

    Raises:
        DataError: a file cannot be read as a whole; the message names it.
    """
    watcher = progress or Silent()
    tables: list[pa.Table] = []
    extracts: list[Extract] = []
    aside: list[_Aside] = []
    for at, file in enumerate(files):
        extract = read_file(source, file, (digests or {}).get(file.name))
        checked = check_rows(extract, source)
        rows = checked.table.num_rows
        name = pa.repeat(pa.scalar(file.name, pa.string()), rows)
        data = checked.table.drop_columns([ROW_COLUMN])
        tables.append(data.append_column(FILE_COLUMN, name).append_column(ROW_COLUMN, checked.table[ROW_COLUMN]))
        aside += [_Aside(at, *fault) for fault in checked.faults]
        extracts.append(extract)
        watcher.advance(at + 1, len(files))
    table, owner = _stack(tables)
    warnings: list[str] = []
    table, owner = _put_aside_duplicates(table, owner, source, aside, warnings)
    _refuse_nothing(source, files, table, aside)
    aside.sort(key=lambda a: (a.file, a.row))
    readings = _file_readings(files, extracts, owner, aside)
    for reading, extract in zip(readings, extracts, strict=True):
        warnings += [f"{reading.name}: {w}" for w in (*extract.header.warnings, *extract.warnings)]
        if reading.delivered == 0:
            warnings.append(f"{reading.name}: There is a header but no row below it.")
    if table.num_rows == 0:
        warnings.append("No row could be landed; the quarantine says why of each.")
    return Reading(table, _quarantine(source, files, aside), readings, tuple(warnings))


def read_file(source: Source, file: DeliveredFile, digest: str | None = None) -> Extract:
    """Read one file with the reader that its content asks for.

    Raises:
        DataError: the file cannot be read as a whole, or has changed since ``digest`` was taken.
    """
    data = read_bytes(file)
    if digest is not None and content_hash(data) != digest:
        raise DataError("the file changed while it was being read", remedy="Run again when it is whole", file=file.name)
    if not data:
        raise DataError("the file is empty", remedy="Ask for the extract again", file=file.name)
    name = file.path.name
    if is_gzip(data):
        data = unpack_gzip(data, file.name)
        name = name.removesuffix(".gz")
    kind = tell_kind(data, name, source.format, file.name)
    if kind == "excel":
        return read_excel(data, source, file.name)
    if kind == "parquet":
        return read_parquet(data, source, file.name)
    if kind == "jsonl":
        return read_jsonl(data, source, file.name)
    return read_csv(data, source, file.name)


def content_hash(data: bytes) -> str:
    """Return the hash that stands for a file's content."""
    return hashlib.sha256(data).hexdigest()


def _stack(tables: list[pa.Table]) -> tuple[pa.Table, Indices]:
    """Put the files' rows one below the other; a column that a file lacks is null there."""
    owner = np.repeat(np.arange(len(tables)), [t.num_rows for t in tables])
    if len(tables) == 1:
        return tables[0], owner
    stacked = pa.concat_tables(tables, promote_options="default")
    names = [n for n in stacked.column_names if n not in {FILE_COLUMN, ROW_COLUMN}]
    return stacked.select([*names, FILE_COLUMN, ROW_COLUMN]), owner


def _put_aside_duplicates(
    table: pa.Table, owner: Indices, source: Source, aside: list[_Aside], warnings: list[str]
) -> tuple[pa.Table, Indices]:
    earlier, kept = later_twins(record_ids(table, source.record_id))
    if len(earlier) == 0:
        return table, owner
    names = [n for n in table.column_names if n not in {FILE_COLUMN, ROW_COLUMN}]
    why = reasons(table, names, owner, earlier, kept)
    numbers = table[ROW_COLUMN].to_numpy()[earlier].tolist()
    texts = raw_text(table, names, earlier)
    id_column = source.record_id[0] if len(source.record_id) == 1 else None
    for at, number, reason, text in zip(owner[earlier].tolist(), numbers, why, texts, strict=True):
        aside.append(_Aside(at, number, id_column, reason, text))
    clashes = why.count(SAME_ID)
    if clashes:
        telling = telling_column(table, source.record_id, names)
        hint = f"; with {telling!r} added to record_id every row would have its own" if telling else ""
        warnings.append(
            f"{clashes:,} rows have the record id of a later row but other content, and are quarantined. If they are "
            f"other people or other records, name more columns in record_id{hint}."
        )
    mask = np.ones(table.num_rows, bool)
    mask[earlier] = False
    return table.filter(pa.array(mask)), owner[mask]


def _refuse_nothing(source: Source, files: list[DeliveredFile], table: pa.Table, aside: list[_Aside]) -> None:
    if table.num_rows == 0 and not aside:
        raise DataError(
            "there is a header but no row below it" if len(files) == 1 else "no file has a row below its header",
            remedy="Ask for the extract again, or take the source out of the contract",
            file=files[0].name if len(files) == 1 else ", ".join(source.path),
        )


def _quarantine(source: Source, files: list[DeliveredFile], aside: list[_Aside]) -> pa.Table:
    columns = list(zip(*aside, strict=True)) if aside else [(), (), (), (), ()]
    return pa.table(
        [
            pa.array([source.name] * len(aside), pa.string()),
            pa.array([files[at].name for at in columns[0]], pa.string()),
            *(pa.array(c, f.type) for c, f in zip(columns[1:], list(QUARANTINE)[2:], strict=True)),
        ],
        schema=QUARANTINE,
    )


def _file_readings(
    files: list[DeliveredFile], extracts: list[Extract], owner: Indices, aside: list[_Aside]
) -> tuple[FileReading, ...]:
    landed = np.bincount(owner, minlength=len(files)).tolist()
    put_aside = Counter(a.file for a in aside)
    return tuple(
        FileReading(
            file.name,
            extract.kind,
            extract.encoding,
            extract.delimiter,
            extract.header.row,
            delivered=landed[at] + put_aside[at],
            landed=landed[at],
            quarantined=put_aside[at],
        )
        for at, (file, extract) in enumerate(zip(files, extracts, strict=True))
    )
