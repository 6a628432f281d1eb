"""The search tables of a release, in memory and in the orders in which they are looked up.

Takes the tables of ``build_search`` for some residents (those who are hidden have an index of their own, so that
nothing of them is in the other), gives arrays. Every row of a table is an entry: a value, the resident whom a record
says it of, the set of sources that say it, and whether it is former. Arrays are never written to again, and so are safe
for any number of threads.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import md5

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.residents.search.addresses import Addresses
from insighthub.residents.search.query_numbers import plain_phone, reference_code
from insighthub.residents.search.tables import TABLES
from insighthub.residents.search.vocabulary import Vocabulary

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ROLES = ("given", "middle", "family", "previous")
REFERENCE_KINDS = ("record", "part", "nhs_number", "nino", "upn", "uprn")

_NUMBER = """
CREATE OR REPLACE TEMP TABLE search_number AS
SELECT resident_id, (row_number() OVER (ORDER BY resident_id) - 1)::INTEGER AS number
FROM resident WHERE (hidden IS NOT NULL) = $hidden
"""
_RESIDENTS = "SELECT resident_id FROM search_number ORDER BY number"
_NAMES = """
SELECT n.number, word, role, coalesce(until < $as_of, false) AS former, sources
FROM search_name JOIN search_number n USING (resident_id)
"""
_BIRTHS = """
SELECT n.number, sources, coalesce(TRY_CAST(replace(replace(date_of_birth, '-', ''), 'X', '0') AS INTEGER), 0) AS whole
FROM search_birth JOIN search_number n USING (resident_id) ORDER BY whole, n.number
"""
_ADDRESSES = """
SELECT n.number, address, flat, house_number, postcode, coalesce(until < $as_of, false) AS former, sources
FROM search_address JOIN search_number n USING (resident_id)
"""
_CONTACTS = """
SELECT n.number, value, coalesce(until < $as_of, false) AS former, sources
FROM search_contact JOIN search_number n USING (resident_id) WHERE kind = $kind
"""
_REFERENCES = """
SELECT n.number, kind, md5_number_lower(reference) AS code, sources
FROM search_reference JOIN search_number n USING (resident_id)
"""


@dataclass(frozen=True)
class Entries:
    """What records say, a row each: whom of, which set of sources, whether it is former, and in which role.

    ``starts`` has, for each key in order, the first row of that key, and one number more: rows are sorted by key.
    """

    resident: npt.NDArray[np.int32]
    sources: npt.NDArray[np.int32]
    former: Flags
    role: npt.NDArray[np.int8]
    starts: Rows

    def of(self, keys: npt.NDArray[np.integer]) -> tuple[Rows, Rows]:
        """Return the rows of some keys, and for each of them the place of its key among those asked for."""
        return spread(self.starts, keys)


def spread(starts: Rows, keys: npt.NDArray[np.integer]) -> tuple[Rows, Rows]:
    """Return all rows of some keys, given where each key's rows start, and the place of the key of each."""
    first = starts[keys]
    counts = starts[keys + 1] - first
    ends = np.cumsum(counts)
    place = np.repeat(np.arange(len(keys), dtype=np.int64), counts)
    rows = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64) + np.repeat(first - (ends - counts), counts)
    return rows, place


@dataclass(frozen=True)
class Births:
    """Dates of birth, a row each, in order.

    ``whole`` is the date in figures, 19850327, and ``birthday`` the last four of these; a part not known is noughts.
    """

    whole: npt.NDArray[np.int32]
    birthday: npt.NDArray[np.int16]
    entries: Entries


@dataclass(frozen=True)
class Index:
    """All that residents may be found by; see the fields."""

    residents: pa.Array  # ids, in order: a resident's number is its place
    resident_codes: pa.Array  # ids as references are written, in order, and the number of each:
    resident_of_code: Rows
    source_sets: tuple[tuple[str, ...], ...]
    names: Entries  # by word
    words: Vocabulary
    births: Births
    addresses: Addresses
    phones: Entries  # by number
    phone_numbers: npt.NDArray[np.int64]  # distinct, in order
    emails: Entries  # by address
    email_addresses: tuple[str, ...]  # distinct, in order
    references: Entries  # by reference; role is the kind
    reference_codes: npt.NDArray[np.uint64]  # of the distinct references, in order: half of their MD5

    def with_id(self, code: str) -> Rows:
        """Return the number of the resident who has this id, letters and digits of it, or none."""
        return self.resident_of_code[_equal(self.resident_codes, code)]

    def with_reference(self, code: str) -> Rows:
        """Return the rows of ``references`` that have this reference."""
        wanted = np.uint64(int.from_bytes(md5(code.encode(), usedforsecurity=False).digest()[8:], "little"))
        at = int(np.searchsorted(self.reference_codes, wanted))
        if at == len(self.reference_codes) or self.reference_codes[at] != wanted:
            return np.zeros(0, np.int64)
        return self.references.of(np.array([at]))[0]


def _equal(texts: pa.Array, wanted: str) -> Rows:
    """Return the places of a text in texts that are in order."""
    places = range(len(texts))
    first = bisect_left(places, wanted, key=lambda n: str(texts[n].as_py()))
    last = first
    while last < len(texts) and texts[last].as_py() == wanted:
        last += 1
    return np.arange(first, last, dtype=np.int64)


def open_index(db: duckdb.DuckDBPyConnection, *, hidden: bool, as_of: date) -> Index:
    """Read the index of the residents who are hidden, or of all the others.

    Args:
        db: a release, which may be open for reading only.
        hidden: which of the two.
        as_of: the day of the run; what ended before it is former.
    """
    day = {"as_of": as_of.isoformat()}
    db.execute(_NUMBER, {"hidden": hidden})
    sets = _source_sets(db)
    code_of_set = pa.array(sets, pa.string())

    def table(query: str, params: dict[str, str] | None = None) -> tuple[pa.Table, npt.NDArray[np.int32]]:
        rows = db.sql(query, params=params or {}).to_arrow_table()
        return rows, _codes(rows["sources"], code_of_set)

    residents = db.sql(_RESIDENTS).to_arrow_table()["resident_id"].combine_chunks()
    id_codes = pa.array([reference_code(text) for text in residents.to_pylist()], pa.string())
    by_code = pc.sort_indices(id_codes)
    # One table after another, so that the rows of one are gone before the next are read.
    names, words = _by_text(*table(_NAMES, day), "word", roles=ROLES)
    emails, email_addresses = _by_text(*table(_CONTACTS, {**day, "kind": "email"}), "value")
    phones, phone_numbers = _by_number(*table(_CONTACTS, {**day, "kind": "phone"}))
    births = _births(*table(_BIRTHS))
    addresses = Addresses.of(*table(_ADDRESSES, day), len(residents))
    references, reference_codes = _references(*table(_REFERENCES))
    db.execute("DROP TABLE search_number")
    return Index(
        residents=residents,
        resident_codes=id_codes.take(by_code),
        resident_of_code=by_code.to_numpy().astype(np.int64),
        source_sets=tuple(tuple(text.split(",")) for text in sets),
        names=names,
        words=Vocabulary(words, names=True),
        births=births,
        addresses=addresses,
        phones=phones,
        phone_numbers=phone_numbers,
        emails=emails,
        email_addresses=tuple(email_addresses),
        references=references,
        reference_codes=reference_codes,
    )


def _source_sets(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the sets of sources that say something together, each as the tables write it, in order."""
    found: set[str] = set()
    for table in TABLES:
        found.update(text for (text,) in db.execute(f"SELECT DISTINCT sources FROM {table}").fetchall())
    return sorted(found)


def _by_text(
    table: pa.Table, sources: npt.NDArray[np.int32], column: str, roles: Sequence[str] = ()
) -> tuple[Entries, list[str]]:
    words, codes = _distinct(table[column])
    return _entries(table, sources, codes, len(words), roles=roles), words


def _by_number(table: pa.Table, sources: npt.NDArray[np.int32]) -> tuple[Entries, npt.NDArray[np.int64]]:
    numbers = np.array([int(plain_phone(value) or 0) for value in table["value"].to_pylist()], np.int64)
    distinct, codes = np.unique(numbers, return_inverse=True)
    return _entries(table, sources, codes, len(distinct)), distinct


def _births(table: pa.Table, sources: npt.NDArray[np.int32]) -> Births:
    whole = table["whole"].to_numpy().astype(np.int32)
    return Births(whole, (whole % 10_000).astype(np.int16), _entries(table, sources))


def _references(table: pa.Table, sources: npt.NDArray[np.int32]) -> tuple[Entries, npt.NDArray[np.uint64]]:
    distinct, codes = np.unique(table["code"].to_numpy(), return_inverse=True)
    return _entries(table, sources, codes, len(distinct), role="kind", roles=REFERENCE_KINDS), distinct


def _distinct(texts: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Return the distinct texts in order, and the code of each."""
    words = sorted(pc.unique(texts).to_pylist())
    return words, _codes(texts, pa.array(words, pa.string()))


def _codes(texts: pa.ChunkedArray, among: pa.Array) -> npt.NDArray[np.int32]:
    return np.asarray(pc.index_in(texts, value_set=among).combine_chunks().to_numpy(zero_copy_only=False), np.int32)


def _entries(
    table: pa.Table,
    sources: npt.NDArray[np.int32],
    keys: npt.NDArray[np.integer] | None = None,
    size: int = 0,
    *,
    role: str = "role",
    roles: Sequence[str] = (),
) -> Entries:
    """Return the rows of a table as entries, sorted by key and resident where there are keys."""
    count = table.num_rows
    resident = table["number"].to_numpy().astype(np.int32)
    former = table["former"].to_numpy().astype(bool) if "former" in table.column_names else np.zeros(count, bool)
    role_codes = _codes(table[role], pa.array(roles)).astype(np.int8) if roles else np.zeros(count, np.int8)
    if keys is None:
        return Entries(resident, sources, former, role_codes, np.zeros(1, np.int64))
    order = np.lexsort((role_codes, resident, keys))
    starts = np.searchsorted(keys[order], np.arange(size + 1))
    return Entries(resident[order], sources[order], former[order], role_codes[order], starts.astype(np.int64))
