"""Takes rows out of what was landed: of people who had theirs erased, or of records kept for as long as they may be.

Takes a landed file and which of its rows go, gives the file without them, with proof: how many rows there were, how
many went, and the hash of the file before and after. The file keeps its name, which kept releases know it by, and
notes that it is no longer what was delivered, so that the same content can be landed whole again where that is right.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN
from insighthub.sources.landing import FACTS, write_landed

#: Says of a landed table which rows go; of a quarantine likewise, given the columns of the landed file.
Goes = Callable[[pa.Table], npt.NDArray[np.bool_]]
GoesAside = Callable[[pa.Table, list[str]], npt.NDArray[np.bool_]]

_QUARANTINE = ".quarantine"


@dataclass(frozen=True)
class Rewritten:
    """A landed file that was rewritten: its name, rows before and gone, SHA-256 before and after (None: it went)."""

    source: str
    file: str
    rows: int
    gone: int
    before: str
    after: str | None


def landed_files(landing: Path, source: str) -> list[Path]:
    """Return the landed files of a source, by name."""
    folder = landing / source
    found = folder.glob("*.parquet") if folder.is_dir() else ()
    return sorted(path for path in found if not path.stem.endswith(_QUARANTINE))


def quarantine_of(path: Path) -> Path:
    """Return where the rows stand that were put aside when a file was landed."""
    return path.with_name(f"{path.stem}{_QUARANTINE}.parquet")


def take_out(path: Path, goes: Goes, goes_aside: GoesAside) -> list[Rewritten]:
    """Take rows out of a landed file and its quarantine.

    The quarantine is rewritten first and the landed file last: until it is, whoever was killed begins again.

    Args:
        path: the landed file.
        goes: says which of its rows go.
        goes_aside: says which quarantined rows go.

    Returns:
        What was rewritten, nothing where no row goes.
    """
    source, done = path.parent.name, []
    table = pq.read_table(path)
    columns = [name for name in table.column_names if name not in {FILE_COLUMN, ROW_COLUMN}]
    facts = json.loads(table.schema.metadata[FACTS])
    aside = quarantine_of(path)
    gone_aside = 0
    if aside.is_file():
        quarantine = pq.read_table(aside)
        out = goes_aside(quarantine, columns)
        gone_aside = int(out.sum())
        if gone_aside:
            before = file_hash(aside)
            kept = quarantine.filter(pa.array(~out))
            _write_in_place(kept, aside)
            done.append(Rewritten(source, aside.name, quarantine.num_rows, gone_aside, before, file_hash(aside)))
            quarantine = kept
        facts["quarantined"] = quarantine.num_rows
        reasons = quarantine["reason"].to_pylist()
        facts["reasons"] = sorted(((r, reasons.count(r)) for r in set(reasons)), key=lambda item: (-item[1], item[0]))
    out = goes(table)
    gone = int(out.sum())
    if not gone and not gone_aside:
        return done
    before = file_hash(path)
    kept = table.filter(pa.array(~out))
    facts["landed"] = kept.num_rows
    facts["delivered"] = facts["landed"] + facts["quarantined"]
    facts["erased"] = facts.get("erased", 0) + gone + gone_aside
    _write_in_place(kept.replace_schema_metadata({FACTS: json.dumps(facts).encode()}), path)
    done.append(Rewritten(source, path.name, table.num_rows, gone, before, file_hash(path)))
    return done


def _write_in_place(table: pa.Table, path: Path) -> None:
    """Write a file in the place of another, and keep its time: that is when it was landed."""
    landed = path.stat().st_mtime_ns
    write_landed(table, path)
    os.utime(path, ns=(landed, landed))


def take_away(path: Path) -> list[Rewritten]:
    """Take away a landed file and its quarantine."""
    done = []
    for file in (quarantine_of(path), path):
        if file.is_file():
            rows = pq.read_metadata(file).num_rows
            done.append(Rewritten(path.parent.name, file.name, rows, rows, file_hash(file), None))
            file.unlink()
    return done


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
