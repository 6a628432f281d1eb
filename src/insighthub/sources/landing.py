"""Lands a source: stores what was delivered, for good, under the hash of its content; or only receives it.

Takes the contract's source, gives a ``Delivery``. A landed file is never changed: the same content, read by the same
settings, has the same name, so landing it again does nothing. It is written beside and renamed, and the quarantine
before the records, so that a landed file that can be seen is whole, whenever the program was killed. What is received
is read and checked just so, but its rows are handed on and not stored: a run that links files once has no use for a
second copy of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import RunError
from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Contract, Source
from insighthub.sources.delivered_files import DeliveredFile, find_files, read_bytes
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN
from insighthub.sources.reading import FileReading, Reading, content_hash, read_source
from insighthub.sources.withheld import Withheld

#: Raised whenever the same bytes would be landed otherwise than before.
READER_VERSION = 1

FACTS = b"insighthub.delivery"
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Delivery:
    """What is landed of a source, and how its rows add up: delivered = landed + quarantined.

    Lines that are wholly blank, and what stands above the header, are not counted as delivered; rows withheld, as
    their person had them erased, are not either. A totals row and other words below the data are: they are quarantined.

    Args:
        source: the source's name.
        path: landed records, Parquet: the file's columns as nullable strings, ``_file`` (string) and ``_row`` (int64);
            None where they were received and not stored.
        quarantine: quarantined rows, Parquet: source, file, row, column, reason, raw.
        files: how each file was read, oldest first.
        reasons: how many rows were quarantined for each reason, most first.
        columns: the landed file's columns, without ``_file`` and ``_row``.
        warnings: what the user should know, in sentences.
        withheld: rows that were delivered and left out, as their person had them erased.
    """

    source: str
    path: Path | None
    quarantine: Path
    delivered: int
    landed: int
    quarantined: int
    files: tuple[FileReading, ...]
    reasons: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    warnings: tuple[str, ...]
    withheld: int = 0

    def __post_init__(self) -> None:
        if self.delivered != self.landed + self.quarantined:
            raise AssertionError(f"{self.source}: rows do not add up")

    @property
    def encoding(self) -> str | None:
        """What the newest file was written in; None where it is not text."""
        return self.files[-1].encoding

    @property
    def delimiter(self) -> str | None:
        """What parts the fields of the newest file; None where it is not CSV."""
        return self.files[-1].delimiter

    @property
    def header_row(self) -> int | None:
        """Where the newest file's header stands, counted from 1; None where the format has none."""
        return self.files[-1].header_row


def land(
    source: Source,
    base: Path,
    landing: Path,
    progress: Progress | None = None,
    withheld: Withheld | None = None,
) -> Delivery:
    """Store a source's deliveries as ``landing/<source>/<content hash>.parquet``.

    Several files of one source are deliveries, oldest first by name: of the rows with one record id the last stays.

    Args:
        source: the contract's source.
        base: the folder that the source's path starts from.
        landing: the folder of landed files.
        progress: hears of each file.
        withheld: records that are not to be stored. The same content without other records is another landed file.

    Returns:
        The delivery; the same one, unread, where this content is landed already.

    Raises:
        DataError: a file is missing or cannot be read as a whole.
        RunError: the landing folder cannot be written.
    """
    found = find_files(source, base)
    digests = {file.name: content_hash(read_bytes(file)) for file in found.files}
    name = _delivery_hash(source, found.files, digests, withheld)
    path = landing / source.name / f"{name}.parquet"
    quarantine = landing / source.name / f"{name}.quarantine.parquet"
    known = _known(source.name, path, quarantine)
    if known is not None:
        return known
    reading = read_source(source, found.files, digests, progress or Silent(), withheld)
    facts = _facts(reading, found.warnings)
    with _writing(path.parent):
        _remove_stale(path.parent)
        write_landed(reading.quarantine, quarantine)
        write_landed(reading.records.replace_schema_metadata({FACTS: json.dumps(facts).encode()}), path)
    return _delivery(source.name, path, quarantine, facts)


def landed_deliveries(source: str, landing: Path) -> dict[str, Delivery]:
    """Return the deliveries of a source that are landed, by the name of their file; what is damaged is left out."""
    names = sorted(path.stem for path in (landing / source).glob("*.parquet") if not path.stem.endswith(".quarantine"))
    found = {
        name: _known(
            source,
            landing / source / f"{name}.parquet",
            landing / source / f"{name}.quarantine.parquet",
            erased_too=True,
        )
        for name in names
    }
    return {name: delivery for name, delivery in found.items() if delivery is not None}


def receive(source: Source, base: Path, folder: Path) -> tuple[Delivery, pa.Table]:
    """Read and check a source's deliveries as ``land`` does, and store only the quarantined rows.

    Args:
        source: the contract's source.
        base: the folder that the source's path starts from.
        folder: where ``<source>/quarantine.parquet`` is written.

    Returns:
        The delivery, and its records: the file's columns as nullable strings, ``_file`` and ``_row``.

    Raises:
        DataError, RunError: as ``land`` does.
    """
    found = find_files(source, base)
    reading = read_source(source, found.files)
    quarantine = folder / source.name / "quarantine.parquet"
    with _writing(quarantine.parent):
        pq.write_table(reading.quarantine, quarantine, compression="zstd")
    return _delivery(source.name, None, quarantine, _facts(reading, found.warnings)), reading.records


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Make a folder to write into, and tell the user if it cannot be written.

    Raises:
        RunError: there is no space, or no permission.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise RunError(
            f"the landing folder cannot be written ({(error.strerror or type(error).__name__).lower()})",
            remedy="Check that there is space, and that you may write there",
            file=folder,
        ) from error


def land_all(
    contract: Contract, base: Path, landing: Path, progress: Progress | None = None, *, threads: int = 2
) -> tuple[Delivery, ...]:
    """Land every source of a contract, several at a time; most of the work runs outside Python's lock.

    Args:
        contract: the contract.
        base: the folder that its paths start from.
        landing: the folder of landed files.
        progress: hears of each source.
        threads: how many sources are landed at a time.

    Returns:
        One delivery a source, in the contract's order.

    Raises:
        DataError, RunError: as ``land`` does, for the first source at fault.
    """
    watcher = progress or Silent()
    watcher.stage("Landing the extracts")
    deliveries: list[Delivery] = []
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [pool.submit(land, source, base, landing) for source in contract.source]
        try:
            for future in futures:
                deliveries.append(future.result())
                watcher.advance(len(deliveries), len(futures))
        finally:
            pool.shutdown(cancel_futures=True)
    return tuple(deliveries)


def _delivery_hash(
    source: Source, files: list[DeliveredFile], digests: dict[str, str], withheld: Withheld | None
) -> str:
    """Return the hash of the content and of all that decides how it is read."""
    settings = source.model_dump(
        mode="json", include={"format", "encoding", "delimiter", "header_row", "sheet", "totals_row", "record_id"}
    )
    parts = [READER_VERSION, settings, list(source.columns()), [[f.name, digests[f.name]] for f in files]]
    if withheld is not None:
        parts.append(withheld.digest)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _facts(reading: Reading, found: list[str]) -> dict[str, Any]:
    reasons = Counter(reading.quarantine["reason"].to_pylist())
    return {
        "delivered": sum(f.delivered for f in reading.files),
        "landed": reading.records.num_rows,
        "quarantined": reading.quarantine.num_rows,
        "files": [asdict(f) for f in reading.files],
        "reasons": sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
        "columns": [c for c in reading.records.column_names if c not in {FILE_COLUMN, ROW_COLUMN}],
        "warnings": [*reading.warnings, *found],
        "withheld": reading.withheld,
    }


def delivery_as_json(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery in what JSON can say."""
    return {**asdict(delivery), "path": delivery.path and str(delivery.path), "quarantine": str(delivery.quarantine)}


def delivery_from_json(said: dict[str, Any]) -> Delivery:
    """Return the delivery that ``delivery_as_json`` gave."""
    path = Path(said["path"]) if said["path"] is not None else None
    return _delivery(said["source"], path, Path(said["quarantine"]), said)


def _delivery(source: str, path: Path | None, quarantine: Path, facts: dict[str, Any]) -> Delivery:
    return Delivery(
        source=source,
        path=path,
        quarantine=quarantine,
        delivered=facts["delivered"],
        landed=facts["landed"],
        quarantined=facts["quarantined"],
        files=tuple(FileReading(**f) for f in facts["files"]),
        reasons=tuple((reason, count) for reason, count in facts["reasons"]),
        columns=tuple(facts["columns"]),
        warnings=tuple(facts["warnings"]),
        withheld=facts.get("withheld", 0),
    )


def _known(source: str, path: Path, quarantine: Path, *, erased_too: bool = False) -> Delivery | None:
    """Return the delivery that is landed under this name; None where there is none, or it has been damaged.

    One from which rows were taken since is none that a run can go by, unless ``erased_too``.
    """
    if not (path.is_file() and quarantine.is_file()):
        return None
    try:
        landed, aside = pq.read_metadata(path), pq.read_metadata(quarantine)
        delivery = _delivery(source, path, quarantine, json.loads(landed.metadata[FACTS]))
        erased = json.loads(landed.metadata[FACTS]).get("erased", 0)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None
    if erased and not erased_too:  # rows were taken out of it since, which this run may be allowed to take in again
        return None
    return delivery if (landed.num_rows, aside.num_rows) == (delivery.landed, delivery.quarantined) else None


def write_landed(table: pa.Table, path: Path) -> None:
    """Write a Parquet file beside its place and rename it there, once it is safe on disk."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as handle:
            # most columns hold few repeats, so a dictionary costs time and gains nothing
            pq.write_table(
                table, handle, compression="zstd", compression_level=1, use_dictionary=["_file"], write_statistics=False
            )
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    if os.name != "posix":
        return
    folder = os.open(path.parent, os.O_RDONLY)  # the new name is safe on disk only with its folder
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_stale(folder: Path) -> None:
    """Remove what a killed run left half written, if no run can still be writing it."""
    for beside in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            if beside.stat().st_mtime < time.time() - _STALE_SECONDS:
                beside.unlink()
