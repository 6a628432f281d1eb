"""Reads a source: all of its files, checked, as one table of records and one of quarantined rows.

Takes the contract's source and the folder its path starts from; writes nothing. Landing stores what this gives, and
``check`` only counts it, so that what ``check`` says is what landing does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.progress import Progress, Silent
from insighthub.sources.archives import unpack_gzip
from insighthub.sources.contract import Source
from insighthub.sources.csv_reader import read_csv
from insighthub.sources.delivered_files import DeliveredFile, read_bytes
from insighthub.sources.duplicates import REPEATED, SAME_ID, Indices, later_twins, reasons, record_ids, telling_column
from insighthub.sources.excel_reader import read_excel
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN, Extract, Fault
from insighthub.sources.file_kind import is_gzip, tell_kind
from insighthub.sources.jsonl_reader import read_jsonl
from insighthub.sources.parquet_reader import read_parquet
from insighthub.sources.row_checks import Checked, check_rows, raw_text
from insighthub.sources.withheld import Withheld

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
        withheld: rows that are counted nowhere else, as they were erased or kept for long enough.
    """

    records: pa.Table
    quarantine: pa.Table
    files: tuple[FileReading, ...]
    warnings: tuple[str, ...]
    withheld: int = 0


#: Quarantined rows before the files are named: ``at`` counts the files from 0.
_ASIDE = pa.schema([pa.field("at", pa.int64()), *list(QUARANTINE)[2:]])


def read_source(
    source: Source,
    files: list[DeliveredFile],
    digests: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    withheld: Withheld | None = None,
) -> Reading:
    """Read all files of a source as one.

    Args:
        source: the contract's source.
        files: its files, oldest first.
        digests: what each file's content hash was a moment ago, by name, where landing has taken it.
        progress: hears of each file.
        withheld: records whose rows are left out, wherever they stand.

    Raises:
        DataError: a file cannot be read as a whole; the message names it.
    """
    watcher = progress or Silent()
    tables: list[pa.Table] = []
    extracts: list[Extract] = []
    aside: list[pa.Table] = []
    dropped = 0
    for at, file in enumerate(files):
        extract = read_file(source, file, (digests or {}).get(file.name))
        checked = check_rows(extract, source)
        if withheld is not None:
            checked, left_out = _without(checked, extract, source, withheld)
            dropped += left_out
        rows = checked.table.num_rows
        name = pa.repeat(pa.scalar(file.name, pa.string()), rows)
        data = checked.table.drop_columns([ROW_COLUMN])
        tables.append(data.append_column(FILE_COLUMN, name).append_column(ROW_COLUMN, checked.table[ROW_COLUMN]))
        aside.append(_faults(at, checked.faults))
        extracts.append(extract)
        watcher.advance(at + 1, len(files))
    table, owner = _stack(tables)
    twins = _duplicates(table, owner, source)
    aside.append(twins.aside)
    table, owner = table.filter(pa.array(twins.stays)), owner[twins.stays]
    quarantine = pa.concat_tables(aside).sort_by([("at", "ascending"), ("row", "ascending")])
    if table.num_rows == 0 and quarantine.num_rows == 0 and dropped == 0:
        raise _nothing(source, files)
    readings = _file_readings(files, extracts, owner, quarantine)
    warnings = list(twins.warnings)
    for reading, extract in zip(readings, extracts, strict=True):
        warnings += [f"{reading.name}: {w}" for w in (*extract.header.warnings, *extract.warnings)]
        if reading.delivered == 0:
            warnings.append(f"{reading.name}: There is a header but no row below it.")
    if table.num_rows == 0:
        warnings.append("No row could be landed; the quarantine says why of each.")
    if dropped:
        warnings.append(f"Rows withheld, as they were erased or kept for as long as they may be: {dropped:,}.")
    return Reading(table, _named(quarantine, source, files), readings, tuple(warnings), dropped)


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


def _without(checked: Checked, extract: Extract, source: Source, withheld: Withheld) -> tuple[Checked, int]:
    """Leave out the rows of records that are withheld; return how many those were."""
    go = withheld.landed_rows(checked.table, record_ids(checked.table, source.record_id))
    raw = withheld.raw_rows((f.raw for f in checked.faults), extract.header.names, source.record_id)
    faults = [fault for fault, goes in zip(checked.faults, raw, strict=True) if not goes]
    kept = checked._replace(table=checked.table.filter(pa.array(~go)), faults=faults)
    return kept, int(go.sum()) + int(raw.sum())


def _stack(tables: list[pa.Table]) -> tuple[pa.Table, Indices]:
    """Put the files' rows one below the other; a column that a file lacks is null there."""
    owner = np.repeat(np.arange(len(tables)), [t.num_rows for t in tables])
    if len(tables) == 1:
        return tables[0], owner
    stacked = pa.concat_tables(tables, promote_options="default")
    names = [n for n in stacked.column_names if n not in {FILE_COLUMN, ROW_COLUMN}]
    return stacked.select([*names, FILE_COLUMN, ROW_COLUMN]), owner


class _Twins(NamedTuple):
    """Which rows stay when each record id is left one, the rows that go, and what to say of it."""

    stays: npt.NDArray[np.bool_]
    aside: pa.Table
    warnings: list[str]


def _duplicates(table: pa.Table, owner: Indices, source: Source) -> _Twins:
    """Find the rows whose record id comes again below; ``owner`` is the file of each row."""
    stays = np.ones(table.num_rows, bool)
    earlier, kept = later_twins(record_ids(table, source.record_id))
    if len(earlier) == 0:
        return _Twins(stays, _ASIDE.empty_table(), [])
    stays[earlier] = False
    names = [n for n in table.column_names if n not in {FILE_COLUMN, ROW_COLUMN}]
    why = reasons(table, names, owner, earlier, kept)
    column = source.record_id[0] if len(source.record_id) == 1 else None
    aside = pa.table(
        [
            pa.array(owner[earlier]),
            pa.array(table[ROW_COLUMN].to_numpy()[earlier]),
            pa.array([column] * len(earlier), pa.string()),
            pa.array(why, pa.string()),
            raw_text(table, names, earlier),
        ],
        schema=_ASIDE,
    )
    clashes = int(np.count_nonzero(why == SAME_ID))
    if clashes == 0:
        return _Twins(stays, aside, [])
    telling = telling_column(table, source, int(np.count_nonzero(why == REPEATED)))
    hint = f"; with {telling!r} added to it every row would have an id of its own" if telling else ""
    warning = (
        f"{clashes:,} rows have the record id of a later row but other content, and are quarantined. If they are "
        f"other people or other records, name more columns in record_id{hint}."
    )
    return _Twins(stays, aside, [warning])


def _nothing(source: Source, files: list[DeliveredFile]) -> DataError:
    alone = len(files) == 1
    return DataError(
        "there is a header but no row below it" if alone else "no file has a row below its header",
        remedy="Ask for the extract again, or take the source out of the contract",
        file=files[0].name if alone else ", ".join(source.path),
    )


def _faults(at: int, faults: list[Fault]) -> pa.Table:
    columns = list(zip(*faults, strict=True)) if faults else [(), (), (), ()]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, list(_ASIDE)[1:], strict=True)]
    return pa.table([pa.array([at] * len(faults), pa.int64()), *arrays], schema=_ASIDE)


def _named(aside: pa.Table, source: Source, files: list[DeliveredFile]) -> pa.Table:
    """Return quarantined rows under the names of their source and file."""
    names = pa.array([file.name for file in files], pa.string())
    sources = pa.repeat(pa.scalar(source.name, pa.string()), aside.num_rows)
    return pa.table([sources, names.take(aside["at"]), *aside.columns[1:]], schema=QUARANTINE)


def _file_readings(
    files: list[DeliveredFile], extracts: list[Extract], owner: Indices, aside: pa.Table
) -> tuple[FileReading, ...]:
    landed = np.bincount(owner, minlength=len(files)).tolist()
    put_aside = np.bincount(aside["at"].to_numpy(), minlength=len(files)).tolist()
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
