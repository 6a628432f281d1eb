"""Holds a contract against its extracts, and says what landing would do.

Takes a contract, gives a report of plain data for the command line to print; writes nothing. A source at fault does
not keep the others from being checked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from insighthub.errors import InsightHubError
from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Contract, Source
from insighthub.sources.delivered_files import find_files
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN
from insighthub.sources.reading import FileReading, read_source

#: How many places are named for each reason.
EXAMPLES = 3


@dataclass(frozen=True)
class ReasonCheck:
    """Why rows of a source would be quarantined.

    Args:
        reason: the phrase that the quarantine has.
        column: the column at fault, if it is one.
        rows: how many.
        examples: file and row of the first few.
    """

    reason: str
    column: str | None
    rows: int
    examples: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SourceCheck:
    """What landing would do with one source; delivered = landed + quarantined.

    Args:
        source: its name.
        fault: why it could not be read at all; the rest is then empty.
        delivered: rows in its files, without blank ones.
        landed: rows that would be landed.
        quarantined: rows that would be put aside.
        files: how each file was read: encoding, delimiter, header row, and counts.
        reasons: why rows would be quarantined, most first.
        unmapped: columns of the files that the contract does not read.
        empty: columns that the contract reads and that hold nothing, with the setting that names each.
        warnings: what the user should know, in sentences.
        lawful_basis: whether one is recorded; a hub takes in no source without.
    """

    source: str
    fault: InsightHubError | None = None
    delivered: int = 0
    landed: int = 0
    quarantined: int = 0
    files: tuple[FileReading, ...] = ()
    reasons: tuple[ReasonCheck, ...] = ()
    unmapped: tuple[str, ...] = ()
    empty: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    lawful_basis: bool = False


@dataclass(frozen=True)
class CheckReport:
    """A check of every source of a contract, in the contract's order."""

    sources: tuple[SourceCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every source can be read, and gives at least one row."""
        return all(s.fault is None and s.landed > 0 for s in self.sources)


def check(contract: Contract, base: Path, progress: Progress | None = None) -> CheckReport:
    """Say what would be landed and quarantined of each source, and why, without writing anything.

    Args:
        contract: the contract.
        base: the folder that its paths start from.
        progress: hears of each source.
    """
    watcher = progress or Silent()
    checks = []
    watcher.stage("Checking the extracts")
    for done, source in enumerate(contract.source, start=1):
        checks.append(check_source(source, base))
        watcher.advance(done, len(contract.source))
    return CheckReport(tuple(checks))


def check_source(source: Source, base: Path, *, examples: int = EXAMPLES) -> SourceCheck:
    """Say what would be landed and quarantined of one source, and why.

    Args:
        source: the contract's source.
        base: the folder that its path starts from.
        examples: how many places are named for each reason.
    """
    try:
        found = find_files(source, base)
        reading = read_source(source, found.files)
    except InsightHubError as fault:
        return SourceCheck(source.name, fault=fault, lawful_basis=source.lawful_basis is not None)
    wanted = source.columns()
    present = [c for c in reading.records.column_names if c not in {FILE_COLUMN, ROW_COLUMN}]
    rows = reading.records.num_rows
    return SourceCheck(
        source=source.name,
        delivered=sum(f.delivered for f in reading.files),
        landed=rows,
        quarantined=reading.quarantine.num_rows,
        files=reading.files,
        reasons=_reasons(reading.quarantine, examples),
        unmapped=tuple(c for c in present if c not in wanted),
        empty=tuple((c, s) for c, s in wanted.items() if rows and reading.records[c].null_count == rows),
        warnings=(*reading.warnings, *found.warnings),
        lawful_basis=source.lawful_basis is not None,
    )


def _reasons(quarantine: pa.Table, most: int) -> tuple[ReasonCheck, ...]:
    rows = quarantine.select(["reason", "column", "file", "row"]).to_pydict()
    keys = list(zip(rows["reason"], rows["column"], strict=True))
    places: dict[tuple[str, str | None], list[tuple[str, int]]] = {}
    for key, file, row in zip(keys, rows["file"], rows["row"], strict=True):
        examples = places.setdefault(key, [])
        if len(examples) < most:
            examples.append((file, row))
    ordered = sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0][0], item[0][1] or ""))
    return tuple(ReasonCheck(*key, count, tuple(places[key])) for key, count in ordered)
