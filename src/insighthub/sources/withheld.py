"""Records that are not taken in again: those of people who had theirs erased.

Takes keyed hashes, gives which rows of a delivery they stand for. The record ids themselves are not kept anywhere, as
what was erased must not live on in the list of what was erased; a later delivery that still holds such a record is
recognised by the hash of its reference, and its row is never stored. Of a record that names several people only some
may be withheld: such a row is landed, and what it says of those people is left out when it is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.sources.extract import FILE_COLUMN, RAW_SEPARATOR, ROW_COLUMN

HASH_BYTES = 16
_CELLS = re.compile(r"[|,;\t\"]")


def record_hash(key: bytes, source: str, record_id: str) -> str:
    """Return the keyed hash that stands for a record.

    Args:
        key: of the hub, 16 to 64 bytes (BLAKE2b, RFC 7693).
        source: the source's name.
        record_id: its reference.
    """
    return hashlib.blake2b(f"{source}\0{record_id}".encode(), key=key, digest_size=HASH_BYTES).hexdigest()


def row_hashes(key: bytes, source: str, table: pa.Table, record_ids: pa.Array | pa.ChunkedArray) -> Iterator[str]:
    """Give for each row the keyed hash of its record with all that it says, in whatever order the columns stand."""
    names = sorted(name for name in table.column_names if name not in {FILE_COLUMN, ROW_COLUMN})
    columns = [table[name].to_pylist() for name in names]
    for at, record_id in enumerate(record_ids.to_pylist()):
        said = "\0".join(
            f"{n}={column[at]}" for n, column in zip(names, columns, strict=True) if column[at] is not None
        )
        yield record_hash(key, source, f"{record_id}\0{said}")


@dataclass(frozen=True)
class Withheld:
    """What is withheld of one source.

    Attributes:
        source: its name.
        key: of the hub.
        records: hashes of whole records.
        people: hash of a joint record -> the people of it who are withheld, counted from 1.
        as_they_are: hashes of records with all that their rows say (see ``row_hashes``): of records that were kept for
            as long as they may be. One that says something new is another row, and is taken in.
    """

    source: str
    key: bytes = field(repr=False)
    records: frozenset[str]
    people: Mapping[str, frozenset[int]] = field(default_factory=dict)
    as_they_are: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """What changes whenever something else is withheld; it tells a landed file from one made before."""
        people = (f"{record}:{sorted(persons)}" for record, persons in sorted(self.people.items()))
        return hashlib.sha256(
            " ".join([*sorted(self.records), "/", *people, "/", *sorted(self.as_they_are)]).encode()
        ).hexdigest()[:16]

    def landed_rows(self, table: pa.Table, record_ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
        """Return which rows of a delivery are withheld, by their record or as they are; shape (rows,)."""
        out = self.rows(record_ids)
        if self.as_they_are:
            hashes = row_hashes(self.key, self.source, table, record_ids)
            out |= np.fromiter((h in self.as_they_are for h in hashes), bool, len(out))
        return out

    def rows(self, record_ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
        """Return which rows are of a record that is withheld whatever it says; shape (rows,)."""
        if not self.records:
            return np.zeros(len(record_ids), bool)
        found = (i is not None and self._hash(i) in self.records for i in record_ids.to_pylist())
        return np.fromiter(found, bool, len(record_ids))

    def raw_rows(
        self, texts: Iterable[str | None], columns: Sequence[str], id_columns: Sequence[str]
    ) -> npt.NDArray[np.bool_]:
        """Return which quarantined rows hold the reference of a record that is withheld.

        A row whose cells are as many as the columns is asked in the column of its reference; any other, whose cells
        may have slipped, in all of them.
        """
        places = [columns.index(name) for name in id_columns if name in columns]
        wide = len(id_columns)
        out = []
        for text in texts:
            cells = (text or "").split(RAW_SEPARATOR)
            if len(cells) == len(columns) and len(places) == wide:
                tried = ["|".join(cells[n].strip() for n in places)]
            else:
                cells = [cell.strip() for cell in _CELLS.split(text or "")]
                tried = ["|".join(cells[n : n + wide]) for n in range(len(cells))]
            out.append(any(self._hash(cell) in self.records for cell in tried if cell))
        return np.array(out, bool)

    def people_of(self, record_ids: pa.Array | pa.ChunkedArray) -> list[str | None]:
        """Return for each record which of its people are withheld, as a text; None where none is."""
        if not self.people:
            return [None] * len(record_ids)
        found = (self.people.get(self._hash(i)) for i in record_ids.to_pylist())
        return [None if persons is None else ",".join(map(str, sorted(persons))) for persons in found]

    def person_rows(
        self, record_ids: pa.Array | pa.ChunkedArray, persons: pa.Array | pa.ChunkedArray
    ) -> npt.NDArray[np.bool_]:
        """Return which person-records are of a person who is withheld; shape (person-records,)."""
        if not self.people:
            return np.zeros(len(record_ids), bool)
        pairs = zip(record_ids.to_pylist(), persons.to_pylist(), strict=True)
        found = (person in self.people.get(self._hash(record_id), ()) for record_id, person in pairs)
        return np.fromiter(found, bool, len(record_ids))

    def _hash(self, record_id: str) -> str:
        return record_hash(self.key, self.source, record_id)
